using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Details;

/// <summary>Lines that are not the bill, and senders who may not send: refused with the reason, and mended where somebody mends the cause.</summary>
internal sealed class When_the_lines_are_refused : DetailsTest
{
    private const int Lines = 30;

    [Test]
    public async Task Lines_that_do_not_make_the_bill_are_refused_naming_the_category_and_sent_again_when_mended()
    {
        var settlement = await SettledUnsentAsync();
        await ChangeAsync("UPDATE fee_line SET fee_category = '10' WHERE line_serial = '4'");
        await Guangdong.RestartAsync(CancellationToken.None);
        await AllEndedAsync();

        var refused = Transfer(settlement);
        var refusal = Refusal.Parser.ParseFrom(refused.Refusal);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((refused.State, refusal.Code), Is.EqualTo((FeeTransferState.Refused, RefusalCode.TotalMismatch)));
            Assert.That(refusal.MessageEn, Does.Contain("category 09 total_fen: settled 2775.00, lines 2685.00, off by -90.00").And.Contain("category 10 total_fen: settled 0.00, lines 90.00"));
            Assert.That(Received(settlement)!.State, Is.EqualTo(DetailTransferState.Refused));
            Assert.That(await CommandAsync(Guangdong, "details", "list", "--state", "refused", "--json"), Does.Contain("category 09 total_fen").And.Contain(settlement));
            Assert.That(await CommandAsync(Yunnan, "details", "list", "--state", "refused"), Does.Contain("refused"));
        }

        await ChangeAsync("UPDATE fee_line SET fee_category = '09' WHERE line_serial = '4'");
        await CommandAsync(Guangdong, "details", "resend", settlement);
        await AllEndedAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Transfer(settlement).State, Is.EqualTo(FeeTransferState.Complete));
            Assert.That(Transfer(settlement).TransactionId, Is.Not.EqualTo(refused.TransactionId), "A refused id stays refused.");
            Assert.That(Yunnan.Count("insured_detail_transfer", "state = 4"), Is.EqualTo(1), "The refused transfer was replaced.");
            Assert.That(await CommandAsync(Yunnan, "details", "show", settlement), Does.Contain("注射用头孢曲松钠").And.Contain("complete").And.Contain("Y000456"));
        }
    }

    [Test]
    public async Task A_line_that_is_stored_with_other_content_is_a_named_conflict_and_the_first_one_stands()
    {
        var settlement = await SettledUnsentAsync();
        using var client = new DetailClient(Guangdong, Yunnan, Clock);
        var (id, start, chunk) = (client.NextId(), StartOf(settlement), ChunkOf(settlement, 1, 10));

        var first = await client.UploadAsync(id, start, chunk);
        var again = await client.UploadAsync(id, start, chunk);
        var altered = chunk.Clone();
        altered.Lines[2].Doctor = "另一医师";
        var conflict = await client.UploadAsync(id, start, altered);
        var otherStart = start.Clone();
        otherStart.LinesSha256 = Google.Protobuf.ByteString.CopyFrom(new byte[32]);
        var idConflict = await client.UploadAsync(id, otherStart, chunk);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.Progress.State, first.Progress.Stored.Single().LastLineNumber), Is.EqualTo((FeeDetailState.Receiving, 10)));
            Assert.That(again.Progress, Is.EqualTo(first.Progress), "A repeat stores nothing twice.");
            Assert.That((conflict.Refusal.Code, conflict.Refusal.MessageEn), Is.EqualTo((RefusalCode.LineConflict, "line 3 is stored with other content; it differs in doctor. What is stored stands.")));
            Assert.That((idConflict.Refusal.Code, idConflict.Refusal.Field), Is.EqualTo((RefusalCode.IdConflict, "start.lines_sha256")));
            Assert.That(Yunnan.Value<string>("SELECT doctor FROM insured_detail_line WHERE line_number = 3"), Is.EqualTo("测试医师"));
        }
        await Guangdong.RestartAsync(CancellationToken.None);
        await AllEndedAsync();
        Assert.That((Transfer(settlement).State, (await client.UploadAsync(id, start, chunk)).Refusal.Code), Is.EqualTo((FeeTransferState.Complete, RefusalCode.SettlementState)), "The unfinished transfer was replaced.");
    }

    [Test]
    public async Task A_start_that_is_not_the_settled_bills_is_refused_and_stays_refused()
    {
        var settlement = await SettledUnsentAsync();
        using var client = new DetailClient(Guangdong, Yunnan, Clock);
        foreach (var (change, code, field) in new (Action<FeeDetailStart>, RefusalCode, string)[]
        {
            (start => start.LineCount++, RefusalCode.InvalidField, "start.line_count"),
            (start => start.Charges.InScopeFen++, RefusalCode.TotalMismatch, "start.charges.in_scope_fen"),
            (start => start.LinesSha256 = Google.Protobuf.ByteString.Empty, RefusalCode.InvalidField, "start.lines_sha256"),
            (start => start.SettlementNumber = "A5301001709200000099", RefusalCode.SettlementNotFound, "settlement_number"),
        })
        {
            var (id, start) = (client.NextId(), StartOf(settlement));
            change(start);
            var refused = await client.UploadAsync(id, start);
            Assert.That((refused.Refusal?.Code, refused.Refusal?.Field), Is.EqualTo(((RefusalCode?)code, field)));
            Assert.That((await client.UploadAsync(id, start)).Refusal, Is.EqualTo(refused.Refusal));
            Assert.That((await client.UploadAsync(id, StartOf(settlement))).Refusal.Code, Is.EqualTo(RefusalCode.IdConflict));
        }
        await Guangdong.RestartAsync(CancellationToken.None);
        await AllEndedAsync();
        AssertComplete(settlement, Lines);
    }

    [Test]
    public async Task A_stream_that_is_out_of_order_ends_without_an_answer()
    {
        var settlement = await SettledUnsentAsync();
        using var client = new DetailClient(Guangdong, Yunnan, Clock);
        var start = StartOf(settlement);
        Assert.That(async () => await client.UploadAsync(client.NextId(), start, ChunkOf(settlement, 11, 20), ChunkOf(settlement, 1, 10)),
            Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.InvalidArgument));
        var progress = (await client.ProgressAsync(settlement)).Progress;
        Assert.That(progress.Stored.Select(range => (range.FirstLineNumber, range.LastLineNumber)), Is.EqualTo(new[] { (11, 20) }), "What was stored stays stored.");

        await Guangdong.RestartAsync(CancellationToken.None);
        await AllEndedAsync();
        Assert.That(Transfer(settlement).State, Is.EqualTo(FeeTransferState.Complete));
    }

    [Test]
    public async Task A_peer_that_does_not_take_details_yet_is_asked_rarely_and_gets_them_after_its_upgrade()
    {
        var settlement = await SettledUnsentAsync();
        await using (var old = await LyingPeer.StartAsync(Yunnan, Clock, Logs, _ => new LyingPeer.Answer(StatusCode.Unimplemented, null), aboutDetails: true))
        {
            Line.LeadTo(old.Port);
            await Guangdong.RestartAsync(CancellationToken.None);
            await Logs.WaitForAsync(StillOwed, "does not take fee details yet");
            // Its first answer makes the peer known to be up, which is worth one attempt more.
            await Eventually.GetAsync("the next attempt to be an hour away", () => Transfer(settlement).NextAttemptAtMs - Clock.NowMs(), Is.GreaterThan(50 * 60 * 1000));
            Assert.That(await CommandAsync(Guangdong, "details", "list", "--state", "owed", "--partner", "530000"), Does.Contain(settlement).And.Contain("details"));
        }
        Line.LeadTo(Yunnan.PeerPort);
        Clock.PutForward(TimeSpan.FromHours(1));
        await AllEndedAsync();
        AssertComplete(settlement, Lines);
    }

    private async Task<string> SettledUnsentAsync()
    {
        await Guangdong.Host.Services.GetRequiredService<FeeDetailSender>().StopAsync(CancellationToken.None);
        return await SettleAsync(Lines);
    }

    private async Task ChangeAsync(string sql) => await Guangdong.Host.Database.WriteAsync(session => session.ExecuteExpecting(1, sql), CancellationToken.None);

    private FeeDetailStart StartOf(string settlement) =>
        Guangdong.Host.Database.Read(session => FeeDetailLines.StartOf(session, VisitStore.FindSettlement(session, settlement)!));

    private FeeDetailChunk ChunkOf(string settlement, int first, int last) => Guangdong.Host.Database.Read(session => FeeDetailLines.FirstChunk(
        FeeDetailLines.Read(session, settlement, new LineSpan(first, last)), 1024 * 1024));
}

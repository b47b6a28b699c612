using Google.Protobuf;
using Grpc.Core;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Recovery;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;

namespace ProvincialGateway.Tests.Filings;

/// <summary>What was asked is on disk before it is sent, and happens once.</summary>
internal sealed class When_a_filing_request_meets_an_outage : FilingsTest
{
    private const int StillUnanswered = 3301, CannotBeTrue = 3302;

    [Test]
    public async Task It_waits_and_is_made_when_the_peer_is_back()
    {
        await Yunnan.StopAsync();
        var row = await Requests.SubmitAsync(Submission("04", Today), KunmingCity, "测试经办", CancellationToken.None);
        InFlightAtTheEnd = 1;
        AuditBooks();
        InFlightAtTheEnd = 0;
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        var answered = await AnsweredAsync(row.TransactionId);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(row.State, Is.EqualTo(OutboundState.Awaiting));
            Assert.That(Answered<SubmitFilingResponse>(answered).Filing.State, Is.EqualTo(FilingState.Effective));
            Assert.That(Yunnan.Count("filing", "submitted_by IS NOT NULL"), Is.EqualTo(1));
        }
        await Logs.WaitForAsync(StillUnanswered);
    }

    [Test]
    public async Task When_the_reply_is_lost_the_repeat_after_a_restart_gets_the_same_filing()
    {
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();
        var answeredBefore = Yunnan.Count("inbox");
        Line.WithholdReplies();
        var asked = Requests.SubmitAsync(Submission("04", Today), KunmingCity, "测试经办", CancellationToken.None);
        await YunnanHasAnsweredAsync(answeredBefore + 1);
        Line.Cut();
        var row = await asked;
        await Guangdong.RestartAsync(CancellationToken.None);
        Line.Mend();
        LetTheResolverBegin();
        var answered = await AnsweredAsync(row.TransactionId);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(row.State, Is.EqualTo(OutboundState.Awaiting));
            Assert.That(Answered<SubmitFilingResponse>(answered).Filing.Filing.FilingNumber, Is.EqualTo(Yunnan.Value<string>("SELECT filing_number FROM filing WHERE submitted_by IS NOT NULL")));
            Assert.That(Yunnan.Count("inbox"), Is.EqualTo(answeredBefore + 1));
        }
        await Logs.WaitForAsync(StillUnanswered);
    }

    [Test]
    public async Task A_repeat_gets_the_committed_reply_and_other_content_under_the_id_is_a_conflict()
    {
        var row = await Requests.SubmitAsync(Submission("04", Today), KunmingCity, "测试经办", CancellationToken.None);
        var first = Answered<SubmitFilingResponse>(row);
        var request = SubmitFilingRequest.Parser.ParseFrom(RequestOf(row));
        Clock.PutForward(TimeSpan.FromDays(1));

        var repeated = await SendAsync(PeerMethod.SubmitFiling, request, SubmitFilingResponse.Parser);
        request.Kind = "05";
        var conflict = await SendAsync(PeerMethod.SubmitFiling, request, SubmitFilingResponse.Parser);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(repeated, Is.EqualTo(first));
            Assert.That((conflict.Refusal?.Code, conflict.Refusal?.Field), Is.EqualTo((RefusalCode.IdConflict, "kind")));
            Assert.That(Yunnan.Count("filing", "submitted_by IS NOT NULL"), Is.EqualTo(1));
        }
    }

    /// <summary>The peer holds something under the id, so nobody may be told that nothing was filed.</summary>
    [Test]
    public async Task A_peer_that_holds_other_content_under_the_id_is_not_believed_and_an_operator_has_to_look()
    {
        Logs.ExpectError(CannotBeTrue);
        FilingRequestRow row;
        await using (await LieAsync(request => new SubmitFilingResponse
        {
            TransactionId = SubmitFilingRequest.Parser.ParseFrom(request).Header.TransactionId,
            Refusal = new Refusal { Code = RefusalCode.IdConflict, Field = "kind" },
        }.ToByteArray()))
        {
            row = await Requests.SubmitAsync(Submission("04", Today), KunmingCity, "测试经办", CancellationToken.None);
            Assert.That((row.State, row.LastError), Is.EqualTo((OutboundState.Parked, "对方在该流水号下存有另一请求，kind 不同 / the peer holds another request under this id, which differs in kind")));
        }
        await using var guangdong = new OperatorDesk(Guangdong, Clock);
        Line.LeadTo(Yunnan.PeerPort);
        await guangdong.SucceedAsync("transactions", "release", row.TransactionId, "--reason", "对方已核对");
        Assert.That(Answered<SubmitFilingResponse>(await AnsweredAsync(row.TransactionId)).Filing.State, Is.EqualTo(FilingState.Effective));
    }

    /// <summary>What never left while the peer was paused is over as soon as its door says that it will never be taken.</summary>
    [Test]
    public async Task One_that_was_held_is_turned_away_for_good_by_the_first_door_it_comes_to()
    {
        await using var desk = new OperatorDesk(Guangdong, Clock);
        await desk.SucceedAsync("peers", "pause", "530000", "--reason", "核对账目");
        var row = await Requests.SubmitAsync(Submission("04", Today), KunmingCity, "测试经办", CancellationToken.None);
        await using (await LieAsync(_ => new LyingPeer.Answer(StatusCode.Unimplemented, null)))
        {
            await desk.SucceedAsync("peers", "resume", "530000");
            LetTheResolverBegin();
            var ended = await EndedAsync(row.TransactionId, OutboundState.Rejected);
            using (Assert.EnterMultipleScope())
            {
                Assert.That((row.State, row.Attempts, row.AttemptedAtMs), Is.EqualTo((OutboundState.Awaiting, 1, (long?)null)));
                Assert.That((ended.Attempts, ended.LastError), Is.EqualTo((1, "Unimplemented: ")), "The first that left is the first that counts.");
            }
        }
        Line.LeadTo(Yunnan.PeerPort);
        Assert.That((await SubmitAsync(Submission("04", Today))).State, Is.EqualTo(FilingState.Effective), "a new id");
    }

    /// <summary>An attempt that may have been booked leaves the question open, whoever turns the next one away.</summary>
    [Test]
    public async Task One_that_may_have_arrived_is_not_over_because_a_door_turns_it_away()
    {
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();
        var answeredBefore = Yunnan.Count("inbox");
        Line.WithholdReplies();
        var asked = Requests.SubmitAsync(Submission("04", Today), KunmingCity, "测试经办", CancellationToken.None);
        await YunnanHasAnsweredAsync(answeredBefore + 1);
        Line.Cut();
        var row = await asked;
        Line.Mend();
        await using (var door = await LieAsync(_ => new LyingPeer.Answer(StatusCode.Unimplemented, null)))
        {
            LetTheResolverBegin();
            await Eventually.GetAsync("the door to turn it away", () => Find(row.TransactionId).LastError, Does.StartWith("Unimplemented"));
        }
        Line.LeadTo(Yunnan.PeerPort);
        LetTheResolverBegin();
        Assert.That(Answered<SubmitFilingResponse>(await AnsweredAsync(row.TransactionId)).Filing.State, Is.EqualTo(FilingState.Effective));
        Assert.That(Yunnan.Count("filing", "submitted_by IS NOT NULL"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_refused_id_stays_refused_after_the_cause_is_mended()
    {
        await ChangeAsync((register, session, change) => register.SetState(session, Unfiled, 2, Today, change));
        var row = await Requests.SubmitAsync(Submission("04", Today), KunmingCity, "测试经办", CancellationToken.None);
        await ChangeAsync((register, session, change) => register.Restore(session, Unfiled, Today, change));

        var repeated = await SendAsync(PeerMethod.SubmitFiling, SubmitFilingRequest.Parser.ParseFrom(RequestOf(row)), SubmitFilingResponse.Parser);

        Assert.That(repeated.Refusal?.Code, Is.EqualTo(RefusalCode.PersonNotInsured));
        Assert.That((await SubmitAsync(Submission("04", Today))).State, Is.EqualTo(FilingState.Effective), "a new id");
    }

    private Task<FilingRequestRow> AnsweredAsync(string id) => EndedAsync(id, OutboundState.Answered);

    private Task<FilingRequestRow> EndedAsync(string id, OutboundState state) =>
        Eventually.GetAsync($"filing request {id} to be {state}", () => Find(id), Has.Property(nameof(FilingRequestRow.State)).EqualTo(state));

    private FilingRequestRow Find(string id) => Guangdong.Host.Database.Read(session => FilingRequestStore.Find(session, id))!;
}

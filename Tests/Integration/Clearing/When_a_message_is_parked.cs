using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>The other side answers what cannot be true, and an operator sees it and asks again when the other side is well.</summary>
internal sealed class When_a_message_is_parked : ClearingTest
{
    private const int ParkedMessage = 5103;

    [Test]
    public async Task It_is_shown_and_released_and_done_once()
    {
        await using var guangdong = new OperatorDesk(Guangdong, Clock);
        var number = await CutForTheLiarAsync();
        AgencyOutcome outcome;
        await using (await LieAsync(request => Lie(request, number)))
        {
            outcome = await ProposeToTheLiarAsync(number);
            Assert.That(outcome.State, Is.EqualTo(AgencyMessageState.Parked), outcome.LastError);
            await AssertShownAsync(guangdong, outcome.TransactionId!, number);
            var totals = await guangdong.RunAsync("transactions", "totals", "--json");
            Assert.That(totals.ExitCode, Is.EqualTo(2), "somebody has to look");
            var total = JsonNode.Parse(totals.Output)!.AsArray().Single()!;
            Assert.That(((string)total["state"]!, (int)total["count"]!), Is.EqualTo(("parked", 1)));
            var (exitCode, output, _) = await guangdong.RunAsync("clearing", "release", outcome.TransactionId!, "--operator", "测试经办", "--reason", "对方已更正");
            Assert.That(exitCode, Is.EqualTo(1), "It lies still.");
            Assert.That(output, Does.Contain("parked"));
        }
        Assert.That(await guangdong.RefuseAsync("clearing", "cut", "--partner", "530000", "--period", "2017-09"), Does.Contain("under way"));

        Line.LeadTo(Yunnan.PeerPort);
        await guangdong.SucceedAsync("clearing", "release", outcome.TransactionId!, "--operator", "测试经办", "--reason", "对方已更正");
        await CheckedAsync(number, 1);
        LetTheResolverBegin();
        await Eventually.GetAsync("the proposal to be accepted", () => Statement(Guangdong, number).State, Is.EqualTo(StatementStage.Proposed));
        InFlightAtTheEnd = 0;
        var message = (await guangdong.AskAsync("clearing", "messages", "--all")).AsArray().Single()!;
        Assert.That(((string)message["state"]!, (string)message["transactionId"]!), Is.EqualTo(("accepted", outcome.TransactionId)));
        var releases = message["releases"]!.AsArray();
        Assert.That(releases.Select(release => ((string)release!["by"]!, (string)release["reason"]!)), Is.EqualTo(Enumerable.Repeat(("测试经办", "对方已更正"), 2)));
        Assert.That((string)releases[0]!["contradiction"]!, Is.Not.Empty, "why the first answer was not believed");
        Assert.That(Guangdong.Host.Database.Read(session => session.QuerySingle<long>("SELECT count(*) FROM clearing_release WHERE reply IS NOT NULL")), Is.EqualTo(2), "the answers are kept");
        Assert.That(await guangdong.SucceedAsync("clearing", "messages"), Does.Contain("no message waits"));
        Assert.That(await guangdong.RefuseAsync("clearing", "release", outcome.TransactionId!, "--operator", "测试经办", "--reason", "对方已更正"), Does.Contain("was answered"));
        Assert.That(await guangdong.RefuseAsync("clearing", "release", "440000201709200000009999999999", "--reason", "对方已更正"), Does.Contain("no message"));
        Assert.That((Yunnan.Count("clearing_statement"), Guangdong.Count("clearing_outbound")), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public async Task One_that_waits_for_a_silent_peer_is_shown_too_and_may_be_sent_at_once()
    {
        await using var guangdong = new OperatorDesk(Guangdong, Clock);
        await SettleAsync();
        var number = (await CutAsync(September)).StatementNumber;
        await Yunnan.StopAsync();
        var outcome = await Claimant.ProposeAsync(number, "测试经办", CancellationToken.None);
        var message = (await guangdong.AskAsync("clearing", "messages")).AsArray().Single()!;
        Assert.That(((string)message["state"]!, (string)message["subject"]!), Is.EqualTo(("awaiting", number)));
        Assert.That(await guangdong.SucceedAsync("clearing", "release", outcome.TransactionId!, "--operator", "测试经办", "--reason", "对方已更正"), Does.Contain("waits for the answer"), "The peer is silent still.");

        await Yunnan.StartAsync(CancellationToken.None);
        await guangdong.SucceedAsync("clearing", "release", outcome.TransactionId!, "--operator", "测试经办", "--reason", "对方已更正");
        await CheckedAsync(number, 1);
        LetTheResolverBegin();
        await Eventually.GetAsync("the proposal to be accepted", () => Statement(Guangdong, number).State, Is.EqualTo(StatementStage.Proposed));
    }

    /// <summary>Taken for a refusal it would let the statement be cut anew, beside whatever the other side holds.</summary>
    [Test]
    public async Task A_peer_that_holds_other_content_under_the_id_is_not_believed_and_the_month_is_cleared_once_it_is_well()
    {
        await using var guangdong = new OperatorDesk(Guangdong, Clock);
        var number = await CutForTheLiarAsync();
        AgencyOutcome outcome;
        await using (await LieAsync(request => new ProposeStatementResponse
        {
            TransactionId = ProposeStatementRequest.Parser.ParseFrom(request).Header.TransactionId,
            Refusal = new Refusal { Code = RefusalCode.IdConflict, Field = "statement" },
        }.ToByteArray()))
        {
            outcome = await ProposeToTheLiarAsync(number);
        }
        Assert.That((outcome.State, outcome.LastError), Is.EqualTo((AgencyMessageState.Parked, "对方在该流水号下存有另一请求，statement 不同 / the peer holds another request under this id, which differs in statement")));
        InFlightAtTheEnd = 1;
        AuditBooks();
        Assert.That(await guangdong.RefuseAsync("clearing", "cut", "--partner", "530000", "--period", "2017-09"), Does.Contain("under way"));

        Line.LeadTo(Yunnan.PeerPort);
        await guangdong.SucceedAsync("clearing", "release", outcome.TransactionId!, "--operator", "测试经办", "--reason", "对方已更正");
        await CheckedAsync(number, 1);
        LetTheResolverBegin();
        await Eventually.GetAsync("the proposal to be accepted", () => Statement(Guangdong, number).State, Is.EqualTo(StatementStage.Proposed));
        InFlightAtTheEnd = 0;
    }

    private async Task<string> CutForTheLiarAsync()
    {
        await SettleAsync();
        await AllEndedAsync();
        Logs.ExpectError(ParkedMessage);
        return (await CutAsync(September)).StatementNumber;
    }

    /// <summary>An attempt that met the end of the line that was led elsewhere is no answer: the node makes the next.</summary>
    private async Task<AgencyOutcome> ProposeToTheLiarAsync(string number)
    {
        var outcome = await Claimant.ProposeAsync(number, "测试经办", CancellationToken.None);
        if (outcome.State is not AgencyMessageState.Awaiting)
            return outcome;
        LetTheResolverBegin();
        var desk = Guangdong.Host.Services.GetRequiredService<AgencyDesk>();
        return await Eventually.GetAsync("an answer", () => desk.OutcomeOf(outcome.TransactionId!), Has.Property(nameof(AgencyOutcome.State)).Not.EqualTo(AgencyMessageState.Awaiting));
    }

    private async Task AssertShownAsync(OperatorDesk desk, string id, string number)
    {
        InFlightAtTheEnd = 1;
        AuditBooks();
        var message = (await desk.AskAsync("clearing", "messages")).AsArray().Single()!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)message["transactionId"]!, Is.EqualTo(id));
            Assert.That((string)message["method"]!, Is.EqualTo("ProposeStatement"));
            Assert.That((string)message["subject"]!, Is.EqualTo(number));
            Assert.That((string)message["state"]!, Is.EqualTo("parked"));
            Assert.That((string)message["note"]!, Does.Contain("the receipt is not of"));
            Assert.That(await desk.SucceedAsync("clearing", "messages"), Does.Contain(id).And.Contain("parked").And.Contain("搁置"));
        }
    }

    /// <summary>A receipt of a statement that nobody can have confirmed yet.</summary>
    private static byte[] Lie(byte[] request, string number) => new ProposeStatementResponse
    {
        TransactionId = ProposeStatementRequest.Parser.ParseFrom(request).Header.TransactionId,
        Receipt = new StatementReceipt { StatementNumber = number, Revision = 1, State = StatementState.Confirmed },
    }.ToByteArray();
}

using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Cli;
using ProvincialGateway.Network;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Desk;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;
using ClaimedTotals = Provincial.His.V1.ClaimedTotals;
using TransactionState = Provincial.His.V1.TransactionState;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>Requests that are unanswered or parked are counted and shown, and no command that an operator has makes a second effect of money.</summary>
internal sealed class When_an_operator_ends_a_transaction : RecoveryTest
{
    private const int ParkedFiling = 3302;

    private OperatorDesk? _desk;

    private OperatorDesk Desk => _desk ??= new OperatorDesk(Guangdong, Clock);

    [TearDown]
    public async Task CloseDesk()
    {
        if (_desk is not null)
            await _desk.DisposeAsync();
        _desk = null;
    }

    [Test]
    public async Task A_parked_settlement_is_shown_counted_and_released_once_the_peer_is_well()
    {
        var id = await ParkedSettlementAsync();
        var (exitCode, totals, _) = await Desk.RunAsync("transactions", "totals", "--json");
        var listed = (await Desk.AskAsync("transactions", "list", "--peer", "530000")).AsArray().Single()!;
        var shown = await Desk.AskAsync("transactions", "show", id);
        var said = await Desk.SucceedAsync("transactions", "list", "--state", "Parked");
        await Desk.SucceedAsync("transactions", "release", id, "--operator", "测试经办", "--reason", "对方已更正");
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        var afterwards = await Desk.AskAsync("transactions", "show", id);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.EqualTo(TransactionCommands.OperatorNeeded));
            var total = JsonNode.Parse(totals)!.AsArray().Single()!;
            Assert.That(((string)total["peer"]!, (string)total["state"]!, (int)total["count"]!), Is.EqualTo(("530000", "parked", 1)));
            Assert.That(((string)listed["transactionId"]!, (string)listed["kind"]!, (string)listed["state"]!), Is.EqualTo((id, "settlement", "parked")));
            Assert.That((string)listed["note"]!, Does.Contain("fund total"));
            Assert.That((string)shown["peer"]!["state"]!, Is.EqualTo("not-seen"), "The one who lied was not Yunnan.");
            Assert.That(said, Does.Contain("搁置 parked").And.Contain(id));
            Assert.That((string)afterwards["transaction"]!["state"]!, Is.EqualTo("answered"));
            Assert.That((string)afterwards["peer"]!["state"]!, Is.EqualTo("granted"));
            var act = afterwards["acts"]!.AsArray().Single()!;
            Assert.That(((string)act["act"]!, (string)act["by"]!, (string)act["reason"]!), Is.EqualTo(("release", "测试经办", "对方已更正")));
            Assert.That((string)act["contradiction"]!, Does.Contain("fund total"));
            Assert.That((await Desk.RunAsync("transactions", "totals")).ExitCode, Is.Zero);
        }
        foreach (var act in new[] { "release", "retry", "reverse" })
            Assert.That(await RefusedAsync(act, id), Does.Contain("has its answer"));
        AssertOneSettlement();
    }

    [Test]
    public async Task A_parked_settlement_is_reversed_and_the_stay_is_settled_anew()
    {
        var id = await ParkedSettlementAsync();
        await Desk.SucceedAsync("transactions", "reverse", id, "--operator", "测试经办", "--reason", "与参保地商定");
        await StateAsync(Guangzhou, "T1", TransactionState.Refused);
        var shown = await Desk.AskAsync("transactions", "show", id);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((string)shown["transaction"]!["state"]!, (string)shown["peer"]!["state"]!), Is.EqualTo(("void", "void")));
            Assert.That(await RefusedAsync("reverse", id), Does.Contain("void by a reversal"));
            Assert.That(await RefusedAsync("release", id), Does.Contain("void by a reversal"));
        }
        var visit = Guangdong.Value<string>("SELECT visit_number FROM treatment_visit");
        (await Guangzhou.SettleAsync(visit, "T2")).Granted();
        AssertOneSettlement();
    }

    [Test]
    public async Task A_reversed_settlement_leaves_its_business_period_as_the_hospital_knows_it()
    {
        var period = await Guangzhou.SignInAsync("01");
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await LoseReplyAsync(() => Guangzhou.SettleAtAsync(visit, period, id: "T1"));
        Line.Mend();
        await Desk.SucceedAsync("transactions", "reverse", LastId(), "--reason", "医院未入账");
        await LatestIsAnsweredAsync();
        await StateAsync(Guangzhou, "T1", TransactionState.Undone);

        var closed = (await Guangzhou.SignOutAsync(period, new ClaimedTotals { TotalFen = 0, FundTotalFen = 0, AccountFen = 0, CashFen = 0 })).Granted().Result;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((closed.Totals.SettlementCount, closed.Totals.CancellationCount), Is.EqualTo((1, 1)), "Yunnan had settled and took it back.");
            Assert.That(Guangdong.Count("period_transaction"), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task An_unanswered_settlement_is_asked_for_at_once()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        var id = LastId();
        await Desk.SucceedAsync("transactions", "retry", id, "--reason", "线路似已恢复");
        var whileAway = await Desk.AskAsync("transactions", "show", id);
        await Yunnan.StartAsync(CancellationToken.None);
        await Desk.SucceedAsync("transactions", "retry", id, "--reason", "线路已恢复");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((string)whileAway["transaction"]!["state"]!, (string)whileAway["peer"]!["state"]!), Is.EqualTo(("awaiting", "unknown")));
            Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Committed));
            Assert.That(await RefusedAsync("retry", id), Does.Contain("has its answer"));
            Assert.That(await RefusedAsync("retry", "440000201709200000009999999999"), Does.Contain("has sent no transaction"));
        }
        AssertOneSettlement();
    }

    [Test]
    public async Task Everything_at_once_and_many_times_has_one_effect()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        var (id, desk) = (LastId(), Guangdong.Host.Services.GetRequiredService<TransactionDesk>());
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();

        var reversals = await Task.WhenAll(Enumerable.Range(0, 40).Select(async number =>
        {
            try
            {
                switch (number % 4)
                {
                    case 0:
                        await desk.ReleaseAsync(id, "测试经办", "同时", CancellationToken.None);
                        return "";
                    case 1:
                        return await desk.ReverseAsync(id, "测试经办", "同时", CancellationToken.None);
                    default:
                        await desk.RetryAsync(id, "测试经办", "同时", CancellationToken.None);
                        return "";
                }
            }
            catch (TransactionRefusedException)
            {
                return "";
            }
        }));
        LetTheResolverBegin();
        await Eventually.GetAsync("everything to be answered", () => Guangdong.Count("outbound", "state IN (1, 4)"), Is.Zero);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(reversals.Count(reversal => reversal.Length > 0), Is.LessThanOrEqualTo(1), "One reversal at most stands.");
            Assert.That(Guangdong.Count("outbound", "kind = 7"), Is.LessThanOrEqualTo(1));
            Assert.That(Yunnan.Count("insured_settlement", "state = 1"), Is.EqualTo(Guangdong.Count("treatment_settlement", "state = 1")));
            Assert.That(Yunnan.Count("insured_settlement"), Is.LessThanOrEqualTo(1));
        }
    }

    [Test]
    public async Task Two_reversals_at_once_are_one()
    {
        var id = await ParkedSettlementAsync();
        var desk = Guangdong.Host.Services.GetRequiredService<TransactionDesk>();
        var refused = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await desk.ReverseAsync(id, "测试经办", "同时", CancellationToken.None);
                return false;
            }
            catch (TransactionRefusedException)
            {
                return true;
            }
        }));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Count(isRefused => isRefused), Is.EqualTo(7));
            Assert.That((Guangdong.Count("outbound", "kind = 7"), Guangdong.Count("transaction_act"), Yunnan.Count("insured_void")), Is.EqualTo((1L, 1L, 1L)));
        }
    }

    [Test]
    public async Task A_parked_reversal_decides_alone_and_is_released()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await MeetNobodyAsync(() => Guangzhou.SettleAsync(visit, "T1"));
        var original = LastId();
        Logs.ExpectError(Parked);
        await using (await LieAsync(_ => new ReverseTransactionResponse { TransactionId = "x" }.ToByteArray()))
            await Desk.SucceedAsync("transactions", "reverse", original, "--reason", "测试");
        var reversal = LastId();
        Line.LeadTo(Yunnan.PeerPort);
        LetTheResolverBegin();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await RefusedAsync("retry", original), Does.Contain($"reversal {reversal}"));
            Assert.That(await RefusedAsync("reverse", original), Does.Contain($"reversal {reversal}"));
            Assert.That(await RefusedAsync("reverse", reversal), Does.Contain("is a reversal itself"));
            Assert.That(await RefusedAsync("retry", reversal), Does.Contain("transactions release"));
            Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Pending));
        }
        await Desk.SucceedAsync("transactions", "release", reversal, "--reason", "测试");
        Assert.That(await Guangzhou.QueryAsync("T1"), Is.EqualTo(TransactionState.Refused));
        Assert.That((Guangdong.Count("treatment_settlement"), Yunnan.Count("insured_settlement")), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public async Task An_answer_that_comes_while_it_is_being_reversed_is_not_told_as_made()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await using var yunnan = await AlteringPeer.StartAsync(Yunnan, Guangdong, Clock, Logs);
        using var reversed = new ManualResetEventSlim();
        var isReversalLost = true;
        yunnan.Alter = (rpc, reply) =>
        {
            if (rpc == nameof(PeerMethod.Settle))
                reversed.Wait(TimeSpan.FromSeconds(30));
            return rpc == nameof(PeerMethod.ReverseTransaction) && isReversalLost ? null : reply;
        };
        Line.LeadTo(yunnan.Port);
        var seen = Yunnan.Count("inbox");
        var settling = Guangzhou.SettleAsync(visit, "T1");
        await YunnanHasAnsweredAsync(seen + 1);
        var reversing = Desk.RunAsync("transactions", "reverse", LastId(), "--reason", "测试");
        await YunnanHasAnsweredAsync(seen + 2);
        reversed.Set();
        var told = (await settling).Pending();
        var asked = await Guangzhou.QueryAsync("T1");
        isReversalLost = false;
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Undone);
        Line.LeadTo(Yunnan.PeerPort);
        await reversing;

        Assert.That(told.ToString(), Does.Contain("is being reversed"));
        Assert.That(asked, Is.EqualTo(TransactionState.Pending));
        Assert.That((Guangdong.Count("treatment_settlement", "state = 1"), Yunnan.Count("insured_settlement", "state = 1")), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public async Task A_parked_filing_request_is_released()
    {
        Logs.ExpectError(ParkedFiling);
        // The two have met: whoever answers the first question with nonsense is not sent anything.
        (await Guangzhou.VerifyAsync(Patient.OfKunming.ToReference())).Granted();
        var requests = Guangdong.Host.Services.GetRequiredService<FilingRequests>();
        FilingRequestRow row;
        await using (await LieAsync(_ => new SubmitFilingResponse { TransactionId = "x" }.ToByteArray()))
        {
            row = await requests.SubmitAsync(new SubmitFilingRequest
            {
                Person = new PersonReference { InsuredDivision = "530100", PersonNumber = "5301000010" },
                Kind = "04",
                TargetArea = "440100",
                ValidFrom = Today.Iso(),
                Reason = "测试",
            }, Division.Parse("530100"), "测试经办", CancellationToken.None);
        }
        Line.LeadTo(Yunnan.PeerPort);
        var listed = (await Desk.AskAsync("transactions", "list")).AsArray().Single()!;
        Assert.That(await RefusedAsync("reverse", row.TransactionId), Does.Contain("filings withdraw"));
        await Desk.SucceedAsync("transactions", "release", row.TransactionId, "--reason", "对方已更正");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(row.State, Is.EqualTo(OutboundState.Parked));
            Assert.That(((string)listed["kind"]!, (string)listed["state"]!), Is.EqualTo(("filing-submission", "parked")));
            Assert.That(Guangdong.Value<long>("SELECT state FROM filing_request"), Is.EqualTo((long)OutboundState.Answered));
            Assert.That(Yunnan.Count("filing", "submitted_by IS NOT NULL"), Is.EqualTo(1));
            Assert.That(await RefusedAsync("release", row.TransactionId), Does.Contain("has its answer"));
        }
    }

    [Test]
    public async Task What_is_parked_is_said_at_a_start()
    {
        var id = await ParkedSettlementAsync();
        await Guangdong.RestartAsync(CancellationToken.None);
        var said = await Logs.WaitForAsync(1121, "530000");
        await Desk.SucceedAsync("transactions", "release", id, "--reason", "对方已更正");
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);
        Assert.That(said.Message, Does.StartWith("1 transactions to 530000 are parked"));
    }

    [Test]
    public async Task What_waits_for_a_day_is_overdue_and_is_said_at_a_start()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        await Yunnan.StopAsync();
        (await Guangzhou.SettleAsync(visit, "T1")).Pending();
        var before = (await Desk.RunAsync("transactions", "totals")).ExitCode;
        var young = (await Desk.AskAsync("transactions", "list", "--older-than", "2h")).AsArray().Count;
        Clock.PutForward(TransactionBook.OverdueAfter);
        var after = (await Desk.RunAsync("transactions", "totals")).ExitCode;
        var listed = (await Desk.AskAsync("transactions", "list", "--older-than", "2h")).AsArray().Single()!;
        await CloseDesk();
        await Guangdong.RestartAsync(CancellationToken.None);
        await Logs.WaitForAsync(1122, "530000");
        await Yunnan.StartAsync(CancellationToken.None);
        LetTheResolverBegin();
        await StateAsync(Guangzhou, "T1", TransactionState.Committed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((before, young, after), Is.EqualTo((0, 0, TransactionCommands.OperatorNeeded)));
            Assert.That(((string)listed["state"]!, (bool)listed["overdue"]!), Is.EqualTo(("awaiting", true)), "It is asked for as before.");
        }
        AssertOneSettlement();
    }

    /// <summary>Somebody with Yunnan's key answered with sums that do not add up; the line leads to Yunnan again.</summary>
    private async Task<string> ParkedSettlementAsync()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.IntensiveCare(FeesOn));
        Logs.ExpectError(Parked);
        await using (await LieAsync(request =>
        {
            var asked = SettleRequest.Parser.ParseFrom(request);
            return new SettleResponse
            {
                TransactionId = asked.Header.TransactionId,
                Settlement = new Settlement
                {
                    SettlementNumber = "A5301001709200000055",
                    VisitNumber = asked.Bill.VisitNumber,
                    SettledAtMs = Clock.NowMs(),
                    BusinessDate = Clock.Today().Iso(),
                    Decision = new Decision
                    {
                        Person = new() { InsuredDivision = "530100", PersonNumber = "5301000001", Scheme = "310", BirthDate = "1976-01-01", Accumulators = new() },
                        Charges = asked.Bill.Charges,
                        Payments = new() { DeductibleFen = 1_200_00, PoolFen = 2_040_00, FundTotalFen = 2_040_01, AccountFen = 1_560_00, PersonalTotalFen = 1_560_00 },
                        AdmissionOrdinal = 1,
                        PolicyVersion = "lie",
                    },
                },
            }.ToByteArray();
        }))
        {
            (await Guangzhou.SettleAsync(visit, "T1")).Pending();
            await LatestIsAnsweredAsync();
        }
        Line.LeadTo(Yunnan.PeerPort);
        return LastId();
    }

    private Task<string> RefusedAsync(string act, string id) => Desk.RefuseAsync("transactions", act, id, "--reason", "测试");

    private string LastId() => Guangdong.Value<string>("SELECT transaction_id FROM outbound ORDER BY rowid DESC LIMIT 1");

    private void AssertOneSettlement() => Assert.That(
        (Guangdong.Count("treatment_settlement", "state = 1"), Yunnan.Count("insured_settlement", "state = 1"), Yunnan.Count("insured_settlement")), Is.EqualTo((1L, 1L, 1L)));
}

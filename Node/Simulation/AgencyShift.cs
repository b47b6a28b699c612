using System.Globalization;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Simulation;

/// <summary>
/// What two provinces' agencies, and the operators of their nodes, do beside one patient's journey: filings, deposits, statements from the cut to the
/// receipt, pauses, planned maintenance, stops, and acts upon what is not answered. Each act is drawn from what stands in a node's books by then; at a node
/// that is down there is nobody.
/// </summary>
internal sealed class AgencyShift(string name, SimulatedCountry country, SimulatedNode treatment, SimulatedNode insured, InsuredPerson person, Dice dice, SimulationTally tally)
{
    private const string By = "测试经办", Why = "测试", Done = "granted";
    private const long LargeDepositFen = 50_000_000, SmallDepositFen = 1_000_000, TopUpFen = 500_000;

    private string? _filing;
    private int _receipts;

    /// <summary>Goes on until everything is healed at the latest.</summary>
    public async Task RunAsync()
    {
        for (var acts = 3 + dice.Below(6); acts > 0 && !country.Faults.IsHealed; acts--)
        {
            // What every other node is told of is rare: thirty-two nodes that talk of nothing else would be all a run does.
            await (dice.Below(60) switch
            {
                < 6 => SubmitFilingAsync(),
                < 10 => WithdrawFilingAsync(),
                < 13 => AskForFilingsAsync(),
                < 20 => PrepayAsync(),
                < 44 => ClearAsync(),
                < 47 => PauseAsync(),
                47 => MaintainAsync(),
                48 => StopAsync(Either()),
                _ => AttendAsync(Either()),
            });
            await WaitAsync(2, 25);
        }
    }

    /// <summary>Takes back every pause and every planned maintenance of a node, as soon as somebody is there.</summary>
    public static async Task ResumeAllAsync(SimulatedCountry country, SimulatedNode node)
    {
        while (await AtAsync(country, node, ResumeAllAsync) is not Done)
            await country.WaitAsync(TimeSpan.FromSeconds(1));

        async Task<string> ResumeAllAsync(NodeRun run)
        {
            await run.Database.WriteAsync(session =>
            {
                foreach (var peer in country.Nodes.Where(peer => PeerRecords.PauseOf(session, peer.Division) is not null))
                    Resume(session, peer.Division, run.Time);
                PeerRecords.Cancel(session, By, run.Time.NowMs());
            }, CancellationToken.None);
            await run.Services.GetRequiredService<OwnStanding>().ReloadAsync(CancellationToken.None);
            return Done;
        }
    }

    private SimulatedNode Either() => dice.Hits(0.5) ? treatment : insured;

    private Task SubmitFilingAsync()
    {
        var request = new SubmitFilingRequest
        {
            Person = Person(),
            Kind = string.Create(CultureInfo.InvariantCulture, $"0{1 + dice.Below(6)}"),
            TargetArea = treatment.Division.Code,
            ValidFrom = Today().Iso(),
            Reason = Why,
        };
        return ActAsync(treatment, "submit filing", async run =>
        {
            var row = await run.Services.GetRequiredService<FilingRequests>().SubmitAsync(request, insured.Division, By, CancellationToken.None);
            if (FilingRequests.ReplyOf(row, treatment.Province.Vault) is not SubmitFilingResponse reply)
                return "pending";
            _filing = reply.Filing?.Filing.FilingNumber ?? _filing;
            return reply.Refusal is { } refusal ? refusal.Code.ToString() : Done;
        });
    }

    private Task WithdrawFilingAsync() => _filing is not { } number ? SubmitFilingAsync() : ActAsync(treatment, "withdraw filing", async run =>
    {
        var request = new CancelFilingRequest { FilingNumber = number, Person = Person(), Reason = Why };
        var row = await run.Services.GetRequiredService<FilingRequests>().CancelAsync(request, insured.Division, By, CancellationToken.None);
        return FilingRequests.ReplyOf(row, treatment.Province.Vault) is not { } reply ? "pending" : reply.Refusal is { } refusal ? refusal.Code.ToString() : Done;
    });

    private Task AskForFilingsAsync() => ActAsync(treatment, "ask for filings", async run =>
        await run.Services.GetRequiredService<FilingRequests>().GetAsync(new GetFilingsRequest { Person = Person() }, insured.Division, By, CancellationToken.None) is PeerOutcome.Answered ? Done : "no answer");

    /// <summary>The next thing to do about the prepayment, if it is not drawn to ask for more.</summary>
    private Task PrepayAsync()
    {
        if (Find(treatment, "SELECT notice_id FROM prepayment_notice WHERE state = 2 AND is_payer = 0 AND partner = @Code ORDER BY notice_id", insured) is { } notice)
            return PrepayAsync(treatment, "confirm deposit", desk => desk.ConfirmAsync(notice, null, Today(), Receipt(), By, CancellationToken.None));
        if (Find(insured, "SELECT request_id FROM prepayment_top_up WHERE side = 2 AND state = 2 AND partner = @Code ORDER BY request_id", treatment) is { } asked)
            return PrepayAsync(insured, "answer top-up", desk => desk.AnswerTopUpAsync(asked, TopUpFen, null, Why, By, CancellationToken.None));
        if (Find(insured, "SELECT request_id FROM prepayment_top_up WHERE side = 2 AND state = 3 AND partner = @Code ORDER BY request_id", treatment) is { } granted)
        {
            return PrepayAsync(insured, "pay top-up", desk => desk.NotifyAsync(
                LedgerSide.Insured, treatment.Division, PrepaymentEntryKind.UrgentTopUp, TopUpFen, granted, Today(), Receipt(), By, CancellationToken.None));
        }
        return dice.Hits(0.4)
            ? PrepayAsync(treatment, "ask top-up", desk => desk.RequestTopUpAsync(insured.Division, TopUpFen, Why, By, CancellationToken.None))
            : PrepayAsync(insured, "deposit", desk => desk.NotifyAsync(
                LedgerSide.Insured, treatment.Division, PrepaymentEntryKind.FirstDeposit, dice.Hits(0.3) ? LargeDepositFen : SmallDepositFen, "", Today(), Receipt(), By, CancellationToken.None));
    }

    /// <summary>The next step of the statement between the two, from its cut to the receipt of the money; now and then it is disputed.</summary>
    private Task ClearAsync()
    {
        if (Find(treatment, "SELECT notice_id FROM clearing_payment WHERE side = 1 AND state = 2 AND partner = @Code ORDER BY notice_id", insured) is { } paid)
            return ClearAsync(treatment, "receive payment", desk => desk.ReceiveAsync(paid, null, Today(), Receipt(), By, CancellationToken.None));
        if (Statement(insured, side: 2, "state = 3 AND payable_fen > 0", treatment) is { } confirmed && dice.Hits(0.7))
        {
            return ClearAsync(insured, "pay statement", desk => desk.PayAsync(
                treatment.Division, [(confirmed, null)], "201", Today(), Receipt(), By, CancellationToken.None));
        }
        if (Statement(insured, side: 2, "state = 2", treatment) is { } proposed)
        {
            return dice.Hits(0.2)
                ? ClearAsync(insured, "dispute statement", desk => desk.DisputeAsync(proposed, null, Why, By, CancellationToken.None))
                : ClearAsync(insured, "confirm statement", desk => desk.ConfirmLeavingFindingsAsync(proposed, By, CancellationToken.None));
        }
        if (Statement(treatment, side: 1, "state IN (1, 4)", insured) is { } draft)
            return ClearAsync(treatment, "propose statement", desk => desk.ProposeAsync(draft, By, CancellationToken.None));
        var period = new DateOnly(Today().Year, Today().Month, 1).AddMonths(-dice.Below(2));
        return ActAsync(treatment, "cut statement", async run =>
        {
            await run.Services.GetRequiredService<StatementDesk>().CutAsync(insured.Division, period, null, null, CancellationToken.None);
            return Done;
        });
    }

    /// <summary>An operator pauses the other province and resumes it some time later; whoever is not there any more by then does it in the end.</summary>
    private async Task PauseAsync()
    {
        var node = Either();
        var peer = node == treatment ? insured : treatment;
        await ActAsync(node, "pause peer", async run =>
        {
            var isNew = await run.Database.WriteAsync(session =>
            {
                if (PeerRecords.PauseOf(session, peer.Division) is not null)
                    return false;
                PeerRecords.Pause(session, peer.Division, new PeerPause(By, Why, run.Time.GetUtcNow()));
                return true;
            }, CancellationToken.None);
            if (!isNew)
                return "paused already";
            await run.Services.GetRequiredService<OwnStanding>().ReloadAsync(CancellationToken.None);
            return Done;
        });
        await WaitAsync(3, 40);
        await ActAsync(node, "resume peer", async run =>
        {
            await run.Database.WriteAsync(session => Resume(session, peer.Division, run.Time), CancellationToken.None);
            await run.Services.GetRequiredService<OwnStanding>().ReloadAsync(CancellationToken.None);
            return Done;
        });
    }

    /// <summary>Announced, then stopped within it and back before its end or after.</summary>
    private async Task MaintainAsync()
    {
        var (node, lasts) = (Either(), country.Faults.Between(dice.Next(), 10, 60));
        await ActAsync(node, "announce maintenance", async run =>
        {
            var from = run.Time.GetUtcNow() + TimeSpan.FromSeconds(2);
            await run.Database.WriteAsync(session => PeerRecords.Announce(session, new Maintenance(from, from + lasts, Why), By, run.Time.NowMs()), CancellationToken.None);
            await run.Services.GetRequiredService<OwnStanding>().ReloadAsync(CancellationToken.None);
            return Done;
        });
        await WaitAsync(2, 8);
        await StopAsync(node);
    }

    /// <summary>A node is stopped as a service manager stops it: it lets nothing in any more, tells its peers, and ends what is under way.</summary>
    private Task StopAsync(SimulatedNode node)
    {
        var away = country.Faults.Between(dice.Next(), 1, 45);
        return ActAsync(node, "stop node", async run =>
        {
            var drain = run.Services.GetRequiredService<NodeDrain>();
            drain.Begin();
            await run.Services.GetRequiredService<OwnStanding>().TellAsync(CancellationToken.None);
            for (var waited = 0; waited < 50 && drain.Begin() > 0; waited++)
                await Task.Delay(TimeSpan.FromMilliseconds(200), run.Time);
            country.Pump.After(TimeSpan.Zero, country.Life, () => node.Stop(away));
            return Done;
        });
    }

    /// <summary>An operator takes up what has no answer yet: asks at once, asks what the peer has of it, or has it reversed.</summary>
    private Task AttendAsync(SimulatedNode node)
    {
        var peer = node == treatment ? insured : treatment;
        var open = Find(node, "SELECT transaction_id FROM outbound WHERE state IN (1, 4) AND peer = @Code ORDER BY transaction_id DESC", peer)
            ?? Find(node, "SELECT transaction_id FROM filing_request WHERE state IN (1, 4) AND peer = @Code ORDER BY transaction_id DESC", peer);
        if (open is null)
            return Task.CompletedTask;
        var isParked = node.Current is { } current && current.Database.Read(session => session.Query<string>("SELECT transaction_id FROM outbound WHERE state = 4 AND transaction_id = @open", new { open })).Count > 0;
        return dice.Below(5) switch
        {
            0 or 1 when !isParked => AttendAsync(node, "retry transaction", desk => desk.RetryAsync(open, By, Why, CancellationToken.None)),
            2 => AttendAsync(node, "reverse transaction", desk => desk.ReverseAsync(open, By, Why, CancellationToken.None)),
            3 => AttendAsync(node, "ask about transaction", desk => desk.AskPeerAsync(peer.Division, open, CancellationToken.None)),
            _ => AttendAsync(node, "release transaction", desk => desk.ReleaseAsync(open, By, Why, CancellationToken.None)),
        };
    }

    private Task AttendAsync(SimulatedNode node, string act, Func<TransactionDesk, Task> attend) => ActAsync(node, act, async run =>
    {
        await attend(run.Services.GetRequiredService<TransactionDesk>());
        return Done;
    });

    private Task PrepayAsync(SimulatedNode node, string act, Func<PrepaymentDesk, Task<AgencyOutcome>> take) =>
        ActAsync(node, act, async run => TextOf(await take(run.Services.GetRequiredService<PrepaymentDesk>())));

    private Task ClearAsync(SimulatedNode node, string act, Func<StatementDesk, Task<AgencyOutcome>> take) =>
        ActAsync(node, act, async run => TextOf(await take(run.Services.GetRequiredService<StatementDesk>())));

    private static string TextOf(AgencyOutcome outcome) => outcome switch
    {
        { Refusal: { } refusal } => refusal.Code.ToString(),
        { State: AgencyMessageState.Accepted } => Done,
        _ => "pending",
    };

    /// <summary>One act at one node, on record with what came of it.</summary>
    private async Task ActAsync(SimulatedNode node, string act, Func<NodeRun, Task<string>> work)
    {
        var result = await AtAsync(country, node, work);
        tally.Count($"operator: {act}", result);
        country.Journal.Write(country.Pump.Now, $"{name} operator of {node.Division}: {act}, {result}");
    }

    /// <summary>Within the node's own life: when that ends, nobody learns what came of it.</summary>
    private static async Task<string> AtAsync(SimulatedCountry country, SimulatedNode node, Func<NodeRun, Task<string>> work)
    {
        if (node.Current is not { IsServing: true } run)
            return "nobody there";
        var done = new TaskCompletionSource<string>();
        run.Ended += () => done.TrySetResult("node ended");
        run.Do(async () =>
        {
            try
            {
                done.TrySetResult(await work(run));
            }
            catch (Exception refused) when (refused is ClearingRefusedException or TransactionRefusedException or StorageException)
            {
                done.TrySetResult("refused here");
            }
        });
        return await done.Task;
    }

    private static void Resume(Session session, Division peer, TimeProvider time)
    {
        PeerRecords.Resume(session, peer, By, time.NowMs());
        PeerRecords.MakeDue(session, peer, time.NowMs());
    }

    private static string? Find(SimulatedNode node, string sql, SimulatedNode partner) =>
        node.Current is not { IsServing: true } run ? null : run.Database.Read(session => session.Query<string>(sql, new { partner.Division.Code })).FirstOrDefault();

    private static string? Statement(SimulatedNode node, int side, string where, SimulatedNode partner) =>
        Find(node, $"SELECT statement_number FROM clearing_statement WHERE side = {side} AND {where} AND partner = @Code ORDER BY statement_number DESC, revision DESC", partner);

    private Task WaitAsync(double fromSeconds, double toSeconds) => country.WaitAsync(country.Faults.Between(dice.Next(), fromSeconds, toSeconds));

    private DateOnly Today() => DateOnly.FromDateTime(country.Pump.Now.ToOffset(ChinaTime.Offset).DateTime);

    private string Receipt() => string.Create(CultureInfo.InvariantCulture, $"{name}-{++_receipts}");

    private PersonReference Person() => new() { InsuredDivision = person.Division, SocialSecurityNumber = person.SocialSecurityNumber, Name = person.Name };
}

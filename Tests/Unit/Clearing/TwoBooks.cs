using Google.Protobuf;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>
/// The books of two provinces with ledgers made for the test, and the agencies' messages carried between them by hand: the same rules and effects
/// as over the line, for ledgers that would take a hospital too long to make. Guangdong treats, Yunnan insures.
/// </summary>
internal sealed class TwoBooks : IAsyncDisposable
{
    public static readonly Division Guangdong = Division.Parse("440000"), Yunnan = Division.Parse("530000");

    private readonly TempFolder _folder = new();
    private readonly Dictionary<Division, AgencyDesk> _desks = [];
    private long _serial;

    private TwoBooks(DateTimeOffset begin) => Clock = new ManualTimeProvider(begin);

    public ManualTimeProvider Clock { get; }

    public StatementDesk Claimant => new(_desks[Guangdong]);

    public StatementDesk Payer => new(_desks[Yunnan]);

    public PrepaymentDesk Holder => new(_desks[Guangdong]);

    public PrepaymentDesk Depositor => new(_desks[Yunnan]);

    public static NodesConfiguration Configuration { get; } = new() { ProtocolRelease = "1.0", CatalogueRelease = "2016.1", Nodes = [] };

    public static async Task<TwoBooks> OpenAsync()
    {
        var books = new TwoBooks(new DateTimeOffset(2017, 9, 25, 9, 0, 0, TimeSpan.FromHours(8)));
        foreach (var province in new[] { Guangdong, Yunnan })
        {
            Directory.CreateDirectory(books._folder.File(province.Code));
            var database = EmptyBooks.OpenIn(books._folder.File(province.Code), books.Clock);
            var ids = await TransactionIdSource.OpenAsync(database, province, books.Clock, CancellationToken.None);
            books._desks.Add(province, new AgencyDesk(Configuration, province, database, ids, books.Clock, sender: null));
        }
        return books;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var desk in _desks.Values)
            await desk.Database.DisposeAsync();
        _folder.Dispose();
    }

    public T Read<T>(Division province, Func<Session, T> read) => _desks[province].Database.Read(read);

    public Task WriteAsync(Division province, Action<Session> write) => _desks[province].Database.WriteAsync(write, CancellationToken.None);

    public long Balance(Division province, Account account) =>
        Read(province, session => session.QuerySingle<long>("SELECT coalesce(sum(amount_fen), 0) FROM posting WHERE account = @account", new { account = (int)account }));

    /// <summary>Settlements on one day, in Guangdong's ledger and, where both know them, in Yunnan's.</summary>
    /// <returns>Their keys.</returns>
    public async Task<IReadOnlyList<string>> SettleAsync(int rows, long clearedFen = 900_00, bool known = true, string on = "2017-09-20", string negated = "")
    {
        var made = Enumerable.Range(0, rows).Select(_ => Row(++_serial, clearedFen, on, negated)).ToList();
        await WriteAsync(Guangdong, session => made.ForEach(row => Insert(session, LedgerSide.Treatment, Yunnan, row)));
        if (known)
            await WriteAsync(Yunnan, session => made.ForEach(row => Insert(session, LedgerSide.Insured, Guangdong, row)));
        return [.. made.Select(row => row.TransactionId)];
    }

    /// <summary>Undoes a settlement in both ledgers.</summary>
    public async Task UndoAsync(string row, long clearedFen = 900_00) => await SettleAsync(1, -clearedFen, negated: row);

    public Task<ClearingStatement> CutAsync(DateOnly period) => Claimant.CutAsync(Yunnan, period, 0, null, CancellationToken.None);

    /// <summary>Proposed, carried over and checked.</summary>
    public async Task<CheckRow> ProposeAsync(string number)
    {
        await DeliverAsync(Guangdong, await Claimant.ProposeAsync(number, "", CancellationToken.None));
        return await CheckAsync(Read(Yunnan, session => StatementBook.Latest(session, number)!));
    }

    public async Task ConfirmAsync(string number) => await DeliverAsync(Yunnan, await Payer.ConfirmAsync(number, "", CancellationToken.None));

    public async Task DisputeAsync(string number, params ObjectionRow[] rows) =>
        await DeliverAsync(Yunnan, await Payer.DisputeAsync(number, rows.Length == 0 ? null : rows, "", "", CancellationToken.None));

    /// <summary>Cut, proposed, found clean and confirmed.</summary>
    public async Task<ClearingStatement> ClearAsync(DateOnly period)
    {
        var draft = await CutAsync(period);
        Assert.That((await ProposeAsync(draft.StatementNumber)).IsClean, Is.True);
        await ConfirmAsync(draft.StatementNumber);
        return Latest(draft.StatementNumber);
    }

    /// <summary>Yunnan's clerk, without a line to anybody.</summary>
    public async Task<ClearingClerk> ClerkAsync(ILogger<ClearingClerk> logger)
    {
        var database = _desks[Yunnan].Database;
        var ids = await TransactionIdSource.OpenAsync(database, Yunnan, Clock, CancellationToken.None);
        return new ClearingClerk(Configuration, Yunnan, database, new StatementChecker(Configuration, Yunnan, database, ids, peers: null!, Clock), Payer,
            new ClearingAgency(Configuration, Yunnan, database, inbox: null!, Clock), Clock, logger);
    }

    public ClearingStatement Latest(string number) => Read(Guangdong, session => StatementBook.Latest(session, number)!);

    public IReadOnlyList<HeldRow> Held(Division province) => Read(province, HeldBack.All);

    /// <summary>Carries a stored message across and its acceptance back.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> DeliverAsync(Division sender, AgencyOutcome outcome)
    {
        Assert.That(outcome.Refusal, Is.Null);
        var (id, receiver) = (outcome.TransactionId!, sender == Guangdong ? Yunnan : Guangdong);
        var row = Read(sender, session => ClearingOutbox.Find(session, id)!);
        await (AgencySteps.Find(row.Rpc.Path) switch
        {
            ProposeStatementStep step => CarryAsync(step, row, sender, receiver),
            DisputeStatementStep step => CarryAsync(step, row, sender, receiver),
            ConfirmStatementStep step => CarryAsync(step, row, sender, receiver),
            NotifyPaymentStep step => CarryAsync(step, row, sender, receiver),
            ConfirmPaymentStep step => CarryAsync(step, row, sender, receiver),
            RequestTopUpStep step => CarryAsync(step, row, sender, receiver),
            AnswerTopUpStep step => CarryAsync(step, row, sender, receiver),
            NotifyPrepaymentStep step => CarryAsync(step, row, sender, receiver),
            ConfirmPrepaymentStep step => CarryAsync(step, row, sender, receiver),
            var other => throw new InvalidOperationException($"{other?.Method} is not carried."),
        });
        return id;
    }

    /// <summary>Why the other side would refuse a message of the sender's that its own side did not see.</summary>
    public Refusal? RefusedBy<TRequest, TReply>(Division receiver, AgencyStep<TRequest, TReply> step, TRequest request)
        where TRequest : class, IExchangeRequest, IMessage<TRequest>, new()
        where TReply : class, IExchangeReply, IMessage<TReply>, new() => Read(receiver, session => step.Refuse(ScopeOf(session, receiver, isSender: false), request));

    private async Task CarryAsync<TRequest, TReply>(AgencyStep<TRequest, TReply> step, AgencyMessageRow row, Division sender, Division receiver)
        where TRequest : class, IExchangeRequest, IMessage<TRequest>, new()
        where TReply : class, IExchangeReply, IMessage<TReply>, new()
    {
        var request = (TRequest)((IAgencyStep)step).Parse(row.Request);
        TReply? reply = null;
        await WriteAsync(receiver, session =>
        {
            var scope = ScopeOf(session, receiver, isSender: false);
            Assert.That(step.Refuse(scope, request), Is.Null);
            step.Apply(scope, request);
            reply = step.Accept(scope, request);
        });
        Assert.That(step.Contradiction(request, reply!), Is.Null);
        await WriteAsync(sender, session =>
        {
            ClearingOutbox.End(session, row.TransactionId, AgencyMessageState.Accepted, reply.ToByteArray(), null, Clock.GetUtcNow().ToUnixTimeMilliseconds());
            step.Apply(ScopeOf(session, sender, isSender: true), request);
        });
    }

    private async Task<CheckRow> CheckAsync(ClearingStatement statement)
    {
        var ids = await TransactionIdSource.OpenAsync(_desks[Yunnan].Database, Yunnan, Clock, CancellationToken.None);
        var checker = new StatementChecker(Configuration, Yunnan, _desks[Yunnan].Database, ids, peers: null!, Clock);
        return (await checker.RunAsync(statement, (after, max, _) => Task.FromResult<(StatementRowPage?, string?)>((PageOf(statement, after, max), null)), CancellationToken.None)).Check!;
    }

    private StatementRowPage PageOf(ClearingStatement statement, long after, int max)
    {
        var rows = Read(Guangdong, session => ClearedRows.Page(session, StatementBook.Latest(session, statement.StatementNumber)!, after, max));
        var page = new StatementRowPage { More = rows.Count > 0 && rows[^1].Sequence < statement.LastSequence };
        page.Rows.Add(rows.Select(found => new StatementRow { Sequence = found.Sequence, Row = found.Row }));
        return page;
    }

    private AgencyScope ScopeOf(Session session, Division self, bool isSender) => new()
    {
        Session = session,
        Self = self,
        Partner = self == Guangdong ? Yunnan : Guangdong,
        IsSender = isSender,
        Options = Configuration.Clearing,
        NowMs = Clock.GetUtcNow().ToUnixTimeMilliseconds(),
    };

    private void Insert(Session session, LedgerSide side, Division partner, LedgerRow row)
    {
        LedgerRows.Insert(session, new LedgerRecord { Side = side, Partner = partner, Sequence = LedgerRows.Last(session, side, partner) + 1, Row = row }, RowDigest.Of(row));
        var fen = row.Payments.FundTotalFen;
        PostingStore.Append(session, new PostingSet
        {
            TransactionId = TransactionId.Parse(row.TransactionId),
            Event = row.Kind is LedgerRowKind.Settlement ? PostingEvent.Settlement : PostingEvent.Cancellation,
            Subject = row.SettlementNumber,
            Partner = partner,
            BusinessDate = ChinaTime.ParseIso(row.Cell.BusinessDate),
            PostedAtMs = Clock.GetUtcNow().ToUnixTimeMilliseconds(),
            Postings = fen == 0 ? [] : side is LedgerSide.Treatment
                ? [new(Account.ReceivableFromPartner, fen), new(Account.PayableToHospitals, -fen)]
                : [new(Account.FundExpense, fen), new(Account.PayableToPartner, -fen)],
        });
    }

    private static LedgerRow Row(long serial, long clearedFen, string on, string negated) => new()
    {
        TransactionId = $"44000020170920100000{serial:0000000000}",
        Kind = negated.Length > 0 ? LedgerRowKind.Cancellation : LedgerRowKind.Settlement,
        Cell = new LedgerCell { BusinessDate = on, Scheme = "310", ClearingType = "21" },
        SettlementNumber = $"A530100170920{serial:0000000}",
        VisitNumber = $"S440100170920{serial:0000000}",
        NegatedTransactionId = negated,
        InsuredDivision = "530100",
        PersonNumber = $"53010{serial:00000000}",
        InstitutionCode = "H44010000001",
        VisitKind = "21",
        Charges = new Charges { TotalFen = clearedFen, InScopeFen = clearedFen },
        Payments = new Payments { PoolFen = clearedFen, FundTotalFen = clearedFen },
    };
}

using System.Globalization;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Reconciliation;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Reconciliation;

/// <summary>The books of Yunnan, which treats, and Guangdong, which insures; each answers the other's questions as bytes, and every question is counted.</summary>
internal sealed class TwoLedgers : IAsyncDisposable
{
    public static readonly Division Treatment = Division.Parse("530000");
    public static readonly Division Insured = Division.Parse("440000");

    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Vault _vault;
    private long _serial;

    public TwoLedgers()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "t", "keys"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "i"));
        _vault = DataFolder.OpenVault(Path.Combine(_folder.Path, "t"));
        TreatmentBooks = EmptyBooks.OpenIn(Path.Combine(_folder.Path, "t"), _time);
        InsuredBooks = EmptyBooks.OpenIn(Path.Combine(_folder.Path, "i"), _time);
    }

    public Database TreatmentBooks { get; }

    public Database InsuredBooks { get; }

    /// <summary>The names of the questions asked, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Happens before a question is answered.</summary>
    public Func<PeerMethod, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>What becomes of an answer on its way.</summary>
    public Func<PeerMethod, byte[], byte[]> Twist { get; set; } = (_, answer) => answer;

    public PeerLedger LastAsked { get; private set; } = null!;

    public Task AppendAsync(LedgerSide side, params IEnumerable<LedgerRow> rows) => (side is LedgerSide.Treatment ? TreatmentBooks : InsuredBooks).WriteAsync(
        session => GeneratedLedger.Append(session, side, side is LedgerSide.Treatment ? Insured : Treatment, rows), CancellationToken.None);

    public LedgerAnswers AnswersOf(LedgerSide side) => side is LedgerSide.Treatment
        ? new(Treatment, TreatmentBooks, _vault, _time) : new(Insured, InsuredBooks, _vault, _time);

    /// <summary>One side compares its ledger with the other's.</summary>
    public Task<ComparedLedgers> CompareAsync(LedgerSide asker, DateOnly from, DateOnly to)
    {
        var (self, partner, books) = asker is LedgerSide.Treatment ? (Treatment, Insured, TreatmentBooks) : (Insured, Treatment, InsuredBooks);
        LastAsked = new PeerLedger(Configuration, asker, self, partner, _ => new(TransactionId.Create(self, _time.GetUtcNow(), ++_serial)), AskAsync(self, asker), _time);
        return new LedgerComparison(books, _vault, asker, partner, LastAsked).RunAsync(from, to, _ => { }, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await TreatmentBooks.DisposeAsync();
        await InsuredBooks.DisposeAsync();
        _folder.Dispose();
    }

    private static NodesConfiguration Configuration { get; } = new() { ProtocolRelease = "1.0", CatalogueRelease = "2016.1", Nodes = [] };

    private AskPeer AskAsync(Division asker, LedgerSide side)
    {
        var answers = AnswersOf(side is LedgerSide.Treatment ? LedgerSide.Insured : LedgerSide.Treatment);
        return async (method, request, _) =>
        {
            await Before(method);
            Asked.Add(method.Name);
            IMessage reply = method.Name switch
            {
                nameof(PeerMethod.GetTotals) => answers.Totals(GetTotalsRequest.Parser.ParseFrom(request), asker),
                nameof(PeerMethod.GetRangeDigests) => answers.RangeDigests(GetRangeDigestsRequest.Parser.ParseFrom(request), asker),
                nameof(PeerMethod.ListRows) => answers.Rows(ListRowsRequest.Parser.ParseFrom(request), asker),
                nameof(PeerMethod.ListInFlight) => answers.InFlight(ListInFlightRequest.Parser.ParseFrom(request), asker),
                _ => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{method} is not of reconciliation.")),
            };
            return new PeerOutcome.Answered(Twist(method, reply.ToByteArray()));
        };
    }
}

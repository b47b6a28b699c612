using Provincial.His.V1;

namespace ProvincialGateway.Simulation;

/// <summary>What one visit costs by the hospital's own book: the lines it was told are stored, less what it was told is taken back.</summary>
internal sealed class OwnBill
{
    private readonly Dictionary<string, long> _standing = [];
    private readonly List<string> _contradictions = [];

    private OwnBill()
    {
    }

    /// <summary>Of the lines that no settlement has: what the next one is of.</summary>
    public long UnsettledFen { get; private set; }

    /// <summary>By their numbers, what each settlement the hospital was told of is of, whether it stands still or not.</summary>
    public Dictionary<string, long> Settlements { get; } = [];

    /// <summary>Where an answer gave another total of the visit than the book.</summary>
    public IReadOnlyList<string> Contradictions => _contradictions;

    /// <summary>
    /// Who asks for one visit goes on only when it was told, so the order of the book is the order in which things took effect; what was refused, or reversed
    /// before anything followed, has none.
    /// </summary>
    /// <exception cref="InvalidOperationException">The hospital still waits for an answer about it.</exception>
    public static OwnBill Of(IEnumerable<Asked> book, string visitNumber)
    {
        var bill = new OwnBill();
        foreach (var asked in book.Where(asked => VisitOf(asked) == visitNumber))
        {
            if (asked.Outcome is ToldOutcome.Unknown)
                throw new InvalidOperationException($"{asked.Id} {asked.Operation} is not answered yet.");
            if (asked.Outcome is ToldOutcome.Granted)
                bill.Enter(asked);
        }
        return bill;
    }

    /// <summary>The visit whose bill a request is about; null for every other request.</summary>
    public static string? VisitOf(Asked asked) => asked.Request switch
    {
        UploadFeeLinesRequest upload => upload.Visit.VisitNumber,
        RefundFeeLineRequest refund => refund.Visit.VisitNumber,
        WithdrawFeeLinesRequest withdrawal => withdrawal.Visit.VisitNumber,
        SettleRequest settle => settle.Visit.VisitNumber,
        CancelSettlementRequest cancel => cancel.Visit.VisitNumber,
        _ => null,
    };

    private void Enter(Asked asked)
    {
        switch (asked.Request)
        {
            case UploadFeeLinesRequest upload:
                UnsettledFen += upload.Lines.Sum(line => line.AmountFen);
                var (told, own) = (UploadFeeLinesResponse.Parser.ParseJson(asked.Answer).Result.VisitTotalFen, UnsettledFen + _standing.Values.Sum());
                if (told != own)
                    _contradictions.Add($"{asked.Id}: the visit was said to be of {told} fen, by its own book it is of {own}");
                break;
            case RefundFeeLineRequest refund:
                UnsettledFen -= refund.AmountFen;
                break;
            case WithdrawFeeLinesRequest:
                UnsettledFen = 0;
                break;
            case SettleRequest:
                var settled = SettleResponse.Parser.ParseJson(asked.Answer).Result.SettlementNumber;
                Settlements[settled] = _standing[settled] = UnsettledFen;
                UnsettledFen = 0;
                break;
            case CancelSettlementRequest:
                _standing.Remove(CancelSettlementResponse.Parser.ParseJson(asked.Answer).Result.SettlementNumber, out var again);
                UnsettledFen += again;
                break;
        }
    }
}

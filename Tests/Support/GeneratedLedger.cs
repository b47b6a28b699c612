using Provincial.Exchange.V1;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Support;

/// <summary>Rows of a ledger as settlements would leave them, made from a seed and written straight into the books of either side.</summary>
internal sealed class GeneratedLedger(Division treatment, Division insured, Random random)
{
    private static readonly (string VisitKind, string Type)[] Kinds = [("21", "21"), ("21", "21"), ("11", "11"), ("41", "41")];
    private static readonly string[] Schemes = ["310", "310", "390"];

    private long _serial;

    public static LedgerRelation RelationOf(Division treatment, Division insured) => new() { TreatmentProvince = treatment.Code, InsuredProvince = insured.Code };

    /// <summary>The next settlement of a day, of a random scheme and kind where none is stated.</summary>
    public LedgerRow Settlement(DateOnly day, string? scheme = null)
    {
        var serial = ++_serial;
        var (visitKind, type) = scheme is null ? Kinds[random.Next(Kinds.Length)] : Kinds[0];
        var number = $"{insured.Code[..4]}00{day:yyMMdd}{serial:0000000}";
        var (fullSelfPay, preSelfPay, inScope) = (random.Next(0, 90_000), random.Next(0, 90_000), random.Next(1, 2_000_000));
        var pool = random.Next(0, inScope + 1);
        var total = fullSelfPay + preSelfPay + inScope;
        return new LedgerRow
        {
            TransactionId = TransactionId.Create(Division.Parse($"{treatment.Code[..4]}00"), new DateTimeOffset(day.ToDateTime(new TimeOnly(9, 0)), ChinaTime.Offset).AddSeconds(random.Next(20_000)), serial).Text,
            Kind = LedgerRowKind.Settlement,
            Cell = new LedgerCell { BusinessDate = day.Iso(), Scheme = scheme ?? Schemes[random.Next(Schemes.Length)], ClearingType = type },
            SettlementNumber = $"A{number}",
            VisitNumber = $"S{number}",
            InsuredDivision = insured.Code,
            PersonNumber = $"P{random.Next(1, 500):000000}",
            InstitutionCode = $"H{treatment.Code}00{random.Next(1, 9)}",
            VisitKind = visitKind,
            Charges = new Charges { TotalFen = total, FullSelfPayFen = fullSelfPay, PreSelfPayFen = preSelfPay, InScopeFen = inScope },
            Payments = new Payments { PoolFen = pool, FundTotalFen = pool, CashFen = total - pool, PersonalTotalFen = total - pool },
        };
    }

    /// <summary>The row that takes another back, on a day of its own.</summary>
    public LedgerRow Cancellation(LedgerRow settlement, DateOnly day)
    {
        var row = Settlement(day, settlement.Cell.Scheme);
        (row.Kind, row.NegatedTransactionId, row.SettlementNumber, row.VisitNumber) = (LedgerRowKind.Cancellation, settlement.TransactionId, settlement.SettlementNumber, settlement.VisitNumber);
        (row.PersonNumber, row.InstitutionCode, row.VisitKind, row.Cell.ClearingType) = (settlement.PersonNumber, settlement.InstitutionCode, settlement.VisitKind, settlement.Cell.ClearingType);
        row.Charges = new Charges
        {
            TotalFen = -settlement.Charges.TotalFen,
            FullSelfPayFen = -settlement.Charges.FullSelfPayFen,
            PreSelfPayFen = -settlement.Charges.PreSelfPayFen,
            InScopeFen = -settlement.Charges.InScopeFen,
        };
        row.Payments = new Payments
        {
            PoolFen = -settlement.Payments.PoolFen,
            FundTotalFen = -settlement.Payments.FundTotalFen,
            CashFen = -settlement.Payments.CashFen,
            PersonalTotalFen = -settlement.Payments.PersonalTotalFen,
        };
        return row;
    }

    /// <summary>The same settlement with one fen moved from the person to the pool.</summary>
    public static LedgerRow OneFenOff(LedgerRow row)
    {
        var other = row.Clone();
        other.Payments.PoolFen++;
        other.Payments.FundTotalFen++;
        other.Payments.CashFen--;
        other.Payments.PersonalTotalFen--;
        return other;
    }

    /// <summary>Appends rows to one side's books, numbered in the order given, with their digests and the ledger's counter.</summary>
    public static void Append(Session session, LedgerSide side, Division partner, IEnumerable<LedgerRow> rows)
    {
        foreach (var row in rows)
        {
            var record = new LedgerRecord { Side = side, Partner = partner, Sequence = Counters.Next(session, LedgerRows.Counter(side, partner)), Row = row };
            LedgerRows.Insert(session, record, RowDigest.Of(row));
        }
    }
}

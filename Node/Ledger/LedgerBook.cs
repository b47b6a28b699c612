using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Ledger;

/// <summary>Which of the two ledgers a pair of provinces has with each other, seen from this node.</summary>
internal enum LedgerSide
{
    /// <summary>This province treats: the partner owes.</summary>
    Treatment = 1,

    /// <summary>This province insures: it owes the partner.</summary>
    Insured = 2,
}

/// <summary>
/// Writes the rows that reconciliation compares and clearing claims, in the transaction that settles or undoes. Both sides write equal rows, so
/// each row's digest is the same on both.
/// </summary>
internal static class LedgerBook
{
    /// <summary>The row of a settlement, with the next number of this side's ledger with the partner.</summary>
    /// <param name="visitKind">Exchange code.</param>
    public static void Settled(Session session, LedgerSide side, Division partner, string transactionId, Settlement settlement, string institutionCode, string visitKind) =>
        Append(session, side, partner, new LedgerRow
        {
            TransactionId = transactionId,
            Kind = LedgerRowKind.Settlement,
            Cell = new LedgerCell
            {
                BusinessDate = settlement.BusinessDate,
                Scheme = settlement.Decision.Person.Scheme,
                ClearingType = ClearingTypes.Of(visitKind),
            },
            SettlementNumber = settlement.SettlementNumber,
            VisitNumber = settlement.VisitNumber,
            InsuredDivision = settlement.Decision.Person.InsuredDivision,
            PersonNumber = settlement.Decision.Person.PersonNumber,
            InstitutionCode = institutionCode,
            VisitKind = visitKind,
            Charges = settlement.Decision.Charges,
            Payments = settlement.Decision.Payments,
        });

    /// <summary>
    /// The opposite of a row, under an id and on a day of its own: a settlement undone, or a cancellation undone and with it the settlement back.
    /// </summary>
    /// <exception cref="StorageInvariantException">There is no such row.</exception>
    public static void TakenBack(Session session, LedgerRowKind kind, string transactionId, string negatedTransactionId, string businessDate)
    {
        var negated = LedgerRows.Find(session, negatedTransactionId) ?? throw new StorageInvariantException(
            $"本节点台账中没有交易 {negatedTransactionId}，不能记其冲减行；请保留日志并联系技术支持。",
            $"This node's ledger has no row of transaction {negatedTransactionId} to take back; keep the log and call support.");
        var row = negated.Row;
        (row.Kind, row.TransactionId, row.NegatedTransactionId, row.Cell.BusinessDate) = (kind, transactionId, negatedTransactionId, businessDate);
        (row.Charges, row.Payments) = (Negative(row.Charges), Negative(row.Payments));
        Append(session, negated.Side, negated.Partner, row);
    }

    /// <summary>Why a person of a settlement that a peer answered can have no row in the ledger, or null.</summary>
    public static string? FaultOf(Person person, string peer) =>
        !Division.TryParse(person.InsuredDivision, out var insured) || insured.Province.Code != peer ? "是他省参保人 / a person of another province"
        : person.Scheme.Length is 0 || person.PersonNumber.Length is 0 ? "参保人没有险种或个人编号 / a person without scheme or number"
        : person.Scheme.Any(char.IsControl) || person.PersonNumber.Any(char.IsControl) ? "险种或个人编号含控制字符 / a person whose scheme or number holds control characters"
        : null;

    private static void Append(Session session, LedgerSide side, Division partner, LedgerRow row)
    {
        var sequence = Counters.Next(session, LedgerRows.Counter(side, partner));
        LedgerRows.Insert(session, new LedgerRecord { Side = side, Partner = partner, Sequence = sequence, Row = row }, RowDigest.Of(row));
    }

    private static Charges Negative(Charges charges) => new()
    {
        TotalFen = -charges.TotalFen,
        FullSelfPayFen = -charges.FullSelfPayFen,
        OverLimitFen = -charges.OverLimitFen,
        PreSelfPayFen = -charges.PreSelfPayFen,
        InScopeFen = -charges.InScopeFen,
    };

    private static Payments Negative(Payments payments) => new()
    {
        DeductibleFen = -payments.DeductibleFen,
        PoolFen = -payments.PoolFen,
        CivilServantFen = -payments.CivilServantFen,
        EnterpriseFen = -payments.EnterpriseFen,
        EmployeeLargeAmountFen = -payments.EmployeeLargeAmountFen,
        ResidentCriticalIllnessFen = -payments.ResidentCriticalIllnessFen,
        MedicalAidFen = -payments.MedicalAidFen,
        OtherFen = -payments.OtherFen,
        FundTotalFen = -payments.FundTotalFen,
        AccountFen = -payments.AccountFen,
        CashFen = -payments.CashFen,
        PersonalTotalFen = -payments.PersonalTotalFen,
        HospitalBorneFen = -payments.HospitalBorneFen,
    };
}

/// <summary>The clearing type (清算类别) a visit kind is cleared under, both exchange codes.</summary>
internal static class ClearingTypes
{
    public const string Outpatient = "11";
    public const string Inpatient = "21";
    public const string Pharmacy = "41";
    public const string Other = "99";

    /// <summary>A visit without a stay: it is settled for a day instead of a discharge.</summary>
    public static bool IsOutpatient(string visitKind) => Of(visitKind) == Outpatient;

    public static string Of(string visitKind) => visitKind switch
    {
        "11" or "12" or "13" or "14" => Outpatient,
        "21" or "22" or "24" or "52" => Inpatient,
        "41" => Pharmacy,
        _ => Other,
    };
}

using System.Collections.Frozen;
using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>What the dialect keeps of a request to write its reply.</summary>
/// <param name="Transaction">Null when the request was not understood.</param>
internal sealed record CallState(Transaction? Transaction, ClientVariant Variant, Echo Echo, Places Places, HisOperation? Operation);

/// <summary>One transaction of the interface.</summary>
/// <param name="Decode">May return an operation that is not usable when <see cref="CallReader.Refusal"/> is set.</param>
/// <param name="Encode">The reply's <c>output</c>; null when the result is not one this transaction can have.</param>
internal sealed record Transaction(Func<CallReader, HisOperation> Decode, Func<CallState, HisResult, JsonNode?> Encode)
{
    /// <summary>Set where success is answered by a file instead of an envelope; null when the result is not one this transaction can have.</summary>
    public Func<CallState, HisResult, byte[]?>? Download { get; init; }

    /// <summary>Record name of the operation where the interface declares the transaction reversible by 2601.</summary>
    public string? ReversibleAs { get; init; }

    /// <summary>Cleared as outpatient (11) instead of inpatient (21).</summary>
    public bool IsOutpatient { get; init; }
}

/// <summary>Every transaction by its code.</summary>
internal static class Transactions
{
    private const string VisitNode = "mdtrtinfo";

    private static readonly Transaction UpdateOutpatient = new(OutpatientMessages.Update, Nothing<VisitUpdated>);
    private static readonly Transaction PreviewOutpatient = new(SettlementMessages.Preview, SettlementReplies.Previewed) { IsOutpatient = true };
    private static readonly Transaction SettleOutpatient = new(SettlementMessages.Settle, SettlementReplies.Settled) { ReversibleAs = nameof(Settle), IsOutpatient = true };
    private static readonly Transaction CancelOutpatient = new(SettlementMessages.Cancel, SettlementReplies.Cancelled) { ReversibleAs = nameof(CancelSettlement), IsOutpatient = true };

    // 2203A, 2206A: the later edition of the interface gives four of the outpatient ones a letter.
    private static readonly FrozenDictionary<string, Transaction> All = new Dictionary<string, Transaction>
    {
        ["9001"] = new(SessionMessages.SignIn, SessionMessages.SignedIn),
        ["9002"] = new(SessionMessages.SignOut, SessionMessages.SignedOut),
        ["1101"] = new(PersonMessages.Verify, PersonMessages.Verified),
        ["2201"] = new(OutpatientMessages.Register, OutpatientMessages.Registered),
        ["2202"] = new(call => new CancelAdmission { Visit = VisitMessages.Visit(call.Node(VisitNode)) }, Nothing<AdmissionCancelled>),
        ["2203"] = UpdateOutpatient,
        ["2203A"] = UpdateOutpatient,
        ["2204"] = new(OutpatientMessages.Upload, FeeMessages.Stored),
        ["2205"] = new(OutpatientMessages.Withdraw, Nothing<FeeLinesWithdrawn>),
        ["2206"] = PreviewOutpatient,
        ["2206A"] = PreviewOutpatient,
        ["2207"] = SettleOutpatient,
        ["2207A"] = SettleOutpatient,
        ["2208"] = CancelOutpatient,
        ["2208A"] = CancelOutpatient,
        ["2401"] = new(VisitMessages.Admit, VisitMessages.Admitted) { ReversibleAs = nameof(RegisterAdmission) },
        ["2402"] = new(VisitMessages.Discharge, Nothing<Discharged>),
        ["2403"] = new(VisitMessages.Update, Nothing<VisitUpdated>),
        ["2404"] = new(call => new CancelAdmission { Visit = VisitMessages.Visit(call.Node()) }, Nothing<AdmissionCancelled>),
        ["2405"] = new(call => new CancelDischarge { Visit = VisitMessages.Visit(call.Node()) }, Nothing<DischargeCancelled>),
        ["2301"] = new(FeeMessages.Upload, FeeMessages.Stored),
        ["2302"] = new(FeeMessages.Withdraw, Nothing<FeeLinesWithdrawn>),
        ["2303"] = new(SettlementMessages.Preview, SettlementReplies.Previewed),
        ["2304"] = new(SettlementMessages.Settle, SettlementReplies.Settled) { ReversibleAs = nameof(Settle) },
        ["2305"] = new(SettlementMessages.Cancel, SettlementReplies.Cancelled) { ReversibleAs = nameof(CancelSettlement) },
        ["2601"] = new(SettlementMessages.Reverse, Nothing<TransactionReversed>),
        ["3201"] = new(ReconciliationMessages.Totals, ReconciliationMessages.TotalsCompared),
        ["3202"] = new(ReconciliationMessages.Rows, ReconciliationMessages.RowsCompared),
        ["9101"] = new(FileMessages.Upload, FileMessages.Uploaded),
        ["9102"] = new(FileMessages.Download, (_, _) => null) { Download = FileMessages.Downloaded },
    }.ToFrozenDictionary();

    public static IReadOnlyList<string> Known { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    public static Transaction? Find(string code) => All.GetValueOrDefault(code);

    /// <summary>Pharmacies are known and not open yet, which a client must be able to tell from a mistyped code.</summary>
    public static HisRefusal Unknown(string code) => code.StartsWith("21", StringComparison.Ordinal)
        ? NotOpened(Refusals.UnknownTransaction(code))
        : Refusals.UnknownTransaction(code);

    public static HisRefusal NotOpened(HisRefusal refusal) => refusal with
    {
        Chinese = "本节点尚未开通药店业务，未办理任何业务。",
        English = "pharmacy business is not opened on this node yet; nothing was done.",
        NextStepChinese = "费用请由患者垫付后回参保地报销，开通时间请询省中心。",
        NextStepEnglish = "The patient pays and claims at home; ask the provincial centre when it opens.",
    };

    private static JsonObject? Nothing<TResult>(CallState state, HisResult result)
        where TResult : HisResult => result is TResult ? new JsonObject() : null;
}

using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.His;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>What a node could answer: the operation's own result, pending or a refusal, with texts no code page likes; rarely another operation's.</summary>
internal sealed class FuzzResults
{
    private const int OfEachKind = 40;

    private static readonly string[] Letters = ["a", "Z", "0", " ", "\"", "\\", "<", "&", "é", "中", "䶮", "㼆", "𠮷", "\uD842", "\uDFB7", "|", "^", "$", ";", "\0", "\u0001", "\n", "\uFFFE", "\uE863", "]]>"];

    private static readonly string[] Ids = ["", "530000201606150910000000000001", "500000201006151708260000000011", "999999999999999999999999999999"];

    private readonly IReadOnlyList<HisResult> _all;
    private readonly Dictionary<Type, HisResult[]> _ofType;
    private readonly IReadOnlyList<HisSplitLine> _lines;

    public FuzzResults(int seed)
    {
        var random = new Random(seed);
        var records = new AnyRecord(random, listMin: 0, letters: Letters);
        var types = typeof(HisResult).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(HisResult)) && !type.IsAbstract);
        _all = [.. types.SelectMany(type => Enumerable.Range(0, OfEachKind).Select(_ => (HisResult)records.Of(type) with { TransactionId = Ids[random.Next(Ids.Length)] }))];
        _ofType = _all.GroupBy(result => result.GetType()).ToDictionary(group => group.Key, group => group.ToArray());
        _lines = [.. Enumerable.Range(0, OfEachKind).Select(_ => (HisSplitLine)records.Of(typeof(HisSplitLine)))];
    }

    public static HisRefusal Failure { get; } = new()
    {
        TransactionId = "",
        Code = "NODE_UNAVAILABLE",
        Side = RefusingSide.Treatment,
        Field = "",
        Chinese = "节点正在停止㼆䶮𠮷\uD842。",
        English = "the node is stopping | ^ $ < & \0.",
        NextStepChinese = "请稍后重发。",
        NextStepEnglish = "Send again later.",
    };

    public IReadOnlyList<HisResult> To(HisEnvelope envelope, Random random) => [.. envelope.Requests.Select(request => To(request, random))];

    private HisResult To(HisRequest request, Random random) => request.Refusal ?? random.Next(8) switch
    {
        0 => Any(_ofType[typeof(HisPending)], random),
        1 => Any(_ofType[typeof(HisRefusal)], random),
        2 when random.Next(4) == 0 => Any(_all, random),
        _ => Own(request.Operation!, random),
    };

    private HisResult Own(HisOperation operation, Random random)
    {
        var result = Any(_ofType[ResultOf(operation)], random);
        return (operation, result) switch
        {
            (UploadFeeLines upload, FeeLinesStored stored) => stored with { Lines = Lines(upload.Lines, random) },
            (TranslateFeeLines translate, FeeLinesTranslated translated) => translated with { Lines = Lines(translate.Lines, random) },
            _ => result,
        };
    }

    private IReadOnlyList<HisSplitLine> Lines(IReadOnlyList<HisFeeLine> lines, Random random) =>
        [.. lines.Select(line => Any(_lines, random) with { LineSerial = line.LineSerial, LocalCode = line.LocalCode, UnitPrice = line.UnitPrice, Quantity = line.Quantity })];

    private static Type ResultOf(HisOperation operation) => operation switch
    {
        Acknowledge => typeof(Acknowledged),
        IssueSerial => typeof(SerialIssued),
        OpenBusinessPeriod => typeof(BusinessPeriodOpened),
        VerifyPerson => typeof(PersonVerified),
        RegisterAdmission => typeof(AdmissionRegistered),
        RegisterOutpatient => typeof(OutpatientRegistered),
        TranslateFeeLines => typeof(FeeLinesTranslated),
        UploadFeeLines => typeof(FeeLinesStored),
        WithdrawFeeLines => typeof(FeeLinesWithdrawn),
        RefundFeeLine => typeof(FeeLineRefunded),
        LookUpItem => typeof(ItemLookedUp),
        LookUpApproval => typeof(ApprovalLookedUp),
        PreviewSettlement => typeof(SettlementPreviewed),
        Discharge => typeof(Discharged),
        Settle => typeof(Settled),
        CancelSettlement => typeof(SettlementCancelled),
        QueryTransaction => typeof(TransactionFound),
        CancelAdmission => typeof(AdmissionCancelled),
        CancelDischarge => typeof(DischargeCancelled),
        ReverseTransaction => typeof(TransactionReversed),
        ConfirmTransaction => typeof(TransactionConfirmed),
        ListUnconfirmed => typeof(UnconfirmedListed),
        DescribeInstitution => typeof(InstitutionDescribed),
        UpdateVisit => typeof(VisitUpdated),
        QueryFeeLines => typeof(FeeLinesFound),
        ConvertCode => typeof(CodeConverted),
        QueryBusinessPeriod => typeof(BusinessPeriodSummed),
        CloseBusinessPeriod => typeof(BusinessPeriodClosed),
        ReconcileTotals => typeof(TotalsReconciled),
        ReconcileSettlements => typeof(SettlementsReconciled),
        StateSettlements => typeof(SettlementsStated),
        QueryReconciliation => typeof(ReconciliationFound),
        ListSettlements => typeof(SettlementsListed),
        _ => throw new InvalidOperationException($"{operation.GetType().Name} has no result here."),
    };

    private static T Any<T>(IReadOnlyList<T> values, Random random) => values[random.Next(values.Count)];
}

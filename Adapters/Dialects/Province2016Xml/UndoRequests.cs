using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>0214, 0216 and 1301: undoing.</summary>
internal static class UndoRequests
{
    public const string NoSuchAdmission =
        "[VISIT_NOT_FOUND] 就医地 treatment side: otransid 所指的入院登记不存在或已取消。 请核对就诊登记号。 | "
        + "the admission that otransid names does not exist or is cancelled already. Check the visit number. (otransid)";

    /// <summary>What may stand in otransno. Clients reverse 0212, 0304 and 0305.</summary>
    private static readonly Dictionary<string, string> Operations = new(StringComparer.Ordinal)
    {
        ["0212"] = nameof(RegisterAdmission),
        ["0214"] = nameof(Adapters.Contracts.CancelAdmission),
        ["18"] = nameof(Adapters.Contracts.CancelAdmission),
        ["0215"] = nameof(Discharge),
        ["0216"] = nameof(Adapters.Contracts.CancelDischarge),
        ["0301"] = nameof(UploadFeeLines),
        ["0302"] = nameof(WithdrawFeeLines),
        ["0304"] = nameof(Settle),
        ["0305"] = nameof(CancelSettlement),
    };

    /// <summary>One client leaves ykc700 out: then the admission is known by its transaction only, and is undone as that.</summary>
    public static HisOperation CancelAdmission(InputReader input)
    {
        var original = input.Optional(Fields.OriginalTransaction);
        if (input.Optional(Fields.VisitNumber) is { } visit)
            return new CancelAdmission { Visit = new HisVisitReference { VisitNumber = visit }, OriginalTransactionId = original };
        if (original is null)
            input.Missing(Fields.VisitNumber);
        return new ReverseTransaction { OriginalTransactionId = original ?? "", OriginalOperation = nameof(RegisterAdmission) };
    }

    /// <summary>otransid names the discharge; the visit has only one, so it is not read.</summary>
    public static CancelDischarge CancelDischarge(InputReader input) => new() { Visit = FeeRequests.Visit(input) };

    public static ReverseTransaction Reverse(InputReader input)
    {
        var code = input.Required(Fields.OriginalCode);
        if (Transactions.IsOutpatient(code))
            input.Refuse(Transactions.Outpatient(code, Fields.OriginalCode));
        else if (!Operations.TryGetValue(code, out _))
            input.Invalid(Fields.OriginalCode, "该交易不能冲正，应为 0212 至 0305。", "this transaction cannot be reversed: 0212 to 0305 are expected.");
        return new ReverseTransaction { OriginalTransactionId = input.Required(Fields.OriginalTransaction), OriginalOperation = Operations.GetValueOrDefault(code) };
    }
}

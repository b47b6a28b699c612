using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>28, 0301, 0302 and 0707: fee lines. Clients send at most 100 rows in a message; any number is accepted.</summary>
internal static class FeeRequests
{
    // otransid of a withdrawal: every line of the visit.
    private const string EveryLine = "0";

    private const int PageSize = 500;

    /// <summary>In 28 the hospital has no centre code yet and copies its own into ake001, so nothing is declared.</summary>
    public static TranslateFeeLines Translate(InputReader input) => new()
    {
        Visit = Visit(input),
        Lines = input.Lines(row => Line(row) with { DeclaredCode = null }),
    };

    public static UploadFeeLines Upload(InputReader input) => new() { Visit = Visit(input), Lines = input.Lines(Line) };

    /// <summary>
    /// Clients always withdraw everything (otransid 0, no line). A transaction without a line would name the lines of one upload, which this
    /// interface never could do; it is refused rather than read as "everything".
    /// </summary>
    public static WithdrawFeeLines Withdraw(InputReader input)
    {
        var visit = Visit(input);
        var (original, serial) = (input.Optional(Fields.OriginalTransaction), input.Optional(Fields.WithdrawnSerial));
        if (original is not (null or EveryLine) && serial is null)
            input.Invalid(
                Fields.OriginalTransaction, "只支持 0（全部）；撤销单条请填 ykc610。",
                "only 0 (every line) is supported; name a single line in ykc610.");
        return new WithdrawFeeLines { Visit = visit, LineSerials = original == EveryLine || serial is null ? null : [serial] };
    }

    /// <summary>Every client asks from row 0 and reads what comes, so a page is as large as the contract allows.</summary>
    public static QueryFeeLines Query(InputReader input) => new()
    {
        Visit = Visit(input),
        Skip = input.OptionalCount(Fields.FirstRow) ?? 0,
        PageSize = PageSize,
    };

    public static HisVisitReference Visit(InputReader input) => new() { VisitNumber = input.Required(Fields.VisitNumber) };

    private static HisFeeLine Line(InputReader row) => new()
    {
        LineSerial = row.Required(Fields.LineSerial),
        PrescriptionNumber = row.Optional(Fields.PrescriptionNumber),
        LocalCode = row.Required(Fields.LocalCode),
        LocalName = row.Required(Fields.LocalName),
        DeclaredCode = row.Optional(Fields.DeclaredCode),
        FeeCategory = row.Required(Fields.FeeCategory),
        UnitPrice = UnitPrice(row),
        Quantity = Quantity(row),
        AmountFen = row.RequiredFen(Fields.Amount),
        FeeDate = row.RequiredDate(Fields.FeeDate),
        Unit = row.Optional(Fields.Unit),
        Specification = row.Optional(Fields.Specification),
        DoseForm = row.Optional(Fields.DoseForm),
        Department = row.Optional(Fields.LineDepartment),
        Doctor = row.Optional(Fields.LineDoctor),
    };

    private static decimal UnitPrice(InputReader row)
    {
        var price = row.RequiredDecimal(Fields.UnitPrice, decimals: 4);
        if (price < 0)
            row.Invalid(Fields.UnitPrice, "单价不能为负；退费请用负数量。", "a price is not negative; a refund line has a negative quantity.");
        return price;
    }

    private static decimal Quantity(InputReader row)
    {
        var quantity = row.RequiredDecimal(Fields.Quantity, decimals: 2);
        if (quantity == 0)
            row.Invalid(Fields.Quantity, "数量不能为 0。", "a quantity is not 0.");
        return quantity;
    }
}

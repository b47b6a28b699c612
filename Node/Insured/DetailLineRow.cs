using Provincial.Exchange.V1;

namespace ProvincialGateway.Insured;

/// <summary>A row of <c>insured_detail_line</c>: one line as the treatment province sent it, field by field.</summary>
internal sealed record DetailLineRow
{
    public long TransferId { get; init; }
    public required int LineNumber { get; init; }
    public required string LineSerial { get; init; }
    public required string OriginalLineSerial { get; init; }
    public required string PrescriptionNumber { get; init; }
    public required string LocalCode { get; init; }
    public required string LocalName { get; init; }
    public required string ExchangeCode { get; init; }
    public required string ExchangeName { get; init; }
    public required int MappingQuality { get; init; }
    public required string ItemClass { get; init; }
    public required string CatalogueKind { get; init; }
    public required string FeeCategory { get; init; }
    public required string FeeDate { get; init; }
    public required long UnitPriceE4 { get; init; }
    public required long QuantityE2 { get; init; }
    public required long AmountFen { get; init; }
    public required long FullSelfPayFen { get; init; }
    public required long OverLimitFen { get; init; }
    public required long PreSelfPayFen { get; init; }
    public required long InScopeFen { get; init; }
    public required int SelfPayBasisPoints { get; init; }
    public long? LimitE4 { get; init; }
    public required string CatalogueVersion { get; init; }
    public required string RestrictedUseReason { get; init; }
    public required string Unit { get; init; }
    public required string Specification { get; init; }
    public required string DoseForm { get; init; }
    public required string Department { get; init; }
    public required string Doctor { get; init; }
    public required string ApprovalNumber { get; init; }
    public required byte[] RowSha256 { get; init; }

    public static DetailLineRow Of(FeeDetailLine line) => new()
    {
        LineNumber = line.LineNumber,
        LineSerial = line.LineSerial,
        OriginalLineSerial = line.OriginalLineSerial,
        PrescriptionNumber = line.PrescriptionNumber,
        LocalCode = line.LocalCode,
        LocalName = line.LocalName,
        ExchangeCode = line.ExchangeCode,
        ExchangeName = line.ExchangeName,
        MappingQuality = (int)line.MappingQuality,
        ItemClass = line.ItemClass,
        CatalogueKind = line.CatalogueKind,
        FeeCategory = line.FeeCategory,
        FeeDate = line.FeeDate,
        UnitPriceE4 = line.UnitPriceTenThousandths,
        QuantityE2 = line.QuantityHundredths,
        AmountFen = line.Charges.TotalFen,
        FullSelfPayFen = line.Charges.FullSelfPayFen,
        OverLimitFen = line.Charges.OverLimitFen,
        PreSelfPayFen = line.Charges.PreSelfPayFen,
        InScopeFen = line.Charges.InScopeFen,
        SelfPayBasisPoints = line.SelfPayBasisPoints,
        LimitE4 = line.HasPriceLimitTenThousandths ? line.PriceLimitTenThousandths : null,
        CatalogueVersion = line.CatalogueVersion,
        RestrictedUseReason = line.RestrictedUseReason,
        Unit = line.Unit,
        Specification = line.Specification,
        DoseForm = line.DoseForm,
        Department = line.Department,
        Doctor = line.Doctor,
        ApprovalNumber = line.ApprovalNumber,
        RowSha256 = RowDigest.Of(line),
    };

    /// <summary>The line as it came; its digest is <see cref="RowSha256"/> unless the row was altered.</summary>
    public FeeDetailLine ToMessage()
    {
        var line = new FeeDetailLine
        {
            LineNumber = LineNumber,
            LineSerial = LineSerial,
            OriginalLineSerial = OriginalLineSerial,
            PrescriptionNumber = PrescriptionNumber,
            LocalCode = LocalCode,
            LocalName = LocalName,
            ExchangeCode = ExchangeCode,
            ExchangeName = ExchangeName,
            MappingQuality = (MappingQuality)MappingQuality,
            ItemClass = ItemClass,
            CatalogueKind = CatalogueKind,
            FeeCategory = FeeCategory,
            FeeDate = FeeDate,
            UnitPriceTenThousandths = UnitPriceE4,
            QuantityHundredths = QuantityE2,
            Charges = new Charges
            {
                TotalFen = AmountFen,
                FullSelfPayFen = FullSelfPayFen,
                OverLimitFen = OverLimitFen,
                PreSelfPayFen = PreSelfPayFen,
                InScopeFen = InScopeFen,
            },
            SelfPayBasisPoints = SelfPayBasisPoints,
            CatalogueVersion = CatalogueVersion,
            RestrictedUseReason = RestrictedUseReason,
            Unit = Unit,
            Specification = Specification,
            DoseForm = DoseForm,
            Department = Department,
            Doctor = Doctor,
            ApprovalNumber = ApprovalNumber,
        };
        if (LimitE4 is { } limit)
            line.PriceLimitTenThousandths = limit;
        return line;
    }
}

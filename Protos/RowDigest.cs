using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Provincial.Exchange.V1;

/// <summary>
/// The digests by which two ledgers are compared (README, Digests). The row text is fixed for all of v1: a field added later is not in it, so
/// that nodes of different releases go on agreeing.
/// </summary>
public static class RowDigest
{
    private const byte FieldEnd = 0x1F;
    private const byte RowEnd = 0x1E;

    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    /// <summary>SHA-256 of a row's text, 32 bytes: all fields but the digest itself.</summary>
    /// <exception cref="ArgumentException">A text field contains a control character; such a row must have been refused before.</exception>
    public static byte[] Of(LedgerRow row) => new Text(stackalloc byte[Text.UsualMax])
        .Add(row.TransactionId).Add((int)row.Kind)
        .Add(row.Cell?.BusinessDate).Add(row.Cell?.Scheme).Add(row.Cell?.ClearingType)
        .Add(row.SettlementNumber).Add(row.VisitNumber).Add(row.NegatedTransactionId)
        .Add(row.InsuredDivision).Add(row.PersonNumber).Add(row.InstitutionCode).Add(row.VisitKind)
        .Add(row.Charges).Add(row.Payments)
        .Digest();

    /// <inheritdoc cref="Of(LedgerRow)"/>
    public static byte[] Of(FeeDetailLine line) => new Text(stackalloc byte[Text.UsualMax])
        .Add(line.LineNumber).Add(line.LineSerial).Add(line.OriginalLineSerial).Add(line.PrescriptionNumber)
        .Add(line.LocalCode).Add(line.LocalName).Add(line.ExchangeCode).Add(line.ExchangeName).Add((int)line.MappingQuality)
        .Add(line.ItemClass).Add(line.CatalogueKind).Add(line.FeeCategory).Add(line.FeeDate)
        .Add(line.UnitPriceTenThousandths).Add(line.QuantityHundredths).Add(line.Charges).Add(line.SelfPayBasisPoints)
        .Add(line.HasPriceLimitTenThousandths ? line.PriceLimitTenThousandths : null)
        .Add(line.CatalogueVersion).Add(line.RestrictedUseReason).Add(line.Unit).Add(line.Specification).Add(line.DoseForm)
        .Add(line.Department).Add(line.Doctor).Add(line.ApprovalNumber)
        .Digest();

    /// <summary>SHA-256 of row digests one after another, 32 bytes. The order is the caller's: key, sequence or line order.</summary>
    /// <exception cref="ArgumentException">A row digest is not 32 bytes long.</exception>
    public static byte[] Over(IEnumerable<ReadOnlyMemory<byte>> rowDigests)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var digest in rowDigests)
        {
            if (digest.Length != SHA256.HashSizeInBytes)
                throw new ArgumentException($"A row digest has {digest.Length} bytes instead of {SHA256.HashSizeInBytes}.", nameof(rowDigests));
            hash.AppendData(digest.Span);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>A row's text as UTF-8, on the stack as long as it is of usual length: rows come by the million.</summary>
    private ref struct Text(Span<byte> bytes)
    {
        public const int UsualMax = 1_024;

        // More than the digits and sign of any whole number.
        private const int DigitsMax = 20;

        private Span<byte> _bytes = bytes;
        private int _length;

        public Text Add(string? value)
        {
            if (value.AsSpan().ContainsAny(Controls))
                throw new ArgumentException("A row field contains a control character.", nameof(value));
            Reserve(Encoding.UTF8.GetMaxByteCount(value?.Length ?? 0));
            _length += Encoding.UTF8.GetBytes(value.AsSpan(), _bytes[_length..]);
            return End(FieldEnd);
        }

        public Text Add(long? value)
        {
            if (value is not { } number)
                return End(FieldEnd);
            Reserve(DigitsMax);
            number.TryFormat(_bytes[_length..], out var written, default, CultureInfo.InvariantCulture);
            _length += written;
            return End(FieldEnd);
        }

        public Text Add(Charges? charges) => Add(charges?.TotalFen).Add(charges?.FullSelfPayFen).Add(charges?.OverLimitFen)
            .Add(charges?.PreSelfPayFen).Add(charges?.InScopeFen);

        public Text Add(Payments? payments) => Add(payments?.DeductibleFen).Add(payments?.PoolFen).Add(payments?.CivilServantFen)
            .Add(payments?.EnterpriseFen).Add(payments?.EmployeeLargeAmountFen).Add(payments?.ResidentCriticalIllnessFen)
            .Add(payments?.MedicalAidFen).Add(payments?.OtherFen).Add(payments?.FundTotalFen).Add(payments?.AccountFen)
            .Add(payments?.CashFen).Add(payments?.PersonalTotalFen).Add(payments?.HospitalBorneFen);

        public byte[] Digest()
        {
            var text = End(RowEnd);
            return SHA256.HashData(text._bytes[..text._length]);
        }

        private Text End(byte mark)
        {
            Reserve(1);
            _bytes[_length++] = mark;
            return this;
        }

        private void Reserve(int more)
        {
            if (_length + more <= _bytes.Length)
                return;
            var longer = new byte[Math.Max(_length + more, 2 * _bytes.Length)];
            _bytes[.._length].CopyTo(longer);
            _bytes = longer;
        }
    }
}

using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Treatment;

/// <summary>One line of an upload with all that can be known of it before the database is asked.</summary>
/// <param name="ContentHash">What a line is recognised by when it comes again.</param>
/// <param name="Translated">Null exactly when there is a fault.</param>
/// <param name="Details">What else the hospital said of the line, JSON.</param>
internal readonly record struct UploadedLine(HisFeeLine Line, byte[] ContentHash, TranslatedLine? Translated, LineFault? Fault, string Details);

/// <summary>
/// The lines of an upload, translated, split and hashed for one class of person by one state of the catalogue. Made before the writer is asked, on the
/// thread of the request: the writer is one for all hospitals, and this takes longer than storing the lines.
/// </summary>
internal sealed class UploadedLines
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private static readonly JsonSerializerOptions Content = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutWhatIsNotSaid } } };

    private readonly CatalogueTimeline _catalogue;
    private readonly string? _personClass;

    private UploadedLines(UploadFeeLines operation, string? personClass, CatalogueTimeline catalogue, IReadOnlyList<UploadedLine> lines) =>
        (Operation, _personClass, _catalogue, Lines) = (operation, personClass, catalogue, lines);

    public UploadFeeLines Operation { get; }

    public IReadOnlyList<UploadedLine> Lines { get; }

    public static UploadedLines Of(HisCaller caller, string? personClass, UploadFeeLines operation)
    {
        var catalogue = caller.Adapter.Catalogue;
        var lines = new UploadedLine[operation.Lines.Count];
        foreach (var (index, line) in operation.Lines.Index())
        {
            LineTranslation.TryTranslate(line, caller.Institution.LimitLevel, personClass, catalogue, caller.Adapter.Unmapped, out var translated, out var fault);
            lines[index] = new UploadedLine(line, ContentHash(line), translated, fault, DetailsOf(line));
        }
        return new UploadedLines(operation, personClass, catalogue, lines);
    }

    /// <summary>The same for what holds now: another class of the person, or a catalogue that was activated meanwhile.</summary>
    public UploadedLines For(HisCaller caller, string? personClass) =>
        personClass == _personClass && ReferenceEquals(caller.Adapter.Catalogue, _catalogue) ? this : Of(caller, personClass, Operation);

    /// <summary>Over everything the hospital said of a line.</summary>
    internal static byte[] ContentHash(HisFeeLine line) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(line, Content));

    // Lines that are stored were hashed before there was such a member: one that does not use it is still the same line when it comes again.
    private static void LeaveOutWhatIsNotSaid(JsonTypeInfo type)
    {
        foreach (var member in type.Properties.Where(member => member.Name == nameof(HisFeeLine.RestrictedUseReason)))
            member.ShouldSerialize = (_, reason) => reason is not null;
    }

    private static string DetailsOf(HisFeeLine line) => JsonSerializer.Serialize(
        new { line.PrescriptionNumber, line.DeclaredCode, line.Unit, line.Specification, line.DoseForm, line.Department, line.Doctor, line.ApprovalNumber, line.RestrictedUseReason }, Readable);
}

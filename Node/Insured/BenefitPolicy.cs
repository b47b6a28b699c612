using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>One thing wrong with a policy file.</summary>
/// <param name="Path">JSON path of the value, e.g. <c>$.plans[0].segments[1].from</c>.</param>
internal sealed record PolicyError(string Path, string Chinese, string English);

/// <summary>
/// The benefit policy (待遇政策) of one insured province: an immutable set of effective-dated plans and the pure decision over them. No
/// clock, no store: accumulators and dates come with the case.
/// </summary>
internal sealed class BenefitPolicy
{
    public const int FileBytesMax = 4 * 1024 * 1024;

    internal BenefitPolicy(Division province, string notice, IReadOnlyList<BenefitPlan> plans)
    {
        Province = province;
        Notice = notice;
        Plans = plans;
    }

    public Division Province { get; }

    /// <summary>What the file says about its own standing, e.g. that its figures are a sample.</summary>
    public string Notice { get; }

    public IReadOnlyList<BenefitPlan> Plans { get; }

    /// <summary>Reads a policy file (UTF-8 JSON, a byte order mark is skipped, no comments). False with every error found, and then no policy at all.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> utf8Json, [NotNullWhen(true)] out BenefitPolicy? policy, out IReadOnlyList<PolicyError> errors)
    {
        policy = null;
        if (utf8Json.Length > FileBytesMax)
        {
            errors = [new("$", $"文件超过 {FileBytesMax} 字节，请精简", $"the file exceeds {FileBytesMax} bytes; shorten it")];
            return false;
        }
        if (utf8Json.Span.StartsWith("\uFEFF"u8))
            utf8Json = utf8Json[3..];
        try
        {
            RequireReadableTexts(utf8Json.Span);
            using var document = JsonDocument.Parse(utf8Json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            policy = BenefitPolicyReader.Read(document.RootElement, out errors);
        }
        catch (JsonException broken)
        {
            var (chinese, english) = broken.LineNumber is { } line
                ? ($"（第 {line + 1} 行第 {broken.BytePositionInLine + 1} 字节）", $" (line {line + 1}, byte {broken.BytePositionInLine + 1})")
                : ("", "");
            errors = [new("$", $"不是有效的 JSON{chinese}：{broken.Message}", $"not valid JSON{english}: {broken.Message}")];
        }
        return policy is not null;
    }

    /// <summary>Pure: the same case always gets the same answer.</summary>
    /// <exception cref="ArgumentException">An accumulator, the balance or the ordinal is out of range: a bug of the caller, not of the bill.</exception>
    public BenefitOutcome Decide(BenefitCase bill)
    {
        CheckOwnFigures(bill);
        if (BenefitAdmission.RefusalOf(bill) is { } refusal)
            return refusal;
        var tier = InstitutionTiers.OfLevel(bill.InstitutionLevel);
        if (tier is null)
            return BenefitAdmission.UnknownLevel(bill);
        if (!TrySelect(bill, out var plan, out var none))
            return none;
        return plan.RemoteFor(bill.FilingKind).Effect is RemoteEffect.Refuse
            ? BenefitAdmission.FilingRefused(bill, plan)
            : BenefitCalculation.Run(plan, bill, tier.Value);
    }

    /// <summary>The plan in force for a kind of visit on a day, or null.</summary>
    public BenefitPlan? Find(Division area, string scheme, string visitKind, DateOnly date) => PlansOf(area).SingleOrDefault(plan =>
        plan.Header.Scheme == scheme && plan.Header.VisitKinds.Contains(visitKind) && plan.Header.IsInForceOn(date));

    /// <summary>A municipality is one pool for all its districts: where an area has no plan, those of its whole province hold.</summary>
    private List<BenefitPlan> PlansOf(Division area)
    {
        var own = Plans.Where(plan => plan.Header.Area == area).ToList();
        return own.Count > 0 ? own : [.. Plans.Where(plan => plan.Header.Area == area.Province)];
    }

    private bool TrySelect(BenefitCase bill, [NotNullWhen(true)] out BenefitPlan? plan, [NotNullWhen(false)] out BenefitRefusal? none)
    {
        plan = null;
        var inArea = PlansOf(bill.PoolingArea);
        var inScheme = inArea.FindAll(candidate => candidate.Header.Scheme == bill.Scheme);
        var ofKind = inScheme.FindAll(candidate => candidate.Header.VisitKinds.Contains(bill.VisitKind));
        none = inArea.Count == 0 ? BenefitAdmission.NoArea(bill)
            : inScheme.Count == 0 ? BenefitAdmission.NoScheme(bill)
            : ofKind.Count == 0 ? BenefitAdmission.NoVisitKind(bill)
            : null;
        if (none is not null)
            return false;
        plan = ofKind.SingleOrDefault(candidate => candidate.Header.IsInForceOn(bill.ServiceDate));
        none = plan is null ? BenefitAdmission.NotInForce(bill) : null;
        return plan is not null;
    }

    /// <summary>A JSON document may hold a text that is no text (bad UTF-8, half a surrogate pair) and only fails when it is read.</summary>
    private static void RequireReadableTexts(ReadOnlySpan<byte> utf8Json)
    {
        var reader = new Utf8JsonReader(utf8Json);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                continue;
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException unreadable)
            {
                throw new JsonException($"the text at byte {reader.TokenStartIndex + 1} of the file is not valid UTF-8 or has half a surrogate pair", unreadable);
            }
        }
    }

    private static void CheckOwnFigures(BenefitCase bill)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bill.AdmissionOrdinal, 1);
        Fen[] own = [bill.PoolPaidYear, bill.DeductiblePaidYear, bill.AccountBalance, .. bill.LayerPaidYear.Values, .. bill.LayerBaseYear.Values];
        if (own.Any(amount => amount.IsNegative))
            throw new ArgumentException("An accumulator or the account balance is negative.", nameof(bill));
    }
}

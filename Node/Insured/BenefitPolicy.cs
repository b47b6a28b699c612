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

    private readonly HashSet<Division> _areas;
    private readonly Dictionary<(Division Area, string Scheme, string VisitKind), BenefitPlan[]> _byKind;

    internal BenefitPolicy(Division province, string notice, IReadOnlyList<BenefitPlan> plans)
    {
        Province = province;
        Notice = notice;
        Plans = plans;
        _areas = [.. plans.Select(plan => plan.Header.Area)];
        _byKind = plans.SelectMany(plan => plan.Header.VisitKinds.Select(kind => (Key: (plan.Header.Area, plan.Header.Scheme, kind), Plan: plan)))
            .GroupBy(entry => entry.Key, entry => entry.Plan)
            .ToDictionary(group => group.Key, group => group.OrderByDescending(plan => plan.Header.Rank).ToArray());
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
        if (Find(bill.PoolingArea, bill.Scheme, bill.VisitKind, bill.ChronicDisease, bill.PersonClass, bill.ServiceDate) is not { } plan)
            return WhyNone(bill);
        return plan.RemoteFor(bill.FilingKind).Effect is RemoteEffect.Refuse
            ? BenefitAdmission.FilingRefused(bill, plan)
            : BenefitCalculation.Run(plan, bill, tier.Value);
    }

    /// <summary>The plan that applies to a kind of visit of a person on a day, or null.</summary>
    public BenefitPlan? Find(Division area, string scheme, string visitKind, string? chronicDisease, string personClass, DateOnly date)
    {
        foreach (var plan in OfKind(area, scheme, visitKind))
        {
            var header = plan.Header;
            if (header.IsInForceOn(date) && header.CoversDisease(chronicDisease) && header.Covers(personClass))
                return plan;
        }
        return null;
    }

    private BenefitPlan[] OfKind(Division area, string scheme, string visitKind) => _byKind.GetValueOrDefault((HomeOf(area), scheme, visitKind)) ?? [];

    /// <summary>A municipality is one pool for all its districts: where an area has no plan, those of its whole province hold.</summary>
    private Division HomeOf(Division area) => _areas.Contains(area) ? area : area.Province;

    private BenefitRefusal WhyNone(BenefitCase bill)
    {
        var home = HomeOf(bill.PoolingArea);
        if (!_areas.Contains(home))
            return BenefitAdmission.NoArea(bill);
        if (!Plans.Any(plan => plan.Header.Area == home && plan.Header.Scheme == bill.Scheme))
            return BenefitAdmission.NoScheme(bill);
        if (OfKind(home, bill.Scheme, bill.VisitKind) is not { Length: > 0 } ofKind)
            return BenefitAdmission.NoVisitKind(bill);
        if (ofKind.Where(plan => plan.Header.CoversDisease(bill.ChronicDisease)).ToList() is not { Count: > 0 } ofDisease)
            return BenefitAdmission.NoDisease(bill);
        return ofDisease.Exists(plan => plan.Header.Covers(bill.PersonClass)) ? BenefitAdmission.NotInForce(bill) : BenefitAdmission.NoPersonClass(bill);
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
        ArgumentOutOfRangeException.ThrowIfLessThan(bill.StayDays, 1);
        if (bill.PoolPaidYear.IsNegative || bill.DeductiblePaidYear.IsNegative || bill.AccountBalance.IsNegative
            || AnyNegative(bill.LayerPaidYear) || AnyNegative(bill.LayerBaseYear) || AnyNegative(bill.YearByKind))
            throw new ArgumentException("An accumulator or the account balance is negative.", nameof(bill));
    }

    private static bool AnyNegative(IReadOnlyDictionary<string, Fen> layers) => layers.Count > 0 && layers.Values.Any(amount => amount.IsNegative);

    private static bool AnyNegative(IReadOnlyList<YearPart> parts) =>
        parts.Count > 0 && parts.Any(part => part.DeductiblePaid.IsNegative || part.PoolPaid.IsNegative || part.Settlements < 0);
}

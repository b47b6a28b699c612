namespace ProvincialGateway.Matching;

internal static class MeasureComparison
{
    /// <summary>How far two texts that state one figure in different units may be apart, as a share.</summary>
    private const decimal Rounding = 0.005m;

    /// <summary>Only figures of the same dimension are compared: a mass says nothing about an activity.</summary>
    public static Verdict Of(ReadOnlySpan<Measure> local, ReadOnlySpan<Measure> exchange)
    {
        if (local.IsEmpty || exchange.IsEmpty)
            return local.IsEmpty && exchange.IsEmpty ? Verdict.Silent : local.IsEmpty ? Verdict.ExchangeOnly : Verdict.LocalOnly;
        var (localMore, exchangeMore, common) = (false, false, false);
        for (int left = 0, right = 0; left < local.Length || right < exchange.Length;)
        {
            var dimension = right >= exchange.Length || (left < local.Length && local[left].Dimension <= exchange[right].Dimension)
                ? local[left].Dimension
                : exchange[right].Dimension;
            var ours = Run(local[left..], dimension);
            var theirs = Run(exchange[right..], dimension);
            left += ours.Length;
            right += theirs.Length;
            if (ours.IsEmpty)
                exchangeMore = true;
            else if (theirs.IsEmpty)
                localMore = true;
            else if (!Same(ours, theirs, ref localMore, ref exchangeMore))
                return Verdict.Differs;
            else
                common = true;
        }
        return (common, localMore, exchangeMore) switch
        {
            (false, _, _) => ByConcentration(local, exchange),
            (true, false, false) => Verdict.Agrees,
            (true, true, false) => Verdict.LocalMore,
            (true, false, true) => Verdict.ExchangeMore,
            (true, true, true) => Verdict.BothMore,
        };
    }

    private static ReadOnlySpan<Measure> Run(ReadOnlySpan<Measure> measures, Dimension dimension)
    {
        var length = 0;
        while (length < measures.Length && measures[length].Dimension == dimension)
            length++;
        return measures[..length];
    }

    /// <summary>Equal, or one side gives only some of the figures, or only their sum (4.5g for 4g:0.5g).</summary>
    private static bool Same(ReadOnlySpan<Measure> local, ReadOnlySpan<Measure> exchange, ref bool localMore, ref bool exchangeMore)
    {
        var shared = Shared(local, exchange);
        if (shared == local.Length && shared == exchange.Length)
            return true;
        if (shared == exchange.Length || (exchange.Length == 1 && Close(Sum(local), exchange[0].Value)))
            return localMore = true;
        if (shared == local.Length || (local.Length == 1 && Close(Sum(exchange), local[0].Value)))
            return exchangeMore = true;
        return false;
    }

    /// <summary>How many figures both have; both are sorted.</summary>
    private static int Shared(ReadOnlySpan<Measure> local, ReadOnlySpan<Measure> exchange)
    {
        var shared = 0;
        for (int left = 0, right = 0; left < local.Length && right < exchange.Length;)
        {
            if (Close(local[left].Value, exchange[right].Value))
                (left, right, shared) = (left + 1, right + 1, shared + 1);
            else if (local[left].Value < exchange[right].Value)
                left++;
            else
                right++;
        }
        return shared;
    }

    /// <summary>A bare percentage against a mass in a volume.</summary>
    private static Verdict ByConcentration(ReadOnlySpan<Measure> local, ReadOnlySpan<Measure> exchange)
    {
        if (Concentration(local) is not { } ours || Concentration(exchange) is not { } theirs)
            return Verdict.BothMore;
        if (!Close(ours, theirs))
            return Verdict.Differs;
        return local.Length > exchange.Length ? Verdict.LocalMore : Verdict.ExchangeMore;
    }

    private static decimal? Concentration(ReadOnlySpan<Measure> measures) => measures switch
    {
        [{ Dimension: Dimension.Percent } percent] => percent.Value,
        [{ Dimension: Dimension.Mass } mass, { Dimension: Dimension.Volume, Value: > 0 } volume] => mass.Value / volume.Value / 10,
        _ => null,
    };

    private static decimal Sum(ReadOnlySpan<Measure> measures)
    {
        var sum = 0m;
        foreach (var measure in measures)
            sum += measure.Value;
        return sum;
    }

    private static bool Close(decimal left, decimal right) => left == right || Math.Abs(left - right) <= Rounding * Math.Max(left, right);
}

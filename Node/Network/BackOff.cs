using System.Security.Cryptography;

namespace ProvincialGateway.Network;

/// <summary>
/// The pause before the next attempt: doubling from the first up to the longest, and half of it drawn by lot, so that what failed together does not
/// come back together.
/// </summary>
/// <param name="First">After the first attempt without an answer; above zero.</param>
/// <param name="Longest">Not below the first.</param>
/// <param name="Lot">From 0 to 1. Asked by many threads; the same lots make the same pauses.</param>
internal sealed record BackOff(TimeSpan First, TimeSpan Longest, Func<double> Lot)
{
    // Doubling stops long before it could overflow.
    private const int DoublingsMax = 20;

    /// <param name="attempts">Made so far, from 1.</param>
    /// <returns>From half of the doubled pause to all of it, never above <see cref="Longest"/>.</returns>
    public TimeSpan After(int attempts)
    {
        var whole = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Clamp(attempts - 1, 0, DoublingsMax)));
        return TimeSpan.FromMilliseconds(whole * (1 + Math.Clamp(Lot(), 0, 1)) / 2);
    }

    /// <summary>A lot that nobody can foresee: what a node in service draws.</summary>
    public static double Draw() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;
}

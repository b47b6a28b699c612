using ProvincialGateway.Values;

namespace ProvincialGateway.Catalogue;

/// <summary>
/// The four parts of a fee line. They add up to <see cref="Amount"/> by construction and are never of mixed sign: all at least zero on a
/// charge, none above zero on a refund.
/// </summary>
public readonly record struct LineSplit
{
    /// <exception cref="ArgumentException">The parts are of mixed sign.</exception>
    public LineSplit(Fen fullSelfPay, Fen overLimit, Fen preSelfPay, Fen inScope)
    {
        var least = Fen.Min(Fen.Min(fullSelfPay, overLimit), Fen.Min(preSelfPay, inScope));
        var most = Fen.Max(Fen.Max(fullSelfPay, overLimit), Fen.Max(preSelfPay, inScope));
        if (least < Fen.Zero && most > Fen.Zero)
            throw new ArgumentException($"A split of mixed sign: {fullSelfPay}, {overLimit}, {preSelfPay}, {inScope}.");
        (FullSelfPay, OverLimit, PreSelfPay, InScope) = (fullSelfPay, overLimit, preSelfPay, inScope);
    }

    public Fen FullSelfPay { get; }

    public Fen OverLimit { get; }

    public Fen PreSelfPay { get; }

    public Fen InScope { get; }

    public Fen Amount => FullSelfPay + OverLimit + PreSelfPay + InScope;

    public static LineSplit operator -(LineSplit split) => new(-split.FullSelfPay, -split.OverLimit, -split.PreSelfPay, -split.InScope);

    public static LineSplit operator +(LineSplit left, LineSplit right) =>
        new(left.FullSelfPay + right.FullSelfPay, left.OverLimit + right.OverLimit, left.PreSelfPay + right.PreSelfPay, left.InScope + right.InScope);
}

/// <summary>How the treatment province splits a fee line. Pure.</summary>
public static class FeeLineSplit
{
    /// <summary>
    /// Class C is full self-pay. Otherwise what the price has above the limit comes off first, the ratio is taken of the rest, and what then
    /// remains is in scope. Each part is rounded to the fen half away from zero, so a negative line is the exact mirror of the positive one.
    /// </summary>
    /// <param name="amount">Price × quantity, rounded half away from zero.</param>
    /// <param name="selfPay">0..100 %.</param>
    /// <param name="limit">Null is none.</param>
    /// <exception cref="ArgumentException">The amount is not price × quantity, or the ratio is above 100 %.</exception>
    public static LineSplit Split(UnitPrice price, Quantity quantity, Fen amount, ItemClass itemClass, BasisPoints selfPay, UnitPrice? limit)
    {
        if (amount != price.Times(quantity))
            throw new ArgumentException($"Amount {amount} is not {price} × {quantity}.", nameof(amount));
        return Parts(amount, OverLimit(price, quantity, limit), itemClass, selfPay);
    }

    /// <summary>
    /// The negative split that takes <paramref name="quantity"/> for <paramref name="amount"/> back from one stored line, by the line's own
    /// price, class, ratio and limit. Rounding may ask for more of a part than earlier refunds have left of it; then the difference comes out
    /// of the next part, so no part is ever taken back twice and taking back everything that remains is exactly its negative.
    /// </summary>
    /// <param name="remaining">The line's split less earlier refunds; no part below zero.</param>
    /// <param name="quantity">Above zero.</param>
    /// <param name="amount">Above zero, at most what remains.</param>
    /// <exception cref="ArgumentException">An argument is out of the range given.</exception>
    public static LineSplit RefundOf(LineSplit remaining, UnitPrice price, Quantity quantity, Fen amount, ItemClass itemClass, BasisPoints selfPay, UnitPrice? limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity.Hundredths, nameof(quantity));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount.Value, nameof(amount));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount.Value, remaining.Amount.Value, nameof(amount));
        var wanted = Parts(amount, Fen.Min(amount, OverLimit(price, quantity, limit)), itemClass, selfPay);
        return -Within(remaining, wanted);
    }

    private static Fen OverLimit(UnitPrice price, Quantity quantity, UnitPrice? limit) =>
        limit is { } highest ? price.Above(highest).Times(quantity) : Fen.Zero;

    private static LineSplit Parts(Fen amount, Fen overLimit, ItemClass itemClass, BasisPoints selfPay)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(selfPay.Value, BasisPoints.One, nameof(selfPay));
        if (itemClass == ItemClass.SelfPaid)
            return new LineSplit(amount, Fen.Zero, Fen.Zero, Fen.Zero);
        var (preSelfPay, inScope) = selfPay.Split(amount - overLimit);
        return new LineSplit(Fen.Zero, overLimit, preSelfPay, inScope);
    }

    private static LineSplit Within(LineSplit remaining, LineSplit wanted)
    {
        var missing = Fen.Zero;
        var inScope = Take(remaining.InScope, wanted.InScope, ref missing);
        var preSelfPay = Take(remaining.PreSelfPay, wanted.PreSelfPay, ref missing);
        var overLimit = Take(remaining.OverLimit, wanted.OverLimit, ref missing);
        var fullSelfPay = Take(remaining.FullSelfPay, wanted.FullSelfPay, ref missing);
        // What the later parts lacked may still be in the earlier ones.
        inScope += Take(remaining.InScope - inScope, Fen.Zero, ref missing);
        preSelfPay += Take(remaining.PreSelfPay - preSelfPay, Fen.Zero, ref missing);
        overLimit += Take(remaining.OverLimit - overLimit, Fen.Zero, ref missing);
        return new LineSplit(fullSelfPay, overLimit, preSelfPay, inScope);
    }

    private static Fen Take(Fen available, Fen wanted, ref Fen missing)
    {
        var taken = Fen.Min(available, wanted + missing);
        missing = wanted + missing - taken;
        return taken;
    }
}

using System.Globalization;
using System.Text;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Matching;

/// <summary>
/// Finds the figures in a folded name or specification: <c>0.25g*24粒</c>, <c>10ml:1g</c>, <c>5%250ml</c>, <c>12片*2板/盒</c>, <c>7*9cm</c>, <c>3-0</c>.
/// Which units count depends on the kind: 22g is a needle's gauge on a consumable and a mass in a drug.
/// </summary>
internal sealed class MeasureReader
{
    /// <summary>More digits than any figure of a catalogue has; a longer run is a code.</summary>
    private const int DigitsMax = 9;

    private const decimal PackMax = 1_000_000;

    private readonly ItemKind _kind;
    private readonly string _text;
    private readonly List<Piece> _pieces = [];
    private readonly List<Measure> _measures = [];
    private decimal? _pack;
    private bool _perMillilitre;

    private MeasureReader(ItemKind kind, string text) => (_kind, _text) = (kind, text);

    /// <param name="folded">See <see cref="FoldedText"/>.</param>
    public static Measures Read(ItemKind kind, string folded) =>
        folded.AsSpan().ContainsAnyInRange('0', '9') ? new MeasureReader(kind, folded).Read() : new Measures([], null, folded);

    private Measures Read()
    {
        for (var at = 0; at < _text.Length;)
            at = Cut(at);
        for (var place = 0; place < _pieces.Count; place++)
            Take(place);
        if (_perMillilitre)
            PerMillilitre();
        return new Measures(Measure.Plain(_measures), _pack, Rest());
    }

    /// <summary>One figure with its unit, or one character of anything else.</summary>
    private int Cut(int at)
    {
        var end = at;
        if (char.IsAsciiDigit(_text[at]) && BeginsFigure(at))
        {
            while (end < _text.Length && (char.IsAsciiDigit(_text[end]) || IsPointOrMark(end)))
                end++;
        }
        var digits = _text[at..end].Replace(",", "", StringComparison.Ordinal);
        if (digits.Length is 0 or > DigitsMax || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            end = Math.Max(end, at + 1);
            _pieces.Add(new Piece(at, end - at, null, null));
            return end;
        }
        var (factor, unitAt) = Multiplier(end);
        var unit = MeasureUnit.At(_kind, _text, unitAt);
        if (unit is not null)
            end = unitAt + unit.Text.Length;
        _pieces.Add(new Piece(at, end - at, unit is null ? value : value * factor, unit));
        return end;
    }

    /// <summary>Not the 12 of b12, but the 24 of 0.25gx24 and the 16 of fr16.</summary>
    private bool BeginsFigure(int at)
    {
        if (at == 0 || !char.IsAsciiLetterOrDigit(_text[at - 1]))
            return true;
        var before = at - 1;
        if (_text[before] == 'x')
            return before > 0 && (_pieces[^2].Value is not null || !char.IsAsciiLetter(_text[before - 1]));
        if (_kind != ItemKind.Consumable)
            return false;
        while (before > 0 && char.IsAsciiLetter(_text[before - 1]))
            before--;
        return _text.AsSpan(before, at - before) is "f" or "fr";
    }

    private bool IsPointOrMark(int at)
    {
        if (at + 1 >= _text.Length || !char.IsAsciiDigit(_text[at + 1]))
            return false;
        return _text[at] == '.' || (_text[at] == ',' && at + 3 < _text.Length && _text.AsSpan(at + 1, 3).IndexOfAnyExceptInRange('0', '9') < 0
            && (at + 4 >= _text.Length || !char.IsAsciiDigit(_text[at + 4])));
    }

    private (decimal Factor, int At) Multiplier(int at)
    {
        while (at < _text.Length && _text[at] == ' ')
            at++;
        return at >= _text.Length ? (1, at) : _text[at] switch
        {
            '千' => (1000, at + 1),
            '万' => (10_000, at + 1),
            '亿' => (100_000_000, at + 1),
            _ => (1, at),
        };
    }

    private void Take(int place)
    {
        var piece = _pieces[place];
        if (piece.Value is not { } value || piece.IsTaken)
            return;
        if (piece.Unit is { Dimension: Dimension.Pack })
            TakePack(place, value);
        else if (piece.Unit is { } unit)
            TakeMeasure(place, value, unit);
        else
            TakeBare(place, value);
    }

    /// <summary>每10丸重1.5g: the number before 重 is no pack.</summary>
    private void TakePack(int place, decimal value)
    {
        Mark(place);
        if (IsText(place - 1, "每"))
            Mark(place - 1);
        else if (value >= 1)
            _pack = Math.Min((_pack ?? 1) * value, PackMax);
    }

    private void TakeMeasure(int place, decimal value, MeasureUnit unit)
    {
        Mark(place);
        _measures.Add(new Measure(unit.Dimension, value * unit.Factor));
        _perMillilitre |= unit.Dimension is Dimension.Mass or Dimension.Activity && IsText(place + 1, "/") && IsText(place + 2, "m") && IsText(place + 3, "l");
        if (unit.Dimension != Dimension.Length)
            return;
        // 7*9cm: the figures before take the unit of the last.
        for (var earlier = place - 2; earlier >= 0 && IsTimes(earlier + 1) && _pieces[earlier] is { Value: { } size, Unit: null }; earlier -= 2)
        {
            Mark(earlier);
            _measures.Add(new Measure(unit.Dimension, size * unit.Factor));
        }
    }

    /// <summary>A figure without a unit is a pack after a strength (0.25g*24), a catheter's or a thread's size, or else a part of the name.</summary>
    private void TakeBare(int place, decimal value)
    {
        if (_kind == ItemKind.Drug && IsTimes(place - 1) && place >= 2 && _pieces[place - 2].IsTaken && value >= 1 && decimal.Truncate(value) == value)
        {
            Mark(place);
            _pack = Math.Min((_pack ?? 1) * value, PackMax);
        }
        else if (_kind == ItemKind.Consumable && (IsText(place + 1, "-") || IsText(place + 1, "/")) && value is >= 1 and <= 12 && IsZero(place + 2))
        {
            for (var part = place; part < place + 3; part++)
                Mark(part);
            _measures.Add(new Measure(Dimension.Suture, value));
        }
        else if (_kind == ItemKind.Consumable && (IsText(place - 1, "f") || (IsText(place - 1, "r") && IsText(place - 2, "f"))))
        {
            for (var part = place; part >= 0 && (part == place || IsText(part, "r") || IsText(part, "f")); part--)
                Mark(part);
            _measures.Add(new Measure(Dimension.French, value));
        }
    }

    /// <summary>10mg/ml: with a volume the whole mass is known, without one it is that of 1 ml.</summary>
    private void PerMillilitre()
    {
        var volumes = _measures.FindAll(measure => measure.Dimension == Dimension.Volume);
        if (volumes.Count == 0)
            _measures.Add(new Measure(Dimension.Volume, 1));
        else if (volumes.Count == 1)
        {
            for (var each = 0; each < _measures.Count; each++)
            {
                if (_measures[each] is { Dimension: Dimension.Mass or Dimension.Activity } content)
                    _measures[each] = content with { Value = content.Value * volumes[0].Value };
            }
        }
    }

    /// <summary>What is left, without the signs and the 每, /盒, /ml that belonged to figures.</summary>
    private string Rest()
    {
        var rest = new StringBuilder();
        for (var place = 0; place < _pieces.Count; place++)
        {
            var piece = _pieces[place];
            if (piece.IsTaken)
                continue;
            var afterFigure = place > 0 && _pieces[place - 1].IsTaken;
            var beforeFigure = place + 1 < _pieces.Count && _pieces[place + 1].IsTaken;
            if ((afterFigure || beforeFigure) && piece.Length == 1 && "*x:/+-,~ ".Contains(_text[piece.At], StringComparison.Ordinal))
            {
                Mark(place);
                if (_text[piece.At] == '/' && MeasureUnit.At(_kind, _text, piece.At + 1) is { } unit)
                    MarkText(place + 1, unit.Text.Length);
                continue;
            }
            rest.Append(_text, piece.At, piece.Length);
        }
        return rest.ToString();
    }

    private void MarkText(int place, int length)
    {
        for (; place < _pieces.Count && length > 0; place++)
        {
            length -= _pieces[place].Length;
            Mark(place);
        }
    }

    private void Mark(int place) => _pieces[place] = _pieces[place] with { IsTaken = true };

    private bool IsTimes(int place) => IsText(place, "*") || IsText(place, "x");

    private bool IsZero(int place) => place < _pieces.Count && _pieces[place] is { Value: 0, Unit: null };

    private bool IsText(int place, string text) => place >= 0 && place < _pieces.Count && _pieces[place] is { Value: null } piece
        && _text.AsSpan(piece.At, piece.Length).SequenceEqual(text);

    /// <param name="Value">Null for text.</param>
    private readonly record struct Piece(int At, int Length, decimal? Value, MeasureUnit? Unit)
    {
        /// <summary>Read as a figure, no longer part of the text.</summary>
        public bool IsTaken { get; init; }
    }
}

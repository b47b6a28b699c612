using System.Text.Json;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>One message: its envelope, and what its transaction reads from <c>input</c>.</summary>
internal sealed class CallReader
{
    private const string InputName = "input";
    private const string DataName = "data";

    private static readonly JsonElement EmptyObject = JsonSerializer.SerializeToElement(new { });

    private readonly FirstFault _fault = new();
    private ObjectReader? _input;

    public CallReader(JsonElement message, NationalSettings settings, bool isFromDll) =>
        (Envelope, Settings, IsFromDll) = (new ObjectReader(message, "", _fault, Places), settings, isFromDll);

    public ObjectReader Envelope { get; }

    public NationalSettings Settings { get; }

    /// <summary>The reply goes into a buffer of 50000 bytes as text.</summary>
    public bool IsFromDll { get; }

    public Places Places { get; } = new();

    /// <summary>What the reply repeats from this message; a transaction adds to it.</summary>
    public Echo Echo { get; set; } = new();

    public HisRefusal? Refusal => _fault.Refusal;

    /// <summary>The object that holds everything a transaction says; empty when it is missing, which is then the refusal.</summary>
    public ObjectReader Input => _input ??= ReadInput();

    public void Refuse(HisRefusal refusal) => _fault.Add(refusal);

    /// <summary>The object with the transaction's fields: <c>data</c>, else the name some clients use, else <c>input</c> itself.</summary>
    public ObjectReader Node(string? name = null) => Input.Child(DataName) ?? (name is null ? null : Input.Child(name)) ?? Input;

    private ObjectReader ReadInput()
    {
        if (Envelope.Child(InputName) is { } given)
            return given;
        // Some clients write the object as a text.
        HisRefusal? refusal = null;
        if (Envelope.Raw(InputName) is { ValueKind: JsonValueKind.String } written && TextOf(written) is { } text
            && JsonText.Read(LegacyText.Encode(text, LegacyText.Utf8), InputName, out refusal) is { } parsed)
            return new ObjectReader(parsed, InputName, _fault, Places);
        Refuse(refusal ?? Refusals.MissingField(InputName, $"{InputName} 交易输入"));
        return new ObjectReader(EmptyObject, InputName, _fault, Places);
    }

    private string? TextOf(JsonElement written)
    {
        try
        {
            return written.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            Refuse(Refusals.Malformed(InputName, "\\u 转义是半个代理对，不是字符。", "a \\u escape is half a surrogate pair, not a character."));
            return null;
        }
    }
}

/// <summary>What a reply repeats from its request, beyond the operation.</summary>
internal sealed record Echo
{
    public string? MessageId { get; init; }

    public string? Institution { get; init; }

    public string? TreatmentArea { get; init; }

    public string? CredentialKind { get; init; }

    public string? VisitKind { get; init; }

    public string? SettlementWay { get; init; }

    public string? ClearingAgency { get; init; }

    public string? ClearingKind { get; init; }

    /// <summary>Settlements and refunds as the hospital counts them: a refund is a row of its own.</summary>
    public int? ClaimedCount { get; init; }

    public string? FileName { get; init; }
}

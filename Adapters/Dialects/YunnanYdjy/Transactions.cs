using System.Collections.Frozen;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>One transaction of the interface: how its call is read and its result written.</summary>
internal sealed record Transaction
{
    /// <summary>Two digits, or the export's name when it has no TransCode.</summary>
    public required string Code { get; init; }

    /// <summary>May return an operation that is not usable when <see cref="CallReader.Refusal"/> is set.</summary>
    public required Func<CallReader, HisOperation> Decode { get; init; }

    /// <summary>Null when the result is not one this transaction can have.</summary>
    public required Func<CallReader, HisResult, OutputXml?> Encode { get; init; }

    /// <summary>Bytes the output buffer must hold for a reply that cannot be shortened further; below that the call is refused unprocessed.</summary>
    public required int OutputBytes { get; init; }
}

/// <summary>Every supported transaction by export name and TransCode.</summary>
internal static class Transactions
{
    private static readonly FrozenDictionary<(string Function, string TransCode), Transaction> All = new Dictionary<(string, string), Transaction>
    {
        [("YDJYDLLINIT", "")] = new() { Code = "YDJYDLLINIT", Decode = SessionCalls.DecodeStart, Encode = SessionCalls.EncodeStart, OutputBytes = 0 },
        [("SIGNIN", "")] = new() { Code = "SIGNIN", Decode = SessionCalls.DecodeSignIn, Encode = SessionCalls.EncodeSignIn, OutputBytes = 127 },
        [("CenterQuery", "81")] = new() { Code = "81", Decode = SessionCalls.DecodeSerial, Encode = SessionCalls.EncodeSerial, OutputBytes = 127 },
        [("SIReadCard", "")] = new() { Code = "SIReadCard", Decode = PersonCalls.DecodeCard, Encode = PersonCalls.EncodeCard, OutputBytes = 1023 },
        [("YDJYBusiness_Handle", "11")] = new() { Code = "11", Decode = VisitCalls.DecodeAdmission, Encode = VisitCalls.EncodeAdmission, OutputBytes = 1023 },
        [("YDJYBusiness_Handle", "15")] = new() { Code = "15", Decode = VisitCalls.DecodeDischarge, Encode = VisitCalls.EncodeDischarge, OutputBytes = 0 },
        [("RouteRepeater", "73")] = new() { Code = "73", Decode = FeeCalls.DecodeItem, Encode = FeeCalls.EncodeItem, OutputBytes = 127 },
        [("RouteRepeater", "74")] = new() { Code = "74", Decode = FeeCalls.DecodeApproval, Encode = FeeCalls.EncodeApproval, OutputBytes = 127 },
        [("YDJYBusiness_Handle", "12")] = new() { Code = "12", Decode = FeeCalls.DecodeLine, Encode = FeeCalls.EncodeLine, OutputBytes = 511 },
        [("YDJYBusiness_Handle", "23")] = new() { Code = "23", Decode = FeeCalls.DecodeRefund, Encode = FeeCalls.EncodeRefund, OutputBytes = 127 },
        [("YDJYBusiness_Handle", "24")] = new() { Code = "24", Decode = FeeCalls.DecodeWithdrawal, Encode = FeeCalls.EncodeWithdrawal, OutputBytes = 0 },
        [("RouteRepeater", "72")] = new() { Code = "72", Decode = SettlementCalls.DecodePreview, Encode = SettlementCalls.EncodePreview, OutputBytes = 1023 },
        [("YDJYBusiness_Handle", "14")] = new() { Code = "14", Decode = SettlementCalls.DecodeSettlement, Encode = SettlementCalls.EncodeSettlement, OutputBytes = 1023 },
        [("YDJYBusiness_Handle", "21")] = new() { Code = "21", Decode = SettlementCalls.DecodeCancellation, Encode = SettlementCalls.EncodeCancellation, OutputBytes = 0 },
    }.ToFrozenDictionary();

    /// <summary>Null when there is none, or none yet.</summary>
    public static Transaction? Find(string function, string transCode) => All.GetValueOrDefault((function, transCode));

    /// <summary>The exports whose call can book something: they carry a serial, and an unknown result is told apart from a failure.</summary>
    public static bool Books(string function) => function is "SIGNIN" or "SIGNOUT" or "YDJYBusiness_Handle";
}

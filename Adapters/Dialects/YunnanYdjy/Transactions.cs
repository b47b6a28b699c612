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
    public required Func<CallReader, HisResult, Outcome?> Encode { get; init; }

    /// <summary>Bytes the output buffer must hold for a reply that cannot be shortened further; below that the call is refused unprocessed.</summary>
    public required int OutputBytes { get; init; }
}

/// <summary>Every transaction by export name and TransCode.</summary>
internal static class Transactions
{
    private static readonly FrozenDictionary<(string Function, string TransCode), Transaction> All =
        new ((string Function, string TransCode) Key, Func<CallReader, HisOperation> Decode, Func<CallReader, HisResult, Outcome?> Encode, int OutputBytes)[]
        {
            ((Exports.Start, ""), SessionCalls.DecodeStart, SessionCalls.EncodeStart, 0),
            ((Exports.SignIn, ""), SessionCalls.DecodeSignIn, SessionCalls.EncodeSignIn, 127),
            ((Exports.SignOut, ""), PeriodCalls.DecodeSignOut, PeriodCalls.EncodeSignOut, 127),
            ((Exports.ReadCard, ""), PersonCalls.DecodeCard, PersonCalls.EncodeCard, 1023),
            ((Exports.ModifyPassword, ""), SessionCalls.DecodePassword, SessionCalls.EncodeStart, 0),
            ((Exports.Conversion, ""), ConversionCalls.Decode, ConversionCalls.Encode, 0),
            ((Exports.CenterQuery, "81"), SessionCalls.DecodeSerial, SessionCalls.EncodeSerial, 127),
            ((Exports.CenterQuery, "82"), StateCalls.DecodeState, StateCalls.EncodeState, 127),
            ((Exports.CenterQuery, "84"), PeriodCalls.DecodeSums, PeriodCalls.EncodeSums, 511),
            ((Exports.RouteRepeater, "72"), SettlementCalls.DecodePreview, SettlementCalls.EncodePreview, 1023),
            ((Exports.RouteRepeater, "73"), FeeCalls.DecodeItem, FeeCalls.EncodeItem, 127),
            ((Exports.RouteRepeater, "74"), FeeCalls.DecodeApproval, FeeCalls.EncodeApproval, 127),
            ((Exports.RouteRepeater, "75"), FeeCalls.DecodeApprovals, FeeCalls.EncodeApprovals, 255),
            ((Exports.Business, "11"), VisitCalls.DecodeAdmission, VisitCalls.EncodeAdmission, 1023),
            ((Exports.Business, "12"), FeeCalls.DecodeLine, FeeCalls.EncodeLine, 511),
            ((Exports.Business, "14"), SettlementCalls.DecodeSettlement, SettlementCalls.EncodeSettlement, 1023),
            ((Exports.Business, "15"), VisitCalls.DecodeUpdate, VisitCalls.EncodeUpdate, 0),
            ((Exports.Business, "21"), SettlementCalls.DecodeCancellation, SettlementCalls.EncodeCancellation, 0),
            ((Exports.Business, "22"), VisitCalls.DecodeCancellation, VisitCalls.EncodeCancellation, 0),
            ((Exports.Business, "23"), FeeCalls.DecodeRefund, FeeCalls.EncodeRefund, 127),
            ((Exports.Business, "24"), FeeCalls.DecodeWithdrawal, FeeCalls.EncodeWithdrawal, 0),
            ((Exports.Business, "98"), StateCalls.DecodeResend, StateCalls.EncodeResend, 0),
            ((Exports.Business, "99"), ReversalCalls.Decode, ReversalCalls.Encode, 127),
            ((Exports.BatchDownload, "83"), DownloadCalls.Decode, DownloadCalls.EncodeSummary, 127),
            ((Exports.BatchDownload, "85"), DownloadCalls.Decode, DownloadCalls.EncodeDetail, 127),
        }.ToFrozenDictionary(entry => entry.Key, entry => new Transaction
        {
            Code = entry.Key.TransCode.Length > 0 ? entry.Key.TransCode : entry.Key.Function,
            Decode = entry.Decode,
            Encode = entry.Encode,
            OutputBytes = entry.OutputBytes,
        });

    public static IReadOnlyList<string> Codes { get; } = [.. All.Values.Select(transaction => transaction.Code).Order(StringComparer.Ordinal)];

    /// <summary>Null when there is none.</summary>
    public static Transaction? Find(string function, string transCode) => All.GetValueOrDefault((function, transCode));

    /// <summary>The exports whose call can book something: they carry a serial, and an unknown result is told apart from a failure.</summary>
    public static bool Books(string function) => function is Exports.SignIn or Exports.SignOut or Exports.Business;
}

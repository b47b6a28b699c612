using System.Collections.Frozen;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>Every transaction of the interface by its code.</summary>
internal static class Transactions
{
    private static readonly FrozenDictionary<string, Transaction> All = new Transaction[]
    {
        new() { Code = "INIT", FieldCount = 0, Decode = SessionCalls.DecodeStart, Encode = SessionCalls.EncodeStart },
        new() { Code = "01", FieldCount = 1, Decode = PersonCalls.DecodeIdentity, Encode = PersonCalls.EncodeIdentity },
        new()
        {
            Code = "02",
            FieldCount = 9,
            Names = Names((4, 30), (5, 20), (7, 40), (8, 20), (9, 20)),
            FreeText = 7,
            IsInPlace = VisitCalls.IsAdmissionInPlace,
            Operator = 8,
            Decode = VisitCalls.DecodeAdmission,
            Encode = VisitCalls.EncodeAdmission,
        },
        new()
        {
            Code = "03",
            FieldCount = 12,
            Names = Names((4, 30), (5, 20), (7, 40), (10, 20), (11, 20), (12, 40)),
            Operator = 11,
            Decode = VisitCalls.DecodeUpdate,
            Encode = VisitCalls.EncodeUpdate,
        },
        new()
        {
            Code = "04",
            FieldCount = 16,
            Names = Names((6, 50), (10, 20), (11, 20), (12, 20), (13, 14), (14, 20)),
            FreeText = 6,
            IsInPlace = FeeCalls.IsLineInPlace,
            Operator = 11,
            Decode = FeeCalls.DecodeLine,
            Encode = FeeCalls.EncodeLine,
        },
        new()
        {
            Code = "05",
            FieldCount = 7,
            Names = Names((4, 20)),
            Operator = 4,
            Decode = SettlementCalls.DecodeSettlement,
            Encode = SettlementCalls.EncodeSettlement,
        },
        new() { Code = "06", FieldCount = 4, Decode = SettlementCalls.DecodePreview, Encode = SettlementCalls.EncodePreview },
        new() { Code = "07", FieldCount = 1, Decode = PersonCalls.DecodeApprovals, Encode = PersonCalls.EncodeApprovals },
        new() { Code = "10", FieldCount = 2, Decode = FeeCalls.DecodeWithdrawal, Encode = FeeCalls.EncodeWithdrawal },
        new() { Code = "11", FieldCount = 0, Decode = SessionCalls.DecodeHospital, Encode = SessionCalls.EncodeHospital },
        new()
        {
            Code = "99",
            FieldCount = 2,
            Names = Names((2, 20)),
            Operator = 2,
            Decode = SessionCalls.DecodeUndo,
            Encode = SessionCalls.EncodeUndo,
        },
    }.ToFrozenDictionary(transaction => transaction.Code);

    public static IReadOnlyList<string> Codes { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Null when there is none.</summary>
    public static Transaction? Find(string code) => All.GetValueOrDefault(code);

    private static Dictionary<int, int> Names(params ReadOnlySpan<(int Number, int Bytes)> names)
    {
        var lengths = new Dictionary<int, int>();
        foreach (var (number, bytes) in names)
            lengths.Add(number, bytes);
        return lengths;
    }
}

using System.Collections.Frozen;

namespace ProvincialGateway.Dialects.NeusoftCaret;

/// <summary>Every transaction of the interface by its code.</summary>
internal static class Transactions
{
    private static readonly FrozenDictionary<string, CaretTransaction> All = new CaretTransaction[]
    {
        new() { Code = "INIT", Layout = Always(SessionCalls.NoFields), Decode = SessionCalls.DecodeStart, Encode = SessionCalls.EncodeStart },
        new() { Code = "9100", Layout = Always(SessionCalls.NoFields), Decode = SessionCalls.DecodeSignIn, Encode = SessionCalls.EncodeSignIn },
        new() { Code = "9110", Layout = Always(SessionCalls.NoFields), Decode = SessionCalls.DecodeSignOut, Encode = SessionCalls.EncodeSignOut },
        new() { Code = "1110", Layout = Always(SessionCalls.Sums), Decode = SessionCalls.DecodeReconciliation, Encode = SessionCalls.EncodeReconciliation },
        new() { Code = "2100", Layout = Always(PersonCalls.NoFields), Decode = PersonCalls.DecodeCard, Encode = PersonCalls.EncodeCard },
        new() { Code = "2102", Layout = Always(PersonCalls.NoFields), Decode = PersonCalls.DecodeCard, Encode = PersonCalls.EncodeCard },
        new()
        {
            Code = "1500",
            Layout = Always(PersonCalls.Block),
            Decode = PersonCalls.DecodeBlock,
            Encode = PersonCalls.EncodeBlock,
            // This client alone takes a value above 0 for success here.
            Done = profile => profile == Profile.Nc ? 1 : 0,
        },
        new() { Code = "1600", Layout = Always(PersonCalls.Approval), Decode = PersonCalls.DecodeApproval, Encode = PersonCalls.EncodeApproval },
        new()
        {
            Code = "2210",
            Layout = (profile, _) => VisitCalls.Admission(profile),
            Decode = VisitCalls.DecodeAdmission,
            Encode = VisitCalls.EncodeAdmission,
            KeepsSerial = profile => profile == Profile.Sdz,
        },
        new() { Code = "2230", Layout = Always(VisitCalls.Change), Decode = VisitCalls.DecodeChange, Encode = VisitCalls.EncodeChange },
        new() { Code = "2240", Layout = Always(VisitCalls.Undo), Decode = VisitCalls.DecodeUndo, Encode = VisitCalls.EncodeUndo },
        new() { Code = "2310", Layout = (profile, _) => FeeCalls.Lines(profile), Decode = FeeCalls.DecodeLines, Encode = FeeCalls.EncodeLines },
        new() { Code = "2320", Layout = Always(FeeCalls.Withdrawal), Decode = FeeCalls.DecodeWithdrawal, Encode = FeeCalls.EncodeWithdrawal },
        new()
        {
            Code = "2410",
            Layout = (profile, _) => SettlementCalls.Settlement(profile),
            Decode = SettlementCalls.DecodeSettlement,
            Deciding = SettlementCalls.Deciding,
            Encode = SettlementCalls.EncodeSettlement,
        },
        new() { Code = "2420", Layout = (profile, _) => SettlementCalls.Settlement(profile), Decode = SettlementCalls.DecodePreview, Encode = SettlementCalls.EncodePreview },
        new() { Code = "2430", Layout = Always(SettlementCalls.Cancellation), Decode = SettlementCalls.DecodeCancellation, Encode = SettlementCalls.EncodeCancellation },
        new() { Code = "7100", Layout = Always(PersonCalls.NoFields), Decode = PersonCalls.DecodeCard, Encode = PersonCalls.EncodeRemoteCard },
        new() { Code = "7140", Layout = Always(RemoteCalls.Undo), Decode = RemoteCalls.DecodeCancellation, Encode = SettlementCalls.EncodeCancellation },
        new() { Code = "7210", Layout = Always(RemoteCalls.Admission), Decode = RemoteCalls.DecodeAdmission, Encode = RemoteCalls.EncodeAdmission },
        new() { Code = "7220", Layout = Always(RemoteCalls.Undo), Decode = RemoteCalls.DecodeUndo, Encode = RemoteCalls.EncodeUndo },
        new()
        {
            Code = "7310",
            Layout = (_, row) => row == 0 ? RemoteCalls.FeeHead : RemoteCalls.FeeRow,
            Decode = RemoteCalls.DecodeLines,
            Encode = RemoteCalls.EncodeLines,
        },
        new() { Code = "7321", Layout = Always(RemoteCalls.Undo), Decode = RemoteCalls.DecodeWithdrawal, Encode = RemoteCalls.EncodeWithdrawal },
        new() { Code = "7410", Layout = Always(RemoteCalls.Settlement), Decode = RemoteCalls.DecodePreview, Encode = RemoteCalls.EncodePreview },
        new()
        {
            Code = "7420",
            Layout = Always(RemoteCalls.Settlement),
            Decode = RemoteCalls.DecodeSettlement,
            Deciding = SettlementCalls.Deciding,
            Encode = RemoteCalls.EncodeSettlement,
        },
        new() { Code = "7430", Layout = Always(RemoteCalls.Cancellation), Decode = RemoteCalls.DecodeCancellation, Encode = SettlementCalls.EncodeCancellation },
    }.ToFrozenDictionary(transaction => transaction.Code);

    public static IReadOnlyList<string> Codes { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Null when there is none, or none that canonical operations can say.</summary>
    public static CaretTransaction? Find(string code) => All.GetValueOrDefault(code);

    private static Func<Profile, int, RowLayout> Always(RowLayout layout) => (_, _) => layout;
}

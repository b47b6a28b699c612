using ProvincialGateway.Ledger;
using ProvincialGateway.Network;

namespace ProvincialGateway.Reconciliation;

/// <summary>The life of a difference; the value stands in <c>reconciliation_difference.state</c>.</summary>
internal enum DifferenceState
{
    Open = 1,

    /// <summary>Somebody has looked and decided what is to be done.</summary>
    Checked = 2,

    Settled = 3,
}

/// <summary>What can be done about a difference; the value stands in <c>proposal</c> and <c>decision</c> columns.</summary>
internal enum DifferenceAction
{
    /// <summary>The treatment side asks the insured side once more what became of the transaction.</summary>
    AskAgain = 1,

    /// <summary>The treatment side has the transaction reversed (冲正).</summary>
    Reverse = 2,

    /// <summary>The insured side's record holds; the treatment side's books follow by a deduction in clearing.</summary>
    AcceptInsured = 3,

    /// <summary>Only the partner can do something: ask again, reverse, or look for the row.</summary>
    PartnerActs = 4,
}

/// <summary>What happened to a difference; the value stands in <c>reconciliation_event.kind</c>.</summary>
internal enum DifferenceEvent
{
    Found = 1,
    FoundOtherwise = 2,
    FoundAgain = 3,
    Checked = 4,

    /// <summary>What was decided was carried out, with its result.</summary>
    CarriedOut = 5,

    Settled = 6,

    /// <summary>A later run found the row balanced.</summary>
    Balanced = 7,
}

/// <summary>An action with the reason for it, in Chinese and English.</summary>
internal sealed record Proposal(DifferenceAction Action, string Reason);

/// <summary>What is proposed for a difference. The insured side books first and decides what was paid, so its record is the one that holds.</summary>
internal static class DifferencePolicy
{
    /// <param name="side">This node's part in the ledger.</param>
    /// <param name="sent">What this node has sent under the row's key; null when it has never sent it, and at the insured side.</param>
    public static Proposal Propose(LedgerSide side, RowVerdict verdict, OutboundState? sent) => (side, verdict) switch
    {
        (LedgerSide.Treatment, RowVerdict.OnlyTheirs) => ProposeUnbooked(sent),
        (LedgerSide.Treatment, RowVerdict.OnlyOurs) => new(DifferenceAction.AskAgain,
            "本地已记账,参保地台账没有该行:先向参保地查询该流水的结果。 / Booked here and not in the insured side's ledger: ask the insured side what became of the transaction."),
        (LedgerSide.Treatment, _) => new(DifferenceAction.AcceptInsured,
            "两地内容不同:以参保地的记录为准,本地差额在清算中扣调。 / The rows differ: the insured side's record holds, this side's difference is corrected by a deduction in clearing."),
        (_, RowVerdict.OnlyOurs) => new(DifferenceAction.PartnerActs,
            "本地已结算,就医地没有该行也不在途:请就医地按原流水重新查询或冲正。 / Settled here; the treatment side neither has the row nor awaits it: the treatment side asks again with the same id, or reverses it."),
        (_, RowVerdict.OnlyTheirs) => new(DifferenceAction.AcceptInsured,
            "就医地有、参保地从未记账的行不成立:以参保地的记录为准。 / The treatment side has a row that was never booked here: the insured side's record holds."),
        (_, _) => new(DifferenceAction.AcceptInsured,
            "两地内容不同:以参保地的记录为准,就医地在清算中扣调。 / The rows differ: the insured side's record holds, the treatment side corrects by a deduction in clearing."),
    };

    /// <summary>What is proposed after a request was asked for again; null leaves the proposal as it is.</summary>
    public static Proposal? ProposeAfterAsking(OutboundState? now) => now is OutboundState.Parked
        ? new(DifferenceAction.Reverse,
            "再次查询,应答仍不可信:冲正该交易,由医院以新流水重新办理。 / Asked again, and the answer still cannot be true: reverse the transaction; the hospital begins anew under a new id.")
        : null;

    /// <summary>Settled differences that a run finds balanced stay as they are; everything else about one row ends with it.</summary>
    public static bool EndsWhenBalanced(DifferenceState state) => state is DifferenceState.Open or DifferenceState.Checked;

    /// <summary>What was settled by itself and is there again was not settled; what people settled as it stands stays settled.</summary>
    public static bool ReopensWhenFound(DifferenceState state, bool isBalanced, bool isSame) => state is DifferenceState.Settled && (isBalanced || !isSame);

    private static Proposal ProposeUnbooked(OutboundState? sent) => sent switch
    {
        OutboundState.Parked => new(DifferenceAction.AskAgain,
            "参保地的应答当时不可信,未记账:重新查询;仍不可信则冲正。 / The insured side's answer could not be true and was not booked: ask again; if it still cannot be true, reverse."),
        OutboundState.Awaiting => new(DifferenceAction.AskAgain,
            "尚未得到应答:继续查询。 / Not answered yet: go on asking."),
        null => new(DifferenceAction.PartnerActs,
            "本地没有该流水(可能由备份恢复):请参保地核对,必要时以扣款更正。 / This side has never sent the transaction (perhaps restored from a backup): the insured side looks, and corrects by a deduction if need be."),
        OutboundState.Answered or OutboundState.Rejected or OutboundState.Void => new(DifferenceAction.AskAgain,
            "本地得到的结果是未成立,参保地却已记账:先查询参保地的记录。 / This side was told that nothing was done, yet it is booked there: ask the insured side for its record."),
        _ => throw new ArgumentOutOfRangeException(nameof(sent), sent, "Not a state of a request."),
    };
}

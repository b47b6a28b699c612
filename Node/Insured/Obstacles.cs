namespace ProvincialGateway.Insured;

/// <summary>What stands in the way of an undo, in words that name it.</summary>
internal sealed record Obstacle(string Chinese, string English);

internal static class Obstacles
{
    public static Obstacle Settlement(string number) => new($"结算 {number} 有效", $"settlement {number} stands");

    public static Obstacle SettledThrough(string date) => new($"该住院已结算至 {date}", $"the stay is settled through {date}");

    public static Obstacle SettlementUndone(string number) => new($"同一住院此前的结算 {number} 已在其后撤销", $"settlement {number} of the same stay, made before it, was undone since");

    public static Obstacle Discharge(string transactionId) => new($"出院登记（流水 {transactionId}）有效", $"discharge {transactionId} stands");

    public static Obstacle UndoneBy(string transactionId) => new($"它已由流水 {transactionId} 撤销或冲正", $"it is undone already, by transaction {transactionId}");

    public static Obstacle CorrectedBy(string transactionId) => new($"它已由出院登记（流水 {transactionId}）更正", $"discharge {transactionId} has corrected it");

    public static Obstacle Corrected() => new("它已由其后的出院登记更正", "a later discharge has corrected it");

    public static Obstacle NotDischarged() => new("该就诊已不是出院状态", "the visit is not discharged any more");

    public static Obstacle DischargedOn(string date) => new($"出院日期已更正为 {date}", $"the discharge date is {date} now");

    public static Obstacle AdmissionUndone() => new("入院登记已撤销", "the admission is undone");

    public static Obstacle VisitAgain(string visitNumber) => new($"该住院号已另行登记，就诊登记号 {visitNumber}", $"its hospital number is registered again, as visit {visitNumber}");

    /// <summary>Another province's treatment of the person is not that province's business: no number is named.</summary>
    public static Obstacle SettledElsewhere() => new("撤销之后该参保人在他处又有结算", "the person has a later settlement elsewhere that rests on the cancellation");

    /// <param name="path">Of the rpc.</param>
    public static Obstacle OfMethod(string path) => new($"{path} 不是可以冲正的交易", $"{path} is not reversible");
}

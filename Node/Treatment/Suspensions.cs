using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Treatment;

/// <summary>
/// A suspended institution begins nothing new. It still learns what became of what it sent, closes its books and undoes what stands: whatever
/// was taken in before has two sides, and cutting one off would leave the other with half an account.
/// </summary>
internal static class Suspensions
{
    /// <summary>Old dialects have one short field for everything that a refusal says.</summary>
    public const int ReasonLengthMax = 100;

    /// <summary>In force with the commit, for every request that begins after it. One that stands already is replaced and kept as history.</summary>
    /// <param name="until">The last day; null until it is resumed.</param>
    public static void Suspend(Session session, string institutionCode, string reason, DateOnly? until, long nowMs)
    {
        End(session, institutionCode, nowMs);
        session.ExecuteExpecting(1,
            "INSERT INTO suspension (institution_code, reason, until, suspended_at_ms) VALUES (@institutionCode, @reason, @until, @nowMs)",
            new { institutionCode, reason, until = until?.Iso(), nowMs });
    }

    /// <returns>Whether there was one to end.</returns>
    public static bool End(Session session, string institutionCode, long nowMs) => session.Execute(
        "UPDATE suspension SET ended_at_ms = max(@nowMs, suspended_at_ms) WHERE institution_code = @institutionCode AND ended_at_ms IS NULL", new { institutionCode, nowMs }) > 0;

    /// <summary>The refusal of an operation by a suspended institution; null where it is not suspended or may do this all the same.</summary>
    public static HisRefusal? Refuse(HisCaller caller, HisOperation operation, DateOnly today) =>
        caller.Institution.IsSuspendedOn(today) && !EndsOrAsks(operation)
            ? DeskRefusals.InstitutionSuspended(caller.Institution.SuspensionReason!, caller.Institution.SuspendedUntil)
            : null;

    private static bool EndsOrAsks(HisOperation operation) => operation is
        CancelAdmission or CancelDischarge or CancelSettlement or ReverseTransaction or WithdrawFeeLines or ConfirmTransaction or CloseBusinessPeriod
        or QueryTransaction or QueryFeeLines or QueryBusinessPeriod or ListUnconfirmed or ListSettlements or ReconcileTotals or ReconcileSettlements
        or StateSettlements or QueryReconciliation or DescribeInstitution or IssueSerial or Acknowledge;
}

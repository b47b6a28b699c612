using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Insured;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>
/// Before the insured side settles: is anything left of the prepayment? By the agreement it then refuses, or settles and says so in the log.
/// Provinces that keep no prepayment with each other are not asked.
/// </summary>
internal sealed partial class PrepaymentGate(NodesConfiguration configuration, Division self, TimeProvider time, ILogger<PrepaymentGate> logger) : ISettlementGate
{
    private readonly Dictionary<Division, DateOnly> _warned = [];
    private readonly Lock _warning = new();

    public Refusal? Refuse(Session session, Division treatment)
    {
        var (last, balance) = PrepaymentBook.Standing(session, LedgerSide.Insured, treatment);
        if (last == 0 || PrepaymentBook.UsedFen(session, LedgerSide.Insured, treatment) is var used && used < balance)
            return null;
        if (configuration.Clearing.Of(treatment, self).RefuseWhenExhausted)
        {
            var refusal = ClearingRefusals.PrepaymentExhausted(balance, PrepaymentBook.UsedFen(session, LedgerSide.Insured, treatment));
            refusal.Side = Side.Insured;
            return refusal;
        }
        if (IsFirstToday(treatment))
            LogExhausted(treatment, new Fen(balance));
        return null;
    }

    /// <summary>Once a day is enough for a log.</summary>
    private bool IsFirstToday(Division treatment)
    {
        lock (_warning)
        {
            var today = time.Today();
            if (_warned.TryGetValue(treatment, out var day) && day == today)
                return false;
            _warned[treatment] = today;
            return true;
        }
    }

    [LoggerMessage(5110, LogLevel.Warning, "The prepayment with {Treatment} ({Balance}) is used up. By the agreement settlements go on; see gateway prepayment show.")]
    private partial void LogExhausted(Division treatment, Fen balance);
}

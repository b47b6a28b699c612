using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Network;

/// <summary>The interactive budget of one peer: total timeout, then retry, then circuit breaker, then attempt timeout.</summary>
internal static class PeerPipeline
{
    /// <summary>What a call has left of its budget when it begins; above zero.</summary>
    public static readonly ResiliencePropertyKey<TimeSpan> Left = new("provincial-gateway.left");

    /// <param name="circuit">Closes the circuit at once when the peer is known to answer.</param>
    public static ResiliencePipeline<PeerOutcome> Create(TimeoutOptions timeouts, PeerState state, CircuitBreakerManualControl circuit, TimeProvider time)
    {
        var pipeline = new ResiliencePipelineBuilder<PeerOutcome> { TimeProvider = time };
        pipeline.AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = arguments => new(arguments.Context.Properties.GetValue(Left, timeouts.InteractiveBudget)) });
        if (timeouts.RetriesMax > 0)
            pipeline.AddRetry(new RetryStrategyOptions<PeerOutcome>
            {
                ShouldHandle = arguments => new(IsTransient(arguments.Outcome) || IsBusy(arguments.Outcome)),
                // A peer that says when to come again is not asked before.
                DelayGenerator = arguments => new(IsBusy(arguments.Outcome) ? ((PeerOutcome.Unreachable)arguments.Outcome.Result!).TurnedAway!.RetryAfter : null),
                MaxRetryAttempts = timeouts.RetriesMax,
                Delay = timeouts.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
            });
        return pipeline
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<PeerOutcome>
            {
                ShouldHandle = arguments => new(IsTransient(arguments.Outcome)),
                FailureRatio = timeouts.BreakerFailureRatio,
                MinimumThroughput = timeouts.BreakerMinimumThroughput,
                SamplingDuration = timeouts.BreakerSamplingDuration,
                BreakDuration = timeouts.BreakerBreakDuration,
                ManualControl = circuit,
                OnOpened = _ => Note(state, PeerCircuit.Open),
                OnClosed = _ => Note(state, PeerCircuit.Closed),
                OnHalfOpened = _ => Note(state, PeerCircuit.HalfOpen),
            })
            .AddTimeout(timeouts.Attempt)
            .Build();
    }

    /// <summary>Repeating is safe for every outcome, because the id and the bytes are the same; it is useful only where it may end otherwise.</summary>
    private static bool IsTransient(Outcome<PeerOutcome> outcome) =>
        outcome.Exception is TimeoutRejectedException || outcome.Result is PeerOutcome.Unreachable { TurnedAway: null, IsHeld: false } or PeerOutcome.Unknown;

    /// <summary>The peer is well and takes no more from this node at the moment: no reason to open the circuit.</summary>
    private static bool IsBusy(Outcome<PeerOutcome> outcome) => outcome.Result is PeerOutcome.Unreachable { TurnedAway.Reason: DoorReason.Busy };

    private static ValueTask Note(PeerState state, PeerCircuit circuit)
    {
        state.CircuitIs(circuit);
        return ValueTask.CompletedTask;
    }
}

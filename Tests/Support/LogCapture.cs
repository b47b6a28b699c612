using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace ProvincialGateway.Tests.Support;

/// <param name="Source">What wrote it: as a rule which node, then the category.</param>
public sealed record LogEntry(string Source, LogLevel Level, int EventId, string Message, Exception? Exception)
{
    public override string ToString() => $"{Level} {Source}[{EventId}] {Message}{(Exception is null ? "" : $"\n{Exception}")}";
}

/// <summary>Keeps what nodes log, lets a test wait for it, and fails the test on errors that it did not announce.</summary>
public sealed class LogCapture
{
    private readonly Lock _gate = new();
    private readonly List<LogEntry> _entries = [];
    private readonly HashSet<int> _announcedErrors = [];
    private TaskCompletionSource _added = NewAddition();

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    /// <summary>One for each node, so that entries tell the nodes apart.</summary>
    public ILoggerProvider Provider(string node) => new CapturingProvider(this, node);

    /// <summary>Says that an event of level Error or above belongs to this test.</summary>
    public void ExpectError(int eventId) => _announcedErrors.Add(eventId);

    /// <summary>The first entry with that event whose message contains the text; waits for it when it has not been written yet.</summary>
    public async Task<LogEntry> WaitForAsync(int eventId, string text = "")
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            Task added;
            lock (_gate)
            {
                if (_entries.Find(entry => entry.EventId == eventId && entry.Message.Contains(text, StringComparison.Ordinal)) is { } found)
                    return found;
                added = _added.Task;
            }
            await added.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.That(patience.IsCancellationRequested, Is.False,
                () => $"No event {eventId} with '{text}' was logged. What was logged:\n{string.Join('\n', Entries)}");
        }
    }

    public void AssertNoUnexpectedErrors() => Assert.That(
        Entries.Where(entry => entry.Level >= LogLevel.Error && !_announcedErrors.Contains(entry.EventId) && !IsCallerGone(entry)), Is.Empty,
        "Errors were logged that the test does not announce with ExpectError.");

    /// <summary>A caller that hangs up, or a line that is cut, while a message is read is an error to the gRPC library, before the node has the call.</summary>
    private static bool IsCallerGone(LogEntry entry) =>
        entry.Exception is IOException { Message: "The client reset the request stream." or "The request stream was aborted." } && entry.Source.EndsWith("ServerCallHandler", StringComparison.Ordinal);

    private void Add(LogEntry entry)
    {
        TaskCompletionSource added;
        lock (_gate)
        {
            _entries.Add(entry);
            added = _added;
            _added = NewAddition();
        }
        added.SetResult();
    }

    private static TaskCompletionSource NewAddition() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class CapturingProvider(LogCapture capture, string node) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new CapturingLogger(capture, $"{node} {categoryName}");

        public void Dispose()
        {
            // What was captured outlives the node that wrote it.
        }
    }

    private sealed class CapturingLogger(LogCapture capture, string source) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                capture.Add(new(source, logLevel, eventId.Id, formatter(state, exception), exception));
        }
    }
}

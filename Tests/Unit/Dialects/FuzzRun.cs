using System.Collections.Concurrent;
using System.Diagnostics;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>A number of changed messages for one dialect, shared by some workers. Ends early at the third fault.</summary>
internal sealed class FuzzRun(FuzzSubject subject, FuzzResults results, int seed, int count)
{
    private const int FaultsMax = 3;
    private const int ThoroughEvery = 8;

    private readonly FuzzMutations _mutations = new(subject.Samples);
    private readonly FuzzCheck _check = new(subject.Dialect, results);
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentDictionary<int, Running> _running = new();
    private int _taken, _understood, _refused;

    public int Count => count;

    public int Understood => _understood;

    public int Refused => _refused;

    public IReadOnlyCollection<string> Faults => _faults;

    public IReadOnlyList<string> RunningLongerThan(TimeSpan limit) =>
        [.. _running.Values.Where(running => Stopwatch.GetElapsedTime(running.Since) > limit).Select(running => Shown(running.Index, running.Message))];

    public void Work()
    {
        for (var index = Interlocked.Increment(ref _taken) - 1; index < count && _faults.Count < FaultsMax; index = Interlocked.Increment(ref _taken) - 1)
        {
            var random = new Random((int)(((seed * 1_000_003L) + index) & int.MaxValue));
            var message = _mutations.Next(random);
            _running[Environment.CurrentManagedThreadId] = new Running(index, message, Stopwatch.GetTimestamp());
            Check(index, message, random);
        }

        _running.TryRemove(Environment.CurrentManagedThreadId, out _);
    }

    private void Check(int index, HisMessage message, Random random)
    {
        try
        {
            foreach (var request in _check.Run(message, random, isThorough: index % ThoroughEvery == 0))
                Interlocked.Increment(ref request.Operation is null ? ref _refused : ref _understood);
        }
        catch (Exception fault)
        {
            _faults.Enqueue($"{fault.GetType().Name}: {fault.Message}\n{Shown(index, message)}\n{fault.StackTrace}");
        }
    }

    private string Shown(int index, HisMessage message) =>
        $"{subject.Name} seed {seed} index {index}: (\"{subject.Name}\", \"{message.Path}\", \"{message.ContentType}\", \"{Convert.ToBase64String(message.Body.Span)}\")";

    private sealed record Running(int Index, HisMessage Message, long Since);
}

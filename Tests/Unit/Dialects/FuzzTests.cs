using System.Diagnostics;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>
/// Decoders are total: any bytes in, an operation or a fault with position and reason out. A million changed messages over all dialects; the
/// environment variable <c>FUZZ_INPUTS</c> states another number. Every input has a seed of its own, so it is the same on any number of workers.
/// </summary>
public sealed class FuzzTests
{
    private const string CountVariable = "FUZZ_INPUTS";
    private const int CountByDefault = 1_000_000;
    private const int Seed = 20160615;
    private const int Workers = 2;

    /// <summary>A call takes well under a millisecond; so much more is a hang, also on a machine that is busy with other things.</summary>
    private static readonly TimeSpan CallTimeMax = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private static readonly FuzzResults Results = new(Seed);

    private static IEnumerable<FuzzSubject> Subjects => FuzzSubject.All;

    [TestCaseSource(nameof(Subjects))]
    public void Any_message_is_read_or_refused_and_answered(object tested)
    {
        var subject = (FuzzSubject)tested;
        var run = new FuzzRun(subject, Results, Seed, Share(subject));
        TestContext.Out.WriteLine($"seed {Seed}");
        var started = Stopwatch.GetTimestamp();
        var workers = Enumerable.Range(0, Workers).Select(_ => new Thread(run.Work) { IsBackground = true, Name = subject.Name }).ToList();
        workers.ForEach(worker => worker.Start());
        while (!workers.TrueForAll(worker => worker.Join(Look)))
            Assert.That(run.RunningLongerThan(CallTimeMax), Is.Empty, "a call hangs");

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Assert.That(run.Faults, Is.Empty);
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{subject.Name}: {run.Count} messages, {run.Count / seconds:0} a second; {run.Understood} requests understood, {run.Refused} refused"));
        Assert.That(Math.Min(run.Understood, run.Refused), Is.GreaterThan(run.Count / 20), "changes must neither all break the message nor all leave it alone");
    }

    [TestCaseSource(nameof(Subjects))]
    public void Any_bytes_are_refused_or_read_and_answered(object tested)
    {
        var check = new FuzzCheck(((FuzzSubject)tested).Dialect, Results);
        var messages = ArbMap.Default.ArbFor<byte[]>().Generator.Zip(Gen.Elements(((FuzzSubject)tested).Samples.AsEnumerable())).ToArbitrary();
        Prop.ForAll(messages, pair => check.Run(pair.Item2 with { Body = pair.Item1 }, new Random(Seed), isThorough: true).Count > 0).QuickCheckThrowOnFailure();
    }

    [TestCaseSource(nameof(Subjects))]
    public void The_messages_that_are_changed_are_answered_as_they_are(object tested)
    {
        var subject = (FuzzSubject)tested;
        var check = new FuzzCheck(subject.Dialect, Results);
        var operations = subject.Samples.SelectMany(sample => check.Run(sample, new Random(Seed), isThorough: true)).Count(request => request.Operation is not null);

        Assert.That(operations, Is.GreaterThanOrEqualTo(10));
    }

    // The sum is shared by the dialects, a dialect's part by its settings.
    private static int Share(FuzzSubject subject)
    {
        var stated = Environment.GetEnvironmentVariable(CountVariable);
        var count = string.IsNullOrEmpty(stated) ? CountByDefault : int.Parse(stated, NumberStyles.None, CultureInfo.InvariantCulture);
        var names = FuzzSubject.All.Select(other => other.Dialect.Name).ToList();
        return (count / names.Distinct().Count() / names.Count(name => name == subject.Dialect.Name)) + 1;
    }
}

using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.Unruly;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterHost;

/// <summary>A dialect that hangs or takes memory without end: its caller is answered in time, its threads are got back, and the others are served.</summary>
[NonParallelizable] // They watch the memory of the whole process.
internal sealed class AdapterIsolationTests
{
    private const int Fault = 2010, Overran = 2011, Quarantined = 2012, ThreadLost = 2013;

    // Long enough for a well-behaved call on a machine that is busy with something else.
    private static readonly AdapterBudget Budget = new() { Time = TimeSpan.FromSeconds(1), Bytes = 128 * 1024 * 1024 };

    private readonly ManualTimeProvider _time = new();
    private LogCapture _log = null!;
    private AdapterThreads _threads = null!;
    private GuardedDialect _dialect = null!;

    [SetUp]
    public void Guard()
    {
        _log = new LogCapture();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(_log.Provider("node")));
        var log = loggers.CreateLogger("adapters");
        // What is to end by its memory must not be ended by its time, however busy the machine is.
        var takesMemory = TestContext.CurrentContext.Test.Arguments.FirstOrDefault() is "allocate";
        _threads = new AdapterThreads("unruly", takesMemory ? Budget with { Time = TimeSpan.FromSeconds(60) } : Budget, log);
        _dialect = new GuardedDialect("unruly", new UnrulyDialect(DialectSettings.None), _threads, new AdapterQuarantine(_time), log);
    }

    [TearDown]
    public void EndThreads() => _threads.Dispose();

    [TestCase("loop", "took too long", "it still ran after 1 s")]
    [TestCase("sleep", "took too long", "it still ran after 1 s")]
    [TestCase("cling", "took too long", "it still ran after 1 s")]
    [TestCase("allocate", "took too much memory", "the process grew by more than 128 MiB")]
    public async Task A_message_it_cannot_finish_is_refused_and_nothing_was_done(string how, string refusal, string logged)
    {
        var envelope = await DecodeAsync($"decode={how}");

        var said = envelope.Requests.Single().Refusal!;
        Assert.That((said.Code, said.Side), Is.EqualTo(("ADAPTER_FAULT", RefusingSide.Treatment)));
        Assert.That(said.English, Does.Contain(refusal).And.Contain("nothing was done"));
        Assert.That(Text(await _dialect.EncodeAsync(envelope, [said])), Is.EqualTo("failed ADAPTER_FAULT"), "in the dialect's own words");
        Assert.That((await _log.WaitForAsync(Overran, "in Decode")).Message, Does.Contain(logged));
        await AssertServesAsync();
        await NoThreadIsLostAsync();
    }

    [TestCase("throw", Fault)]
    [TestCase("loop", Overran)]
    [TestCase("sleep", Overran)]
    [TestCase("allocate", Overran)]
    [TestCase("huge", Fault)]
    public async Task A_reply_it_cannot_finish_becomes_a_plain_server_error(string how, int logged)
    {
        var reply = await _dialect.EncodeAsync(await DecodeAsync($"encode={how}"), [Done]);

        Assert.That(reply.HttpStatus, Is.EqualTo(500));
        Assert.That(Text(reply), Does.Contain("may have been done").And.Contain(Done.TransactionId).And.Not.Contain("530102197601010019"));
        await _log.WaitForAsync(logged, "in Encode");
        await AssertServesAsync();
    }

    [Test]
    public async Task A_failure_that_cannot_be_put_into_words_is_said_plainly()
    {
        var envelope = await DecodeAsync("decode=loop failure=sleep");

        Assert.That(Text(await _dialect.EncodeAsync(envelope, [envelope.Requests[0].Refusal!])), Does.Contain("[ADAPTER_FAULT]").And.Contain("未办理任何业务"));
    }

    [Test]
    public async Task A_description_that_hangs_is_no_description()
    {
        Assert.That(await _dialect.DescribeAsync("/unruly", "?loop", new Uri("http://node/unruly")), Is.Null);
        await _log.WaitForAsync(Overran, "in Describe");
    }

    [Test]
    public async Task A_thread_that_does_not_let_go_is_counted_until_it_does()
    {
        using var folder = new TempFolder();
        var release = folder.File("release");
        try
        {
            var envelope = await DecodeAsync($"decode=stubborn:{release}");

            Assert.That(envelope.Requests.Single().Refusal!.Code, Is.EqualTo("ADAPTER_FAULT"), "the caller does not wait for the thread");
            await _log.WaitForAsync(ThreadLost);
            Assert.That(_dialect.Health.ThreadsLost, Is.EqualTo(1));
            await AssertServesAsync();
        }
        finally
        {
            await File.WriteAllTextAsync(release, "");
        }
        await NoThreadIsLostAsync();
    }

    [Test]
    public async Task Calls_that_hang_leave_the_nodes_own_threads_alone()
    {
        // Far more than there are threads for the adapter; the node's pool would need long to grow as far.
        var hanging = Enumerable.Range(0, 200).Select(_ => DecodeAsync("decode=sleep")).ToList();

        Assert.That(await Task.Run(() => hanging.Count(call => call.IsCompleted)), Is.LessThan(200), "the pool goes on while they hang");
        var envelopes = await Task.WhenAll(hanging);
        Assert.That(envelopes.Select(envelope => envelope.Requests[0].Refusal!.Code), Is.All.EqualTo("ADAPTER_FAULT"));
        Assert.That(envelopes.Select(envelope => envelope.Requests[0].Refusal!.English), Has.Some.Contains("was busy"), "a call does not wait for a thread longer than it might run");
    }

    [Test]
    public async Task An_adapter_that_overruns_again_and_again_rests()
    {
        for (var time = 0; time < AdapterQuarantine.OverrunsMax; time++)
            await DecodeAsync("decode=loop");
        await _log.WaitForAsync(Quarantined, "3 times in a row");

        var refused = await DecodeAsync("well behaved");
        var said = refused.Requests.Single().Refusal!;
        Assert.That(said.English, Does.Contain("rests for a while").And.Contain("nothing was done"));
        Assert.That(Text(await _dialect.EncodeAsync(refused, [said])), Does.Contain("rests for a while"), "not even for its own words");
        Assert.That(_dialect.Health, Has.Property(nameof(AdapterHealth.QuarantinedUntil)).EqualTo(_time.GetUtcNow() + AdapterQuarantine.Rest)
            .And.Property(nameof(AdapterHealth.Overruns)).EqualTo(AdapterQuarantine.OverrunsMax));

        _time.Advance(AdapterQuarantine.Rest);
        await AssertServesAsync();
        Assert.That(_dialect.Health.QuarantinedUntil, Is.Null);
    }

    [Test]
    public async Task After_its_rest_one_more_overrun_is_enough()
    {
        for (var time = 0; time < AdapterQuarantine.OverrunsMax; time++)
            await DecodeAsync("decode=loop");
        _time.Advance(AdapterQuarantine.Rest);

        await DecodeAsync("decode=loop");

        Assert.That(_dialect.Health.QuarantinedUntil, Is.Not.Null);
    }

    [Test]
    public async Task A_message_that_is_answered_starts_the_count_anew()
    {
        for (var time = 0; time < AdapterQuarantine.OverrunsMax; time++)
        {
            await DecodeAsync("decode=loop");
            await AssertServesAsync();
        }
        Assert.That(_dialect.Health.QuarantinedUntil, Is.Null);
    }

    [Test]
    public async Task To_be_read_and_never_answered_is_no_sign_of_health()
    {
        for (var time = 0; time < AdapterQuarantine.OverrunsMax; time++)
            await _dialect.EncodeAsync(await DecodeAsync("encode=loop"), [Done]);
        Assert.That(_dialect.Health.QuarantinedUntil, Is.Not.Null);
    }

    [Test]
    public async Task Nothing_of_the_callers_context_reaches_the_adapter()
    {
        var context = new AsyncLocal<string> { Value = "the caller's" };

        Assert.That(await _threads.RunAsync(() => context.Value), Is.Null);
        Assert.That(await _threads.RunAsync(() => Thread.CurrentThread.IsThreadPoolThread), Is.False);
    }

    [Test]
    public async Task Many_calls_at_once_all_come_to_their_own_end()
    {
        using var threads = new AdapterThreads("patient", AdapterBudget.Default with { Time = TimeSpan.FromMinutes(1) }, NullLogger.Instance);

        var numbers = await Task.WhenAll(Enumerable.Range(0, 5_000).Select(number => Task.Run(() => threads.RunAsync(() => number))));

        Assert.That(numbers, Is.EqualTo(Enumerable.Range(0, 5_000)));
    }

    [Test]
    public async Task Threads_that_are_given_back_take_no_calls()
    {
        await AssertServesAsync();
        _threads.Dispose();

        Assert.That((await DecodeAsync("well behaved")).Requests.Single().Refusal!.Code, Is.EqualTo("ADAPTER_FAULT"));
    }

    private static Acknowledged Done { get; } = new() { TransactionId = "530000201606150910000000000012" };

    private Task<HisEnvelope> DecodeAsync(string orders) =>
        _dialect.DecodeAsync(new HisMessage { Path = "/unruly", ContentType = "text/plain", SoapAction = "", Body = Encoding.UTF8.GetBytes(orders) });

    private async Task AssertServesAsync() => Assert.That(Text(await _dialect.EncodeAsync(await DecodeAsync("well behaved"), [Done])), Is.EqualTo("done"));

    private Task<int> NoThreadIsLostAsync() => Eventually.GetAsync("every thread to end", () => _dialect.Health.ThreadsLost, Is.Zero);

    private static string Text(HisReply reply) => Encoding.UTF8.GetString(reply.Body);
}

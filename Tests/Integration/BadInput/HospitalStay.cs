using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Cli;

namespace ProvincialGateway.Tests.BadInput;

/// <summary>
/// One stay of one patient as the hospital's own system would send it, built from the adapter's journey: a test plays the good steps and spoils
/// the one it is about.
/// </summary>
internal abstract class HospitalStay
{
    private static int _stays;

    private readonly Journey _journey;
    private readonly JourneyPlayer _player;
    private readonly Func<string, string> _patient;

    /// <param name="patient">Puts another person into a message; the journey's own when null.</param>
    protected HospitalStay(HttpClient client, PilotProvince node, string adapter, Func<string, string>? patient)
    {
        Node = node;
        Number = $"BAD{Interlocked.Increment(ref _stays):00000}";
        Adapter = node.Host.Adapters.Find(adapter) ?? throw new InvalidOperationException($"Adapter {adapter} is not loaded.");
        _journey = Journey.Read(Adapter.SamplesFolder);
        _player = new JourneyPlayer(client, node.HisAddress, node.Tokens[_journey.Institution], TimeProvider.System);
        _patient = patient ?? (message => message);
    }

    public PilotProvince Node { get; }

    public LoadedAdapter Adapter { get; }

    public string Token => Node.Tokens[_journey.Institution];

    /// <summary>A token of this province that was issued for another hospital.</summary>
    public string OtherToken => Node.Tokens.First(token => token.Key != _journey.Institution).Value;

    /// <summary>The hospital's own number of the stay, unlike every other's.</summary>
    protected string Number { get; }

    /// <summary>A question that changes nothing and names the hospital.</summary>
    public abstract JourneyStep Verify { get; }

    /// <summary>A question that carries the patient's name in Chinese.</summary>
    public abstract JourneyStep VerifyByCard { get; }

    /// <summary>Everything that comes before the admission, and the admission, not sent yet.</summary>
    public abstract Task<JourneyStep> AdmissionAsync();

    /// <summary>One good fee line, not sent yet.</summary>
    public abstract Task<JourneyStep> LineAsync();

    public abstract Task<JourneyStep> DischargeAsync();

    /// <param name="totalYuan">What the lines add up to, for dialects that state it.</param>
    public abstract Task<JourneyStep> SettlementAsync(string totalYuan);

    /// <summary>The text of a refusal in the dialect's own error convention; null when the reply says success.</summary>
    public abstract string? RefusalIn(string reply);

    public async Task AdmitAsync() => await PlayAsync(await AdmissionAsync());

    public Task<JourneyExchange> SendAsync(JourneyStep step) => _player.PlayAsync(step, CancellationToken.None);

    public async Task<JourneyExchange> PlayAsync(JourneyStep step)
    {
        var exchange = await SendAsync(step);
        Assert.That(exchange.Fault, Is.Null, () => exchange.Reply);
        return exchange;
    }

    public async Task<RawPost> RawVerifyAsync() => RawPost.Of(Node, Token, await PlayAsync(Verify));

    /// <summary>The journey's step with this body, about this stay and its patient.</summary>
    protected JourneyStep Step(string body) => About(_journey.Steps.First(step => step.Body == body));

    /// <summary>The step that fetches the serial which a later step of the journey sends.</summary>
    protected JourneyStep SerialFor(string placeholder) => _journey.Steps.First(step => step.Capture.ContainsKey(placeholder));

    protected abstract string WithOwnNumber(string template);

    private JourneyStep About(JourneyStep step) => step with { Template = _patient(WithOwnNumber(step.Template)) };
}

internal static class SpoiltSteps
{
    /// <summary>The step with one part of its message replaced. Fails when the part is not there, so that a test cannot send a good message by accident.</summary>
    public static JourneyStep With(this JourneyStep step, string part, string replacement)
    {
        Assert.That(step.Template, Does.Contain(part), $"{step.Body} has not what the test spoils");
        return step with { Template = step.Template.Replace(part, replacement, StringComparison.Ordinal) };
    }
}

using System.Globalization;

namespace ProvincialGateway.Cli;

/// <summary>One moment of a scene of the demo: who did what, and what came of it.</summary>
/// <param name="Who">hospital, operator, node, or the province whose operator it is.</param>
internal sealed record DemoMoment(string Who, string Chinese, string English, string Result, bool IsGood);

/// <summary>What people and nodes do one after the other, until all is done or one thing fails.</summary>
internal sealed class DemoScene(TimeProvider time)
{
    private readonly List<DemoMoment> _moments = [];

    /// <param name="done">Told of each moment.</param>
    /// <returns>The moments; when one failed it is the last and says why.</returns>
    public async Task<IReadOnlyList<DemoMoment>> PlayAsync(Func<Task> play, Action<string> done)
    {
        try
        {
            await play();
        }
        catch (MomentFailedException)
        {
            // It is on the list.
        }
        foreach (var moment in _moments)
            done(moment.Chinese);
        return _moments;
    }

    public void Add(string who, string chinese, string english, string result, bool isGood)
    {
        _moments.Add(new DemoMoment(who, chinese, english, result, isGood));
        if (!isGood)
            throw new MomentFailedException();
    }

    /// <summary>A command line as an operator types it while the node serves; carried out in the node as the control channel does.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> CommandAsync(PilotProvince province, string who, string chinese, string english, CancellationToken cancellation, params string[] line)
    {
        var output = new StringWriter(CultureInfo.InvariantCulture);
        string[] arguments = [.. line, "--as", province.Division.Code, "--data", province.DataFolder];
        var invocation = new LiveInvocation { Node = province.Running(time), Terminal = Terminal.None, Output = output, Error = output };
        var exitCode = await Program.RunAsync(Program.Root().Parse(arguments), invocation, cancellation);
        // The paths of a demo are its own; a person would have given a file beside them.
        var shown = string.Join(' ', line.Select(word => Path.IsPathRooted(word) ? Path.GetFileName(word) : word));
        Add(who, chinese, english, $"$ gateway {shown}\n{output.ToString().TrimEnd()}", exitCode == 0);
        return output.ToString();
    }

    private sealed class MomentFailedException : Exception;
}

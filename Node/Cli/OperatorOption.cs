using System.CommandLine;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>Who changes something and why: what every change on record says.</summary>
internal sealed class OperatorOption
{
    private const int NameLengthMax = 50, ReasonLengthMax = 200;

    private readonly Option<string?> _name = new("--operator") { Description = "经办人，省略时为操作系统用户 / who does it; by default the user of the operating system" };
    private readonly Option<string?> _reason = new("--reason") { Description = "原因，不含个人信息 / why, without personal data", Required = true };

    /// <summary>For a command that changes something only when asked to.</summary>
    public static OperatorOption WhenAsked()
    {
        var by = new OperatorOption();
        by._reason.Required = false;
        return by;
    }

    public void AddTo(Command command)
    {
        command.Add(_reason);
        command.Add(_name);
    }

    /// <exception cref="CommandRefusedException">A text is absent, empty, too long or of several lines.</exception>
    public Change Read(NodeWork work, ParseResult parsed) => new(
        OptionValues.Line("--operator", parsed.GetValue(_name) ?? Environment.UserName, NameLengthMax),
        OptionValues.Line("--reason", parsed.GetValue(_reason) ?? "", ReasonLengthMax),
        work.Time.NowMs());

    /// <summary>The command changes something in one transaction and shows it as it is after the commit.</summary>
    /// <param name="prepare">Reads the command line before anything is written.</param>
    public void SetChange(Command command, Func<NodeWork, ParseResult, Func<Session, Change, Refusal?>> prepare, Func<NodeWork, ParseResult, bool, int> show)
    {
        var json = CommandJson.Option();
        AddTo(command);
        command.Add(json);
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var (act, change) = (prepare(work, parsed), Read(work, parsed));
            if (await work.Database.WriteAsync(session => act(session, change), cancellation) is { } refusal)
                throw RefusedHere(refusal);
            return show(work, parsed, parsed.GetValue(json));
        });
    }

    /// <summary>Of a field that is wrong the next step is for who sent a message; whoever typed it corrects it and types it again.</summary>
    public static CommandRefusedException RefusedHere(Refusal refusal) => InsuredRefusals.IsForSender(refusal)
        ? new CommandRefusedException($"{refusal.Code.ToString()} {refusal.MessageZh} / {refusal.MessageEn}")
        : Refused(refusal);

    /// <summary>What another side has refused.</summary>
    public static CommandRefusedException Refused(Refusal refusal) => new(
        $"{refusal.Code.ToString()} {refusal.MessageZh}{refusal.NextStepZh} / {refusal.MessageEn} {refusal.NextStepEn}");
}

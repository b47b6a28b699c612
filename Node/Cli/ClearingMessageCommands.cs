using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Clearing;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway clearing messages|release</c>: this agency's messages to others, and what to do about one that does not get through.</summary>
internal static class ClearingMessageCommands
{
    private const int MessagesMax = 200;

    public static Command Messages()
    {
        var json = CommandJson.Option();
        var all = new Option<bool>("--all") { Description = $"包括已应答的，最近 {MessagesMax} 条 / also those that were answered, the last {MessagesMax}" };
        var command = new Command("messages", "本省发出而尚无应答、或应答不可信的预付与清算报文 / messages of prepayment and clearing without an answer, or with one that cannot be true\n"
            + "例 example: gateway clearing messages --as 440000 --data data-440000") { all, json };
        command.SetAgencyAction((work, _, parsed) =>
        {
            var messages = work.Database.Read(session => (parsed.GetValue(all) ? ClearingOutbox.Latest(session, MessagesMax) : ClearingOutbox.Open(session))
                .Select(row => Entry(row, ClearingOutbox.ReleasesOf(session, row.TransactionId))).ToList());
            return work.Tell(messages, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    public static Command Release()
    {
        var (id, by, json) = (new Argument<string>("message") { Description = "报文流水号 / the message's transaction id" }, new OperatorOption(), CommandJson.Option());
        var command = new Command("release", "与对方查清原因后，立即以原流水号、原内容重发 / once the cause is settled with the partner: sends it at once, same id, same content\n"
            + "例 example: gateway clearing release 440000201709201000020000000007 --reason 对方已更正 --as 440000 --data data-440000") { id };
        by.AddTo(command);
        command.Add(json);
        command.SetAgencyAction(async (work, desk, parsed, cancellation) =>
        {
            var change = by.Read(work, parsed);
            return work.Tell(await desk.ReleaseAsync(parsed.GetRequiredValue(id), change.By, change.Reason, cancellation), parsed.GetValue(json));
        });
        return command;
    }

    private static MessageEntry Entry(AgencyMessageRow row, IReadOnlyList<AgencyReleaseRow> releases) => new(
        row.TransactionId, row.Peer, row.Method, row.Subject, row.State, row.Attempts, Time(row.PreparedAtMs),
        row.State is AgencyMessageState.Awaiting ? Time(row.NextAttemptAtMs) : null, row.LastError,
        [.. releases.Select(release => new ReleaseEntry(Time(release.ReleasedAtMs), release.ReleasedBy, release.Reason, release.Contradiction))]);

    private static void Write(NodeWork work, IReadOnlyList<MessageEntry> messages)
    {
        if (messages.Count == 0)
        {
            work.Out.WriteLine("没有待答或搁置的报文 no message waits or is parked");
            return;
        }
        var table = TextTable.Of("流水号 transaction\n对方 to", "种类 kind\n事项 about", "状态 state\n次数 attempts", "说明 note");
        foreach (var row in messages)
        {
            table.Row($"{row.TransactionId}\n{row.Peer} {row.PreparedAt}", $"{AgencyStepNames.Of(row.Method)}\n{row.Subject}",
                $"{Describe(row.State)}\n{ClearingWork.Number(row.Attempts)}", string.Join('\n', [row.Note ?? "-", .. row.Releases.Select(release => $"{release.At} 重发 released {release.By}: {release.Reason}")]));
        }
        work.OpenScreen().Write(table);
    }

    private static string Describe(AgencyMessageState state) => state switch
    {
        AgencyMessageState.Awaiting => "待答 awaiting",
        AgencyMessageState.Accepted => "已受理 accepted",
        AgencyMessageState.Refused => "被拒绝 refused",
        AgencyMessageState.Parked => "搁置 parked",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a message."),
    };

    /// <param name="NextAttemptAt">When it is sent again by itself; null of one that is not.</param>
    private sealed record MessageEntry(
        string TransactionId, string Peer, string Method, string Subject, AgencyMessageState State, int Attempts, string PreparedAt, string? NextAttemptAt, string? Note,
        IReadOnlyList<ReleaseEntry> Releases);

    /// <param name="Contradiction">What was the matter when it was released.</param>
    private sealed record ReleaseEntry(string At, string By, string Reason, string? Contradiction);

    private static string Time(long ms) => ChinaTime.FromMs(ms).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

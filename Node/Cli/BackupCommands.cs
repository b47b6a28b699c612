using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Backup;
using ProvincialGateway.Oversight;
using ProvincialGateway.Values;
using Spectre.Console;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway backup [list|verify]</c> and <c>gateway restore</c>.</summary>
internal static class BackupCommands
{
    public static Command Backup()
    {
        var to = new Option<DirectoryInfo>("--to") { Description = "备份目录，应在另一块磁盘上；每个节点一个 / the folder of backups, on another disk; one for each node", Required = true };
        var withKeys = new Option<bool>("--with-keys") { Description = "连同密钥；得到该备份的人即可读取全部数据并冒充本节点 / with the keys: whoever has the backup reads everything and can pose as the node" };
        var keep = new Option<int?>("--keep") { Description = "之后只保留最新的若干个备份 / afterwards keeps only so many of the newest" };
        keep.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
                result.AddError("--keep 至少为 1。 / --keep must be at least 1.");
        });
        var json = CommandJson.Option();
        var command = new Command("backup", "在线增量备份 / backup while the node serves; only what has changed is written\n例 example: gateway backup --to /backup/530000 --keep 168 --as 530000 --data data-530000")
        { to, withKeys, keep, json };
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            using var store = BackupStore.OpenForWriting(parsed.GetRequiredValue(to).FullName);
            var manifest = await new BackupRun(store, work.Node.DataFolder, work.Time).MakeAsync(work.Database, Program.Version, parsed.GetValue(withKeys), cancellation);
            var (removed, freed) = parsed.GetValue(keep) is { } kept ? store.Prune(kept) : (0, 0);
            return work.Tell(new MadeBackup(Entry(manifest), removed, freed, store.Damaged), parsed.GetValue(json), made =>
            {
                work.Out.WriteLine($"备份 backup {manifest.Id}: {Mebibytes(manifest.Bytes)}，新增 new {Mebibytes(manifest.NewBytes)}");
                if (removed > 0)
                    work.Out.WriteLine($"已清理 pruned: {removed} 个备份 backups, {Mebibytes(freed)}");
                if (!manifest.WithKeys)
                    work.Out.WriteLine("不含密钥；请另行保管 keys 目录。 / It holds no keys; keep the folder keys apart.");
                foreach (var damaged in made.Damaged)
                    work.Out.WriteLine($"✗ {damaged} 已损坏，依赖它的旧备份可能无法恢复；请核对磁盘。 / is damaged, older backups may need it; check the disk.");
            });
        });
        command.Add(List());
        command.Add(Verify());
        return command;
    }

    public static Command Restore()
    {
        var (from, at, keys, json) = (From(), At(), Keys(), CommandJson.Option());
        var data = new Option<DirectoryInfo>("--data") { Description = "新的数据目录；不得已有内容 / the new data folder; there must be nothing in it", Required = true };
        var despite = new Option<bool>("--despite-findings") { Description = "审计有问题也保留恢复的目录 / keeps the folder although the audit finds something" };
        var command = new Command("restore", "从备份恢复到新的数据目录 / restore a backup into a new data folder\n例 example: gateway restore --from /backup/530000 --keys /safe/keys --data data-530000")
        { from, at, keys, data, despite, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var store = BackupStore.OpenForReading(parsed.GetRequiredValue(from).FullName);
            var manifest = store.Get(parsed.GetValue(at));
            var target = parsed.GetRequiredValue(data).FullName;
            var restoration = new Restoration(store, manifest, TimeProvider.System) { KeysFolder = parsed.GetValue(keys)?.FullName, DespiteFindings = parsed.GetValue(despite) };
            var report = await restoration.RestoreAsync(target, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(CommandJson.Of(new RestoredBackup(Entry(manifest), target, report.IsClean)));
                return 0;
            }
            AuditRendering.Write(report, Screen.Open(output, Terminal.OfThisProcess()));
            await output.WriteLineAsync($"""
                已恢复 restored: {manifest.Id} → {target}
                备份时刻之后受理的业务不在其中；节点启动后会向各省补齐，补齐前不办理结算，进度见 gateway recovery status。
                What was acknowledged after {At(manifest):yyyy-MM-dd HH:mm:ss} is not in it; the node asks the other provinces for it when it starts and settles nothing before, see gateway recovery status.
                """);
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var (from, json) = (From(), CommandJson.Option());
        var command = new Command("list", "列出备份 / list the backups\n例 example: gateway backup list --from /backup/530000") { from, json };
        command.SetAction(parsed =>
        {
            using var store = BackupStore.OpenForReading(parsed.GetRequiredValue(from).FullName);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.WriteLine(CommandJson.Of(new ListedBackups([.. store.Backups.Select(Entry)], store.Damaged)));
                return 0;
            }
            var table = TextTable.Of("备份 backup", "节点 node", "时刻 taken at", "大小 size", "新增 new", "密钥 keys");
            foreach (var backup in store.Backups)
                table.Row(backup.Id, backup.Province, $"{At(backup):yyyy-MM-dd HH:mm:ss}", Mebibytes(backup.Bytes), Mebibytes(backup.NewBytes), backup.WithKeys ? "✓" : "-");
            Screen.Open(output, Terminal.OfThisProcess()).Write(table);
            foreach (var damaged in store.Damaged)
                output.WriteLine($"✗ {damaged} 已损坏 / is damaged");
            return 0;
        });
        return command;
    }

    private static Command Verify()
    {
        var (from, at, keys, json) = (From(), At(), Keys(), CommandJson.Option());
        var scratch = new Option<DirectoryInfo>("--scratch") { Description = "在此目录内试恢复，用后删除；默认在备份目录内 / where to restore for a while; by default in the folder of backups" };
        var command = new Command("verify", "试恢复一个备份并审计 / restore a backup for a while and audit it\n例 example: gateway backup verify --from /backup/530000 --keys /safe/keys")
        { from, at, keys, scratch, json };
        command.SetAction((parsed, cancellation) =>
        {
            using var store = BackupStore.OpenForReading(parsed.GetRequiredValue(from).FullName);
            var manifest = store.Get(parsed.GetValue(at));
            var report = new Restoration(store, manifest, TimeProvider.System) { KeysFolder = parsed.GetValue(keys)?.FullName }
                .Verify(parsed.GetValue(scratch)?.FullName ?? store.Folder, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            var unchecked_ = report.Checks.Count(check => check.NotCheckedReason is not null);
            // Without the keys sealed columns cannot be read; that is then said and is no fault of the backup.
            var isGood = report.Checks.All(check => check.Found == 0 && (check.NotCheckedReason is null || (!manifest.WithKeys && parsed.GetValue(keys) is null)));
            if (parsed.GetValue(json))
            {
                output.WriteLine(CommandJson.Of(new VerifiedBackup(Entry(manifest), isGood, report.Checks.Count, unchecked_,
                    [.. report.Checks.Where(check => check.Found > 0).Select(check => check.Name)])));
            }
            else
            {
                AuditRendering.Write(report, Screen.Open(output, Terminal.OfThisProcess()));
                output.WriteLine(isGood
                    ? $"✓ 备份 {manifest.Id} 可恢复{(unchecked_ > 0 ? $"；缺密钥，{unchecked_} 项未核对" : "")} / can be restored{(unchecked_ > 0 ? $"; without the keys {unchecked_} checks were not made" : "")}"
                    : $"✗ 备份 {manifest.Id} 审计未通过 / the audit of this backup is not clean");
            }
            return Task.FromResult(isGood ? 0 : 1);
        });
        return command;
    }

    private static Option<DirectoryInfo> From() => new("--from") { Description = "备份目录 / the folder of backups", Required = true };

    private static Option<string?> At() => new("--at") { Description = "哪个备份，默认最新 / which backup; by default the newest" };

    private static Option<DirectoryInfo?> Keys() => new("--keys") { Description = "另行保管的 keys 目录 / the folder of the keys that were kept apart" };

    private static BackupEntry Entry(BackupManifest backup) => new(
        backup.Id, backup.Province, At(backup), backup.Version, backup.WithKeys, backup.Bytes, backup.NewBytes, backup.Files.Count);

    private static DateTimeOffset At(BackupManifest backup) => ChinaTime.FromMs(backup.TakenAtMs);

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_048_576.0:N1} MiB");

    private sealed record BackupEntry(string Id, string Province, DateTimeOffset TakenAt, string Version, bool WithKeys, long Bytes, long NewBytes, int Files);

    private sealed record MadeBackup(BackupEntry Backup, int PrunedBackups, long PrunedBytes, IReadOnlyList<string> Damaged);

    private sealed record ListedBackups(IReadOnlyList<BackupEntry> Backups, IReadOnlyList<string> Damaged);

    private sealed record VerifiedBackup(BackupEntry Backup, bool Good, int Checks, int NotChecked, IReadOnlyList<string> Findings);

    private sealed record RestoredBackup(BackupEntry Backup, string Data, bool Clean);
}

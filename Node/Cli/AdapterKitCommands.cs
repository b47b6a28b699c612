using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.AdapterKit;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway adapters verify|verify-report|new|record|pack</c>: for authors of adapters, and for provinces that are given one. No node is needed.</summary>
internal static class AdapterKitCommands
{
    private const string Fingerprint = "--fingerprint";

    public static Command Verify()
    {
        var folder = Folder("适配器文件夹：源文件夹或已打包的 / the adapter's folder, as its author has it or packed");
        var key = new Option<FileInfo?>("--key") { Description = "签名私钥（PEM，P-256）/ private key that signs the report (PEM, P-256)" };
        var data = new Option<DirectoryInfo?>("--data") { Description = "用该节点的密钥签名 / sign with the key of the node with this data folder" };
        var report = new Option<FileInfo?>("--out") { Description = "报告文件；签名写入同名 .sig / the report; its signature goes to the same name with .sig" };
        var seed = new Option<int>("--seed") { Description = "随机种子，用于复现 / the seed of all random choices, to repeat a run", DefaultValueFactory = _ => 20160901 };
        var messages = new Option<int>("--messages") { Description = "变异报文数量 / how many spoilt messages", DefaultValueFactory = _ => new ConformanceOptions { Seed = 0, GatewayVersion = "", Time = TimeProvider.System }.MessagesSpoilt };
        var json = CommandJson.Option();
        var command = new Command("verify", "一致性检验，可出具签名报告 / conformance suite, with a signed report\n例 example: gateway adapters verify Adapters/Guangdong --key vendor.pem --out report.json") { folder, key, data, report, seed, messages, json };
        command.SetAction(parsed =>
        {
            using var signer = Signer(parsed.GetValue(key), parsed.GetValue(data), isNeeded: parsed.GetValue(report) is not null);
            var options = new ConformanceOptions { Seed = parsed.GetValue(seed), MessagesSpoilt = Math.Clamp(parsed.GetValue(messages), 1, 1_000_000), GatewayVersion = Program.Version, Time = TimeProvider.System };
            var found = AdapterWork.Packed(parsed.GetRequiredValue(folder), packed => new ConformanceSuite(packed, options, NullLogger.Instance).Run());
            if (parsed.GetValue(report) is { } file)
                found = SignedReport.Write(found, signer!, file.FullName);
            if (parsed.GetValue(json))
                parsed.InvocationConfiguration.Output.WriteLine(System.Text.Encoding.UTF8.GetString(found.ToUtf8()));
            else
                AdapterRendering.Write(found, Screen.Open(parsed.InvocationConfiguration.Output, Terminal.OfThisProcess()));
            return found.IsGreen ? 0 : 1;
        });
        return command;
    }

    public static Command VerifyReport()
    {
        var file = new Argument<FileInfo>("report") { Description = "报告文件，旁有同名 .sig / the report, with its .sig beside it" };
        var adapter = new Option<DirectoryInfo?>("--adapter") { Description = "已打包的适配器：核对是否就是被检验的那一份 / a packed adapter: is it the one that was verified?" };
        var fingerprint = new Option<string?>(Fingerprint) { Description = "要求的签名者指纹 / the signer the report must have" };
        var command = new Command("verify-report", "核对报告的签名与结论 / check a report's signature and result\n例 example: gateway adapters verify-report report.json --adapter adapters/sichuan") { file, adapter, fingerprint };
        command.SetAction(parsed =>
        {
            var report = ReadReport(parsed.GetRequiredValue(file).FullName);
            var signer = report.Signer!.Fingerprint;
            if (parsed.GetValue(fingerprint) is { } required && !required.Equals(signer, StringComparison.OrdinalIgnoreCase))
                throw new CommandRefusedException($"报告由 {signer} 签名，不是 {required}。 / the report is signed by {signer}, not by {required}.");
            AdapterRendering.Write(report, Screen.Open(parsed.InvocationConfiguration.Output, Terminal.OfThisProcess()));
            parsed.InvocationConfiguration.Output.WriteLine($"签名有效 signature good: {signer}（请与供应商提供的指纹核对 compare with what the vendor told you）");
            var isSame = parsed.GetValue(adapter) is not { } packed || IsVerified(report, packed.FullName, parsed.InvocationConfiguration.Output);
            return report.IsGreen && isSame ? 0 : 1;
        });
        return command;
    }

    public static Command New()
    {
        var id = new Argument<string>("id") { Description = "编号：小写字母、数字、连字符 / id: lower-case letters, digits, hyphens" };
        var division = new Option<string>("--division") { Description = "行政区划代码 / division code", Required = true };
        var name = new Option<string?>("--name") { Description = "名称，中英文 / name, Chinese and English" };
        var dialect = new Option<string?>("--dialect") { Description = "接口方言；与 --with-dll 同用时为新方言的名称 / the dialect; with --with-dll the name of the new one" };
        var pattern = new Option<DirectoryInfo?>("--from") { Description = "以此已打包适配器为样板 / the packed adapter to take as pattern; by default one that comes with the program" };
        var withDll = new Option<bool>("--with-dll") { Description = "带一个接口方言项目 / with a project for a dialect of its own" };
        var target = new Option<DirectoryInfo>("--out") { Description = "工作目录，须不存在或为空 / the folder to write; absent or empty", Required = true };
        var command = new Command("new", "新建适配器工作目录 / write the working folder of a new adapter\n例 example: gateway adapters new sichuan --division 510000 --name \"四川省适配器 Sichuan adapter\" --dialect province2016-xml --out sichuan")
        {
            id, division, name, dialect, pattern, withDll, target,
        };
        command.SetAction(parsed =>
        {
            var adapter = Requested(parsed.GetRequiredValue(id), parsed.GetRequiredValue(division), parsed.GetValue(name), parsed.GetValue(dialect), parsed.GetValue(withDll), parsed.GetRequiredValue(target));
            if (parsed.GetValue(withDll))
                DllAdapter.Write(adapter, DllAdapter.TemplateFolder, AppContext.BaseDirectory);
            else
                TableAdapter.Write(adapter, parsed.GetValue(pattern)?.FullName ?? PatternFor(adapter.Dialect));
            parsed.InvocationConfiguration.Output.WriteLine($"✓ {adapter.Folder}\n下一步 next: gateway adapters verify {adapter.Folder}");
            return 0;
        });
        return command;
    }

    public static Command Record()
    {
        var folder = Folder("适配器的源文件夹 / the adapter's folder, as its author has it");
        var command = new Command("record", "按适配器现在的行为补全样例缺少的文件，请逐一审阅 / fill in what samples lack by what the adapter does now; read it before you believe it\n例 example: gateway adapters record sichuan") { folder };
        command.SetAction(parsed =>
        {
            var source = AdapterWork.Source(parsed.GetRequiredValue(folder));
            var written = AdapterWork.WithoutSamples(source, adapter => new SampleRecorder(adapter).Record(Path.Combine(source.Folder, "samples")));
            foreach (var name in written)
                parsed.InvocationConfiguration.Output.WriteLine($"+ samples/{name}");
            parsed.InvocationConfiguration.Output.WriteLine($"{written.Count} 个文件 files");
            return 0;
        });
        return command;
    }

    public static Command Pack()
    {
        var folder = Folder("适配器的源文件夹 / the adapter's folder, as its author has it");
        var target = new Option<DirectoryInfo>("--out") { Description = "适配器目录，其中每个适配器一个文件夹 / the folder of adapters, one folder each", Required = true };
        var command = new Command("pack", "打包：节点可装入的文件夹与哈希清单；运行中的节点会自动采用 / pack what a node loads, with its hash list; a node that serves takes it over\n例 example: gateway adapters pack sichuan --out adapters") { folder, target };
        command.SetAction(parsed =>
        {
            var source = AdapterWork.Source(parsed.GetRequiredValue(folder));
            AdapterWork.Require(source);
            var packed = AdapterPacker.Pack(source, Directory.CreateDirectory(parsed.GetRequiredValue(target).FullName).FullName);
            parsed.InvocationConfiguration.Output.WriteLine($"✓ {packed}");
            return 0;
        });
        return command;
    }

    private static Argument<DirectoryInfo> Folder(string description) => new("folder") { Description = description };

    private static ECDsa? Signer(FileInfo? key, DirectoryInfo? data, bool isNeeded)
    {
        if (data is not null)
        {
            using var certificate = NodeCertificate.Load(data.FullName);
            return System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate.Certificate);
        }
        if (key is not null)
            return ReadKey(key.FullName);
        return !isNeeded ? null : throw new CommandRefusedException(
            "报告需要签名：请用 --key 指定私钥，或用 --data 指定节点数据目录。新建私钥：openssl ecparam -name prime256v1 -genkey -noout -out vendor.pem / "
            + "a report is signed: give --key or --data. To make a key: openssl ecparam -name prime256v1 -genkey -noout -out vendor.pem");
    }

    private static ECDsa ReadKey(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            // Exporting fails for a public key, and a report by any other curve could not be checked.
            if (SignedReport.IsP256(key) && key.ExportECPrivateKey().Length > 0)
                return key;
            throw new CryptographicException("not P-256");
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException or IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new CommandRefusedException($"{path} 不是 P-256 私钥（PEM）：{fault.Message} / {path} is no P-256 private key in PEM: {fault.Message}");
        }
    }

    private static ConformanceReport ReadReport(string path)
    {
        try
        {
            return SignedReport.Read(path);
        }
        catch (Exception fault) when (fault is JsonException or CryptographicException or IOException)
        {
            throw new CommandRefusedException($"报告不可信：{fault.Message} / the report cannot be trusted: {fault.Message}");
        }
    }

    private static bool IsVerified(ConformanceReport report, string packed, TextWriter output)
    {
        var there = SealedFiles.Hashes(packed).Select(file => new VerifiedFile(file.Name, file.Hash)).ToHashSet();
        var different = there.Except(report.Files).Concat(report.Files.Except(there)).Select(file => file.Name).Distinct().ToList();
        foreach (var name in different)
            output.WriteLine($"✗ {name} 与被检验的不同 is not what was verified");
        if (different.Count == 0)
            output.WriteLine($"✓ {packed} 就是被检验的那一份 is what was verified ({there.Count} 个文件 files)");
        return different.Count == 0;
    }

    private static NewAdapter Requested(string id, string division, string? name, string? dialect, bool withDll, DirectoryInfo folder)
    {
        if (!AdapterManifest.IsId(id))
            Refuse("id 只含小写字母、数字和连字符，以字母开头，至多 32 位。", "the id has lower-case letters, digits and hyphens, a letter first, at most 32.");
        if (!Division.TryParse(division, out var code))
            Refuse("--division 应为六位行政区划代码。", "--division is a six-digit division code.");
        dialect ??= withDll ? $"{id}-lines" : null;
        if (dialect is null || !AdapterManifest.IsId(dialect))
            Refuse($"--dialect 应为接口方言的名称，可选：{KnownDialects()}。", $"--dialect is the name of a dialect; known are {KnownDialects()}.");
        if (folder.Exists && folder.EnumerateFileSystemInfos().Any())
            Refuse($"{folder.FullName} 不为空。", $"{folder.FullName} is not empty.");
        return new NewAdapter { Id = id, Name = name ?? $"{id} 适配器 adapter", Division = code, Dialect = dialect, Folder = folder.FullName };
    }

    private static string PatternFor(string dialect) => Patterns().FirstOrDefault(pattern => pattern.Dialect == dialect).Folder
        ?? throw new CommandRefusedException(
            $"没有使用接口方言 {dialect} 的适配器可作样板；可选：{KnownDialects()}，或用 --from 指定，或用 --with-dll 新写一个。 / "
            + $"no adapter that speaks {dialect} is there as a pattern; known are {KnownDialects()}; or name one with --from, or write a new dialect with --with-dll.");

    private static string KnownDialects() => string.Join(", ", Patterns().Select(pattern => pattern.Dialect).Distinct());

    private static IEnumerable<(string Dialect, string Folder)> Patterns() => !Directory.Exists(AdapterDirectory.PackedFolder) ? []
        : Directory.GetDirectories(AdapterDirectory.PackedFolder).Order(StringComparer.Ordinal)
            .Where(folder => File.Exists(Path.Combine(folder, AdapterManifest.FileName)))
            .Select(folder => (AdapterManifest.Read(File.ReadAllBytes(Path.Combine(folder, AdapterManifest.FileName)), Path.GetFileName(folder)).Manifest?.Dialect ?? "", folder));

    [DoesNotReturn]
    private static void Refuse(string chinese, string english) => throw new CommandRefusedException($"{chinese} / {english}");
}

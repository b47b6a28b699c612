using System.Reflection.Emit;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.AdapterHost;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.AdapterHost;

/// <summary>Every way in which a configured adapter does not load, each provoked in a copy of a packed one.</summary>
internal sealed class AdapterStateTests
{
    private const int NotLoaded = 2001;
    private const string Dll = "ProvincialGateway.Dialects.YunnanYdjy.dll";
    private const string Sample = "samples/conformance/settlement-14";

    // Shorter than a node's: some of these adapters never end.
    private static readonly AdapterBudget Budget = new() { Time = TimeSpan.FromSeconds(1), Bytes = 128 * 1024 * 1024 };

    private AdapterFolder _adapter = null!;
    private AdapterBudget _budget = null!;

    [SetUp]
    public void CopyPackedAdapter() => (_adapter, _budget) = (new AdapterFolder(), Budget);

    [TearDown]
    public void RemoveCopy() => _adapter.Dispose();

    [Test]
    public void An_untouched_copy_loads()
    {
        var status = _adapter.Load();

        Assert.That((status.State, status.ReasonChinese, status.ReasonEnglish), Is.EqualTo((AdapterState.Loaded, "", "")));
        var adapter = status.Adapter!;
        Assert.That((adapter.Id, adapter.Division.Code, adapter.Dialect.Name), Is.EqualTo(("yunnan", "530000", "yunnan-ydjy-xml")));
        Assert.That(adapter.Name, Does.Contain("云南"));
        Assert.That(adapter.SamplesFolder, Is.EqualTo(_adapter.File("samples")).And.Match("^/|^[A-Z]:"));
        Assert.That(adapter.SamplesPassed, Is.EqualTo(Directory.GetDirectories(_adapter.File("samples/conformance")).Length));
        Assert.That(adapter.Dialect.Paths, Is.EqualTo(new[] { "/ydjy" }));
    }

    [Test]
    public void A_resealed_copy_loads()
    {
        _adapter.Seal();

        Assert.That(_adapter.Load().State, Is.EqualTo(AdapterState.Loaded));
    }

    [Test]
    public void A_missing_folder_is_an_invalid_manifest()
    {
        Directory.Delete(_adapter.File(""), recursive: true);

        AssertRefused(AdapterState.ManifestInvalid, "there is no adapter.json");
    }

    [Test]
    public void A_manifest_with_faults_names_them_all()
    {
        _adapter.ChangeManifest("division", "53");
        _adapter.ChangeManifest("colour", "red");
        _adapter.Seal();

        AssertRefused(AdapterState.ManifestInvalid, "division", "colour");
    }

    [Test]
    public void A_tampered_table_changes_the_files()
    {
        _adapter.Replace("catalogue/items.csv", "阿莫西林胶囊", "阿莫西林片");

        AssertRefused(AdapterState.FilesChanged, "catalogue/items.csv differs");
    }

    [Test]
    public void A_foreign_file_changes_the_files()
    {
        File.WriteAllText(_adapter.File("catalogue/items (1).csv"), "");

        AssertRefused(AdapterState.FilesChanged, "catalogue/items (1).csv is not listed");
    }

    [Test]
    public void A_hidden_foreign_file_changes_the_files()
    {
        File.WriteAllText(_adapter.File(".items.csv.swp"), "");

        AssertRefused(AdapterState.FilesChanged, ".items.csv.swp is not listed");
    }

    [Test]
    public void A_missing_dll_changes_the_files()
    {
        File.Delete(_adapter.File(Dll));

        AssertRefused(AdapterState.FilesChanged, $"{Dll} is missing");
    }

    [Test]
    public void A_missing_list_changes_the_files()
    {
        File.Delete(_adapter.File(SealedFiles.ListName));

        AssertRefused(AdapterState.FilesChanged, "adapter.sha256 is missing");
    }

    [TestCase("no hash at all")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000  ../outside.csv")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000  adapter.json")]
    public void A_line_of_the_list_that_makes_no_sense_changes_the_files(string line)
    {
        File.AppendAllLines(_adapter.File(SealedFiles.ListName), [line]);
        var lines = File.ReadAllLines(_adapter.File(SealedFiles.ListName)).Length;

        AssertRefused(AdapterState.FilesChanged, $"line {lines} of adapter.sha256");
    }

    [Test]
    public void A_list_as_other_tools_write_it_is_understood()
    {
        var lines = File.ReadAllLines(_adapter.File(SealedFiles.ListName)).Select(line => $"{line[..64].ToUpperInvariant()} *./{line[66..]}\r\n");
        File.WriteAllText(_adapter.File(SealedFiles.ListName), string.Concat(lines));

        Assert.That(_adapter.Load().State, Is.EqualTo(AdapterState.Loaded));
    }

    [Test]
    public void A_manifest_for_another_contract_is_not_loaded()
    {
        _adapter.ChangeManifest("contractVersion", 4);
        _adapter.Seal();

        AssertRefused(AdapterState.ContractVersion, "contract version 4, this node speaks 1 to 3", "upgrade the node");
    }

    [TestCase(4, "upgrade the node")]
    [TestCase(0, "build the dialect anew")]
    public void A_dll_for_another_contract_is_not_loaded(int version, string next)
    {
        EmittedDialects.Write(_adapter.File("Emitted.dll"), count: 1, contractVersion: version);
        UseEmitted();

        AssertRefused(AdapterState.ContractVersion, $"contract version {version}, this node speaks 1 to 3", next);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Every_contract_of_the_range_is_spoken(int version)
    {
        _adapter.MakeUnruly("yunnan");
        _adapter.ChangeManifest("contractVersion", version);
        _adapter.Seal();

        Assert.That(_adapter.Load().Adapter?.ContractVersion, Is.EqualTo(version));
    }

    [Test]
    public void A_dll_that_is_not_there_has_no_dialect()
    {
        File.Delete(_adapter.File(Dll));
        _adapter.Seal();

        AssertRefused(AdapterState.DialectNotFound, Dll, nameof(FileNotFoundException));
    }

    [Test]
    public void A_file_that_is_no_dll_has_no_dialect()
    {
        File.WriteAllText(_adapter.File(Dll), "not a DLL");
        _adapter.Seal();

        AssertRefused(AdapterState.DialectNotFound, nameof(BadImageFormatException));
    }

    [Test]
    public void A_dialect_of_another_name_is_not_used()
    {
        _adapter.ChangeManifest("dialect", "yunnan-pipe");
        _adapter.Seal();

        AssertRefused(AdapterState.DialectNotFound, "is not 'yunnan-pipe'");
    }

    [TestCase(0)]
    [TestCase(2)]
    public void A_dll_must_have_exactly_one_dialect(int count)
    {
        EmittedDialects.Write(_adapter.File("Emitted.dll"), count);
        UseEmitted();

        AssertRefused(AdapterState.DialectNotFound, $"not {count}");
    }

    [Test]
    public void A_dialect_that_fails_to_construct_is_not_used()
    {
        EmittedDialects.Write(_adapter.File("Emitted.dll"), count: 1, construct: EmittedDialects.Throw);
        UseEmitted();

        AssertRefused(AdapterState.DialectNotFound, nameof(NotSupportedException));
    }

    [Test]
    public void A_dialect_whose_type_fails_to_initialise_is_not_used()
    {
        EmittedDialects.Write(_adapter.File("Emitted.dll"), count: 1, initialise: EmittedDialects.Throw);
        UseEmitted();

        AssertRefused(AdapterState.DialectNotFound, nameof(NotSupportedException));
    }

    [TestCase("throw", "InvalidOperationException")]
    [TestCase("loop", "it still ran after 1 s")]
    [TestCase("sleep", "it still ran after 1 s")]
    [TestCase("allocate", "the process grew by more than 128 MiB")]
    public void A_dialect_that_misbehaves_while_it_is_constructed_is_not_used(string how, string reason)
    {
        _adapter.MakeUnruly("yunnan", ("construct", how));
        // What is to end by its memory must not be ended by its time, however busy the machine is.
        if (how == "allocate")
            _budget = Budget with { Time = TimeSpan.FromSeconds(60) };

        AssertRefused(AdapterState.DialectNotFound, reason);
    }

    [Test]
    public void A_dialect_is_told_its_settings()
    {
        _adapter.MakeUnruly("yunnan", ("answer", "good"));

        Assert.That(_adapter.Load().State, Is.EqualTo(AdapterState.Loaded));
    }

    [Test]
    public void A_setting_the_dialect_does_not_ask_for_is_refused()
    {
        _adapter.MakeUnruly("yunnan", ("anwser", "misspelt"));

        AssertRefused(AdapterState.ManifestInvalid, "settings.anwser", "no such setting");
    }

    [Test]
    public void Settings_for_a_dialect_that_knows_none_are_refused()
    {
        _adapter.ChangeManifest("settings", new JsonObject { ["answer"] = "good" });
        _adapter.Seal();

        AssertRefused(AdapterState.ManifestInvalid, "settings.answer");
    }

    [Test]
    public void A_dll_that_leans_on_the_nodes_libraries_is_not_used()
    {
        EmittedDialects.Write(_adapter.File("Emitted.dll"), count: 1, construct: static code =>
        {
            code.Emit(OpCodes.Ldtoken, typeof(AdapterDirectory));
            code.Emit(OpCodes.Pop);
        });
        UseEmitted();

        AssertRefused(AdapterState.DialectNotFound, "needs gateway, which is neither in its folder nor in the framework");
    }

    [Test]
    public void A_broken_catalogue_names_file_line_and_column()
    {
        _adapter.Replace("catalogue/items.csv", ",drug,", ",medicine,");
        _adapter.Seal();

        AssertRefused(AdapterState.CatalogueInvalid, "items.csv:2 kind", "'medicine'");
    }

    [Test]
    public void A_long_list_of_faults_is_cut_with_its_length()
    {
        _adapter.Replace("catalogue/codes.csv", ",both,", ",sideways,");
        _adapter.Seal();

        AssertRefused(AdapterState.CatalogueInvalid, "codes.csv:2 direction", " more.");
    }

    [Test]
    public void A_request_that_is_read_otherwise_fails_the_self_check()
    {
        _adapter.Replace($"{Sample}/operation.json", "\"accountRequestedFen\": 10000", "\"accountRequestedFen\": 10001");
        _adapter.Seal();

        AssertRefused(AdapterState.SelfCheckFailed, "sample settlement-14: ", "[0].operation.account_requested_fen");
    }

    [Test]
    public void A_reply_that_differs_in_one_byte_fails_the_self_check()
    {
        var reply = File.ReadAllBytes(_adapter.File($"{Sample}/reply.bin"));
        reply[100] ^= 1;
        File.WriteAllBytes(_adapter.File($"{Sample}/reply.bin"), reply);
        _adapter.Seal();

        AssertRefused(AdapterState.SelfCheckFailed, "differs from reply.bin at byte 100");
    }

    [Test]
    public void A_code_without_mapping_fails_the_self_check()
    {
        var codes = File.ReadAllLines(_adapter.File("catalogue/codes.csv")).Where(line => !line.Contains(",S72.000,", StringComparison.Ordinal));
        File.WriteAllLines(_adapter.File("catalogue/codes.csv"), codes);
        _adapter.Seal();

        AssertRefused(AdapterState.SelfCheckFailed, "diagnoses[0].code", "UNMAPPED_CODE");
    }

    [Test]
    public void A_dialect_that_throws_on_its_samples_fails_the_self_check()
    {
        EmittedDialects.Write(_adapter.File("Emitted.dll"), count: 1);
        UseEmitted();

        AssertRefused(AdapterState.SelfCheckFailed, "sample admission-11: ", "NotSupportedException in Dialect0.Decode");
    }

    [Test]
    public void An_adapter_without_samples_loads_and_says_so()
    {
        Directory.Delete(_adapter.File("samples"), recursive: true);
        _adapter.Seal();

        Assert.That(_adapter.Load().Adapter!.SamplesPassed, Is.Zero);
    }

    [Test]
    public void A_removed_sample_may_leave_its_empty_folder()
    {
        Directory.CreateDirectory(_adapter.File("samples/conformance/removed"));

        Assert.That(_adapter.Load().State, Is.EqualTo(AdapterState.Loaded));
    }

    [Test]
    public void A_sample_without_its_files_fails_the_self_check()
    {
        File.Delete(_adapter.File($"{Sample}/operation.json"));
        File.Delete(_adapter.File($"{Sample}/reply.bin"));
        _adapter.Seal();

        AssertRefused(AdapterState.SelfCheckFailed, "sample settlement-14: ");
    }

    [Test]
    public void One_adapter_that_does_not_load_leaves_the_others_alone()
    {
        using var directory = _adapter.LoadDirectory("guangdong", "yunnan", "../yunnan");

        Assert.That(
            directory.Statuses.Select(status => (status.Id, status.State)),
            Is.EqualTo(new[] { ("guangdong", AdapterState.ManifestInvalid), ("yunnan", AdapterState.Loaded), ("../yunnan", AdapterState.ManifestInvalid) }));
        Assert.That(directory.Find("guangdong"), Is.Null);
        Assert.That(directory.Find("yunnan"), Is.SameAs(directory.Statuses[1].Adapter));
        Assert.That(directory.Loaded.Single(), Is.SameAs(directory.Find("yunnan")));
    }

    private void UseEmitted()
    {
        File.Delete(_adapter.File(Dll));
        _adapter.ChangeManifest("assembly", "Emitted.dll");
        _adapter.ChangeManifest("dialect", EmittedDialects.Name);
        _adapter.Seal();
    }

    private AdapterStatus Load()
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(_adapter.Log.Provider("node")));
        using var directory = AdapterDirectory.Load(_adapter.Root, [_adapter.Id], archive: null, passed: null, shared: null, _budget, TimeProvider.System, loggers.CreateLogger<AdapterDirectory>());
        return directory.Statuses.Single();
    }

    private void AssertRefused(AdapterState state, params string[] reasons)
    {
        var status = Load();

        Assert.That(status.State, Is.EqualTo(state), status.ReasonEnglish);
        Assert.That(status.Adapter, Is.Null);
        foreach (var reason in reasons)
            Assert.That(status.ReasonEnglish, Does.Contain(reason));
        Assert.That(status.ReasonChinese, Does.Match("[\u4e00-\u9fff]"));
        var error = _adapter.Log.Entries.Single(entry => entry.EventId == NotLoaded);
        Assert.That(error.Message, Does.Contain(state.ToString()).And.Contain(status.ReasonEnglish).And.Contain(status.ReasonChinese));
    }
}

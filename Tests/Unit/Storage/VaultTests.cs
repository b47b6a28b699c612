using System.Runtime.Versioning;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Storage;

internal sealed class VaultTests
{
    private const string Purpose = "person.name";

    private TempFolder _folder;
    private Vault _vault;

    [SetUp]
    public void Open()
    {
        _folder = new();
        _vault = Vault.OpenOrCreate(_folder.File("node.key"));
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Whatever_is_sealed_opens_to_the_same_bytes() =>
        Prop.ForAll<byte[], NonEmptyString>((plain, purpose) =>
        {
            var sealedBytes = _vault.Seal(plain, purpose.Get);
            return sealedBytes.Length == plain.Length + 29 && _vault.Open(sealedBytes, purpose.Get).AsSpan().SequenceEqual(plain);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Any_single_altered_bit_is_noticed() =>
        Prop.ForAll<byte[], NonNegativeInt>((plain, at) =>
        {
            var sealedBytes = _vault.Seal(plain, Purpose);
            var bit = at.Get % (sealedBytes.Length * 8);
            sealedBytes[bit / 8] ^= (byte)(1 << (bit % 8));
            return IsBroken(_vault, sealedBytes, Purpose);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Any_cut_is_noticed()
    {
        var sealedBytes = _vault.Seal("测试患者甲"u8, Purpose);

        for (var length = 0; length < sealedBytes.Length; length++)
            Assert.That(IsBroken(_vault, sealedBytes[..length], Purpose), Is.True, $"cut to {length} bytes");
    }

    [Test]
    public void A_seal_for_another_purpose_does_not_open_and_the_message_tells_what_to_do_but_not_what_is_inside()
    {
        var sealedBytes = _vault.Seal("测试患者甲"u8, Purpose);

        Assert.That(() => _vault.Open(sealedBytes, "person.card"),
            Throws.TypeOf<SealBrokenException>().With.Message.Contains("请恢复").And.Message.Contains("restore the key file").And.Message.Not.Contains("测试患者甲"));
    }

    [Test]
    public void Another_key_opens_nothing_and_hashes_differently()
    {
        var other = Vault.OpenOrCreate(_folder.File("other.key"));

        Assert.That(IsBroken(other, _vault.Seal("测试患者甲"u8, Purpose), Purpose), Is.True);
        Assert.That(other.LookupHash("1", Purpose), Is.Not.EqualTo(_vault.LookupHash("1", Purpose)));
        Assert.That(other.Fingerprint, Is.Not.EqualTo(_vault.Fingerprint));
    }

    [Test]
    public void Two_seals_of_the_same_bytes_differ_so_that_equal_values_cannot_be_recognised() =>
        Assert.That(Enumerable.Range(0, 100).Select(_ => Convert.ToHexString(_vault.Seal("测试患者甲"u8, Purpose))), Is.Unique);

    [Test]
    public void A_lookup_hash_keeps_purpose_and_value_apart()
    {
        var hashes = new[] { ("a", "bc"), ("ab", "c"), ("abc", ""), ("a", "b") }.Select(x => Convert.ToHexString(_vault.LookupHash(x.Item2, x.Item1)));

        Assert.That(hashes, Is.Unique);
    }

    [Test]
    public void A_purpose_is_required()
    {
        Assert.That(() => _vault.Seal([1], ""), Throws.ArgumentException);
        Assert.That(() => _vault.Open(_vault.Seal([1], Purpose), ""), Throws.ArgumentException);
        Assert.That(() => _vault.LookupHash("1", ""), Throws.ArgumentException);
    }

    [Test]
    public void The_same_key_file_is_the_same_vault_after_a_restart()
    {
        var sealedBytes = _vault.Seal("测试患者甲"u8, Purpose);
        var again = Vault.OpenOrCreate(_folder.File("node.key"));

        Assert.That(again.Open(sealedBytes, Purpose), Is.EqualTo(Encoding.UTF8.GetBytes("测试患者甲")));
        Assert.That(again.LookupHash("1", Purpose), Is.EqualTo(_vault.LookupHash("1", Purpose)));
    }

    [Test]
    public async Task One_vault_serves_many_threads()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
            Enumerable.Range(0, 500).All(i => _vault.Open(_vault.Seal(BitConverter.GetBytes(i), $"{thread}"), $"{thread}").AsSpan().SequenceEqual(BitConverter.GetBytes(i))))));

        Assert.That(opened, Has.All.True);
    }

    /// <summary>
    /// Data on disk outlive the program: these values were computed by another implementation (Python's hmac and cryptography) from the
    /// key 00 01 … 1f, and must never change.
    /// </summary>
    [Test]
    public void The_format_on_disk_is_fixed()
    {
        var keyFile = _folder.File("fixed.key");
        WriteKey(keyFile, [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        var vault = Vault.OpenOrCreate(keyFile);

        Assert.That(vault.Fingerprint, Is.EqualTo("1655298cef0327b0"));
        Assert.That(Convert.ToHexStringLower(vault.LookupHash("TEST-CERTIFICATE-0001", "person.certificate")),
            Is.EqualTo("4b6a6135d47b0bba715a599ef60f0a2af4ef9e1411ac7e3da31badd5ff369f4e"));
        Assert.That(vault.Open(Convert.FromHexString("01000102030405060708090a0b448422905a4a825a11c5c34a1adc813bccc7eeb34479391533cf6531b5c012"), Purpose),
            Is.EqualTo(Encoding.UTF8.GetBytes("测试患者甲")));
    }

    [Test]
    public void A_new_key_file_is_32_bytes_for_its_owner_alone_and_nothing_else_is_left_in_the_folder()
    {
        Assert.That(new FileInfo(_folder.File("node.key")), Has.Length.EqualTo(32L));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(1));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(_folder.File("node.key")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task Starts_that_race_for_the_first_key_agree_on_one()
    {
        using var start = new Barrier(8);
        var fingerprints = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            return Vault.OpenOrCreate(_folder.File("raced.key")).Fingerprint;
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.That(fingerprints.Distinct().Count(), Is.EqualTo(1));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(2));
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public void A_key_file_that_others_can_use_is_refused(
        [Values(UnixFileMode.GroupRead, UnixFileMode.OtherRead, UnixFileMode.GroupWrite, UnixFileMode.OtherWrite)] UnixFileMode tooMuch)
    {
        var keyFile = _folder.File("node.key");
        File.SetUnixFileMode(keyFile, File.GetUnixFileMode(keyFile) | tooMuch);

        Assert.That(() => Vault.OpenOrCreate(keyFile),
            Throws.TypeOf<StorageRefusedException>().With.Message.Contains("可被他人访问").And.Message.Contains("chmod 600").And.Message.Contains(keyFile));
    }

    [TestCase(0)]
    [TestCase(31)]
    [TestCase(33)]
    public void A_damaged_key_file_is_refused_and_never_replaced(int size)
    {
        var keyFile = _folder.File("damaged.key");
        WriteKey(keyFile, new byte[size]);

        Assert.That(() => Vault.OpenOrCreate(keyFile), Throws.TypeOf<StorageRefusedException>().With.Message.Contains("切勿新建").And.Message.Contains("never make a new one"));
        Assert.That(new FileInfo(keyFile), Has.Length.EqualTo((long)size));
    }

    [Test]
    public void A_key_file_in_a_missing_folder_is_reported() =>
        Assert.That(() => Vault.OpenOrCreate(Path.Combine(_folder.File("missing"), "node.key")), Throws.TypeOf<StorageUnavailableException>());

    private static void WriteKey(string path, byte[] key)
    {
        File.WriteAllBytes(path, key);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static bool IsBroken(Vault vault, byte[] sealedBytes, string purpose)
    {
        try
        {
            vault.Open(sealedBytes, purpose);
            return false;
        }
        catch (SealBrokenException)
        {
            return true;
        }
    }
}

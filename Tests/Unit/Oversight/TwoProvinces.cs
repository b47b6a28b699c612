using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Oversight;

/// <summary>What becomes of one request between the two provinces.</summary>
internal enum Fate
{
    Answered = 1,
    NeverArrived = 2,
    ReplyLost = 3,
    TurnedAway = 4,
}

/// <summary>
/// A treatment province 530000 and an insured province 610000 with real databases, stores, insured agency and reply applier; only the wire
/// between them is a method call.
/// </summary>
internal sealed class TwoProvinces : IAsyncDisposable
{
    public const string Institution = "H53010001";

    private static readonly DateTimeOffset Start = new(2024, 6, 3, 9, 0, 0, ChinaTime.Offset);

    private readonly Outbox _outbox;
    private readonly ReplyApplier _applier;
    private readonly Inbox _inbox;
    private TransactionIdSource _ids = null!;

    private TwoProvinces(string treatmentFolder, string insuredFolder)
    {
        (TreatmentFolder, InsuredFolder) = (treatmentFolder, insuredFolder);
        (TreatmentBooks, TreatmentVault) = Open(treatmentFolder);
        (InsuredBooks, var insuredVault) = Open(insuredFolder);
        _applier = new ReplyApplier(Time);
        var options = new OutboxOptions { InteractiveBudget = TimeSpan.FromSeconds(10), RetryDelay = TimeSpan.FromSeconds(5), RetryDelayMax = TimeSpan.FromMinutes(5) };
        _outbox = new Outbox(TreatmentBooks, TreatmentVault, null!, _applier, options, Time, NullLogger<Outbox>.Instance);
        _inbox = new Inbox(InsuredBooks, insuredVault, Time);
        var assessment = new BenefitAssessment(Insured, new PersonStore(insuredVault), PreparedBooks.Policy, FilingRules.Defaults);
        Agency = new InsuredAgency(InsuredBooks, _inbox, assessment, Time);
        Filings = new FilingAgency(InsuredBooks, _inbox, assessment, FilingRules.Defaults, Time, NullLogger<FilingAgency>.Instance);
        Details = new FeeDetailAgency(InsuredBooks, _inbox, Time);
        Stays = new LivedStays(this);
    }

    public static Division Treatment { get; } = Division.Parse("530000");

    public static Division Insured { get; } = Division.Parse("610000");

    public string TreatmentFolder { get; }

    public string InsuredFolder { get; }

    public Database TreatmentBooks { get; }

    public Vault TreatmentVault { get; }

    public Database InsuredBooks { get; }

    /// <summary>The insured side's.</summary>
    public InsuredAgency Agency { get; }

    public FilingAgency Filings { get; }

    public FeeDetailAgency Details { get; }

    public ManualTimeProvider Time { get; } = new(Start);

    public LivedStays Stays { get; }

    public static async Task<TwoProvinces> StartAsync(string root)
    {
        var provinces = new TwoProvinces(Folder(root, "530000"), Folder(root, "610000"));
        await provinces.TreatmentBooks.WriteAsync(session => PreparedBooks.PrepareTreatment(session, provinces.TreatmentVault), CancellationToken.None);
        await provinces.InsuredBooks.WriteAsync(session => PreparedBooks.PrepareInsured(session, DataFolder.OpenVault(provinces.InsuredFolder), Start), CancellationToken.None);
        provinces._ids = await TransactionIdSource.OpenAsync(provinces.TreatmentBooks, Treatment, provinces.Time, CancellationToken.None);
        return provinces;
    }

    /// <summary>Two provinces whose folders are there already, with what a start records of policy and catalogues; what is unanswered in them can be reversed, not delivered.</summary>
    public static async Task<TwoProvinces> ReopenAsync(string root)
    {
        var provinces = new TwoProvinces(Folder(root, "530000"), Folder(root, "610000"));
        await provinces.TreatmentBooks.WriteAsync(session =>
        {
            TreatmentLedgerArrears.Pay(session, provinces.TreatmentVault);
            if (session.QuerySingle<int>("SELECT count(*) FROM catalogue_version") == 0)
                PreparedBooks.RecordCatalogue(session);
        }, CancellationToken.None);
        await provinces.InsuredBooks.WriteAsync(session =>
        {
            InsuredLedgerArrears.Pay(session, provinces._inbox);
            PreparedBooks.Policy.Record(session, provinces.Time.NowMs());
        }, CancellationToken.None);
        provinces._ids = await TransactionIdSource.OpenAsync(provinces.TreatmentBooks, Treatment, provinces.Time, CancellationToken.None);
        return provinces;
    }

    public ValueTask<TransactionId> NextIdAsync() => _ids.NextAsync(CancellationToken.None);

    /// <summary>Stores the intent, asks if the request arrives, and records the answer if that arrives.</summary>
    /// <returns>What the insured side answered, whether that arrived or not; null when it was never asked.</returns>
    public async Task<IExchangeReply?> ExchangeAsync(
        TransactionId id, OutboundKind kind, PeerMethod method, IExchangeRequest request, Fate fate, Func<Session, long> intend, Func<Task<IExchangeReply>> ask,
        string? originalId = null)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        var bytes = request.ToByteArray();
        await TreatmentBooks.WriteAsync(
            session => _outbox.Add(session, new OutboundRequest(id, Insured, kind, intend(session), method, bytes) { OriginalId = originalId }), CancellationToken.None);
        var reply = fate is Fate.Answered or Fate.ReplyLost ? await ask() : null;
        await TreatmentBooks.WriteAsync(session =>
        {
            session.ExecuteExpecting(1, "UPDATE outbound SET leased_by = NULL, leased_until_ms = NULL WHERE transaction_id = @Text AND leased_by = 1", new { id.Text });
            if (fate is Fate.Answered or Fate.TurnedAway)
                Record(session, id, bytes, reply?.ToByteArray());
        }, CancellationToken.None);
        return reply;
    }

    public RequestHeader Header(TransactionId id) => new()
    {
        TransactionId = id.Text,
        SenderDivision = Treatment.Code,
        ReceiverDivision = "610100",
        Operator = "001",
        SentAtMs = Time.NowMs(),
        ProtocolRelease = "1.0",
        CatalogueRelease = "2016.1",
    };

    public VisitRow Visit(long id) => TreatmentBooks.Read(session => VisitStore.Get(session, id));

    public static long Move(Session session, long visit, VisitEvent happened)
    {
        VisitStore.Move(session, VisitStore.Get(session, visit), happened);
        return visit;
    }

    public async ValueTask DisposeAsync()
    {
        await TreatmentBooks.DisposeAsync();
        await InsuredBooks.DisposeAsync();
    }

    private static string Folder(string root, string name)
    {
        var folder = Path.Combine(root, name);
        Directory.CreateDirectory(Path.Combine(folder, "keys"));
        return folder;
    }

    private (Database Database, Vault Vault) Open(string folder) => (EmptyBooks.OpenIn(folder, Time), DataFolder.OpenVault(folder));

    // What the outbox does with an answer, without its peer client.
    private void Record(Session session, TransactionId id, byte[] request, byte[]? reply)
    {
        var row = Outbox.Find(session, id.Text)!;
        session.ExecuteExpecting(1,
            "UPDATE outbound SET state = @state, reply = @sealedReply, answered_at_ms = @now WHERE transaction_id = @Text AND state = 1",
            new { state = reply is null ? 3 : 2, sealedReply = reply is null ? null : TreatmentVault.Seal(reply, "outbound.reply"), now = Time.NowMs(), id.Text });
        if (reply is null)
        {
            _applier.Reject(session, row);
            return;
        }
        Assert.That(_applier.Contradiction(session, row, request, reply), Is.Null);
        _applier.Apply(session, row, request, reply);
    }
}

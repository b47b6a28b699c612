using Google.Protobuf;
using Provincial.His.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Oversight;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary>
/// Plays the sample journey of every pilot province against its node, at the same time, then reads the outcome back and audits the databases.
/// </summary>
internal sealed class Demo(PilotCountry country, IDemoProgress progress, TimeProvider time)
{
    private const int FaultyReplyMax = 2000;

    // What the insured side may be asked at any moment before the settlement; the template is filled like every other body.
    private static readonly JourneyStep JsonPreview = new()
    {
        Name = "preview",
        Zh = "预结算（本接口无此交易，改用 /his/v1 JSON）",
        En = "preview the settlement (not in this dialect, asked as /his/v1 JSON)",
        Path = "/his/v1/PreviewSettlement",
        ContentType = "application/json",
        Encoding = "utf-8",
        Body = "PreviewSettlementRequest",
        Template = JsonFormatter.Default.Format(new PreviewSettlementRequest { Header = new HisHeader(), Visit = new VisitReference { VisitNumber = "${visit_number}" } }),
        Success = "\"result\"",
    };

    private static readonly TimeSpan DetailsWithin = TimeSpan.FromSeconds(60);

    private readonly DemoReader _reader = new(country);

    public async Task<DemoReport> PlayAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var up = progress.Begin("启动节点 start nodes", country.Provinces.Count);
        foreach (var province in country.Provinces)
        {
            await province.StartAsync(cancellation);
            up($"{_reader.Name(province.Division).Name}: HIS {province.HisAddress}");
        }
        using var client = new HttpClient();
        var directions = await PlayJourneysAsync(client, cancellation);
        var held = await PlayHeldBillAsync(client, cancellation);
        await DetailsArrivedAsync(cancellation);
        var month = await PlayMonthAsync(cancellation);
        var details = _reader.Details();
        var ledgers = country.Provinces.Select(_reader.Ledger).ToList();
        return new DemoReport
        {
            Directions = directions,
            HeldBill = held,
            Month = month,
            Details = details,
            Ledgers = ledgers,
            Mirrors = DemoReader.Mirrors(ledgers),
            Audit = await AuditAsync(),
            ElapsedMs = time.GetElapsedTime(started).TotalMilliseconds,
        };
    }

    private async Task<IReadOnlyList<DemoMoment>> PlayHeldBillAsync(HttpClient client, CancellationToken cancellation)
    {
        var done = progress.Begin("未对照编码：等待、对照、续办 an unmapped code: held, mapped, released", DemoHeldBill.MomentCount);
        return await new DemoHeldBill(country[PilotCountry.Guangdong], client, time).PlayAsync(done, cancellation);
    }

    private async Task<IReadOnlyList<DemoMoment>> PlayMonthAsync(CancellationToken cancellation)
    {
        var done = progress.Begin("对账、预付金、清算 reconciliation, prepayment, clearing", DemoMonth.MomentCount);
        return await new DemoMonth(country[PilotCountry.Guangdong], country[PilotCountry.Yunnan], time).PlayAsync(done, cancellation);
    }

    /// <summary>Until no node owes any lines; what has not arrived by then is shown as missing.</summary>
    private async Task DetailsArrivedAsync(CancellationToken cancellation)
    {
        var arrived = progress.Begin("事后传明细 the lines follow the settlements", country.Provinces.Count);
        using var patience = new CancellationTokenSource(DetailsWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        foreach (var province in country.Provinces)
        {
            try
            {
                await province.Host.Services.GetRequiredService<FeeDetailSender>().AllEndedAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The report says what is missing.
            }
            arrived(_reader.Name(province.Division).Name);
        }
    }

    private async Task<IReadOnlyList<DemoDirection>> PlayJourneysAsync(HttpClient client, CancellationToken cancellation)
    {
        var journeys = country.Provinces.Select(province => PlayAsync(province, client, cancellation)).ToList();
        try
        {
            return await Task.WhenAll(journeys);
        }
        catch (HttpRequestException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C reaches the nodes too, and a hospital may notice that first.
            throw new OperationCanceledException(cancellation);
        }
    }

    private async Task<DemoDirection> PlayAsync(PilotProvince province, HttpClient client, CancellationToken cancellation)
    {
        var adapter = DemoReader.AdapterOf(province);
        var journey = Journey.Read(adapter.SamplesFolder);
        var steps = WithPreview(journey.Steps);
        var player = new JourneyPlayer(client, province.HisAddress, province.Tokens[journey.Institution], time);
        var done = progress.Begin(DemoReader.InstitutionName(province, journey.Institution), steps.Count);
        var exchanges = new List<JourneyExchange>(steps.Count);
        await foreach (var exchange in player.PlayAsync(steps, cancellation))
        {
            exchanges.Add(exchange);
            done(exchange.Fault is null ? exchange.Step.Zh : $"{exchange.Step.Zh}: {exchange.Fault}");
        }
        cancellation.ThrowIfCancellationRequested();
        var visit = new HisVisitReference { VisitNumber = player.Captured.GetValueOrDefault("visit_number"), HospitalVisitNumber = journey.HospitalVisitNumber };
        return Direction(province, journey, steps, exchanges, _reader.Stay(province, journey.Institution, visit));
    }

    private DemoDirection Direction(PilotProvince province, Journey journey, List<JourneyStep> steps, List<JourneyExchange> exchanges, DemoStay? stay) => new()
    {
        Treatment = _reader.Name(province.Division),
        Insured = stay is null ? null : _reader.Name(Division.Parse(stay.Patient.InsuredDivision).Province),
        InstitutionCode = journey.Institution,
        InstitutionName = DemoReader.InstitutionName(province, journey.Institution),
        Dialect = DemoReader.AdapterOf(province).Dialect.Name,
        Steps = [.. exchanges.Select(Step)],
        StepsNotPlayed = steps.Count - exchanges.Count,
        PreviewedByJson = steps.Contains(JsonPreview),
        PreviewAgrees = PreviewAgrees(exchanges, stay),
        RepeatIsIdentical = RepeatIsIdentical(exchanges),
        Stay = stay,
    };

    private static DemoStep Step(JourneyExchange exchange) => new(
        exchange.Step.Name, exchange.Step.Zh, exchange.Step.En, exchange.HttpStatus, exchange.Elapsed.TotalMilliseconds, exchange.Fault,
        exchange.Fault is null ? null : exchange.Reply[..Math.Min(exchange.Reply.Length, FaultyReplyMax)]);

    /// <summary>Before the discharge, as a hospital would when the patient asks what is coming.</summary>
    private static List<JourneyStep> WithPreview(IReadOnlyList<JourneyStep> steps)
    {
        var complete = steps.ToList();
        if (!complete.Exists(step => step.Name == "preview"))
            complete.Insert(complete.FindIndex(step => step.Name == "discharge"), JsonPreview);
        return complete;
    }

    /// <summary>Same bytes asked, same bytes answered; null when the journey did not get there.</summary>
    private static bool? RepeatIsIdentical(List<JourneyExchange> exchanges)
    {
        var repeat = exchanges.FindIndex(exchange => exchange.Step.Name == "settlement-repeat");
        return repeat > 0 && exchanges[..repeat].FindLast(exchange => exchange.Step.Name == "settlement") is { } first
            ? first.RequestBytes.AsSpan().SequenceEqual(exchanges[repeat].RequestBytes) && first.ReplyBytes.AsSpan().SequenceEqual(exchanges[repeat].ReplyBytes)
            : null;
    }

    /// <summary>Nothing changed between preview and settlement, so both say the same; null where the preview's reply is the dialect's.</summary>
    private static bool? PreviewAgrees(List<JourneyExchange> exchanges, DemoStay? stay)
    {
        if (stay is null || exchanges.Find(exchange => exchange.Step == JsonPreview) is not { } preview)
            return null;
        var figures = JsonParser.Default.Parse<PreviewSettlementResponse>(preview.Reply).Result.Figures;
        var settled = stay.Receipt.Figures;
        return (figures.TotalFen, figures.DeductibleFen, figures.FundTotalFen, figures.AccountFen, figures.CashFen)
            == (settled.TotalFen, settled.DeductibleFen, settled.FundTotalFen, settled.AccountFen, settled.CashFen);
    }

    private async Task<AuditReport> AuditAsync()
    {
        var audited = progress.Begin("停止节点并审计 stop the nodes and audit", country.Provinces.Count + 1);
        foreach (var province in country.Provinces)
        {
            await province.StopAsync();
            audited(_reader.Name(province.Division).Name);
        }
        var report = Audit.Run([.. country.Provinces.Select(province => province.DataFolder)], time);
        audited($"{report.Checks.Count} 项检查 checks");
        return report;
    }
}

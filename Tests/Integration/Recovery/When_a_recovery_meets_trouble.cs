using Google.Protobuf;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Recovery;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>Yunnan runs on an older backup, and something is in its way: the backup itself, an operator's earlier word, or Guangdong.</summary>
internal sealed class When_a_recovery_meets_trouble : OlderBackupTest
{
    private const string Institution =
        """
        code,name,division,level_local,price_level_local,deductible_level_local,visit_kinds,adapter,dialect
        H53010000009,昆明示例新院,530100,3A,,,21 22 24 52,yunnan,yunnan-ydjy-xml

        """;

    private AlteringPeer? _guangdong;

    [TearDown]
    public async Task RemovePeer()
    {
        if (_guangdong is not null)
            await _guangdong.DisposeAsync();
        _guangdong = null;
    }

    [TestCase(true, TestName = "A_backup_with_a_recovery_that_served_begins_it_anew_when_it_was_restored")]
    [TestCase(false, TestName = "A_backup_with_a_recovery_that_served_begins_it_anew_when_it_was_copied_by_hand")]
    public async Task Unfinished_in_the_backup(bool isMarked)
    {
        await LiveAsync();
        var before = Dump();
        await PutBackAsync();
        await ChangeBooksAsync(session =>
        {
            var now = Clock.NowMs();
            var recovery = RecoveryStore.Begin(session, "440000", null, [Guangdong.Division], now);
            session.Execute("UPDATE recovery_peer SET state = 4, asked_here = '', asked_there = '', taken_in_at_ms = @now", new { now });
            RecoveryStore.Serve(session, recovery.Id, now);
            if (isMarked)
                session.Execute("INSERT INTO restoration (restored_at_ms, backup_taken_at_ms) VALUES (@now, @now - 3600000)", new { now });
        });
        await Yunnan.StartAsync(CancellationToken.None);
        await RecoveredAsync();

        Assert.That((Report()!.FoundBy, Yunnan.Count("recovery")), Is.EqualTo((isMarked ? "restoration" : "440000", 1L)));
        Assert.That(Dump(), Is.EqualTo(before));
        await GoOnAsync();
    }

    [Test]
    public async Task A_backup_with_a_half_gathered_recovery_asks_for_the_older_half_as_well()
    {
        await LiveAsync();
        var before = Dump();
        await PutBackAsync();
        var pages = 0;
        await StandBeforeGuangdongAsync((name, reply) => name == nameof(PeerMethod.ListExchanges) && ++pages > 2 ? null : reply);
        _guangdong!.PageSize = 2;
        await Yunnan.StartAsync(CancellationToken.None);
        await Eventually.GetAsync("Guangdong to be missed between two pages", () => Report()?.Peers.Single(), Has.Property("LastError").Not.Null.And.Property("Exchanges").EqualTo(4));

        await Yunnan.StopAsync();
        await ChangeBooksAsync(session => session.Execute("INSERT INTO restoration (restored_at_ms, backup_taken_at_ms) VALUES (@now, @now - 3600000)", new { now = Clock.NowMs() }));
        _guangdong.Alter = (_, reply) => reply;
        await Yunnan.StartAsync(CancellationToken.None);
        await RecoveredAsync();

        Assert.That((Report()!.FoundBy, Yunnan.Count("recovery")), Is.EqualTo(("restoration", 1L)));
        Assert.That(Dump(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_pause_on_either_side_lets_what_was_exchanged_be_told()
    {
        await LiveAsync();
        var before = Dump();
        await PutBackAsync();
        await ChangeBooksAsync(session => PeerRecords.Pause(session, Guangdong.Division, new PeerPause("测试经办", "核对账目", Clock.GetUtcNow())));
        await using (var desk = new OperatorDesk(Guangdong, Clock))
            await desk.SucceedAsync("peers", "pause", "530000", "--reason", "核对账目");
        await Yunnan.StartAsync(CancellationToken.None);
        await RecoveredAsync();
        Assert.That(Dump(), Is.EqualTo(before));

        await using var there = new OperatorDesk(Guangdong, Clock);
        await there.SucceedAsync("peers", "resume", "530000");
        await using var here = new OperatorDesk(Yunnan, Clock);
        await here.SucceedAsync("peers", "resume", "440000");
    }

    [Test]
    public async Task A_province_that_was_away_at_the_start_is_asked_before_the_first_request_to_it()
    {
        await LiveAsync();
        await PutBackAsync();
        await Guangdong.StopAsync();
        // What it sends of its own accord before anybody has told has an id of this second: no copy is put back within that of its loss.
        Clock.PutForward(TimeSpan.FromSeconds(10));
        await Yunnan.StartAsync(CancellationToken.None);
        Assert.That(Report(), Is.Null, "Nobody has told yet.");
        await Guangdong.StartAsync(CancellationToken.None);

        var refused = await Kunming.AdmitAsync(Patient.OfGuangzhou.ToReference(), "KM0009", AdmittedOn, "A9");
        Assert.That(refused.Text, Does.Contain("pending").And.Contain("older"));
        await RecoveredAsync();
        (await Eventually.GetAsync("the stay to be open", () => Kunming.AdmitAsync(Patient.OfGuangzhou.ToReference(), "KM0009", AdmittedOn, "A9"), Has.Property("IsPending").False)).Granted();
        Assert.That(Yunnan.Value<long>("SELECT max(attempts) FROM outbound"), Is.LessThanOrEqualTo(2), "While the province was barred no attempt was made.");
        (await Kunming.CancelAdmissionAsync(Yunnan.Value<string>("SELECT visit_number FROM treatment_visit WHERE hospital_visit_number = 'KM0009'"), "B9")).Granted();
        await GoOnAsync();
    }

    [Test]
    public async Task A_province_that_calls_and_cannot_be_asked_is_issued_no_number_that_it_holds_already()
    {
        await LiveAsync();
        await PutBackAsync();
        await StandBeforeGuangdongAsync((_, _) => null);
        await Yunnan.StartAsync(CancellationToken.None);
        var number = await AdmitAsync(Guangzhou, Patient.ResidentOfKunming, "ZY0010");
        Assert.That((Report() is null, IssuedSerials.Of(number).Serial > IssuedSerials.Jump), Is.EqualTo((true, true)), "Nobody has told yet.");

        _guangdong!.Alter = (_, reply) => reply;
        // What Yunnan wants of it asks it first.
        Assert.That((await Kunming.VerifyAsync(Patient.OfGuangzhou.ToReference())).Text, Does.Contain("older"));
        await RecoveredAsync();
        Assert.That(Report()!.Remarks.Select(remark => remark.State), Has.None.EqualTo(ExchangePart.Parked).And.None.EqualTo(ExchangePart.SetAside));
        await GoOnAsync();
    }

    [Test]
    public async Task A_province_that_is_lost_after_it_was_gathered_can_be_left_out()
    {
        await LiveAsync();
        var before = Dump();
        await PutBackAsync();
        await StandBeforeGuangdongAsync((name, reply) => name == nameof(PeerMethod.GetDetails) ? null : reply);
        await Yunnan.StartAsync(CancellationToken.None);
        await Eventually.GetAsync("Guangdong's lines to be missed", () => Report()?.Peers.Single(), Has.Property("State").EqualTo(PeerPart.Gathered).And.Property("LastError").Not.Null);
        Assert.That(Report()!.ServedAt, Is.Null);

        await using var desk = new OperatorDesk(Yunnan, Clock);
        await desk.SucceedAsync("recovery", "skip", "440000", "--reason", "专线中断");
        await Eventually.GetAsync("Yunnan to serve", () => Report()!.ServedAt, Is.Not.Null);
        _guangdong!.Alter = (_, reply) => reply;
        await RecoveredAsync();
        Assert.That(WithoutCounters(Dump()), Is.EqualTo(WithoutCounters(before)));
    }

    [Test]
    public async Task Lines_that_do_not_fit_are_parked_until_an_operator_sets_them_aside()
    {
        await LiveAsync();
        await PutBackAsync();
        await StandBeforeGuangdongAsync(WithoutCharges);
        await Yunnan.StartAsync(CancellationToken.None);
        await Eventually.GetAsync("Yunnan to serve", () => Report()?.ServedAt, Is.Not.Null);
        var report = Report()!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Peers.Single(), Has.Property("State").EqualTo(PeerPart.Gathered).And.Property("Parked").Positive);
            Assert.That(report.Remarks.Select(remark => (remark.Method, remark.State)), Is.All.EqualTo(("UploadFeeDetails", ExchangePart.Parked)));
            Assert.That((await Kunming.AdmitAsync(Patient.OfGuangzhou.ToReference(), "KM0009", AdmittedOn)).Text, Does.Contain("440000").And.Contain("pending"));
        }
        await using var desk = new OperatorDesk(Yunnan, Clock);
        await desk.SucceedAsync("recovery", "retry", "--reason", "再试");
        await Eventually.GetAsync("it to be parked again", () => Report()!.Peers.Single().Parked, Is.EqualTo(report.Peers.Single().Parked));
        foreach (var remark in report.Remarks)
            await desk.SucceedAsync("recovery", "set-aside", remark.TransactionId, "--reason", "由医院补传");
        await RecoveredAsync();
        Assert.That(Report()!.SettlementsWithoutLines, Is.Not.Empty);
    }

    [Test]
    public async Task Lines_that_do_not_make_the_bill_when_they_are_tried_again_stay_parked()
    {
        await LiveAsync();
        await PutBackAsync();
        await StandBeforeGuangdongAsync(WithoutCharges);
        await Yunnan.StartAsync(CancellationToken.None);
        await Eventually.GetAsync("Yunnan to serve", () => Report()?.ServedAt, Is.Not.Null);
        var parked = Report()!.Remarks.Single();
        var missed = Report()!.SettlementsWithoutLines.Single();

        // Nothing is to be filled in any more: the lines that are there are not those that Guangdong holds.
        await DoAsync("DELETE FROM recovered_settlement WHERE settlement_number = @missed");
        await using var desk = new OperatorDesk(Yunnan, Clock);
        await desk.SucceedAsync("recovery", "retry", "--reason", "再试");
        var again = await Eventually.GetAsync("it to be tried", () => Report()!.Remarks.SingleOrDefault(), Is.Not.Null.And.Property("English").Not.EqualTo(parked.English));
        Assert.That((again!.TransactionId, again.State, again.English), Is.EqualTo((parked.TransactionId, ExchangePart.Parked, "the lines are not those that the peer holds")));

        await DoAsync("INSERT INTO recovered_settlement (settlement_number, recovered_at_ms) VALUES (@missed, 1)");
        await desk.SucceedAsync("recovery", "set-aside", parked.TransactionId, "--reason", "由医院补传");
        await RecoveredAsync();

        Task DoAsync(string sql) => Yunnan.Host.Database.WriteAsync(session => session.Execute(sql, new { missed }), CancellationToken.None);
    }

    [Test]
    public async Task What_rests_on_an_institution_of_after_the_backup_is_parked_and_taken_in_once_it_is_imported_again()
    {
        await BackUpYunnanAsync();
        string imported;
        await using (var desk = new OperatorDesk(Yunnan, Clock))
            imported = await ImportAsync(desk, "institutions", Institution);
        using var hospital = new Hospital(Yunnan.HisAddress, imported.Split('\n').Select(line => line.Trim().Split(' ')).Single(words => words is ["H53010000009", _])[1]) { InpatientKind = "21" };
        var visit = await DischargeAsync(hospital, Patient.OfGuangzhou, SampleBills.Kunming(FeesOn), "NEW1");
        (await hospital.SettleAsync(visit, "N1")).Granted();
        await DetailsHaveArrivedAsync();
        var before = Dump();
        Logs.ExpectError(5303);

        await PutBackAsync();
        await Yunnan.StartAsync(CancellationToken.None);
        await Eventually.GetAsync("Yunnan to serve", () => Report()?.ServedAt, Is.Not.Null);
        Assert.That(Report()!.Remarks.Select(remark => (remark.Method, remark.State)), Is.EqualTo(((string, ExchangePart)[])[
            ("RegisterAdmission", ExchangePart.Parked), ("RegisterDischarge", ExchangePart.Parked), ("Settle", ExchangePart.Parked)]));

        await using var again = new OperatorDesk(Yunnan, Clock);
        await ImportAsync(again, "institutions", Institution);
        await again.SucceedAsync("recovery", "retry", "--reason", "已导入机构");
        await RecoveredAsync();
        Assert.That(Dump(), Is.EqualTo(before));
    }

    [Test]
    public async Task What_a_peer_invents_is_parked_and_an_operator_sets_it_aside()
    {
        await LiveAsync();
        var before = Dump();
        await PutBackAsync();
        await StandBeforeGuangdongAsync(WithInventions);
        await Yunnan.StartAsync(CancellationToken.None);
        await Eventually.GetAsync("Yunnan to serve", () => Report()?.ServedAt, Is.Not.Null);
        await using var desk = new OperatorDesk(Yunnan, Clock);
        Assert.That(WhyParked(), Is.EquivalentTo((string[])["not of these two", "do not add up", "cannot be read", "issued before the backup"]));

        await desk.SucceedAsync("recovery", "retry", "--reason", "再试");
        await Eventually.GetAsync("all to be parked again", () => Report()!.Peers.Single().Parked, Is.EqualTo(4));
        Assert.That(Report()!.FinishedAt, Is.Null);
        foreach (var remark in Report()!.Remarks)
            Assert.That(await desk.SucceedAsync("recovery", "set-aside", remark.TransactionId, "--reason", "对方确认误报"), Does.Contain("440000"));
        Assert.That(await desk.RefuseAsync("recovery", "set-aside", Report()!.Remarks[0].TransactionId, "--reason", "再次"), Does.Contain("parked"));
        await RecoveredAsync();

        Assert.That(await desk.RefuseAsync("recovery", "retry", "--reason", "再试"), Does.Contain("no exchange is parked"));
        Assert.That(Dump(), Is.EqualTo(before));
        _guangdong!.Alter = (_, reply) => reply;
        await GoOnAsync();
    }

    [TestCase("GetWatermark")]
    [TestCase("ListExchanges")]
    [TestCase("GetDetails")]
    public async Task A_peer_that_answers_nonsense_is_asked_until_it_does_not(string method)
    {
        await LiveAsync();
        var before = Dump();
        await PutBackAsync();
        await ChangeBooksAsync(session => session.Execute("INSERT INTO restoration (restored_at_ms, backup_taken_at_ms) VALUES (@now, @now - 3600000)", new { now = Clock.NowMs() }));
        await StandBeforeGuangdongAsync((name, reply) => name == method ? [0xFF, 0xFF, 0xFF] : reply);
        await Yunnan.StartAsync(CancellationToken.None);
        if (method is not "GetWatermark")
            await Eventually.GetAsync("the nonsense to be noted", () => Report()!.Peers.Single().LastError, Is.Not.Null);
        _guangdong!.Alter = (_, reply) => reply;
        await RecoveredAsync();
        Assert.That(Dump(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_confirmed_statement_is_examined_again_and_nothing_is_said_about_it()
    {
        await BackUpYunnanAsync();
        await SettleAsync();
        await DetailsHaveArrivedAsync();
        var number = (await ProposeAsync(September)).StatementNumber;
        await ConfirmAsync(number);
        var (before, received) = (Dump(), Guangdong.Count("inbox"));

        await PutBackAsync();
        await Yunnan.StartAsync(CancellationToken.None);
        await RecoveredAsync();

        var check = await CheckedAsync(number, revision: 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(check, Has.Property("IsClean").True.And.Property("RowCount").EqualTo(1));
            Assert.That(Yunnan.Count("clearing_row"), Is.EqualTo(1));
            Assert.That(Guangdong.Count("inbox"), Is.EqualTo(received));
            Assert.That(Dump(), Is.EqualTo(before));
        }
    }

    [Test]
    public async Task An_account_that_others_moved_since_is_moved_by_what_was_settled_and_not_set()
    {
        const long Elsewhere = 50_00;
        await using (var desk = new OperatorDesk(Yunnan, Clock))
            await ImportAsync(desk, "persons", Imported.Persons);
        await BackUpYunnanAsync();
        await using (var desk = new OperatorDesk(Yunnan, Clock))
            await ImportAsync(desk, "filings", Imported.Filings);
        var visit = await DischargeAsync(Guangzhou, Imported.Patient, SampleBills.Guangzhou(FeesOn), "ZY0077");
        var paid = (await Guangzhou.SettleAsync(visit, "T77")).Granted().Result.Figures.AccountFen;
        await DetailsHaveArrivedAsync();
        var left = Balance();

        await PutBackAsync();
        await ChangeBooksAsync(session => session.Execute("UPDATE person SET account_balance_fen = account_balance_fen + @Elsewhere WHERE person_number = '5301000077'", new { Elsewhere }));
        await Yunnan.StartAsync(CancellationToken.None);
        await RecoveredAsync();
        Assert.That((Balance() - left, paid > 0), Is.EqualTo((Elsewhere, true)));
        Assert.That(Report()!.Remarks, Is.Not.Empty, "It was booked as it was answered.");
        await Yunnan.Host.Database.WriteAsync(
            session => session.Execute("UPDATE person SET account_balance_fen = account_balance_fen - @Elsewhere WHERE person_number = '5301000077'", new { Elsewhere }), CancellationToken.None);

        long Balance() => Yunnan.Value<long>("SELECT account_balance_fen FROM person WHERE person_number = '5301000077'");
    }

    private static async Task<string> ImportAsync(OperatorDesk desk, string table, string content)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("rows.csv"), content);
        return await desk.SucceedAsync(table, "import", folder.File("rows.csv"));
    }

    private async Task StandBeforeGuangdongAsync(Func<string, byte[], byte[]?> alter)
    {
        _guangdong = await AlteringPeer.StartAsync(Guangdong, Yunnan, Clock, Logs);
        _guangdong.Alter = alter;
        Yunnan.Configuration = Yunnan.Configuration with
        {
            Nodes = [.. Yunnan.Configuration.Nodes.Select(entry => entry.Division == Guangdong.Division ? entry with { Address = new Uri($"https://127.0.0.1:{_guangdong.Port}") } : entry)],
        };
        foreach (var expected in (int[])[5303, 5312])
            Logs.ExpectError(expected);
    }

    /// <summary>Why, in a few words, in which the reasons differ.</summary>
    private IEnumerable<string> WhyParked() => Report()!.Remarks.Select(remark =>
        ((string[])["not of these two", "do not add up", "cannot be read", "issued before the backup"]).FirstOrDefault(reason => remark.English.Contains(reason, StringComparison.Ordinal)) ?? remark.English);

    /// <summary>Of the lines that Yunnan had sent.</summary>
    private static byte[] WithoutCharges(string name, byte[] reply)
    {
        if (name != nameof(PeerMethod.GetDetails))
            return reply;
        var details = GetDetailsResponse.Parser.ParseFrom(reply);
        if (details.Details is { Start.SettlementNumber: ['A', '4', '4', ..] } ours)
        {
            foreach (var line in ours.Lines)
                line.Charges = null;
        }
        return details.ToByteArray();
    }

    /// <summary>To the newest exchanges are added: one between others, one whose figures are wrong, one that is none, and one with a number of before.</summary>
    private static byte[] WithInventions(string name, byte[] reply)
    {
        if (name != nameof(PeerMethod.ListExchanges))
            return reply;
        var list = ListExchangesResponse.Parser.ParseFrom(reply);
        if (list.Page?.Exchanges.FirstOrDefault(exchange => exchange.Method == PeerMethod.Settle.Path && exchange.ExchangeTransactionId.StartsWith("44", StringComparison.Ordinal)) is not { } real)
            return reply;
        list.Page.Exchanges.Add(Invented(real, "310000", _ => { }));
        list.Page.Exchanges.Add(Invented(real, "440000", settlement => settlement.Decision.Payments.FundTotalFen++));
        list.Page.Exchanges.Add(new Exchange(real) { ExchangeTransactionId = $"440000{real.ExchangeTransactionId[6..20]}0999999993", Reply = ByteString.CopyFrom(0xFF, 0xFF) });
        list.Page.Exchanges.Add(Invented(real, "440100", settlement => settlement.SettlementNumber = $"{settlement.SettlementNumber[..13]}0000001"));
        return list.ToByteArray();
    }

    private static Exchange Invented(Exchange real, string sender, Action<Settlement> change)
    {
        var (request, reply) = (SettleRequest.Parser.ParseFrom(real.Request), SettleResponse.Parser.ParseFrom(real.Reply));
        var id = $"{sender}{real.ExchangeTransactionId[6..20]}0999999991";
        (request.Header.TransactionId, reply.TransactionId) = (id, id);
        change(reply.Settlement);
        return new Exchange { ExchangeTransactionId = id, Method = real.Method, Request = request.ToByteString(), Reply = reply.ToByteString() };
    }
}

using NUnit.Framework;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Cli;

/// <summary>The messages of a closed year leave the databases of two serving nodes by a command, and everything is answered as before.</summary>
internal sealed class When_an_operator_archives_a_closed_year : CountryTest
{
    [Test]
    public async Task Nothing_is_due_before_and_afterwards_repeats_get_their_bytes_and_the_list_says_what_moved()
    {
        var visit = await DischargeAsync(Guangzhou, Patient.OfKunming, SampleBills.Guangzhou(FeesOn));
        var settled = await Guangzhou.SettleAsync(visit, "T1");
        settled.Granted();
        // Hospitals repeat on the day, and the year is closed years later.
        await using var guangdong = new OperatorDesk(Guangdong, Clock);
        await using var yunnan = new OperatorDesk(Yunnan, Clock);
        var tooEarly = await guangdong.SucceedAsync("archive", "run");
        var before = (await guangdong.AskAsync("archive", "list"))["files"]!.AsArray().Count;
        await CloseAsync(Guangdong, side: 1, Yunnan);
        await CloseAsync(Yunnan, side: 2, Guangdong);

        var ran = await guangdong.AskAsync("archive", "run");
        var told = await yunnan.SucceedAsync("archive", "run");
        var again = await guangdong.AskAsync("archive", "run");
        var listed = await guangdong.AskAsync("archive", "list");
        var shown = await yunnan.SucceedAsync("archive", "list");
        var repeated = await Guangzhou.SettleAsync(visit, "T1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(tooEarly, Does.Contain("没有到期的年度").And.Contain("Nothing is due"));
            Assert.That(before, Is.Zero);
            Assert.That((string)ran["files"]!.AsArray().Single()!, Is.EqualTo("000001.db"));
            Assert.That((long)ran["values"]!, Is.Positive.And.EqualTo((long)listed["files"]![0]!["values"]!));
            Assert.That(again["files"]!.AsArray(), Is.Empty, "it is done once");
            Assert.That((bool)listed["files"]![0]!["isFinished"]!, Is.True);
            Assert.That(listed["years"]!.AsArray().Select(year => $"{year!["year"]} {year["side"]} {year["partner"]}"), Is.EqualTo(new[] { "2017 hospitals ", "2017 treatment 530000" }));
            Assert.That(told, Does.Contain("已归档 archived").And.Contain("000001.db"));
            Assert.That(shown, Does.Contain("000001.db").And.Contain("2017").And.Contain("参保地 insured").And.Contain("完成 finished"));
            Assert.That(repeated.Bytes, Is.EqualTo(settled.Bytes));
            Assert.That(Guangdong.Value<long>("SELECT count(*) FROM outbound WHERE substr(request, 1, 1) = x'02' AND substr(reply, 1, 1) = x'02'"), Is.Positive);
            Assert.That(Yunnan.Value<long>("SELECT freelist_count FROM pragma_freelist_count"), Is.Zero, "free pages went back to the disk");
        }
    }

    private Task<int> CloseAsync(ProvincialGateway.Cli.PilotProvince province, int side, ProvincialGateway.Cli.PilotProvince partner) => province.Host.Database.WriteAsync(session => session.ExecuteExpecting(1,
        """
        INSERT INTO clearing_year (side, partner, year, statement_count, claimed_fen, deducted_fen, prepayment_offset_fen, payable_fen, closed_at_ms)
        VALUES (@side, @partner, 2017, 1, 1, 0, 0, 1, @at)
        """,
        new { side, partner = partner.Division.Code, at = Clock.GetUtcNow().AddMonths(-25).ToUnixTimeMilliseconds() }), CancellationToken.None);
}

using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Tests.Cli;
using ProvincialGateway.Tests.Support;

namespace ProvincialGateway.Tests.Clearing;

/// <summary>The same month as commands of the two provinces' operators, in their serving nodes.</summary>
internal sealed class When_an_operator_clears_a_month : ClearingTest
{
    [Test]
    public async Task Every_command_of_a_month_does_its_part_and_says_so()
    {
        await using var guangdong = new OperatorDesk(Guangdong, Clock);
        await using var yunnan = new OperatorDesk(Yunnan, Clock);
        var notice = (string)(await yunnan.AskAsync("prepayment", "deposit", "--partner", "440000", "--amount", "10000.00", "--bank", "HD1"))["transactionId"]!;
        await guangdong.SucceedAsync("prepayment", "confirm", notice);
        await SettleAsync();

        var cut = await guangdong.AskAsync("clearing", "cut", "--partner", "530000", "--period", "2017-09", "--offset", "all");
        var number = (string)cut["statement"]!["statementNumber"]!;
        Assert.That((long)cut["statement"]!["payableFen"]!, Is.EqualTo(26_680_00));
        await guangdong.SucceedAsync("clearing", "propose", number);
        await CheckedAsync(number, 1);
        Assert.That(await yunnan.SucceedAsync("clearing", "list", "--state", "proposed"), Does.Contain(number).And.Contain("2017-10-25"));
        await yunnan.SucceedAsync("clearing", "confirm", number);
        Assert.That(await yunnan.RefuseAsync("clearing", "confirm", number), Does.Contain("paid").Or.Contain("confirmed"));

        var payment = (string)(await yunnan.AskAsync("clearing", "pay", number, "--bank", "HD2"))["transactionId"]!;
        await guangdong.SucceedAsync("clearing", "receive", payment, "--share", $"{number}=26000.00");
        Assert.That(await guangdong.SucceedAsync("clearing", "net", "--partner", "530000"), Does.Contain("680.00"));
        var rest = (string)(await yunnan.AskAsync("clearing", "pay", $"{number}=680.00", "--bank", "HD3"))["transactionId"]!;
        await guangdong.SucceedAsync("clearing", "receive", rest);
        Assert.That(await guangdong.SucceedAsync("clearing", "show", number), Does.Contain("已结清"));
        Assert.That(await guangdong.RefuseAsync("clearing", "deduct", number, "--kind", "10", "--amount", "5.00", "--reason", "迟到的审核"),
            Does.Contain(number).And.Contain("gateway clearing cut").And.Contain("gateway clearing deduct"), "a late deduction is led to the next draft");

        Assert.That((await guangdong.AskAsync("clearing", "rows", number)).AsArray(), Has.Count.EqualTo(1));
        Assert.That((await yunnan.AskAsync("clearing", "rows", number)).AsArray(), Has.Count.EqualTo(1));
        Assert.That((await yunnan.AskAsync("ledger", "postings", "--subject", number)).AsArray(), Has.Count.EqualTo(2));
        for (var at = 1; at <= Guangdong.Count("posting"); at++)
            Assert.That((await guangdong.AskAsync("ledger", "balance", "--at", $"{at}")).AsArray().Sum(row => (long)row!["balanceFen"]!), Is.Zero, $"at {at}");
        Assert.That((await guangdong.AskAsync("ledger", "balance", "--at", "2")).AsArray(), Is.Not.Empty);
        Assert.That((await guangdong.AskAsync("prepayment", "show")).AsArray()[0]!["balance"]!.ToString(), Is.EqualTo("0.00"));
        await AssertExportsAsync(guangdong, number);

        Assert.That(await guangdong.RefuseAsync("clearing", "close-year", "2017", "--partner", "530000", "--side", "treatment"), Does.Contain("not over"));
        Clock.PutForward(TimeSpan.FromDays(120));
        await guangdong.SucceedAsync("clearing", "close-year", "2017", "--partner", "530000", "--side", "treatment");
        await yunnan.SucceedAsync("clearing", "close-year", "2017", "--partner", "440000", "--side", "insured");
        Assert.That(await guangdong.RefuseAsync("clearing", "cut", "--partner", "530000", "--period", "2017-12"), Does.Contain("2017"));
    }

    private static async Task AssertExportsAsync(OperatorDesk desk, string number)
    {
        using var folder = new TempFolder();
        foreach (var content in new[] { "statement", "rows", "receipts" })
        {
            foreach (var extension in new[] { "csv", "xlsx", "html" })
                await desk.SucceedAsync("clearing", "export", number, folder.File($"{content}.{extension}"), "--content", content);
        }
        await desk.SucceedAsync("clearing", "export", number, folder.File("gb.csv"), "--content", "rows", "--encoding", "gb18030");

        var csv = await File.ReadAllBytesAsync(folder.File("rows.csv"));
        var gb = LegacyText.Gb18030.GetString(await File.ReadAllBytesAsync(folder.File("gb.csv")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(csv[..3], Is.EqualTo(Encoding.UTF8.GetPreamble()));
            Assert.That(Encoding.UTF8.GetString(csv[3..]), Is.EqualTo(gb));
            Assert.That(gb, Does.StartWith("序号,种类,业务日期").And.Contain("34680.00,2000.00,13320.00"));
            Assert.That(await File.ReadAllTextAsync(folder.File("statement.html")), Does.Contain(number).And.Contain("size: A4").And.Contain("26680.00"));
            await using var book = await ZipFile.OpenReadAsync(folder.File("rows.xlsx"));
            using var sheet = new StreamReader(await book.Entries.Single(entry => entry.FullName.Contains("sheet", StringComparison.Ordinal) && !entry.FullName.Contains("rels", StringComparison.Ordinal)).OpenAsync());
            Assert.That(await sheet.ReadToEndAsync(), Does.Contain("34680.00").And.Contain("结算"));
        }
        Assert.That(await desk.RefuseAsync("clearing", "export", number, folder.File("rows.pdf")), Does.Contain("csv"));
    }
}

using System.Globalization;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using ProvincialGateway.Cli;
using ProvincialGateway.Tests.Support;
using Spectre.Console;

namespace ProvincialGateway.Tests.Cli;

/// <summary>The demo as it runs from the command line, short of the process around it.</summary>
internal sealed class DemoTests : LoggedTest
{
    private DemoReport _report = null!;
    private string _folder = "";

    [SetUp]
    public async Task Play()
    {
        await using var country = PilotCountry.Prepare(new PilotOptions { Logging = (division, logging) => logging.AddProvider(Logs.Provider(division.Code)) });
        _folder = country.Folder;
        _report = await new Demo(country, new LineProgress(TextWriter.Null, TimeProvider.System), TimeProvider.System).PlayAsync(CancellationToken.None);
    }

    [Test]
    public void Both_directions_balance_and_nothing_is_left_behind()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_report.IsBalanced);
            Assert.That(_report.Directions.Select(direction => (direction.Insured?.Division, direction.Treatment.Division)), Is.EqualTo(new[] { ("530000", "440000"), ("440000", "530000") }));
            Assert.That(_report.Directions.Select(direction => direction.PreviewedByJson), Is.EqualTo(new[] { true, false }));
            Assert.That(_report.Directions.Select(direction => direction.Stay!.Cancelled.Count), Is.All.EqualTo(1));
            Assert.That(Directory.Exists(_folder), Is.False, "the folder is removed");
        }
    }

    [Test]
    public void The_Yunnan_patient_pays_what_the_worked_example_says()
    {
        var figures = _report.Directions[0].Stay!.Receipt.Figures;
        Assert.That(
            (figures.TotalFen, figures.FullSelfPayFen, figures.OverLimitFen, figures.PreSelfPayFen, figures.InScopeFen, figures.DeductibleFen, figures.PoolFen, figures.AccountFen, figures.CashFen),
            Is.EqualTo((50000_00L, 4000_00L, 600_00L, 3400_00L, 42000_00L, 1200_00L, 34680_00L, 2000_00L, 13320_00L)));
    }

    [Test]
    public void The_report_shows_persons_masked_and_fits_into_a_hundred_columns()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 100;
        DemoRendering.Write(_report, console);
        var lines = text.ToString().Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines.Where(line => ColumnsOf(line) > 100), Is.Empty);
            Assert.That(text.ToString(), Does.Not.Contain("测试患者").And.Not.Contain("530102197601010019").And.Not.Contain('\u001b'));
            // A code that is broken over two lines cannot be searched for.
            Assert.That(text.ToString(), Does.Contain("XJ01CAA040E001010110000").And.Contain("经皮冠状动脉支架置入术"));
            Assert.That(text.ToString(), Does.Contain("✓ 全部步骤成功").And.Not.Contain("✗"));
        }
    }

    private static int ColumnsOf(string line) => line.Sum(character => character is >= '\u2E80' and <= '\u9FFF' or >= '\uFF00' and <= '\uFF60' ? 2 : 1);
}

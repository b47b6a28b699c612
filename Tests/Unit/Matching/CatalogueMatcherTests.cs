using NUnit.Framework;
using ProvincialGateway.Catalogue;
using ProvincialGateway.Matching;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Tests.Support.Catalogues;
using static ProvincialGateway.Tests.Matching.MatchedRows;

namespace ProvincialGateway.Tests.Matching;

[TestFixture]
internal sealed class CatalogueMatcherTests
{
    [Test]
    public void The_right_row_is_first_and_its_neighbours_follow()
    {
        var match = Match(
            Drug("阿莫西林胶囊", "250mg*24粒", maker: "甲乙制药", code: "L"),
            Drug("阿莫西林胶囊", "0.5g*24粒", maker: "甲乙制药", code: "A"), Drug("阿莫西林胶囊", "0.25g*24粒", maker: "甲乙制药", code: "B"), Drug("阿莫西林分散片", "0.25g*24片", maker: "甲乙制药", code: "C"),
            Drug("阿莫罗芬乳膏", "5g", code: "D"));
        Assert.That(match.Proposals.Select(proposal => proposal.Exchange.Texts.Code), Is.EqualTo((string[])["B", "C", "A"]));
        Assert.That(match.Decision, Is.EqualTo(MatchDecision.Accepted));
    }

    [Test]
    public void Two_rows_that_fit_equally_are_for_a_person_and_the_smaller_code_is_first()
    {
        var match = Match(Drug("阿莫西林胶囊", "0.25g"), Drug("阿莫西林胶囊", "0.25g", maker: "丙丁药业", code: "B"), Drug("阿莫西林胶囊", "0.25g", maker: "甲乙制药", code: "A"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((match.Decision, match.Obstacle, match.Margin), Is.EqualTo((MatchDecision.Review, AcceptanceObstacle.Ambiguous, 0m)));
            Assert.That(match.Proposals[0].Exchange.Texts.Code, Is.EqualTo("A"));
            Assert.That(Reasons(match), Does.Contain("请人工选择").And.Contain("a person must choose"));
        }
    }

    [Test]
    public void A_score_below_the_users_is_for_a_person()
    {
        var (local, exchange) = (Drug("左氧氟沙星片", "0.1g"), Drug("盐酸左氧氟沙星片", "0.1g"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Match(local, exchange) is { Decision: MatchDecision.Review, Obstacle: AcceptanceObstacle.LowScore }, Is.True);
            Assert.That(Match(local, accept: 85, exchange).Decision, Is.EqualTo(MatchDecision.Accepted), "the user may set it lower");
        }
    }

    [Test]
    public void Nothing_alike_is_no_match_without_proposals() =>
        Assert.That(Match(Drug("曲妥珠单抗注射液", "440mg"), Drug("阿莫西林胶囊", "0.25g")) is { Decision: MatchDecision.NoMatch, Proposals.Count: 0, Margin: 0 }, Is.True);

    [Test]
    public void Only_other_strengths_are_no_match_and_are_shown_all_the_same()
    {
        var match = Match(Drug("阿莫西林胶囊", "0.125g"), Drug("阿莫西林胶囊", "0.25g"), Drug("阿莫西林胶囊", "0.5g", code: "X2"));
        Assert.That((match.Decision, match.Proposals.Count), Is.EqualTo((MatchDecision.NoMatch, 2)));
        Assert.That(Reasons(match), Does.Contain("最接近的项目也不是同一项目").And.Contain("even the nearest item is another one"));
    }

    [Test]
    public void A_typing_error_is_proposed_but_never_accepted()
    {
        var match = Match(Drug("阿莫西淋胶囊", "0.25g"), accept: 0, Drug("阿莫西林胶囊", "0.25g"));
        Assert.That((match.Decision, match.Obstacle), Is.EqualTo((MatchDecision.Review, AcceptanceObstacle.Contradiction)));
    }

    [Test]
    public void An_item_of_another_kind_is_not_proposed() =>
        Assert.That(Match(Consumable("阿莫西林胶囊", "0.25g"), Drug("阿莫西林胶囊", "0.25g"), Service("阿莫西林胶囊", code: "X2")).Proposals, Is.Empty);

    [Test]
    public void An_item_that_was_never_valid_together_is_not_proposed()
    {
        var old = Drug("阿莫西林胶囊", "0.25g") with { Validity = new Validity(new DateOnly(2010, 1, 1), new DateOnly(2015, 1, 1)) };
        Assert.That(Match(Drug("阿莫西林胶囊", "0.25g"), old).Proposals, Is.Empty);
    }

    [Test]
    public void Empty_catalogues_are_no_fault()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new CatalogueMatcher([], CancellationToken.None).Match([], new MatchOptions(), _ => { }), Is.Empty);
            Assert.That(Match(Drug("阿莫西林胶囊")).Decision, Is.EqualTo(MatchDecision.NoMatch));
        }
    }

    [Test]
    public void The_order_of_the_files_changes_nothing()
    {
        const int Seed = 4711;
        var (exchange, local) = Generated(Seed, localRows: 400, exchangeRows: 800);
        var straight = Described(exchange, local);
        var random = new Random(Seed);
        var shuffled = (Exchange: exchange.ToArray(), Local: local.ToArray());
        random.Shuffle(shuffled.Exchange);
        random.Shuffle(shuffled.Local);
        Assert.That(Described(shuffled.Exchange, shuffled.Local).Order(StringComparer.Ordinal), Is.EqualTo(straight.Order(StringComparer.Ordinal)), $"seed {Seed}");
    }

    [Test]
    public void Progress_counts_every_row()
    {
        var (exchange, local) = Generated(seed: 5, localRows: 300, exchangeRows: 300);
        var counted = 0;
        new CatalogueMatcher(exchange, CancellationToken.None).Match(local, new MatchOptions(), rows => Interlocked.Add(ref counted, rows));
        Assert.That(counted, Is.EqualTo(local.Count));
    }

    [Test]
    public void A_run_can_be_stopped()
    {
        var (exchange, local) = Generated(seed: 6, localRows: 300, exchangeRows: 300);
        using var stop = new CancellationTokenSource();
        var matcher = new CatalogueMatcher(exchange, stop.Token);
        Assert.That(() => matcher.Match(local, new MatchOptions(), _ => stop.Cancel()), Throws.InstanceOf<OperationCanceledException>());
    }

    private static IEnumerable<string> Described(IReadOnlyList<CatalogueTexts> exchange, IReadOnlyList<CatalogueTexts> local) =>
        new CatalogueMatcher(exchange, CancellationToken.None).Match(local, new MatchOptions(), _ => { })
            .Select(match => $"{match.Local.Texts.Code} {match.Decision} {match.Margin} {string.Join(' ', match.Proposals.Select(proposal => $"{proposal.Exchange.Texts.Code}={proposal.Score}"))}");

    private static (List<CatalogueTexts> Exchange, List<CatalogueTexts> Local) Generated(int seed, int localRows, int exchangeRows)
    {
        using var folder = new TempFolder();
        new GeneratedCatalogues(seed, localRows, exchangeRows).WriteTo(folder.Path);
        var files = new MatchedFiles(folder.Path);
        return (files.Exchange, files.Local);
    }
}

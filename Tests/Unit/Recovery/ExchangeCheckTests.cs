using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Recovery;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>What a peer says that this node had answered it, where this node remembers nothing.</summary>
[TestFixture]
internal sealed class ExchangeCheckTests
{
    private const string Id = "440100201709201000000000000007";

    private static readonly Division Yunnan = Division.Parse("530000"), Guangdong = Division.Parse("440000");

    private TempFolder _folder = null!;
    private Database _database = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _folder = new();
        _database = EmptyBooks.OpenIn(_folder.Path, TimeProvider.System);
        await _database.WriteAsync(session => session.Execute("INSERT INTO counter (name, value) VALUES ('settlement.530100.2017-09-20', 4)"), CancellationToken.None);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public void A_settlement_that_adds_up_and_has_a_number_beyond_the_backup_may_be_true() => Assert.That(FaultIn(Settled()), Is.Null);

    [Test]
    public void An_answer_between_other_provinces_is_none_of_this_nodes()
    {
        var (request, reply) = Settled();
        request.Header.SenderDivision = "310000";
        Assert.That(FaultIn((request, reply))!.English, Does.Contain("not of these two"));
    }

    [Test]
    public void An_id_of_another_sender_is_refused()
    {
        var (request, reply) = Settled();
        request.Header.TransactionId = reply.TransactionId = "310100201709201000000000000007";
        Assert.That(FaultIn((request, reply), "310100201709201000000000000007")!.English, Does.Contain("not of these two"));
    }

    [Test]
    public void Figures_that_do_not_add_up_are_refused()
    {
        var (request, reply) = Settled();
        reply.Settlement.Decision.Payments.FundTotalFen++;
        Assert.That(FaultIn((request, reply))!.English, Does.Contain("do not add up"));
    }

    [Test]
    public void Charges_that_were_not_asked_for_are_refused()
    {
        var (request, reply) = Settled();
        request.Bill.Charges.TotalFen++;
        Assert.That(FaultIn((request, reply))!.English, Does.Contain("not those asked for"));
    }

    [TestCase("A5301001709200000004", "before the backup")]
    [TestCase("A4401001709200000009", "no number that this province issues")]
    [TestCase("S5301001709200000009", "no number that this province issues")]
    public void A_number_this_node_cannot_have_issued_since_is_refused(string number, string reason)
    {
        var (request, reply) = Settled();
        reply.Settlement.SettlementNumber = number;
        Assert.That(FaultIn((request, reply))!.English, Does.Contain(reason));
    }

    [Test]
    public async Task A_number_that_was_passed_over_may_be_true()
    {
        await _database.WriteAsync(session => session.Execute("INSERT INTO recovery_gap (counter, first_serial, last_serial) VALUES ('settlement.530100.2017-09-20', 2, 3)"), CancellationToken.None);
        var (request, reply) = Settled();
        reply.Settlement.SettlementNumber = "A5301001709200000003";
        Assert.That(FaultIn((request, reply)), Is.Null);
    }

    [Test]
    public void A_person_of_another_province_is_refused()
    {
        var (request, reply) = Settled();
        reply.Settlement.Decision.Person.InsuredDivision = "440100";
        Assert.That(FaultIn((request, reply))!.English, Does.Contain("person of another province"));
    }

    [Test]
    public void What_cannot_be_read_is_refused() => Assert.That(
        _database.Read(session => new ExchangeCheck(Yunnan).FaultIn(session, Guangdong, Direction.AskedHere, Id, ExchangeMethods.Read(PeerMethod.Settle.Path, [0xff], [])))!.English,
        Does.Contain("cannot be read"));

    [Test]
    public void A_method_that_is_not_answered_once_is_not_read() => Assert.That(ExchangeMethods.Read(PeerMethod.Ping.Path, [], []), Is.Null);

    private Remark? FaultIn((SettleRequest Request, SettleResponse Reply) settled, string id = Id) =>
        _database.Read(session => new ExchangeCheck(Yunnan).FaultIn(session, Guangdong, Direction.AskedHere, id, new ReadExchange(settled.Request, settled.Reply)));

    private static (SettleRequest Request, SettleResponse Reply) Settled()
    {
        var charges = new Charges { TotalFen = 100, InScopeFen = 100 };
        var settledAtMs = new DateTimeOffset(2017, 9, 20, 10, 0, 0, ChinaTime.Offset).ToUnixTimeMilliseconds();
        return (new SettleRequest
        {
            Header = new RequestHeader { TransactionId = Id, SenderDivision = "440100", ReceiverDivision = "530100" },
            Bill = new Bill { VisitNumber = "S5301001709120000001", Charges = charges.Clone() },
        }, new SettleResponse
        {
            TransactionId = Id,
            AnsweredAtMs = settledAtMs,
            Settlement = new Settlement
            {
                SettlementNumber = "A5301001709200000005",
                VisitNumber = "S5301001709120000001",
                SettledAtMs = settledAtMs,
                BusinessDate = "2017-09-20",
                Decision = new Decision
                {
                    Person = new Person { InsuredDivision = "530100", PersonNumber = "5301000001", Scheme = "310" },
                    Charges = charges,
                    Payments = new Payments { PoolFen = 60, FundTotalFen = 60, CashFen = 40, PersonalTotalFen = 40 },
                },
            },
        });
    }
}

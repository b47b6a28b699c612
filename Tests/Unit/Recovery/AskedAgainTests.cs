using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Recovery;
using ProvincialGateway.Storage;
using ProvincialGateway.Tests.Reconciliation;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Recovery;

/// <summary>A claim that this node had proposed and forgotten: the peer holds it, and the rows it was cut from must be those of this ledger.</summary>
[TestFixture]
internal sealed class AskedAgainTests
{
    private const string Id = "530000201709301000000000000007", Number = "B53000017090000001";

    private static readonly NodesConfiguration Configuration = new() { ProtocolRelease = "1.1", CatalogueRelease = "2016.1", Nodes = [] };

    private TwoLedgers _ledgers = null!;
    private TempFolder _folder = null!;

    [SetUp]
    public async Task Open()
    {
        (_ledgers, _folder) = (new(), new());
        var ledger = new GeneratedLedger(TwoLedgers.Treatment, TwoLedgers.Insured, new Random(20170930));
        await _ledgers.AppendAsync(LedgerSide.Treatment, [.. Enumerable.Range(0, 3).Select(place => ledger.Settlement(new DateOnly(2017, 9, 1).AddDays(place)))]);
    }

    [TearDown]
    public async Task Close()
    {
        await _ledgers.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public void Rows_that_are_not_this_ledgers_are_refused() => Assert.That(
        async () => await TakeAsync(StatementOf(statement => statement.RowsSha256 = ByteString.CopyFrom(SHA256.HashData([1])))),
        Throws.TypeOf<ForgottenStepException>().With.Property(nameof(ForgottenStepException.English)).Contains("rows 1 to 3 of statement"));

    [Test]
    public void A_range_that_this_ledger_does_not_reach_is_refused() => Assert.That(
        async () => await TakeAsync(StatementOf(statement => statement.LastSequence++)), Throws.TypeOf<ForgottenStepException>());

    [Test]
    public async Task Rows_that_are_this_ledgers_are_proposed_again_as_they_were()
    {
        var statement = StatementOf(_ => { });
        await TakeAsync(statement);
        Assert.That(_ledgers.TreatmentBooks.Read(session => StatementBook.Find(session, Number, 1)),
            Has.Property("State").EqualTo(StatementStage.Proposed).And.Property("PayableFen").EqualTo(statement.PayableFen));
    }

    private Statement StatementOf(Action<Statement> change)
    {
        var totals = _ledgers.TreatmentBooks.Read(session => LedgerRange.Read(session, LedgerSide.Treatment, TwoLedgers.Insured, 1, 3));
        var statement = new Statement
        {
            StatementNumber = Number,
            Revision = 1,
            Relation = Relations.Of(LedgerSide.Treatment, TwoLedgers.Treatment, TwoLedgers.Insured),
            Period = "2017-09",
            FirstSequence = 1,
            LastSequence = 3,
            Total = totals.Total,
            RowsSha256 = ByteString.CopyFrom(totals.RowsSha256),
            ClaimedFen = totals.ClaimedFen,
            PayableFen = totals.ClaimedFen,
            Sums = { totals.Sums },
        };
        change(statement);
        return statement;
    }

    private async Task TakeAsync(Statement statement)
    {
        var at = new DateTimeOffset(2017, 9, 30, 10, 0, 0, ChinaTime.Offset).ToUnixTimeMilliseconds();
        var request = new ProposeStatementRequest
        {
            Header = new RequestHeader { TransactionId = Id, SenderDivision = "530000", ReceiverDivision = "440000", SentAtMs = at },
            Statement = statement,
        };
        var reply = new ProposeStatementResponse
        {
            TransactionId = Id,
            AnsweredAtMs = at,
            Receipt = new StatementReceipt { StatementNumber = Number, Revision = 1, State = StatementState.Proposed },
        };
        var books = _ledgers.TreatmentBooks;
        using var asked = new AskedAgain(Configuration, TwoLedgers.Treatment, books, Vault.OpenOrCreate(_folder.File("vault.key")), new PeerDirectory([]), NullLoggerFactory.Instance);
        var exchange = new ForgottenExchange(Id, TwoLedgers.Insured, Direction.AskedThere, PeerMethod.ProposeStatement.Path, request.ToByteArray(), reply.ToByteArray()) { Request = request, Reply = reply };
        await books.WriteAsync(session => asked.Take(session, exchange), CancellationToken.None);
    }
}

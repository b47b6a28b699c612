using Grpc.Core;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Insured;
using ProvincialGateway.Tests.Support;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Insured;

/// <summary>What the insured side takes of the lines behind a bill.</summary>
[TestFixture]
internal sealed class FeeDetailTests
{
    private static readonly Division Sender = Division.Parse("440000");

    [Test]
    public void A_chunk_that_keeps_to_the_contract_is_taken() => Assert.That(FeeDetailRules.FaultIn(Chunk(3), 3), Is.Null);

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Fault("line_number", line => line.LineNumber = 9);
        yield return Fault("line_serial", line => line.LineSerial = "");
        yield return Fault("local_code", line => line.LocalCode = "");
        yield return Fault("local_name", line => line.LocalName = "阿莫西林\n胶囊");
        yield return Fault("doctor", line => line.Doctor = new string('医', 501));
        yield return Fault("restricted_use_reason", line => line.RestrictedUseReason = new string('因', 201));
        yield return Fault("catalogue_version", line => line.CatalogueVersion = "");
        yield return Fault("item_class", line => line.ItemClass = "1");
        yield return Fault("catalogue_kind", line => line.CatalogueKind = "109");
        yield return Fault("fee_category", line => line.FeeCategory = "15");
        yield return Fault("fee_date", line => line.FeeDate = "2017-02-30");
        yield return Fault("mapping_quality", line => line.MappingQuality = (MappingQuality)7);
        yield return Fault("mapping_quality", line => line.MappingQuality = MappingQuality.Unmapped);
        yield return Fault("mapping_quality", line => line.ExchangeCode = "");
        yield return Fault("unit_price_ten_thousandths", line => line.UnitPriceTenThousandths = -1);
        yield return Fault("quantity_hundredths", line => line.QuantityHundredths = 0);
        yield return Fault("self_pay_basis_points", line => line.SelfPayBasisPoints = 10_001);
        yield return Fault("price_limit_ten_thousandths", line => line.PriceLimitTenThousandths = -1);
        yield return Fault("charges", line => line.Charges = null);
        yield return Fault("charges", line => line.Charges.OverLimitFen = long.MinValue);
        yield return Fault("charges.total_fen", line => line.Charges.InScopeFen++);
        yield return Fault("charges.total_fen", line => (line.Charges.TotalFen, line.Charges.InScopeFen) = (line.Charges.TotalFen + 1, line.Charges.InScopeFen + 1));
        yield return Fault("charges", line => (line.Charges.PreSelfPayFen, line.Charges.InScopeFen) = (-1, 2001));
    }

    [TestCaseSource(nameof(Faults))]
    public void A_line_that_breaks_the_contract_is_refused_naming_the_field(string field, Action<FeeDetailLine> spoil)
    {
        var chunk = Chunk(3);
        spoil(chunk.Lines[1]);
        var refusal = FeeDetailRules.FaultIn(chunk, 3);
        Assert.That((refusal?.Code, refusal?.Field), Is.EqualTo(((RefusalCode?)RefusalCode.InvalidField, $"chunk.lines[1].{field}")));
    }

    [Test]
    public void A_refund_may_take_back_the_rest_of_its_line_to_the_fen()
    {
        var chunk = Chunk(1);
        var line = chunk.Lines[0];
        (line.OriginalLineSerial, line.QuantityHundredths, line.Charges) = ("L0", -200, new Charges { TotalFen = -1999, InScopeFen = -1999 });
        Assert.That(FeeDetailRules.FaultIn(chunk, 1), Is.Null);
    }

    [TestCase(0, 1, 600)]
    [TestCase(501, 1, 600)]
    [TestCase(3, 0, 600)]
    [TestCase(3, 599, 600)]
    [TestCase(3, int.MaxValue, 600)]
    public void A_chunk_outside_its_bounds_is_refused(int lines, int first, int lineCount)
    {
        var chunk = new FeeDetailChunk { FirstLineNumber = first, Lines = { Enumerable.Range(0, lines).Select(_ => Line(1)) } };
        Assert.That(FeeDetailRules.FaultIn(chunk, lineCount)?.Code, Is.EqualTo(RefusalCode.InvalidField));
    }

    [Test]
    public void Sums_that_are_off_are_named_with_category_part_and_difference()
    {
        var refusal = FeeDetailSums.Difference([Sum("01", 1000, 2), Sum("09", 5000, 3)], [Sum("01", 1000, 2), Sum("09", 4990, 2), Sum("14", 10, 1)])!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.Code, Is.EqualTo(RefusalCode.TotalMismatch));
            Assert.That(refusal.MessageEn, Does.Contain("category 09 total_fen: settled 50.00, lines 49.90, off by -0.10").And.Contain("category 09: 3 lines settled, 2 received")
                .And.Contain("category 14 in_scope_fen: settled 0.00, lines 0.10").And.Not.Contain("category 01"));
            Assert.That(refusal.MessageZh, Does.Contain("类别 09 的 total_fen 结算 50.00，明细 49.90，相差 -0.10"));
            Assert.That(FeeDetailSums.Difference([Sum("01", 1000, 2)], [Sum("01", 1000, 2)]), Is.Null);
        }
    }

    [Test]
    public void A_stored_line_is_the_line_that_came()
    {
        var line = Line(1);
        (line.PriceLimitTenThousandths, line.RestrictedUseReason, line.ApprovalNumber, line.OriginalLineSerial) = (0, "重症", "国药准字", "L0");
        var row = DetailLineRow.Of(line);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(row.ToMessage(), Is.EqualTo(line));
            Assert.That(RowDigest.Of(row.ToMessage()), Is.EqualTo(row.RowSha256));
        }
    }

    [Test]
    public void A_stream_that_falls_silent_is_ended()
    {
        var clock = new ManualTimeProvider();
        var streams = Streams(clock, new FeeDetailStreamOptions { IdleMax = TimeSpan.FromSeconds(8) });
        var receiving = streams.ReceiveAsync(new SilentStream(), Sender, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(7.9));
        Assert.That(receiving.IsCompleted, Is.False);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(async () => await receiving.WaitAsync(TimeSpan.FromSeconds(30)),
            Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.DeadlineExceeded));
    }

    [Test]
    public void A_stream_that_the_sender_cuts_is_no_fault_of_this_node()
    {
        var streams = Streams(new ManualTimeProvider(), new FeeDetailStreamOptions { IdleMax = TimeSpan.FromSeconds(8) });
        Assert.That(async () => await streams.ReceiveAsync(new CutStream(), Sender, CancellationToken.None),
            Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.Cancelled));
    }

    [Test]
    public void A_stream_that_never_ends_is_ended()
    {
        var clock = new ManualTimeProvider();
        var streams = Streams(clock, new FeeDetailStreamOptions { IdleMax = TimeSpan.FromHours(1), WholeMax = TimeSpan.FromMinutes(10) });
        var receiving = streams.ReceiveAsync(new SilentStream(), Sender, CancellationToken.None);
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.That(async () => await receiving.WaitAsync(TimeSpan.FromSeconds(30)),
            Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.DeadlineExceeded));
    }

    [Test]
    public async Task A_province_may_open_only_so_many_streams_at_once_and_another_is_not_held_up()
    {
        var streams = Streams(new ManualTimeProvider(), new FeeDetailStreamOptions { IdleMax = TimeSpan.FromSeconds(8), StreamsMax = 2 });
        using var gone = new CancellationTokenSource();
        var open = new[] { streams.ReceiveAsync(new SilentStream(), Sender, gone.Token), streams.ReceiveAsync(new SilentStream(), Sender, gone.Token) };
        Assert.That(async () => await streams.ReceiveAsync(new SilentStream(), Sender, CancellationToken.None),
            Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.ResourceExhausted));
        var other = streams.ReceiveAsync(new SilentStream(), Division.Parse("530000"), gone.Token);
        Assert.That(other.IsCompleted, Is.False);
        await gone.CancelAsync();
        foreach (var each in open.Append(other))
            Assert.That(async () => await each.WaitAsync(TimeSpan.FromSeconds(30)), Throws.TypeOf<RpcException>().With.Property(nameof(RpcException.StatusCode)).EqualTo(StatusCode.Cancelled));
        using var later = new CancellationTokenSource();
        Assert.That(streams.ReceiveAsync(new SilentStream(), Sender, later.Token).IsCompleted, Is.False, "Ended streams do not count.");
        await later.CancelAsync();
    }

    // None of these streams comes as far as the agency.
    private static FeeDetailStreams Streams(TimeProvider clock, FeeDetailStreamOptions options) => new(null!, options, clock);

    private static TestCaseData Fault(string field, Action<FeeDetailLine> spoil) => new(field, spoil);

    private static CategorySum Sum(string category, long fen, int lines) =>
        new() { FeeCategory = category, LineCount = lines, Charges = new Charges { TotalFen = fen, InScopeFen = fen } };

    private static FeeDetailChunk Chunk(int lines) => new() { FirstLineNumber = 1, Lines = { Enumerable.Range(1, lines).Select(Line) } };

    private static FeeDetailLine Line(int number) => new()
    {
        LineNumber = number,
        LineSerial = $"L{number}",
        LocalCode = "X01",
        LocalName = "阿莫西林胶囊",
        ExchangeCode = "XJ01CAA040E001010100001",
        ExchangeName = "阿莫西林",
        MappingQuality = MappingQuality.Equivalent,
        ItemClass = "01",
        CatalogueKind = "101",
        FeeCategory = "09",
        FeeDate = "2016-06-16",
        UnitPriceTenThousandths = 100_000,
        QuantityHundredths = 200,
        Charges = new Charges { TotalFen = 2_000, InScopeFen = 2_000 },
        CatalogueVersion = "111111111111",
    };

    private sealed class SilentStream : IAsyncStreamReader<UploadFeeDetailsRequest>
    {
        public UploadFeeDetailsRequest Current => throw new InvalidOperationException("Nothing ever comes.");

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return false;
        }
    }

    /// <summary>What Kestrel throws when the reset arrives before the call is known to be aborted.</summary>
    private sealed class CutStream : IAsyncStreamReader<UploadFeeDetailsRequest>
    {
        public UploadFeeDetailsRequest Current => throw new InvalidOperationException("Nothing ever comes.");

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromException<bool>(new IOException("The client reset the request stream."));
    }
}

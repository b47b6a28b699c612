using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Simulation;
using HisV1 = Provincial.His.V1;

namespace ProvincialGateway.Tests.Simulation;

/// <summary>A simulation that never finds anything shows nothing: faults of the product are planted, have to be found, and to be cut down to what shows them.</summary>
internal sealed class When_the_product_is_wrong : SimulatedTest
{
    [Test]
    public void A_repeat_under_another_id_is_found_and_cut_down()
    {
        // A small country: each cut is run again.
        var (options, report) = FirstFailure(() => new RepeatsUnderNewIds(), nodes: 2, settlements: 5);
        var shortest = Shrink(options, report);
        var printed = Run(options with { Only = SimulationSubset.TryParse(Regex.Match(shortest.Options.CommandLine, "--only '(.+)'$").Groups[1].Value) });
        TestContext.Out.WriteLine($"{shortest.Options.CommandLine}\n{string.Join('\n', shortest.Report.Failures)}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shortest.Report.Journeys, Has.Count.EqualTo(1));
            Assert.That(shortest.Report.Faults, Has.Count.LessThan(report.Faults.Count / 2));
            Assert.That(printed.Hash, Is.EqualTo(shortest.Report.Hash), "The command that is printed shows it again.");
            Assert.That(printed.Failures, Is.EqualTo(shortest.Report.Failures));
            Assert.That(Run(shortest.Options with { Planted = null }).Failures, Is.Empty, "It is the planted fault that was found.");
        }
    }

    [Test]
    public void A_reply_with_a_fen_too_much_is_found_without_any_fault_of_the_network()
    {
        var (options, report) = FirstFailure(() => new PaysOneFenMore());
        var shortest = Shrink(options, report);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shortest.Report.Journeys, Has.Count.EqualTo(1));
            Assert.That(shortest.Report.Faults, Is.Empty);
        }
    }

    [Test]
    public void A_hospital_that_is_told_another_state_than_the_books_have_is_found()
    {
        var (_, report) = FirstFailure(() => new SaysRefusedOfWhatIsCommitted());
        Assert.That(report.Failures, Is.Not.Empty.And.All.StartsWith("told: "));
    }

    [TestCaseSource(nameof(OtherLines))]
    public void Lines_that_are_not_those_the_hospital_was_told_of_are_found(Func<IPlantedFault> planted)
    {
        var (_, report) = FirstFailure(planted);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Failures, Has.Some.EndsWith("(TOTAL_MISMATCH)"), "The claim of the hospital is held against it.");
            Assert.That(report.Failures, Has.Some.StartsWith("book: unsettled lines of visit "), "What stands in the end is held against the hospital's book.");
            Assert.That(report.Failures, Has.None.StartsWith("audit: "), "The nodes' books agree with each other: only the hospital knows.");
        }
    }

    [Test]
    public void A_settlement_of_other_lines_than_the_hospital_was_told_of_is_found_where_its_claim_is_not_heard()
    {
        var (_, report) = FirstFailure(() => new StoresOtherLines { Upload = LosesOne, Settlement = settle => settle.ClearClaimedTotalFen() });
        Assert.That(report.Failures, Has.Some.Match("^book: settlement .* by its own book of "));
    }

    private static void LosesOne(IList<HisV1.FeeLine> lines)
    {
        // A message without lines would be refused.
        if (lines.Count > 1)
            lines.RemoveAt(0);
    }

    private static IEnumerable<TestCaseData> OtherLines()
    {
        yield return Case("A_line_is_lost_and_found", new() { Upload = LosesOne });
        yield return Case("A_line_is_stored_twice_and_is_found", new() { Upload = lines => lines.Add(new HisV1.FeeLine(lines[0]) { LineSerial = $"{lines[0].LineSerial}-2" }) });
        yield return Case("A_fen_of_a_refund_is_lost_and_found", new() { Refund = refund => refund.AmountFen-- });
        yield return Case("A_withdrawal_leaves_lines_and_is_found", new() { Withdrawal = withdrawal => withdrawal.LineSerials = new HisV1.LineSerials { Values = { "1" } } });

        static TestCaseData Case(string name, StoresOtherLines fault) => new TestCaseData(() => (IPlantedFault)fault).SetName(name);
    }

    [Test]
    public void A_request_that_is_never_answered_is_found()
    {
        var (_, report) = FirstFailure(() => new IsNeverAnswered(), nodes: 2, settlements: 5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Failures, Has.Some.Match("^progress: outbound of [0-9]{6} is still open: [0-9]{30} RegisterAdmission "));
            Assert.That(report.Failures, Has.Some.Match("^progress: hospital .* still waits for .* RegisterAdmission"));
            Assert.That(report.Failures, Has.All.StartsWith("progress: "), "It is the lack of progress that is found, and nothing beside it.");
        }
    }

    private (SimulationOptions Options, SimulationReport Report) FirstFailure(Func<IPlantedFault> planted, int nodes = Few, int settlements = 20)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var options = new SimulationOptions { Nodes = nodes, Settlements = settlements, Seed = seed, Faults = Profile("harsh"), Planted = planted };
            if (Run(options) is { IsGreen: false } report)
                return (options, report);
        }
        throw new AssertionException("The planted fault was not found by five seeds.");
    }

    /// <summary>As if a node took a new id for each attempt: what was done and not answered is done once more.</summary>
    private sealed class RepeatsUnderNewIds : IPlantedFault
    {
        private readonly Dictionary<string, int> _attempts = [];
        private readonly Dictionary<string, string> _originals = [];

        public byte[] Request(PeerMethod method, byte[] request)
        {
            if (method != PeerMethod.RegisterAdmission)
                return request;
            var message = RegisterAdmissionRequest.Parser.ParseFrom(request);
            var id = message.Header.TransactionId;
            var attempt = _attempts[id] = _attempts.GetValueOrDefault(id) + 1;
            if (attempt == 1)
                return request;
            message.Header.TransactionId = $"{id[..^7]}9{attempt % 10}{id[^5..]}";
            _originals[message.Header.TransactionId] = id;
            return message.ToByteArray();
        }

        public byte[] Reply(PeerMethod method, byte[] reply)
        {
            if (method != PeerMethod.RegisterAdmission)
                return reply;
            var message = RegisterAdmissionResponse.Parser.ParseFrom(reply);
            if (_originals.TryGetValue(message.TransactionId, out var original))
                message.TransactionId = original;
            return message.ToByteArray();
        }
    }

    /// <summary>As if a node answered a question about a transaction from something else than its books.</summary>
    private sealed class SaysRefusedOfWhatIsCommitted : IPlantedFault
    {
        public byte[] Answer(string operation, byte[] answer) => operation == "QueryTransaction"
            ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(answer).Replace("TRANSACTION_STATE_COMMITTED", "TRANSACTION_STATE_REFUSED", StringComparison.Ordinal))
            : answer;
    }

    /// <summary>As if a node stored other lines than it tells the hospital.</summary>
    private sealed class StoresOtherLines : IPlantedFault
    {
        private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

        public Action<IList<HisV1.FeeLine>>? Upload { get; init; }

        public Action<HisV1.RefundFeeLineRequest>? Refund { get; init; }

        public Action<HisV1.WithdrawFeeLinesRequest>? Withdrawal { get; init; }

        public Action<HisV1.SettleRequest>? Settlement { get; init; }

        public byte[] Asked(string operation, byte[] request) => operation switch
        {
            "UploadFeeLines" when Upload is not null => Changed(HisV1.UploadFeeLinesRequest.Parser, request, upload => Upload(upload.Lines)),
            "RefundFeeLine" when Refund is not null => Changed(HisV1.RefundFeeLineRequest.Parser, request, Refund),
            "WithdrawFeeLines" when Withdrawal is not null => Changed(HisV1.WithdrawFeeLinesRequest.Parser, request, Withdrawal),
            "Settle" when Settlement is not null => Changed(HisV1.SettleRequest.Parser, request, Settlement),
            _ => request,
        };

        private static byte[] Changed<T>(MessageParser<T> parser, byte[] request, Action<T> change)
            where T : IMessage<T>
        {
            var message = parser.ParseJson(Encoding.UTF8.GetString(request));
            change(message);
            return Encoding.UTF8.GetBytes(Formatter.Format(message));
        }
    }

    /// <summary>As if a node never let out what it has to say of one admission, however often it is asked.</summary>
    private sealed class IsNeverAnswered : IPlantedFault
    {
        private readonly HashSet<string> _reversals = [];
        private string? _id;

        public byte[] Request(PeerMethod method, byte[] request)
        {
            if (method == PeerMethod.RegisterAdmission)
                _id ??= RegisterAdmissionRequest.Parser.ParseFrom(request).Header.TransactionId;
            if (method == PeerMethod.ReverseTransaction && ReverseTransactionRequest.Parser.ParseFrom(request) is { } reversal && reversal.OriginalTransactionId == _id)
                _reversals.Add(reversal.Header.TransactionId);
            return request;
        }

        public byte[]? Reply(PeerMethod method, byte[] reply) => _reversals.Append(_id).OfType<string>().Any(id => reply.AsSpan().IndexOf(Encoding.ASCII.GetBytes(id)) >= 0) ? null : reply;
    }

    /// <summary>As if the insured side told another amount than it books; the sums of the reply still add up.</summary>
    private sealed class PaysOneFenMore : IPlantedFault
    {
        public byte[] Reply(PeerMethod method, byte[] reply)
        {
            if (method != PeerMethod.Settle)
                return reply;
            var message = SettleResponse.Parser.ParseFrom(reply);
            if (message.Settlement?.Decision?.Payments is { CashFen: > 0 } payments)
            {
                payments.PoolFen++;
                payments.FundTotalFen++;
                payments.CashFen--;
                payments.PersonalTotalFen--;
            }
            return message.ToByteArray();
        }
    }
}

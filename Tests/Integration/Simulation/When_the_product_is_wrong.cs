using System.Text;
using Google.Protobuf;
using NUnit.Framework;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Simulation;

namespace ProvincialGateway.Tests.Simulation;

/// <summary>A simulation that never finds anything shows nothing: faults of the product are planted, have to be found, and to be cut down to what shows them.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class When_the_product_is_wrong : SimulatedTest
{
    [Test]
    public void A_repeat_under_another_id_is_found_and_cut_down()
    {
        var (options, report) = FirstFailure(() => new RepeatsUnderNewIds());
        var shortest = Shrink(options, report);
        TestContext.Out.WriteLine($"{shortest.Options.CommandLine}\n{string.Join('\n', shortest.Report.Failures)}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shortest.Report.Journeys, Has.Count.EqualTo(1));
            Assert.That(shortest.Report.Faults, Has.Count.LessThan(report.Faults.Count / 2));
            Assert.That(Run(shortest.Options).Hash, Is.EqualTo(shortest.Report.Hash), "The command shows it again.");
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

    private (SimulationOptions Options, SimulationReport Report) FirstFailure(Func<IPlantedFault> planted)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var options = new SimulationOptions { Nodes = Few, Settlements = 20, Seed = seed, Faults = Profile("harsh"), Planted = planted };
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

        public byte[] Answer(string operation, byte[] answer) => answer;
    }

    /// <summary>As if a node answered a question about a transaction from something else than its books.</summary>
    private sealed class SaysRefusedOfWhatIsCommitted : IPlantedFault
    {
        public byte[] Request(PeerMethod method, byte[] request) => request;

        public byte[] Reply(PeerMethod method, byte[] reply) => reply;

        public byte[] Answer(string operation, byte[] answer) => operation == "QueryTransaction"
            ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(answer).Replace("TRANSACTION_STATE_COMMITTED", "TRANSACTION_STATE_REFUSED", StringComparison.Ordinal))
            : answer;
    }

    /// <summary>As if the insured side told another amount than it books; the sums of the reply still add up.</summary>
    private sealed class PaysOneFenMore : IPlantedFault
    {
        public byte[] Request(PeerMethod method, byte[] request) => request;

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

        public byte[] Answer(string operation, byte[] answer) => answer;
    }
}

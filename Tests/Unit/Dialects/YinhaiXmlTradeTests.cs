using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.YinhaiXmlMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>jylsh, jyyzm and the methods that end a writing trade.</summary>
public sealed class YinhaiXmlTradeTests
{
    [Test]
    public void A_reply_gives_out_the_number_and_its_check()
    {
        var reply = Answer(Call("41", Input(Settlement)), Booked);
        Assert.That((reply.Out("jylsh"), reply.Out("jyyzm"), reply.Out("appcode")), Is.EqualTo((TradeNumber, TradeCheck, "1")));
    }

    [TestCase("confirm"), TestCase("yh_interface_confirm")]
    public void A_confirmation_finds_its_way_back_to_the_node(string method) =>
        Assert.That(Operation<ConfirmTransaction>(Method(method, Param("jylsh", TradeNumber) + Param("jyyzm", TradeCheck))).OriginalTransactionId, Is.EqualTo(TransactionId));

    [Test]
    public void Case_and_blanks_of_a_number_do_not_matter() =>
        Assert.That(Operation<ConfirmTransaction>(Method("confirm", Param("jylsh", $" {TradeNumber.ToLowerInvariant()} ") + Param("jyyzm", TradeCheck.ToLowerInvariant()))).OriginalTransactionId, Is.EqualTo(TransactionId));

    [TestCase("48CC2C33"), TestCase("0"), TestCase("00000000")]
    public void A_confirmation_with_another_trades_check_is_refused(string check)
    {
        var refusal = Refusal(Method("confirm", Param("jylsh", TradeNumber) + Param("jyyzm", check)));
        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", "verification_code")));
    }

    [TestCase("1EEXNCDX18RZZ4UHT5V"), TestCase("1EEXNCDX18RZZ4UHT5VTT"), TestCase("1EEXNCDX18RZZ4UHT5V!"), TestCase("ZZZZZZZZZZZZZZZZZZZZ"), TestCase("20170612091011000001x"), TestCase("１EEXNCDX18RZZ4UHT5VT")]
    public void A_number_the_node_never_gave_out_is_refused(string number) =>
        Assert.That(Refusal(Method("cancel", Param("jylsh", number))).Field, Is.EqualTo("original_transaction_id"));

    [Test]
    public void A_cancellation_reverses_whatever_the_number_names() =>
        Assert.That(Operation<ReverseTransaction>(Method("cancel", Param("jylsh", TradeNumber))), Is.EqualTo(new ReverseTransaction { OriginalTransactionId = TransactionId }));

    [Test]
    public void Every_id_survives_the_way_there_and_back()
    {
        const int Seed = 36;
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var ids = Enumerable.Range(0, 500).Select(_ => string.Concat(Enumerable.Range(0, 30).Select(_ => (char)('0' + random.Next(10)))))
            .Append(new string('0', 30)).Append(new string('9', 30)).Append("000000000000000000000000000001").ToList();
        var numbers = ids.Select(id => Answer(Call("33", Input([("prm_akc190", Visit)])), new FeeLinesWithdrawn { TransactionId = id, LineCount = 1 }).Out("jylsh")).ToList();

        Assert.That(numbers, Is.Unique.And.All.Match("^[0-9A-Z]{20}$"));
        Assert.That(numbers.Select(number => Operation<ReverseTransaction>(Method("cancel", Param("jylsh", number))).OriginalTransactionId), Is.EqualTo(ids));
    }

    [TestCase(""), TestCase("12345"), TestCase("5200002017061209101100000000０9")]
    public void What_is_no_id_of_the_node_gives_out_no_number(string id)
    {
        var reply = Answer(Call("33", Input([("prm_akc190", Visit)])), new FeeLinesWithdrawn { TransactionId = id, LineCount = 1 });
        Assert.That((reply.Out("jylsh"), reply.Out("jyyzm")), Is.EqualTo(("", "")));
    }

    [TestCase("41", "41"), TestCase("46a", "46A"), TestCase("", null), TestCase(" ", null)]
    public void Uncertain_trades_are_asked_for_by_code_or_all(string written, string? code) =>
        Assert.That(Operation<ListUnconfirmed>(Method("yh_interface_getuncertaintytrade", Param("jybh", written))).TransactionCode, Is.EqualTo(code));

    [Test]
    public void Uncertain_trades_are_listed_under_the_numbers_that_cancel_them()
    {
        var reply = Answer(Method("getuncertaintytrade", Param("jybh", "41")), new UnconfirmedListed
        {
            TransactionId = TransactionId,
            Transactions = [new HisUnconfirmed { OriginalTransactionId = TransactionId, TransactionCode = "41" }, new HisUnconfirmed { OriginalTransactionId = new string('9', 30), TransactionCode = "21" }],
        });
        var rows = System.Xml.Linq.XDocument.Parse(reply.Out("jgxml")).Root!.Element("sqldata")!.Elements("row").ToList();

        Assert.That(reply.Elements("out").Select(element => element.Attribute("name")!.Value), Is.EqualTo(new[] { "jgxml", "appcode", "appmsg" }));
        Assert.That(rows.Select(row => row.Element("yke015")!.Value), Is.EqualTo(new[] { "41", "21" }));
        Assert.That(rows[0].Element("yke014")!.Value, Is.EqualTo(TradeNumber));
    }

    [TestCase("confirm", "appcode appmsg"), TestCase("cancel", "appcode appmsg"), TestCase("init", "appcode appmsg"), TestCase("destroy", "")]
    public void Each_method_answers_its_own_parameters(string method, string expected)
    {
        HisResult result = method switch
        {
            "confirm" => new TransactionConfirmed { TransactionId = TransactionId },
            "cancel" => new TransactionReversed { TransactionId = TransactionId, Effect = HisReversalEffect.Undone },
            _ => new Acknowledged { TransactionId = TransactionId },
        };
        var reply = Answer(Method(method, Param("jylsh", TradeNumber) + Param("jyyzm", TradeCheck)), result);

        Assert.That(string.Join(' ', reply.Elements("out").Select(element => element.Attribute("name")!.Value)), Is.EqualTo(expected));
        if (expected.Length > 0)
            Assert.That((reply.Out("appcode"), reply.Out("appmsg")), Is.EqualTo(("1", "")));
    }

    [TestCase(HisReversalEffect.Undone), TestCase(HisReversalEffect.Voided), TestCase(HisReversalEffect.NothingToUndo)]
    public void A_cancelled_trade_is_gone_whatever_had_become_of_it(HisReversalEffect effect) =>
        Assert.That(Answer(Method("cancel", Param("jylsh", TradeNumber)), new TransactionReversed { TransactionId = TransactionId, Effect = effect }).Out("appcode"), Is.EqualTo("1"));

    [TestCase("41", "-2", true), TestCase("21", "-2", true), TestCase("31", "-2", false), TestCase("43", "-2", false)]
    public void An_unknown_result_says_where_the_trade_is_found(string code, string appCode, bool isUncertain)
    {
        var input = code == "31" ? Upload(Line) : Input(Settlement.Concat(Admission));
        var reply = Answer(Call(code, input, Card), Pending);

        Assert.That((reply.Out("appcode"), reply.Out("jylsh")), Is.EqualTo((appCode, TradeNumber)));
        Assert.That(reply.Out("appmsg").Contains("getuncertaintytrade", StringComparison.Ordinal), Is.EqualTo(isUncertain));
        Assert.That(Answer(Call(code, input, Card), Pending with { TransactionId = "" }).Out("appmsg"), Does.Not.Contain("getuncertaintytrade"));
    }

    [Test]
    public void An_upload_that_waits_for_a_mapping_has_its_own_code()
    {
        var reply = Answer(Call("31", Upload(Line)), Pending with { WaitingFor = ["HP0001"], Chinese = "等待 HP0001。" });
        Assert.That(reply.Out("appcode"), Is.EqualTo("-3"));
        Assert.That(reply.Out("appmsg"), Does.Contain("HP0001"));
    }
}

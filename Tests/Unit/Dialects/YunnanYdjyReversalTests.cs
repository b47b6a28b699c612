using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using static ProvincialGateway.Tests.Dialects.YunnanYdjyMessages;

namespace ProvincialGateway.Tests.Dialects;

public sealed class YunnanYdjyReversalTests
{
    [TestCase("11", null, Description = "12 or 23 that gave -2, or a registration: the serial decides")]
    [TestCase("12", "UploadFeeLines")]
    [TestCase("14", "Settle")]
    [TestCase("15", null)]
    [TestCase("21", "CancelSettlement")]
    [TestCase("22", "CancelAdmission", Description = "named under the serial of the 11 it undid, which must not fall")]
    [TestCase("23", "RefundFeeLine")]
    [TestCase("24", "WithdrawFeeLines")]
    public void A_reversal_means_what_clients_mean_by_the_old_code(string oldCode, string? operation) =>
        Assert.That(Operation<ReverseTransaction>(About("99", oldCode, "FS1")), Is.EqualTo(new ReverseTransaction { OriginalTransactionId = "FS1", OriginalOperation = operation }));

    [Test]
    public void Every_operation_a_reversal_can_name_is_a_record_of_the_contract()
    {
        var known = typeof(HisOperation).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(HisOperation))).Select(type => type.Name).ToList();
        var named = Enumerable.Range(10, 90).Select(code => Request(About("99", $"{code}", "FS1")).Operation).OfType<ReverseTransaction>().Select(reversal => reversal.OriginalOperation);
        Assert.That(named.OfType<string>(), Is.Not.Empty.And.SubsetOf(known));
    }

    [TestCase("98"), TestCase("99"), TestCase("72"), TestCase("x")]
    public void A_code_that_books_nothing_cannot_be_reversed(string oldCode)
    {
        var refusal = Refusal(About("99", oldCode, "FS1"));
        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("INVALID_FIELD", "original_operation")));
        Assert.That(refusal.Text, Does.Contain("OldTransCode"));
    }

    [TestCase(" ", "FS1", "original_operation")]
    [TestCase("14", " ", "original_transaction_id")]
    public void A_reversal_names_code_and_serial(string oldCode, string oldSerial, string field)
    {
        var refusal = Refusal(About("99", oldCode, oldSerial));
        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("MISSING_FIELD", field)));
    }

    [TestCase(HisReversalEffect.Undone, "1")]
    [TestCase(HisReversalEffect.Voided, "0")]
    [TestCase(HisReversalEffect.NothingToUndo, "0")]
    public void The_effect_is_told_as_a_cancel_state(HisReversalEffect effect, string state)
    {
        var reply = Answer(About("99", "14", "FS1"), new TransactionReversed { TransactionId = "7", Effect = effect });
        Assert.That((reply.ReturnValue(), reply.OutputElements()["CANCELSTAT"]), Is.EqualTo(("0", state)));
    }

    [TestCase("NOT_REVERSIBLE")]
    [TestCase("VISIT_STATE")]
    [TestCase("SETTLEMENT_STATE")]
    [TestCase("PERIOD_CLOSED")]
    public void A_reversal_the_books_forbid_is_a_cancel_state_with_its_reason(string code)
    {
        var reply = Answer(About("99", "11", "FS1"), Refused(RefusingSide.Treatment) with { Code = code });
        Assert.That((reply.ReturnValue(), reply.OutputElements()["CANCELSTAT"]), Is.EqualTo(("0", "2")));
        Assert.That(reply.OutputElements()["CANCELMSG"], Does.StartWith($"[{code}]"));
    }

    [Test]
    public void A_reason_that_does_not_fit_is_shortened_and_the_state_is_not()
    {
        var xml = About("99", "11", "FS1").Replace("\"OutputData\" size=\"2048\"", "\"OutputData\" size=\"128\"");
        var refusal = Refused(RefusingSide.Treatment) with { Code = "NOT_REVERSIBLE", Chinese = new string('长', 500) };
        Assert.That(Answer(xml, refusal).OutputElements()["CANCELSTAT"], Is.EqualTo("2"));
    }

    [TestCase("NOT_IMPLEMENTED", RefusingSide.Treatment, "2")]
    [TestCase("PEER_REJECTED", RefusingSide.Insured, "3")]
    [TestCase("ID_CONFLICT", RefusingSide.Hospital, "1")]
    public void A_reversal_that_did_not_take_place_is_not_called_forbidden(string code, RefusingSide side, string value)
    {
        var reply = Answer(About("99", "11", "FS1"), Refused(side) with { Code = code });
        Assert.That(reply.ReturnValue(), Is.EqualTo(value));
        Assert.That(reply.Output(), Does.StartWith($"[{code}]"));
    }

    [Test]
    public void A_reversal_without_an_answer_is_unknown_again() => Assert.That(Answer(About("99", "14", "FS1"), Pending).ReturnValue(), Is.EqualTo("-2"));

    [TestCase("visit_kind", "AKA130 医疗类别")]
    [TestCase("diagnoses[0].code", "AKC193 入院诊断编码")]
    [TestCase("person", "PersonNo 个人编号")]
    [TestCase("person.card_number", "SICardNo 医保卡号")]
    [TestCase("insured_division", "InsuredAreaNo 参保地统筹区编码")]
    public void A_refusal_from_behind_the_dialect_shows_the_element_of_an_admission(string field, string shown) =>
        Assert.That(Answer(Business("11", Input(Admission)), Refused() with { Field = field }).Output(), Does.EndWith($"({shown})"));

    [TestCase("XJ01CAA040E001", "AKC222 中心项目编码")]
    [TestCase("9999999999", "AKC515 医院收费项目内码")]
    public void A_refused_item_is_shown_under_the_element_that_named_it(string centre, string shown) =>
        Assert.That(Answer(Business("12", Input(Line.With("AKC222", centre))), Refused() with { Field = "lines[0].local_code" }).Output(), Does.EndWith($"({shown})"));

    [TestCase("12", "AKC190 住院号")]
    [TestCase("23", "AKC190 就诊编号")]
    public void A_refused_visit_is_shown_as_the_transaction_names_it(string code, string shown) =>
        Assert.That(Answer(Business(code, Input(code == "12" ? Line : Refund)), Refused() with { Field = "visit" }).Output(), Does.EndWith($"({shown})"));

    [TestCase("person"), TestCase("insured_division")]
    public void A_refused_card_is_shown_as_a_whole(string field) =>
        Assert.That(Answer(ReadCard("440100|1|2|3|甲|"), Refused() with { Field = field }).Output(), Does.EndWith("(CardData 读卡数据)"));

    [Test]
    public void A_refused_period_is_shown_as_the_call_names_it()
    {
        var sums = Call("CenterQuery", Param("TransCode", "84") + Param("InputData", "<input><OPERID>12</OPERID><BATNO>P1</BATNO></input>"));
        Assert.That(Answer(sums, Refused() with { Field = "period_number" }).Output(), Does.EndWith("(BATNO 业务周期号)"));
        Assert.That(Answer(SignOut(Totals), Refused() with { Field = "period_number" }).Output(), Does.EndWith("(BusiCycleNo 业务周期号)"));
        Assert.That(Answer(Download("83"), Refused() with { Field = "scope.period_number" }).Output(), Does.EndWith("(BusiCycleNo 业务周期号)"));
        Assert.That(Answer(Business("14", Input(Settlement)), Refused() with { Field = "business_period" }).Output(), Does.EndWith("(BusiCycleNo 业务周期号)"));
    }

    [TestCase(""), TestCase("no_such_field"), TestCase("discharge_reason")]
    public void A_refusal_about_no_element_of_the_call_shows_none(string field) =>
        Assert.That(Answer(Business("11", Input(Admission)), Refused() with { Field = field }).Output(), Is.EqualTo((Refused() with { Field = field }).Text));

    [Test]
    public void The_business_cycle_of_a_call_is_the_period_it_counts_in()
    {
        Assert.That(Request(Business("14", Input(Settlement))).BusinessPeriod, Is.EqualTo("P1"));
        Assert.That(Request(Business("14", Input(Settlement)).Replace(">P1<", "> <")).BusinessPeriod, Is.Null);
        Assert.That(Refusal(Business("14", Input(Settlement)).Replace(">P1<", $">{new string('1', 600)}<")).Field, Is.EqualTo("business_period"));
    }
}

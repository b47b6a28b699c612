using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.Province2016Xml;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>0214, 0216, 1301, 0707, 0606 and the card transactions' failures.</summary>
public sealed class Province2016XmlUndoTests
{
    private const string Visit = "S5301001706120000123";
    private const string Original = "440100201706201700000000000013";

    private readonly Province2016XmlDialect _dialect = new();

    [TestCase("0214"), TestCase("18")]
    public void An_admission_is_cancelled_by_its_visit(string code)
    {
        var cancel = Operation<CancelAdmission>(code, $"<otransid>{Original}</otransid><ykc700>{Visit}</ykc700>");

        Assert.That((cancel.Visit.VisitNumber, cancel.OriginalTransactionId), Is.EqualTo((Visit, Original)));
        Assert.That(Operation<CancelAdmission>(code, $"<ykc700>{Visit}</ykc700>").OriginalTransactionId, Is.Null);
    }

    [Test]
    public void An_admission_without_its_visit_is_undone_as_a_transaction()
    {
        var reversal = Operation<ReverseTransaction>("0214", $"<otransid>{Original}</otransid>");

        Assert.That((reversal.OriginalTransactionId, reversal.OriginalOperation), Is.EqualTo((Original, "RegisterAdmission")));
        Assert.That(Refusal("0214", "").Field, Is.EqualTo("visit.visit_number"));
    }

    [TestCase(HisReversalEffect.Undone, "0"), TestCase(HisReversalEffect.Voided, "-1"), TestCase(HisReversalEffect.NothingToUndo, "-1")]
    public void An_admission_that_was_not_there_is_not_cancelled(HisReversalEffect effect, string code)
    {
        var result = Answer("0214", $"<otransid>{Original}</otransid>", new TransactionReversed { TransactionId = "1", Effect = effect });

        Assert.That(result.Text("errorcode"), Is.EqualTo(code));
        Assert.That(result.Text("errormsg").Contains("otransid", StringComparison.Ordinal), Is.EqualTo(code != "0"));
    }

    [TestCase(HisReversalEffect.Undone), TestCase(HisReversalEffect.Voided), TestCase(HisReversalEffect.NothingToUndo)]
    public void A_reversal_is_accepted_whatever_it_found(HisReversalEffect effect) =>
        Assert.That(Answer("1301", Reversal("0304"), new TransactionReversed { TransactionId = "1", Effect = effect }).Text("errorcode"), Is.EqualTo("0"));

    [TestCase("0212", "RegisterAdmission"), TestCase("0214", "CancelAdmission"), TestCase("18", "CancelAdmission"), TestCase("0215", "Discharge")]
    [TestCase("0216", "CancelDischarge"), TestCase("0301", "UploadFeeLines"), TestCase("0302", "WithdrawFeeLines"), TestCase("0304", "Settle"), TestCase("0305", "CancelSettlement")]
    public void A_reversal_names_the_operation_it_means(string code, string operation) =>
        Assert.That(Operation<ReverseTransaction>("1301", Reversal(code)), Is.EqualTo(new ReverseTransaction { OriginalTransactionId = Original, OriginalOperation = operation }));

    [TestCase("3105"), TestCase("3202")]
    public void An_outpatient_transaction_is_refused_because_the_interface_has_none(string code) =>
        Assert.That(Refusal("1301", Reversal(code)), Has.Property("Field").EqualTo("original_operation").And.Property("English").Contain("no outpatient transaction"));

    [TestCase("0211"), TestCase("1301")]
    public void Another_transaction_cannot_be_reversed(string code) =>
        Assert.That((Refusal("1301", Reversal(code)).Code, Refusal("1301", Reversal(code)).Field), Is.EqualTo(("INVALID_FIELD", "original_operation")));

    [Test]
    public void A_reversal_without_code_or_transaction_is_refused()
    {
        Assert.That(Refusal("1301", $"<otransid>{Original}</otransid>").Field, Is.EqualTo("original_operation"));
        Assert.That(Refusal("1301", "<otransno>0304</otransno>").Field, Is.EqualTo("original_transaction_id"));
    }

    [TestCase("1903", "aaa315", "aaa316"), TestCase("1904", "aab301")]
    public void A_failed_card_transaction_still_has_what_clients_read_without_a_null_check(string code, params string[] elements)
    {
        var malformed = Province2016XmlSamples.Call(code, "<input><a></input>");
        var replies = new[]
        {
            _dialect.Encode(_dialect.Decode(malformed), [_dialect.Decode(malformed).Requests[0].Refusal!]),
            _dialect.EncodeFailure(malformed, Refused()),
            _dialect.Encode(_dialect.Decode(Province2016XmlSamples.Call(code, Card)), [Refused()]),
            _dialect.Encode(_dialect.Decode(Province2016XmlSamples.Call(code, Card)), [new HisPending { TransactionId = "1", Chinese = "。", English = "." }]),
        };

        foreach (var reply in replies)
            Assert.That(elements.Select(element => Province2016XmlSamples.Result(reply).Text($"output/{element}")), Is.All.Empty);
    }

    [TestCase("", 0), TestCase("<startrow>0</startrow>", 0), TestCase("<startrow> 500 </startrow>", 500)]
    public void Stored_lines_are_asked_for_from_a_row_on(string start, int skip) =>
        Assert.That(
            Operation<QueryFeeLines>("0707", $"<ykc700>{Visit}</ykc700>{start}"),
            Is.EqualTo(new QueryFeeLines { Visit = new HisVisitReference { VisitNumber = Visit }, Skip = skip, PageSize = 500 }));

    [TestCase("-1"), TestCase("1.0"), TestCase("x"), TestCase("99999999999")]
    public void A_start_row_that_is_no_number_is_refused(string start) =>
        Assert.That(Refusal("0707", $"<ykc700>{Visit}</ykc700><startrow>{start}</startrow>").Field, Is.EqualTo("skip"));

    [Test]
    public void Stored_lines_are_numbered_on_and_their_parts_add_up()
    {
        var found = (FeeLinesFound)Province2016XmlSamples.Results("0707-query-fee-lines")[0];
        var line = found.Lines[0] with { FullSelfPayFen = 1_00, OverLimitFen = 2_00, PreSelfPayFen = 4_00, InScopeFen = 13_00 };
        var result = Answer("0707", $"<ykc700>{Visit}</ykc700><startrow>100</startrow>", found with { Lines = [line, line], LineCount = 102 });

        decimal Of(string element) => decimal.Parse(result.Text($"output/detail/row[1]/{element}"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(result.Text("output/totalrow"), Is.EqualTo("102"));
        Assert.That((Of("seqno"), result.Text("output/detail/row[2]/seqno")), Is.EqualTo((101m, "102")));
        Assert.That(Of("akc253") + Of("akc254") + Of("akc228") + Of("yka319"), Is.EqualTo(Of("akc264")));
    }

    [Test]
    public void A_day_is_reconciled_without_the_cancelled_unless_a_row_is_one()
    {
        var standing = Operation<ReconcileSettlements>("0606", Day(Row()));
        var both = Operation<ReconcileSettlements>("0606", Day(Row(), Row(kind: "-1")));

        Assert.That(standing.Scope, Is.EqualTo(new HisSettlementScope { From = new DateOnly(2017, 6, 20), To = new DateOnly(2017, 6, 20), WithoutCancelled = true }));
        Assert.That(both.Scope.WithoutCancelled, Is.False);
        Assert.That(both.Rows.Select(row => (row.RowKey, row.IsCancellation, row.TotalFen)), Is.EqualTo(new[] { ("1", false, (long?)68_66), ("2", true, -68_66) }));
    }

    [TestCase("68.66"), TestCase("-68.66")]
    public void A_cancellation_is_negative_however_it_is_written(string total) =>
        Assert.That(Operation<ReconcileSettlements>("0606", Day(Row(kind: "-1", total: total))).Rows[0].TotalFen, Is.EqualTo(-68_66));

    [Test]
    public void A_day_without_settlements_can_be_reconciled_too()
    {
        Assert.That(Operation<ReconcileSettlements>("0606", "<ykc706>20170620</ykc706><totalrow>0</totalrow>").Rows, Is.Empty);
        Assert.That(Operation<ReconcileSettlements>("0606", Day()).Rows, Is.Empty);
    }

    [TestCase("<ykc706>2017-06-20</ykc706>", "scope.from"), TestCase("", "scope.from")]
    [TestCase("<ykc706>20170620</ykc706><detail><row><aaa113>1</aaa113></row></detail>", "rows[0].settlement_number")]
    [TestCase("<ykc706>20170620</ykc706><detail><row><aaz216>A</aaz216></row><row><aaz216>A</aaz216><aaa113>2</aaa113></row></detail>", "rows[1].is_cancellation")]
    [TestCase("<ykc706>20170620</ykc706><detail><row><aaz216>A</aaz216><ake149>1,00</ake149></row></detail>", "rows[0].agency_paid_fen")]
    public void A_day_that_cannot_be_reconciled_is_refused_at_its_place(string input, string field) =>
        Assert.That(Refusal("0606", input).Field, Is.EqualTo(field));

    [TestCase("50.00", "0"), TestCase("", "0"), TestCase("45.00", "-3")]
    public void What_the_agency_paid_counts_the_account(string agencyPaid, string verdict)
    {
        var balanced = (SettlementsReconciled)Province2016XmlSamples.Results("0606-reconcile")[0];

        Assert.That(Answer("0606", Day(Row(agencyPaid: agencyPaid)), balanced).Text("output/detail/row/aae314"), Is.EqualTo(verdict));
    }

    [Test]
    public void A_result_that_answers_fewer_rows_is_no_success()
    {
        var balanced = (SettlementsReconciled)Province2016XmlSamples.Results("0606-reconcile")[0];

        Assert.That(Answer("0606", Day(Row(), Row()), balanced).Text("errorcode"), Is.EqualTo("-9"));
    }

    [TestCase("rows[1].settlement_number", "detail/row[2]/aaz216"), TestCase("rows[0].total_fen", "detail/row[1]/akc264"), TestCase("scope.from", "ykc706")]
    public void A_refused_reconciliation_shows_its_element(string field, string element) =>
        Assert.That(Answer("0606", Day(Row()), Refused() with { Field = field }).Text("errormsg"), Does.EndWith($"({element})"));

    private const string Card = "<input><aab301>530100</aab301><aaz500>A00000018</aaz500></input>";

    private static string Reversal(string code) => $"<otransno>{code}</otransno><otransid>{Original}</otransid>";

    private static string Day(params string[] rows) => $"<ykc706>20170620</ykc706><detail>{string.Concat(rows)}</detail>";

    private static string Row(string kind = "1", string total = "68.66", string agencyPaid = "50.00") =>
        $"<row><akc264>{total}</akc264><ake149>{agencyPaid}</ake149><aaa113>{kind}</aaa113><aaz216>A5301001706200000456</aaz216><otransid>{Original}</otransid></row>";

    private static HisRefusal Refused() => new()
    {
        TransactionId = "",
        Code = "SOME_CODE",
        Side = RefusingSide.Insured,
        Field = "",
        Chinese = "不符。",
        English = "it does not fit.",
        NextStepChinese = "请核对。",
        NextStepEnglish = "Check it.",
    };

    private HisRequest Request(string code, string input) => _dialect.Decode(Province2016XmlSamples.Call(code, $"<input>{input}</input>")).Requests[0];

    private T Operation<T>(string code, string input) where T : HisOperation
    {
        var request = Request(code, input);
        Assert.That(request.Operation, Is.TypeOf<T>(), request.Refusal?.Text);
        return (T)request.Operation!;
    }

    private HisRefusal Refusal(string code, string input) => Request(code, input).Refusal ?? throw new AssertionException("The message was not refused.");

    private System.Xml.XmlElement Answer(string code, string input, HisResult result) =>
        Province2016XmlSamples.Result(_dialect.Encode(_dialect.Decode(Province2016XmlSamples.Call(code, $"<input>{input}</input>")), [result]));
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Dialects.NationalJson;
using static ProvincialGateway.Tests.Dialects.NationalJsonMessages;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Replies in the words of the client that asked.</summary>
public sealed class NationalJsonEncodeTests
{
    private const int DllBuffer = 50_000;

    private static readonly string[] EnvelopeMembers =
        ["infcode", "inf_refmsgid", "refmsg_time", "respond_time", "enctype", "signtype", "cainfo", "err_msg", "warn_msg", "output"];

    [Test]
    public void The_envelope_is_whole_in_success_refusal_and_pending()
    {
        var message = Envelope("2402", new JsonObject { ["dscginfo"] = new JsonObject { ["mdtrt_id"] = Visit, ["endtime"] = "2017-09-22" } });
        var done = Answer(message, new Discharged { TransactionId = NodeId, DischargeDate = new DateOnly(2017, 9, 22) });
        var refused = Answer(message, Refused());
        var pending = Answer(message, Pending);
        using (Assert.EnterMultipleScope())
        {
            foreach (var reply in new[] { done, refused, pending })
                Assert.That(reply.Select(member => member.Key), Is.EqualTo(EnvelopeMembers));
            Assert.That((int)done["infcode"]!, Is.Zero);
            Assert.That(done["output"]!.AsObject(), Is.Empty);
            Assert.That(done["err_msg"], Is.Null);
            Assert.That((int)refused["infcode"]!, Is.EqualTo(-2));
            Assert.That((int)pending["infcode"]!, Is.EqualTo(-1));
            Assert.That((refused["output"], pending["output"]), Is.EqualTo((default(JsonNode), default(JsonNode))), "an object where a list is expected would hide the message");
            Assert.That((string?)done["inf_refmsgid"], Is.EqualTo(NodeId));
        }
    }

    [TestCase("auto", "20170922093000000"), TestCase("GZ", "20170922093000000"), TestCase("NH", "20170922093000"), TestCase("HB", "2017-09-22 09:30:00")]
    public void Times_are_the_transaction_ids_in_the_clients_form(string variant, string expected)
    {
        var reply = Answer(Posted(Envelope("2304", Data(Terms))), Pending, WithSettings(("variant", variant)));

        Assert.That(((string?)reply["respond_time"], (string?)reply["refmsg_time"]), Is.EqualTo((expected, expected)));
        Assert.That((string?)Answer(Envelope("2304", Data(Terms)), Pending with { TransactionId = "" })["respond_time"], Is.Empty);
    }

    [Test]
    public void Clients_are_recognised_by_what_only_they_send()
    {
        var opened = new BusinessPeriodOpened { TransactionId = NodeId, PeriodNumber = NodeId };
        JsonObject Output(JsonObject envelope) => Answer(envelope, opened)["output"]!.AsObject();
        var signIn = new JsonObject { ["opter_no"] = "12" };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Output(Envelope("9001", new JsonObject { ["signIn"] = signIn.DeepClone() })), Does.ContainKey("signinoutb"));
            Assert.That(Output(Envelope("9001", Data(signIn.DeepClone()))), Does.ContainKey("result"));
            Assert.That(Output(Envelope("9001", new JsonObject { ["signIn"] = signIn.DeepClone() }).With("recer_admdvs", "310000")), Does.ContainKey("result"));
            Assert.That((string?)Answer(Envelope("2304", Data(Terms)).With("recer_sys_code", "01"), Pending)["respond_time"], Has.Length.EqualTo(14));
        }
    }

    [Test]
    public void A_person_is_an_object_or_with_Guangzhou_a_list()
    {
        var verified = new PersonVerified { TransactionId = NodeId, Person = Person };
        var person = Answer(Envelope("1101", Data(Card)), verified)["output"]!;
        var list = Answer(Posted(Envelope("1101", Data(Card))), verified, WithSettings(("variant", "GZ")))["output"]!;

        Assert.That(JsonNode.DeepEquals(list.AsArray().Single(), person));
        Assert.That((decimal)person["insuinfo"]![0]!["balc"]!, Is.EqualTo(123.45m));
        Assert.That((string?)person["insuinfo"]![0]!["insuplc_admdvs"], Is.EqualTo("500100"));
    }

    [TestCase("auto"), TestCase("GZ"), TestCase("NH"), TestCase("HB")]
    public void The_figures_keep_the_identities_of_the_interface(string variant)
    {
        var settled = new Settled
        {
            TransactionId = NodeId,
            VisitNumber = Visit,
            SettlementNumber = Settlement,
            SettledAt = new DateTimeOffset(2017, 9, 22, 23, 30, 0, TimeSpan.FromHours(8)),
            Person = Person,
            Figures = Figures,
            AdmissionOrdinal = 1,
            Steps = [],
        };
        var output = Answer(Posted(Envelope("2304", Data(Terms))), settled, WithSettings(("variant", variant)))["output"]!;
        var info = output["setlinfo"]!;
        decimal Sum(params string[] names) => names.Sum(name => (decimal)info[name]!);
        var personal = variant == "GZ" ? "psn_part_am" : "psn_part_amt";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Sum("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"), Is.EqualTo(458.60m));
            Assert.That(Sum("fund_pay_sumamt", personal, "hosp_part_amt"), Is.EqualTo(458.60m));
            Assert.That(Sum("acct_pay", "psn_cash_pay"), Is.EqualTo(Sum(personal)));
            Assert.That(Sum("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay"), Is.EqualTo(Sum("fund_pay_sumamt")));
            Assert.That(output["setldetail"]!.AsArray().Sum(fund => (decimal)fund!["fund_payamt"]!), Is.EqualTo(281.00m), "every fund and the account");
            Assert.That(output["setldetail"]!.AsArray().Select(fund => (string)fund!["fund_pay_type"]!), Is.Unique.And.Member("390100"));
            Assert.That(((string?)info["setl_id"], (string?)info["setl_time"], (string?)info["medins_setl_id"]), Is.EqualTo((Settlement, "2017-09-22 23:30:00", MessageId)));
            Assert.That((decimal)info["balc"]!, Is.EqualTo(123.45m), "what the insured side says is left");
            Assert.That((decimal)info["pool_prop_selfpay"]!, Is.EqualTo(0.5507m), "100.00 of 181.60");
            Assert.That((string?)info["clr_optins"], Is.EqualTo("310000"));
        }
    }

    [Test]
    public void A_preview_has_no_number_and_the_balance_after_the_payment_it_shows()
    {
        var info = Answer(Envelope("2303", Data(Terms)), new SettlementPreviewed { TransactionId = NodeId, Person = Person, Figures = Figures, AdmissionOrdinal = 1, Steps = [] })["output"]!["setlinfo"]!;

        Assert.That(info.AsObject().ContainsKey("setl_id"), Is.False);
        Assert.That(((decimal)info["balc"]!, (decimal)info["medfee_sumamt"]!), Is.EqualTo((23.45m, 458.60m)));
    }

    [Test]
    public void A_cancellation_is_a_bill_of_its_own_with_the_amounts_the_node_says()
    {
        var message = Envelope("2305", Data(new JsonObject { ["mdtrt_id"] = Visit, ["setl_id"] = Settlement }));
        var cancelled = new SettlementCancelled
        {
            TransactionId = NodeId,
            SettlementNumber = Settlement,
            CancelledAt = new DateTimeOffset(2017, 9, 22, 16, 2, 0, TimeSpan.FromHours(8)),
            Figures = Figures with { TotalFen = -45860, PoolFen = -10000, InScopeFen = -38160, DeductibleFen = -20000 },
            Scheme = "390",
        };
        var info = Answer(message, cancelled)["output"]!["setlinfo"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)info["setl_id"], Is.EqualTo(NodeId), "a new number, that of the cancellation's transaction");
            Assert.That(((decimal)info["medfee_sumamt"]!, (decimal)info["hifp_pay"]!, (decimal)info["pool_prop_selfpay"]!), Is.EqualTo((-458.60m, -100.00m, 0.5507m)));
            Assert.That(Answer(message, cancelled with { Figures = null })["output"]!["setldetail"]!.AsArray(), Is.Empty);
            Assert.That((string?)Answer(Posted(message), cancelled, WithSettings(("variant", "NH")))["output"]!["setlinfo"]!["fund_pay_type"], Is.EqualTo("390100"));
        }
    }

    [Test]
    public void A_line_says_its_parts_and_the_price_up_to_which_it_was_counted()
    {
        var line = new HisSplitLine
        {
            LineSerial = "1",
            LocalCode = "C",
            LocalName = "C",
            ExchangeCode = "C",
            ItemClass = "02",
            SelfPayBasisPoints = 3000,
            UnitPrice = 3680m,
            Quantity = 3m,
            AmountFen = 1104000,
            FullSelfPayFen = 0,
            OverLimitFen = 84000,
            PreSelfPayFen = 306000,
            InScopeFen = 714000,
            FeeCategory = "08",
        };
        var message = Envelope("2301", new JsonObject { ["feedetail"] = new JsonArray(Line()) });
        var rows = Answer(message, new FeeLinesStored { TransactionId = NodeId, VisitTotalFen = 1104000, Lines = [line, line with { OverLimitFen = 0, ExchangeCode = null }] })["output"]!["result"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(((decimal)rows[0]!["pric_uplmt_amt"]!, (decimal)rows[0]!["selfpay_prop"]!, (string?)rows[0]!["med_chrgitm_type"]), Is.EqualTo((3400m, 0.3m, "08")));
            Assert.That(((decimal)rows[1]!["pric_uplmt_amt"]!, (string?)rows[1]!["memo"]), Is.EqualTo((999999m, "无有效目录对照，按全自费计 no mapping, counted as full self-pay")));
            Assert.That(rows[0]!["memo"], Is.Null);
        }
    }

    [TestCase("lines[0].local_code", "input.feedetail[0].medins_list_codg")]
    [TestCase("lines[0].quantity", "input.feedetail[0].cnt")]
    [TestCase("lines[0]", "input.feedetail[0]")]
    public void A_refusal_from_behind_names_the_place_in_the_message(string field, string place) =>
        Assert.That((string?)Answer(Envelope("2301", new JsonObject { ["feedetail"] = new JsonArray(Line()) }), Refused(field))["err_msg"], Does.EndWith($"({place})"));

    [TestCase("visit.visit_number"), TestCase("visit_number")]
    public void The_place_is_where_this_client_has_it(string field)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)Answer(Envelope("2304", new JsonObject { ["mdtrtinfo"] = Terms }), Refused(field))["err_msg"], Does.EndWith("(input.mdtrtinfo.mdtrt_id)"));
            Assert.That((string?)Answer(Envelope("2304", Terms), Refused(field))["err_msg"], Does.EndWith("(input.mdtrt_id)"));
            Assert.That((string?)Answer(Envelope("2304", Terms), Refused("lines.fee_date"))["err_msg"], Does.EndWith("File first."));
        }
    }

    [Test]
    public void Pending_tells_the_hospital_to_keep_its_message_id_and_where_it_can_what_gives_up()
    {
        var settle = (string)Answer(Envelope("2304", Data(Terms)), Pending)["err_msg"]!;
        var discharge = (string)Answer(Envelope("2402", Data(new JsonObject { ["mdtrt_id"] = Visit, ["endtime"] = "2017-09-22" })), Pending)["err_msg"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(settle, Does.Contain("尚无应答").And.Contain("No answer yet").And.Contain("同一 msgid").And.Contain("same msgid").And.Contain("2601"));
            Assert.That(discharge, Does.Contain("同一 msgid").And.Not.Contain("2601"));
        }
    }

    [TestCase(HisReversalEffect.Undone), TestCase(HisReversalEffect.Voided), TestCase(HisReversalEffect.NothingToUndo)]
    public void A_reversal_is_accepted_whatever_it_found_and_says_what(HisReversalEffect effect)
    {
        var reply = Answer(Envelope("2601", Data(new JsonObject { ["omsgid"] = "M1", ["oinfno"] = "2304" })), new TransactionReversed { TransactionId = NodeId, Effect = effect });

        Assert.That((int)reply["infcode"]!, Is.Zero);
        Assert.That((string?)reply["warn_msg"], effect switch
        {
            HisReversalEffect.Undone => Does.Contain("was undone"),
            HisReversalEffect.Voided => Does.Contain("never received"),
            _ => Does.Contain("no effect"),
        });
    }

    [TestCase(1, 0, true, "0"), TestCase(1, 1, true, "1"), TestCase(1, 0, false, "1")]
    public void Totals_balance_when_sums_and_rows_do_and_a_refund_is_a_row(int settlements, int cancellations, bool balanced, string result)
    {
        var totals = new HisSettlementTotals { SettlementCount = settlements, CancellationCount = cancellations, TotalFen = 45860, FundTotalFen = balanced ? 18100 : 18000, AccountFen = 10000, CashFen = 17000 };
        var info = Answer(Envelope("3201", Data(Totals)), new TotalsReconciled { TransactionId = NodeId, Balanced = balanced, Totals = totals })["output"]!["stmtinfo"]!;

        Assert.That((string?)info["stmt_rslt"], Is.EqualTo(result));
        Assert.That((string?)info["stmt_rslt_dscr"], result == "0" ? Does.StartWith("平") : Does.Contain(balanced ? "笔数" : "181").And.Contain(balanced ? "2" : "180"));
    }

    [Test]
    public void A_result_of_another_kind_is_not_passed_off_as_this_ones()
    {
        var reply = Answer(Envelope("2304", Data(Terms)), new Acknowledged { TransactionId = NodeId });

        Assert.That(((int)reply["infcode"]!, ((string)reply["err_msg"]!)[..15]), Is.EqualTo((-1, "[GATEWAY_FAULT]")));
    }

    [TestCase("application/json", "application/json; charset=utf-8"), TestCase("text/plain; charset=GB2312", "application/json; charset=gbk"), TestCase("text/plain", "application/json; charset=utf-8")]
    public void A_reply_is_in_the_charset_of_the_request(string contentType, string expected)
    {
        var encoding = contentType.Contains("GB", StringComparison.Ordinal) ? LegacyText.Gb18030 : LegacyText.Utf8;
        var message = Posted(encoding.GetBytes(Envelope("2304", Data(Terms)).ToJsonString()), contentType: contentType);
        var reply = Dialect.Encode(Dialect.Decode(message), [Refused()]);

        Assert.That(reply.ContentType, Is.EqualTo(expected));
        Assert.That((string?)Parsed(reply)["err_msg"], Does.Contain("没有有效备案𠮷"));
    }

    [Test]
    public void In_GBK_a_character_outside_code_page_936_is_an_escape()
    {
        var message = Posted(LegacyText.Gb18030.GetBytes(Envelope("1101", Data(Card)).ToJsonString()), "/national/dll", "");
        var reply = Dialect.Encode(Dialect.Decode(message), [new PersonVerified { TransactionId = NodeId, Person = Person with { Name = "测㼆䶮𠮷试" } }]);

        Assert.That(LegacyText.Gb18030.GetString(reply.Body), Does.Contain("\"psn_name\":\"测\\u3f06\\u4dae\\u").And.Contain("试\""));
        Assert.That((string?)Parsed(reply)["output"]!["baseinfo"]!["psn_name"], Is.EqualTo("测㼆䶮𠮷试"));
    }

    [Test]
    public void A_failure_outside_any_request_is_said_in_the_clients_words()
    {
        var reply = Parsed(Dialect.EncodeFailure(Posted(Envelope("2304", Data(Terms)).With("recer_sys_code", "01")), Refused()));

        Assert.That(((int)reply["infcode"]!, ((string)reply["respond_time"]!).Length), Is.EqualTo((-2, 14)));
        Assert.That((int)Parsed(Dialect.EncodeFailure(Posted([]), Refused()))["infcode"]!, Is.EqualTo(-2));
    }

    [Test]
    public void The_largest_upload_through_the_DLL_fits_its_buffer_and_a_larger_one_is_refused()
    {
        JsonArray Lines(int count) => [.. Enumerable.Range(0, count).Select(index => Line($"{index:D30}"))];
        var largest = Posted(LegacyText.Gb18030.GetBytes(Envelope("2301", new JsonObject { ["feedetail"] = Lines(70) }).ToJsonString()), "/national/dll");
        var envelope = Dialect.Decode(largest);
        var stored = new FeeLinesStored
        {
            TransactionId = NodeId,
            VisitTotalFen = 0,
            Lines =
            [
                .. ((UploadFeeLines)envelope.Requests[0].Operation!).Lines.Select(line => new HisSplitLine
                {
                    LineSerial = line.LineSerial,
                    LocalCode = line.LocalCode,
                    LocalName = line.LocalName,
                    ItemClass = "02",
                    FeeCategory = "14",
                    SelfPayBasisPoints = 3333,
                    UnitPrice = 99999999.9999m,
                    Quantity = -99999999.99m,
                    AmountFen = -999_999_999_999_999_99,
                    FullSelfPayFen = -99_999_999_999_999_999,
                    OverLimitFen = -1,
                    PreSelfPayFen = -99_999_999_999_999_999,
                    InScopeFen = -99_999_999_999_999_999,
                }),
            ],
        };
        var reply = Dialect.Encode(envelope, [stored]);

        Assert.That(reply.Body, Has.Length.LessThan(DllBuffer));
        Assert.That(Refusal(Posted(LegacyText.Gb18030.GetBytes(Envelope("2301", new JsonObject { ["feedetail"] = Lines(71) }).ToJsonString()), "/national/dll")).Field, Is.EqualTo("lines"));
        Assert.That(Operation<UploadFeeLines>(Envelope("2301", new JsonObject { ["feedetail"] = Lines(71) })).Lines, Has.Count.EqualTo(71));
    }

    [Test]
    public void Half_a_character_in_a_result_is_replaced_and_the_reply_stays_json()
    {
        var reply = Answer(Envelope("1101", Data(Card)), new PersonVerified { TransactionId = NodeId, Person = Person with { Name = "测\ud842", EmployerName = "\0\u001f\"\\" } });

        Assert.That((string?)reply["output"]!["baseinfo"]!["psn_name"], Is.EqualTo("测\uFFFD"));
        Assert.That((string?)reply["output"]!["insuinfo"]![0]!["emp_name"], Is.EqualTo("\0\u001f\"\\"));
    }

    [Test]
    public void Every_address_is_announced()
    {
        Assert.That(Dialect.Paths, Is.Unique.And.SupersetOf(new[] { "/national", "/national/dll", "/national/2304", "/national/9001", "/national/2203A" }));
        Assert.That(Dialect.Describe("/national", "", new Uri("http://localhost")), Is.Null);
    }

    [Test]
    public void Only_envelopes_of_this_dialect_are_answered() =>
        Assert.That(() => Dialect.Encode(new HisEnvelope { Requests = [] }, []), Throws.ArgumentException);

    [Test]
    public void The_two_constructors_make_the_same_dialect() => Assert.That(
        Dialect.Encode(Dialect.Decode(Posted(Envelope("2304", Data(Terms)))), [Pending]).Body,
        Is.EqualTo(new NationalJsonDialect(DialectSettings.None) is var other ? other.Encode(other.Decode(Posted(Envelope("2304", Data(Terms)))), [Pending]).Body : null));

    [Test]
    public void Numbers_are_numbers_of_the_interface()
    {
        var text = Encoding.UTF8.GetString(Dialect.Encode(Dialect.Decode(Posted(Envelope("2303", Data(Terms)))), [new SettlementPreviewed { TransactionId = NodeId, Person = Person, Figures = Figures, AdmissionOrdinal = 1, Steps = [] }]).Body);

        Assert.That(text, Does.Contain("\"medfee_sumamt\":458.60,").And.Contain("\"acct_mulaid_pay\":0.00"));
        Assert.That(() => JsonDocument.Parse(text), Throws.Nothing);
    }
}

using System.CommandLine;
using Provincial.Exchange.V1;
using ProvincialGateway.Network;
using ProvincialGateway.Recovery;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway filings submit|withdraw|ask|requests</c>: what a treatment province asks of the insured one. All but the last need the node to serve.</summary>
internal static class FilingRequestCommands
{
    private const int RequestsMax = 200;

    public static Command Submit()
    {
        var (who, json) = (new PersonOptions(), CommandJson.Option());
        var kind = new Option<string>("--kind") { Description = "备案类别交换码 01..06 / filing kind, exchange code", Required = true };
        var area = new Option<string?>("--area") { Description = "本省就医地区划;有 --visit 时默认为收治机构所在地 / target area in this province; with --visit by default where the hospital is" };
        var from = new Option<string?>("--from") { Description = "首日;有 --visit 时默认为入院日 / first day; with --visit by default the admission date" };
        var to = new Option<string?>("--to") { Description = "末日,省略时由参保地决定 / last day; the insured province decides without it" };
        var visit = new Option<string?>("--visit")
        {
            Description = "补备案:未结算的就诊登记号;参保地、个人、机构、日期取自其入院登记 / the open visit it is made for afterwards; province, person, institution and day come from its admission",
        };
        var institution = new Option<string?>("--institution") { Description = "转入或收治机构编码;有 --visit 时默认为收治机构 / the institution that treats; with --visit by default the one that does" };
        var diagnosis = new Option<string[]>("--diagnosis") { Description = "ICD-10 编码=名称,可多次,主诊断在前 / ICD-10 code=name, repeated, the main one first", DefaultValueFactory = _ => [] };
        var by = new OperatorOption();
        var command = new Command("submit", "代外省参保人向参保地提交备案,含补备案 / submit a filing to the insured province, also for an open visit\n"
            + "例 example: gateway filings submit --visit S5301001709200000001 --kind 05 --reason 急诊入院 --as 440000 --data data-440000\n"
            + "   gateway filings submit --peer 530100 --person 5301000010 --kind 04 --area 440100 --from 2017-09-12 --reason 转诊 --as 440000 --data data-440000")
            { kind, area, from, to, visit, institution, diagnosis, json };
        who.AddTo(command);
        by.AddTo(command);
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var (change, opened) = (by.Read(work, parsed), parsed.GetValue(visit) is { } number ? Opened(work, number) : null);
            var place = (parsed.GetValue(institution) ?? opened?.Visit.InstitutionCode) is { } code ? InstitutionOf(work, code) : null;
            var person = who.Read(parsed, opened?.Person);
            var request = new SubmitFilingRequest
            {
                Person = person,
                Kind = parsed.GetRequiredValue(kind),
                TargetArea = parsed.GetValue(area) is { } division ? OptionValues.DivisionOf("--area", division).Code
                    : opened is not null ? place!.Division
                    : throw Needed("--area"),
                ValidFrom = OptionValues.Date(parsed, from)?.Iso() ?? opened?.Visit.AdmissionDate ?? throw Needed("--from"),
                ValidTo = OptionValues.Date(parsed, to)?.Iso() ?? "",
                VisitNumber = opened?.Visit.VisitNumber ?? "",
                Institution = place,
                Diagnoses = { parsed.GetRequiredValue(diagnosis).Select(DiagnosisOf) },
                Reason = change.Reason,
            };
            var insured = Division.Parse(person.InsuredDivision);
            work.Database.Read(RecoveryStanding.GateOf).Require(insured);
            return Report(work, await RequestsOf(work).SubmitAsync(request, insured, change.By, cancellation), parsed.GetValue(json));
        });
        return command;
    }

    public static Command Withdraw()
    {
        var (who, by, json) = (new PersonOptions(), new OperatorOption(), CommandJson.Option());
        var number = new Argument<string>("number") { Description = "备案号 / filing number" };
        var command = new Command("withdraw", "撤销本省提交的备案 / cancel a filing that this province submitted\n"
            + "例 example: gateway filings withdraw F5301001709200000001 --peer 530100 --person 5301000010 --reason 误报 --as 440000 --data data-440000") { number, json };
        who.AddTo(command);
        by.AddTo(command);
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var (change, person) = (by.Read(work, parsed), who.Read(parsed, admitted: null));
            var request = new CancelFilingRequest { FilingNumber = parsed.GetRequiredValue(number), Person = person, Reason = change.Reason };
            var insured = Division.Parse(person.InsuredDivision);
            work.Database.Read(RecoveryStanding.GateOf).Require(insured);
            return Report(work, await RequestsOf(work).CancelAsync(request, insured, change.By, cancellation), parsed.GetValue(json));
        });
        return command;
    }

    public static Command Ask()
    {
        var (who, json) = (new PersonOptions(), CommandJson.Option());
        var area = new Option<string?>("--area") { Description = "只问覆盖该区划的 / only those that cover this division" };
        var on = new Option<string?>("--on") { Description = "只问该日有效的 / only those valid on this day, yyyy-MM-dd" };
        var command = new Command("ask", "向参保地查询一人的备案,不留存 / ask the insured province for a person's filings; nothing is kept\n"
            + "例 example: gateway filings ask --peer 530100 --person 5301000001 --as 440000 --data data-440000") { area, on, json };
        who.AddTo(command);
        command.SetNodeAction(new NodeSelection(), async (work, parsed, cancellation) =>
        {
            var person = who.Read(parsed, admitted: null);
            var request = new GetFilingsRequest
            {
                Person = person,
                TreatmentDivision = parsed.GetValue(area) is { } place ? OptionValues.DivisionOf("--area", place).Code : "",
                ServiceDate = OptionValues.Date(parsed, on)?.Iso() ?? "",
            };
            var outcome = await RequestsOf(work).GetAsync(request, Division.Parse(person.InsuredDivision), Environment.UserName, cancellation);
            if (outcome is not PeerOutcome.Answered(var bytes))
                throw new CommandRefusedException($"参保地没有应答,请稍后再试。 / the insured province did not answer, try again later. {outcome}");
            var reply = GetFilingsResponse.Parser.ParseFrom(bytes);
            if (reply.Refusal is { } refusal)
                throw OperatorOption.Refused(refusal);
            return work.Tell(reply.Filings.Filings.Select(FilingAnswer.Of).ToList(), parsed.GetValue(json), filings => Write(work, filings));
        });
        return command;
    }

    public static Command Requests()
    {
        var json = CommandJson.Option();
        var command = new Command("requests", $"本省提交与撤销备案的请求,最近 {RequestsMax} 条 / what this province asked about filings, the last {RequestsMax}\n"
            + "例 example: gateway filings requests --as 440000 --data data-440000") { json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var answers = work.Database.Read(session => FilingRequestStore.List(session, RequestsMax)).ConvertAll(row => FilingRequestAnswer.Of(row, work.Vault));
            return work.Tell(answers, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static int Report(NodeWork work, FilingRequestRow row, bool asJson)
    {
        if (FilingRequests.ReplyOf(row, work.Vault)?.Refusal is { } refusal)
            throw OperatorOption.Refused(refusal);
        work.Tell(FilingRequestAnswer.Of(row, work.Vault), asJson, answer => Write(work, [answer]));
        if (row.State is OutboundState.Awaiting && !asJson)
            work.Out.WriteLine("参保地尚未应答,节点会以同一流水号继续查询;用 filings requests 查看。 / not answered yet: the node goes on asking with the same id; see filings requests.");
        return row.State is OutboundState.Answered or OutboundState.Awaiting ? 0 : 1;
    }

    private static FilingRequests RequestsOf(NodeWork work) => work.Serving?.Services.GetRequiredService<FilingRequests>()
        ?? throw new CommandRefusedException("节点没有运行,不能与外省通信;请先 gateway serve。 / the node does not serve and cannot talk to other provinces; run gateway serve first.");

    /// <summary>A visit of this province, and the person it was opened for as the insured side answered.</summary>
    private static OpenedVisit Opened(NodeWork work, string visitNumber) => work.Database.Read(session =>
        VisitStore.ByNumber(session, visitNumber) is { } visit && new InsuredAnswers(work.Vault).OpeningOf(session, visit)?.Person is { } person
            ? new OpenedVisit(visit, person)
            : throw new CommandRefusedException($"--visit:本省没有就诊 {visitNumber};用 visits list --side treatment 查看。 / --visit: this province has no visit {visitNumber}; see visits list --side treatment."));

    private static CommandRefusedException Needed(string option) =>
        new($"没有 --visit 时须给出 {option}。 / {option} is needed without --visit.");

    private static Institution InstitutionOf(NodeWork work, string code)
    {
        var institution = work.Database.Read(session => InstitutionStore.ByCode(session, code))
            ?? throw new CommandRefusedException($"--institution:没有机构 {code};用 institutions list 查看。 / --institution: there is no institution {code}; see institutions list.");
        return new Institution { Code = institution.Code, Name = institution.Name, Division = institution.Division, Level = institution.DeductibleLevel ?? institution.Level };
    }

    private static Diagnosis DiagnosisOf(string text) => text.Split('=', 2) is [{ Length: > 0 } code, { Length: > 0 } name]
        ? new Diagnosis { Code = code, Name = name }
        : throw new CommandRefusedException("--diagnosis 应为 编码=名称。 / --diagnosis takes code=name.");

    private static void Write(NodeWork work, List<FilingAnswer> answers)
    {
        if (answers.Count == 0)
        {
            work.Out.WriteLine("参保地没有这样的备案 / the insured province has no such filings");
            return;
        }
        var table = TextTable.Of("备案号 number", "类别 kind", "就医地 area", "有效期 valid", "状态 state", "提交 by");
        foreach (var answer in answers)
            table.Row(answer.Number, answer.Kind, answer.Area, $"{answer.From}\n{answer.To ?? "长期 open"}", answer.State, answer.SubmittedBy);
        work.OpenScreen().Write(table);
    }

    private static void Write(NodeWork work, List<FilingRequestAnswer> answers)
    {
        if (answers.Count == 0)
        {
            work.Out.WriteLine("没有备案请求 / no requests about filings");
            return;
        }
        var table = TextTable.Of("流水号 transaction\n对方 peer", "种类 kind\n经办 by", "状态 state", "备案 filing", "说明 note");
        foreach (var answer in answers)
        {
            table.Row(
                $"{answer.TransactionId}\n{answer.Peer} {answer.At}", $"{answer.Kind}\n{answer.RequestedBy}", answer.State,
                answer.Filing is { } filing ? $"{filing.Number}\n{filing.State} {filing.From}..{filing.To}" : "-", answer.Note ?? "-");
        }
        work.OpenScreen().Write(table);
    }

    private sealed record OpenedVisit(VisitRow Visit, Person Person);

    /// <summary>How a person of another province is named on a command line.</summary>
    private sealed class PersonOptions
    {
        private readonly Option<string?> _peer = new("--peer") { Description = "参保地区划,如 530100 / the insured division" };
        private readonly Option<string?> _person = new("--person") { Description = "参保地个人编号 / the insured province's person number" };
        private readonly Option<string?> _certificate = new("--certificate") { Description = "证件 类别:号码,如 01:… / certificate kind:number" };
        private readonly Option<string?> _card = new("--card") { Description = "社会保障卡号 / card number" };

        public void AddTo(Command command)
        {
            command.Add(_peer);
            command.Add(_person);
            command.Add(_certificate);
            command.Add(_card);
        }

        /// <param name="admitted">The person of the visit that is meant: whatever is not given is theirs; null where no visit is.</param>
        public PersonReference Read(ParseResult parsed, Person? admitted)
        {
            var peer = parsed.GetValue(_peer) is { } division ? OptionValues.DivisionOf("--peer", division).Code : admitted?.InsuredDivision
                ?? throw new CommandRefusedException("请给出 --peer,如 530100。 / give --peer, e.g. 530100.");
            var certificate = parsed.GetValue(_certificate)?.Split(':', 2);
            if (certificate is { Length: not 2 })
                throw new CommandRefusedException("--certificate 应为 类别:号码。 / --certificate takes kind:number.");
            if (certificate is null && parsed.GetValue(_person) is null && parsed.GetValue(_card) is null)
            {
                return admitted is null
                    ? throw new CommandRefusedException("请给出 --person、--certificate 或 --card。 / give --person, --certificate or --card.")
                    : new PersonReference { InsuredDivision = peer, PersonNumber = admitted.PersonNumber };
            }
            if (admitted is not null && parsed.GetValue(_person) is { } stated && stated != admitted.PersonNumber)
                throw new CommandRefusedException("--person 不是该就诊的参保人;省略即可。 / --person is not the person of the visit; leave it out.");
            return new PersonReference
            {
                InsuredDivision = peer,
                PersonNumber = parsed.GetValue(_person) ?? "",
                CertificateKind = certificate?[0] ?? "",
                CertificateNumber = certificate?[1] ?? "",
                CardNumber = parsed.GetValue(_card) ?? "",
            };
        }
    }
}

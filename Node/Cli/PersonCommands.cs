using System.CommandLine;
using System.Globalization;
using Provincial.Exchange.V1;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Insured;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway persons import|list|show|state|freeze|unfreeze|transfer|coverage|restore|accumulators</c>: who is insured here, and what happened to that.</summary>
internal static class PersonCommands
{
    private const int ListMax = 200;
    private const string Dead = "dead";

    /// <summary>The place of a word is the state's code.</summary>
    private static readonly string[] StateWords = ["absent", "normal", "suspended", "invalid", "ended"];

    public static Command Create() => new("persons", "参保人 / insured persons")
    {
        ImportCommands.Persons(), List(), Show(), State(), Freeze(), Unfreeze(), Transfer(), Coverage(), Restore(), PersonAccumulatorsCommand.Create(),
    };

    private static Command List()
    {
        var after = new Option<string?>("--after") { Description = "从该个人编号之后开始 / begin after this person number" };
        var state = new Option<string?>("--state") { Description = $"只列出今日为该状态的 / only those in this state today: {string.Join(" | ", StateWords)} | frozen | {Dead}" };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. StateWords, "frozen", Dead]);
        var (division, json) = (new Option<string?>("--division") { Description = "只列出今日在该统筹区的 / only those insured in this division today" }, CommandJson.Option());
        var command = new Command("list", $"列出参保人,每次最多 {ListMax} 人,个人信息遮蔽 / insured persons, at most {ListMax}, personal data masked\n"
            + "例 example: gateway persons list --state suspended --as 530000 --data data-530000") { after, state, division, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) =>
        {
            var (wanted, place) = (parsed.GetValue(state), parsed.GetValue(division));
            var entries = work.Database.Read(session => PersonStore.From(session, parsed.GetValue(after))
                .Select(row => EntryOf(work, session, row))
                .Where(entry => (wanted is null || entry.State.Equals(wanted, StringComparison.OrdinalIgnoreCase)) && (place is null || entry.Division == place))
                .Take(ListMax).ToList());
            return work.Tell(entries, parsed.GetValue(json), found => Write(work, found));
        });
        return command;
    }

    private static Command Show()
    {
        var (number, json) = (NumberArgument(), CommandJson.Option());
        var command = new Command("show", "一名参保人及其全部变动,个人信息遮蔽 / one person and all that happened, personal data masked\n"
            + "例 example: gateway persons show 5301000001 --as 530000 --data data-530000") { number, json };
        command.SetNodeAction(new NodeSelection(), (work, parsed) => Tell(work, parsed.GetRequiredValue(number), parsed.GetValue(json)));
        return command;
    }

    private static Command State()
    {
        var (number, from) = (NumberArgument(), FromOption("首日,死亡为死亡日;省略为今天 / first day, of a death the day of death; by default today"));
        var state = new Argument<string>("state") { Description = $"{string.Join(" | ", StateWords)} (0..4) | {Dead}" };
        state.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. StateWords, Dead]);
        var command = new Command("state", "变更参保状态或登记死亡;死亡登记后列出未结算就诊 / change the insurance state, or record a death, which lists the open visits\n"
            + "例 example: gateway persons state 5301000001 suspended --from 2017-10-01 --reason 单位停缴 --as 530000 --data data-530000") { number, state, from };
        SetChange(command, number, (work, parsed, person) =>
        {
            var day = OptionValues.DateOrToday(work, parsed, from);
            var code = Array.FindIndex(StateWords, known => known.Equals(parsed.GetRequiredValue(state), StringComparison.OrdinalIgnoreCase));
            if (code < 0 && day > work.Time.Today())
                throw new CommandRefusedException("--from:死亡日期不能晚于今天。 / --from: a death cannot be after today.");
            return (register, session, change) => code < 0 ? PersonRegister.Die(session, person, day, change) : register.SetState(session, person, code, day, change);
        });
        return command;
    }

    private static Command Freeze()
    {
        var (number, from) = (NumberArgument(), FromOption("首日,省略为今天 / first day, by default today"));
        var to = new Option<string?>("--to") { Description = "末日,省略则须解冻 / last day; without it until unfrozen" };
        var command = new Command("freeze", "冻结待遇 / withhold benefits for a time\n"
            + "例 example: gateway persons freeze 5301000001 --to 2017-12-31 --reason 欺诈调查 --as 530000 --data data-530000") { number, from, to };
        SetChange(command, number, (work, parsed, person) =>
        {
            var (day, last) = (OptionValues.DateOrToday(work, parsed, from), OptionValues.Date(parsed, to));
            return (_, session, change) => PersonRegister.Freeze(session, person, day, last, change);
        });
        return command;
    }

    private static Command Unfreeze()
    {
        var (number, from) = (NumberArgument(), FromOption("恢复待遇的首日,省略为今天 / first day with benefits again, by default today"));
        var command = new Command("unfreeze", "解除冻结 / end a freeze\n"
            + "例 example: gateway persons unfreeze 5301000001 --reason 调查结束 --as 530000 --data data-530000") { number, from };
        SetChange(command, number, (work, parsed, person) =>
        {
            var day = OptionValues.DateOrToday(work, parsed, from);
            return (_, session, change) => PersonRegister.Unfreeze(session, person, day, change);
        });
        return command;
    }

    private static Command Transfer()
    {
        var (number, from) = (NumberArgument(), FromOption("首日,省略为今天 / first day, by default today"));
        var to = new Option<string>("--to") { Description = "转入的统筹区 / the division that insures from then on", Required = true };
        var command = new Command("transfer", "在本省统筹区之间转移;转移前入院的仍由原统筹区支付 / move to another division of the province; stays that began before are paid by the old one\n"
            + "例 example: gateway persons transfer 5301000001 --to 530300 --from 2017-10-01 --reason 单位迁移 --as 530000 --data data-530000") { number, to, from };
        SetChange(command, number, (work, parsed, person) =>
        {
            var (day, division) = (OptionValues.DateOrToday(work, parsed, from), OptionValues.DivisionOf("--to", parsed.GetRequiredValue(to)));
            return (register, session, change) => register.Transfer(session, person, division, day, change);
        });
        return command;
    }

    private static Command Coverage()
    {
        var (number, from) = (NumberArgument(), FromOption("首日,省略为今天 / first day, by default today"));
        var scheme = new Option<string?>("--scheme") { Description = "险种交换码,如 310;省略则不变 / scheme, an exchange code such as 310; by default as it is" };
        var personClass = new Option<string?>("--class") { Description = "人员类别交换码,如 21;省略则不变 / person class, an exchange code such as 21; by default as it is" };
        var command = new Command("coverage", "变更险种或人员类别;服务日期在首日之前的费用仍按原险种和类别 / another scheme or person class; bills of a service date before the first day keep the old one\n"
            + "例 example: gateway persons coverage 5301000001 --class 21 --from 2017-10-01 --reason 退休 --as 530000 --data data-530000") { number, scheme, personClass, from };
        SetChange(command, number, (work, parsed, person) =>
        {
            var day = OptionValues.DateOrToday(work, parsed, from);
            var (wanted, category) = (OptionValues.ExchangeCode(CodeSystem.Scheme, parsed, scheme), OptionValues.ExchangeCode(CodeSystem.PersonClass, parsed, personClass));
            if (wanted is null && category is null)
                throw new CommandRefusedException("请给出 --scheme 或 --class。 / give --scheme or --class.");
            return (register, session, change) => register.Cover(session, person, wanted, category, day, change);
        });
        return command;
    }

    private static Command Restore()
    {
        var (number, from) = (NumberArgument(), FromOption("首日,省略为今天 / first day, by default today"));
        var command = new Command("restore", "恢复正常参保:撤回误登的死亡、解冻、恢复状态 / back to normal: withdraw a wrong death, end a freeze, end another state\n"
            + "例 example: gateway persons restore 5301000001 --reason 误登更正 --as 530000 --data data-530000") { number, from };
        SetChange(command, number, (work, parsed, person) =>
        {
            var day = OptionValues.DateOrToday(work, parsed, from);
            return (register, session, change) => register.Restore(session, person, day, change);
        });
        return command;
    }

    private static void SetChange(
        Command command, Argument<string> number, Func<NodeWork, ParseResult, string, Func<PersonRegister, Session, Change, Refusal?>> prepare) =>
        new OperatorOption().SetChange(
            command,
            (work, parsed) =>
            {
                var (person, register) = (parsed.GetRequiredValue(number), new PersonRegister(work.Node.Self, new PersonStore(work.Vault)));
                var act = prepare(work, parsed, person);
                return (session, change) => act(register, session, change) is { } refusal ? refusal.Code is RefusalCode.PersonNotFound ? throw Unknown(person) : refusal : null;
            },
            (work, parsed, asJson) => Tell(work, parsed.GetRequiredValue(number), asJson));

    private static int Tell(NodeWork work, string number, bool asJson) => work.Tell(
        work.Database.Read(session =>
        {
            var row = PersonStore.ByNumber(session, number) ?? throw Unknown(number);
            return new PersonDetails
            {
                Person = EntryOf(work, session, row),
                OpenVisits = [.. InsuredStore.OpenVisitsOf(session, number).Select(visit => visit.VisitNumber)],
                AfterDeath = PersonEventStore.Standing(session, row, work.Time.Today()).DiedOn is { } died ? AfterDeath.Of(DeathAftermath.Read(session, number, died)) : null,
                Filings = [.. FilingStore.Of(session, number).Select(FilingEntry.Of)],
                Events = [.. PersonEventStore.Of(session, number).Select(PersonEvent.Of)],
            };
        }),
        asJson,
        details => Write(work, details));

    private static PersonEntry EntryOf(NodeWork work, Session session, PersonRow row)
    {
        var person = new PersonStore(work.Vault).Open(row);
        var standing = PersonEventStore.Standing(session, row, work.Time.Today());
        return new PersonEntry
        {
            Number = row.PersonNumber,
            Name = Mask.Name(person.Name),
            Certificate = $"{person.CertificateKind}:{Mask.Number(person.CertificateNumber)}",
            Division = standing.Division.Code,
            Scheme = standing.Scheme,
            PersonClass = standing.PersonClass,
            State = standing.IsDead ? Dead : standing.Freeze is not null && standing.State == PersonStanding.Normal ? "frozen" : StateWords[standing.State],
            DiedOn = standing.DiedOn?.Iso(),
            Account = new Fen(row.AccountBalanceFen),
        };
    }

    public static Argument<string> NumberArgument() => new("number") { Description = "个人编号 / person number" };

    private static Option<string?> FromOption(string description) => new("--from") { Description = description };

    public static CommandRefusedException Unknown(string number) => new($"没有个人编号 {number};用 persons list 查看。 / there is no person {number}; see persons list.");

    private static void Write(NodeWork work, List<PersonEntry> entries)
    {
        if (entries.Count == 0)
        {
            work.Out.WriteLine("没有这样的参保人 / no such persons");
            return;
        }
        var table = TextTable.Of("个人编号 number", "姓名 name", "证件 certificate", "统筹区\ndivision", "险种 scheme\n类别 class", "状态 state", "账户 account");
        foreach (var entry in entries)
        {
            table.Row(
                entry.Number, entry.Name, entry.Certificate, entry.Division, $"{entry.Scheme}\n{entry.PersonClass}",
                entry.DiedOn is null ? entry.State : $"{entry.State}\n{entry.DiedOn}", $"{entry.Account}");
        }
        work.OpenScreen().Write(table);
    }

    private static void Write(NodeWork work, PersonDetails details)
    {
        Write(work, [details.Person]);
        work.Out.WriteLine($"未结算就诊 open visits: {(details.OpenVisits.Count == 0 ? "-" : string.Join(' ', details.OpenVisits))}");
        details.AfterDeath?.WriteTo(work.Out);
        foreach (var filing in details.Filings)
            work.Out.WriteLine($"备案 filing {filing.Number} {filing.State} {filing.Kind} {filing.KindText} {filing.Area} {filing.From}..{filing.To}");
        if (details.Events.Count == 0)
            return;
        var table = TextTable.Of("变动 event", "自 from\n至 to", "值 value\n原值 before", "何时 when\n何人 who", "原因 why");
        foreach (var happened in details.Events)
        {
            table.Row(
                happened.Kind, $"{happened.From}\n{happened.To ?? "-"}", $"{happened.Value ?? "-"}\n{happened.Before ?? "-"}", $"{happened.ChangedAt}\n{happened.ChangedBy}", happened.Reason);
        }
        work.OpenScreen().Write(table);
    }

    /// <summary>A person without what would name them.</summary>
    private sealed record PersonEntry
    {
        public required string Number { get; init; }
        public required string Name { get; init; }
        public required string Certificate { get; init; }
        public required string Division { get; init; }
        public required string Scheme { get; init; }
        public required string PersonClass { get; init; }

        /// <summary>absent, normal, suspended, invalid, ended, frozen or dead, as of today.</summary>
        public required string State { get; init; }
        public string? DiedOn { get; init; }
        public required Fen Account { get; init; }
    }

    private sealed record PersonDetails
    {
        public required PersonEntry Person { get; init; }
        public required IReadOnlyList<string> OpenVisits { get; init; }

        /// <summary>Null while no death is recorded.</summary>
        public AfterDeath? AfterDeath { get; init; }
        public required IReadOnlyList<FilingEntry> Filings { get; init; }
        public required IReadOnlyList<PersonEvent> Events { get; init; }
    }

    private sealed record PersonEvent
    {
        public required string Kind { get; init; }
        public required string From { get; init; }
        public string? To { get; init; }
        public string? Value { get; init; }
        public string? Before { get; init; }
        public required string ChangedAt { get; init; }
        public required string ChangedBy { get; init; }
        public required string Reason { get; init; }

        public static PersonEvent Of(PersonEventRow row) => new()
        {
            Kind = row.Kind.ToString().ToLowerInvariant(),
            From = row.FromDate,
            To = row.ToDate,
            Value = row.Division ?? Coverage(row.Scheme, row.PersonClass) ?? (row.State is { } state ? StateWords[state] : null),
            Before = row.DivisionBefore ?? Coverage(row.SchemeBefore, row.PersonClassBefore) ?? (row.StateBefore is { } before ? StateWords[before] : null),
            ChangedAt = ChinaTime.FromMs(row.ChangedAtMs).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            ChangedBy = row.ChangedBy,
            Reason = row.Reason,
        };

        private static string? Coverage(string? scheme, string? personClass) => scheme is null ? null : $"{scheme} {personClass}";
    }
}

/// <summary>Personal data for eyes that must recognise somebody and need not know them.</summary>
internal static class Mask
{
    private const int ShownBefore = 3, ShownAfter = 2;

    /// <summary>The first character; one asterisk for each of the others.</summary>
    public static string Name(string name) => name.Length == 0 ? "" : string.Concat(name.AsSpan(0, 1), new string('*', name.Length - 1));

    /// <summary>The first three and the last two characters; nothing of a number that is too short to hide the rest.</summary>
    public static string Number(string number) => number.Length < 2 * (ShownBefore + ShownAfter)
        ? new string('*', number.Length)
        : string.Concat(number.AsSpan(0, ShownBefore), new string('*', number.Length - ShownBefore - ShownAfter), number.AsSpan(number.Length - ShownAfter));
}

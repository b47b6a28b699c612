using ProvincialGateway.Values;

namespace ProvincialGateway.Configuration;

/// <summary>What two provinces have agreed on prepayment and clearing. Every figure is for provinces to settle; the defaults are the customary ones.</summary>
internal sealed record AgreementOptions
{
    /// <summary>Day of the following month by which the treatment side issues the statement, 1 to 28; default 21.</summary>
    public int IssueByDay { get; init; } = 21;

    /// <summary>Day of the same month by which the insured side confirms or disputes it, 1 to 28; default 25.</summary>
    public int ConfirmByDay { get; init; } = 25;

    /// <summary>Working days from the end of that month within which it is paid, 1 to 250; default 20.</summary>
    public int PayWithinWorkingDays { get; init; } = 20;

    /// <summary>Days before a date of this agreement from which the node reminds of it, 0 to 60; default 3.</summary>
    public int RemindDaysBefore { get; init; } = 3;

    /// <summary>How many months before the statement's own a settlement may lie, 0 to 24; default 2.</summary>
    public int LateMonthsMax { get; init; } = 2;

    /// <summary>Months of average fund payments that the prepayment covers, 1 to 12; default 2.</summary>
    public int PrepaymentMonths { get; init; } = 2;

    /// <summary>Working days within which an urgent top-up is paid, 1 to 250; default 10.</summary>
    public int TopUpWithinWorkingDays { get; init; } = 10;

    /// <summary>Usage of the prepayment, in per cent, from which it is shown yellow, 1 to 100; default 70.</summary>
    public int YellowPercent { get; init; } = 70;

    /// <summary>Usage, in per cent, from which a top-up may be asked for, 1 to 100 and not below yellow; default 90.</summary>
    public int RedPercent { get; init; } = 90;

    /// <summary>True: the insured side refuses to settle while the prepayment is used up. False, the default: it settles and warns.</summary>
    public bool RefuseWhenExhausted { get; init; }

    /// <summary>True: the insured side confirms a statement that its own check finds right. False, the default: an operator does.</summary>
    public bool ConfirmAutomatically { get; init; }

    /// <param name="section">May be absent: everything is then as in <paramref name="defaults"/>.</param>
    /// <param name="defaults">What a key that is not given stands for.</param>
    public static AgreementOptions Read(JsonSection section, AgreementOptions defaults)
    {
        var read = new AgreementOptions
        {
            IssueByDay = section.Whole("issueByDay", defaults.IssueByDay, 1, 28),
            ConfirmByDay = section.Whole("confirmByDay", defaults.ConfirmByDay, 1, 28),
            PayWithinWorkingDays = section.Whole("payWithinWorkingDays", defaults.PayWithinWorkingDays, 1, 250),
            RemindDaysBefore = section.Whole("remindDaysBefore", defaults.RemindDaysBefore, 0, 60),
            LateMonthsMax = section.Whole("lateMonthsMax", defaults.LateMonthsMax, 0, 24),
            PrepaymentMonths = section.Whole("prepaymentMonths", defaults.PrepaymentMonths, 1, 12),
            TopUpWithinWorkingDays = section.Whole("topUpWithinWorkingDays", defaults.TopUpWithinWorkingDays, 1, 250),
            YellowPercent = section.Whole("yellowPercent", defaults.YellowPercent, 1, 100),
            RedPercent = section.Whole("redPercent", defaults.RedPercent, 1, 100),
            RefuseWhenExhausted = section.Flag("refuseWhenExhausted", defaults.RefuseWhenExhausted),
            ConfirmAutomatically = section.Flag("confirmAutomatically", defaults.ConfirmAutomatically),
        };
        if (read.ConfirmByDay < read.IssueByDay)
            section.Reject("confirmByDay", "不得早于 issueByDay。", "must not be before issueByDay");
        if (read.RedPercent < read.YellowPercent)
            section.Reject("redPercent", "不得小于 yellowPercent。", "must not be below yellowPercent");
        return read;
    }
}

/// <summary>The agreement of all pairs of provinces, what single pairs have agreed otherwise, and the calendar of working days.</summary>
internal sealed record ClearingOptions
{
    public AgreementOptions Common { get; init; } = new();

    public IReadOnlyList<PairAgreement> Pairs { get; init; } = [];

    /// <summary>Days on which nobody works besides Saturdays and Sundays.</summary>
    public IReadOnlyList<DateOnly> Holidays { get; init; } = [];

    /// <summary>Saturdays and Sundays that are worked instead (调休).</summary>
    public IReadOnlyList<DateOnly> Workdays { get; init; } = [];

    public AgreementOptions Of(Division treatment, Division insured) =>
        Pairs.FirstOrDefault(pair => pair.Treatment == treatment && pair.Insured == insured)?.Agreement ?? Common;

    /// <summary>The day that many working days after <paramref name="from"/>, which itself does not count.</summary>
    public DateOnly AfterWorkingDays(DateOnly from, int days)
    {
        var day = from;
        while (days > 0)
        {
            day = day.AddDays(1);
            if (IsWorked(day))
                days--;
        }
        return day;
    }

    public static ClearingOptions Read(JsonSection section)
    {
        var common = AgreementOptions.Read(section, new AgreementOptions());
        var options = new ClearingOptions
        {
            Common = common,
            Holidays = Days(section, "holidays"),
            Workdays = Days(section, "workdays"),
            Pairs = [.. section.OptionalSections("agreements").Select(pair => Pair(pair, common))],
        };
        section.End();
        return options;
    }

    private bool IsWorked(DateOnly day) => !Holidays.Contains(day) && (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) || Workdays.Contains(day));

    private static PairAgreement Pair(JsonSection pair, AgreementOptions common)
    {
        var agreement = new PairAgreement(Province(pair, "treatment"), Province(pair, "insured"), AgreementOptions.Read(pair, common));
        pair.End();
        return agreement;
    }

    private static Division Province(JsonSection pair, string key)
    {
        if (Division.TryParse(pair.Text(key), out var division) && division.IsProvince)
            return division;
        pair.Reject(key, "应为六位省级行政区划代码。", "must be the six-digit code of a province");
        return default;
    }

    private static List<DateOnly> Days(JsonSection section, string key)
    {
        var days = new List<DateOnly>();
        foreach (var text in section.Texts(key))
        {
            if (ChinaTime.TryParseIso(text, out var day))
                days.Add(day);
            else
                section.Reject(key, $"“{text}”不是 yyyy-MM-dd。", $"'{text}' is not yyyy-MM-dd");
        }
        return days;
    }
}

/// <summary>What one pair of provinces has agreed, in one direction of care.</summary>
internal sealed record PairAgreement(Division Treatment, Division Insured, AgreementOptions Agreement);

using System.Collections.ObjectModel;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// One bill under one plan: deductible, pool, supplementary layers, personal account, cash. Every share is rounded to the fen half away
/// from zero on its own, so one more fen in scope moves exactly one share by at most one fen; that is what makes the result monotonic.
/// Steps are written down only when somebody asks for them: the texts cost more than the arithmetic.
/// </summary>
internal sealed class BenefitCalculation
{
    private static readonly IReadOnlyDictionary<string, Fen> NoLayer = ReadOnlyDictionary<string, Fen>.Empty;

    private readonly BenefitPlan _plan;
    private readonly BenefitCase _bill;
    private readonly InstitutionTier _tier;
    private readonly RemoteRule _remote;
    private readonly List<BenefitStep>? _steps;
    private readonly Fen[] _paidByKind = new Fen[(int)LayerKind.Other + 1];
    private Dictionary<string, Fen>? _layerPaid;
    private Dictionary<string, Fen>? _layerBase;
    private Fen _layersPaid;

    private BenefitCalculation(BenefitPlan plan, BenefitCase bill, InstitutionTier tier, List<BenefitStep>? steps)
    {
        _plan = plan;
        _bill = bill;
        _tier = tier;
        _remote = plan.RemoteFor(bill.FilingKind);
        _steps = steps;
    }

    private bool IsZeroBenefit => _plan.Pool is PoolRule.NoBenefit || _remote.Effect is RemoteEffect.Factor { By.Value: 0 };

    /// <summary>The decision for a bill that <see cref="BenefitPolicy.Decide"/> has found admissible under this plan.</summary>
    public static BenefitDecision Run(BenefitPlan plan, BenefitCase bill, InstitutionTier tier) => new BenefitCalculation(plan, bill, tier, steps: null).Run();

    /// <summary>Which admission of the year a stay that begins is, and the deductible it owes if its bill reaches it.</summary>
    public static (int Ordinal, Fen Deductible) AdmissionTerms(BenefitPlan plan, BenefitCase stay, InstitutionTier tier)
    {
        var ordinal = stay.OrdinalIn(plan.Deductible.Scope);
        return (ordinal, plan.Pool is PoolRule.NoBenefit ? Fen.Zero : new BenefitCalculation(plan, stay, tier, steps: null).DeductibleOf(ordinal).Due);
    }

    private static List<BenefitStep> Explain(BenefitPlan plan, BenefitCase bill, InstitutionTier tier)
    {
        var steps = new List<BenefitStep>();
        new BenefitCalculation(plan, bill, tier, steps).Run();
        return steps;
    }

    private BenefitDecision Run()
    {
        DescribeBill();
        var ordinal = _bill.OrdinalIn(_plan.Deductible.Scope);
        var deductible = _plan.Pool is PoolRule.NoBenefit ? Fen.Zero : PayDeductible(ordinal);
        DescribeRemote();
        var (pool, cutOff) = PayPool(_bill.InScope - deductible);
        var left = PayLayers(_bill.InScope - pool, cutOff);
        var personal = left + _bill.FullSelfPay + _bill.OverLimit + _bill.PreSelfPay;
        var fund = pool + _layersPaid;
        _steps?.Add(new(BenefitStepCode.FundTotal, $"基金支付合计 {fund} 元", $"Funds pay {fund} in all", fund));
        var account = PayFromAccount(personal);
        var cash = personal - account;
        _steps?.Add(new(BenefitStepCode.Cash, $"个人负担 {personal} 元，其中现金 {cash} 元", $"The person bears {personal}, of which {cash} in cash", cash));
        var (plan, bill, tier) = (_plan, _bill, _tier);
        return Checked(new BenefitDecision(() => Explain(plan, bill, tier))
        {
            AdmissionOrdinal = ordinal,
            Deductible = deductible,
            Pool = pool,
            CivilServant = PaidBy(LayerKind.CivilServant),
            Enterprise = PaidBy(LayerKind.EnterpriseSupplement),
            EmployeeLargeAmount = PaidBy(LayerKind.EmployeeLargeAmount),
            ResidentCriticalIllness = PaidBy(LayerKind.ResidentCriticalIllness),
            MedicalAid = PaidBy(LayerKind.MedicalAid),
            OtherFund = PaidBy(LayerKind.Other),
            FundTotal = fund,
            Account = account,
            Cash = cash,
            PersonalTotal = personal,
            HospitalBorne = Fen.Zero,
            PolicyVersion = _plan.Header.Version,
            Delta = new BenefitDelta { DeductiblePaid = deductible, PoolPaid = pool, LayerPaid = _layerPaid ?? NoLayer, LayerBase = _layerBase ?? NoLayer },
        });
    }

    private void DescribeBill()
    {
        _steps?.Add(new(
            BenefitStepCode.Bill,
            $"费用总额 {_bill.Total} 元，其中全自费 {_bill.FullSelfPay}、超限价 {_bill.OverLimit}、先行自付 {_bill.PreSelfPay}、政策范围内 {_bill.InScope} 元",
            $"Total {_bill.Total}: full self-pay {_bill.FullSelfPay}, over limit {_bill.OverLimit}, pre-self-pay {_bill.PreSelfPay}, in scope {_bill.InScope}",
            _bill.InScope));
        if (_steps is null || _bill.ChronicDisease is not { } disease)
            return;
        var (chinese, english) = BenefitCodes.DiseaseText(disease);
        var (rule, ruleEnglish) = _plan.Header.ChronicDiseases is null ? ("按通用待遇", "the general benefits apply") : ("按该病种待遇", "it has benefits of its own");
        _steps.Add(new(BenefitStepCode.Disease, $"门诊慢特病 {disease}（{chinese}），{rule}", $"Chronic disease {disease} ({english}): {ruleEnglish}", null));
    }

    private Fen PayDeductible(int ordinal)
    {
        var (full, due) = DeductibleOf(ordinal);
        var paid = Fen.Min(due, _bill.InScope);
        if (_steps is not null)
            DescribeDeductible(ordinal, full, paid);
        return paid;
    }

    private (Fen Full, Fen Due) DeductibleOf(int ordinal)
    {
        var rule = _plan.Deductible;
        var full = _remote.DeductibleFactor.ShareOf(rule.For(_bill.PersonClass, _tier, ordinal, _bill.StayDays));
        // Once a stay, however often it is settled; by year, whichever of the year and the stay has paid more.
        var paidBefore = Fen.Max(_bill.Stay?.Deductible ?? Fen.Zero, rule.Per == Counting.PerYear ? _bill.DeductiblePaidIn(rule.Scope) : Fen.Zero);
        return (full, Left(full, paidBefore));
    }

    private void DescribeDeductible(int ordinal, Fen full, Fen paid)
    {
        var (rule, stretches) = (_plan.Deductible, _plan.Deductible.StretchesOf(_bill.StayDays));
        var before = _bill.DeductiblePaidIn(rule.Scope);
        var (chinese, english) = rule.Per == Counting.PerYear
            ? ($"年度起付标准 {full} 元（本年已付 {before} 元）", $"Annual deductible {full} ({before} already paid this year)")
            : ($"本年第 {ordinal} 次，起付标准 {full} 元", $"Deductible {full} for admission {ordinal} of the year");
        if (_bill.Stay is { } settled)
            (chinese, english) = ($"{chinese}，本次住院此前已计入 {settled.Deductible} 元", $"{english}, {settled.Deductible} already paid in this stay");
        var (stay, stayEnglish) = stretches == 1 ? ("", "") : (
            $"（住院 {_bill.StayDays} 天，每 {rule.StayDays} 天计一次，共 {stretches} 次）", $" ({_bill.StayDays} days of stay, once for each {rule.StayDays} begun: {stretches} times)");
        _steps!.Add(new(
            BenefitStepCode.Deductible,
            $"{_tier.Chinese()}医疗机构，{chinese}{stay}，本次计入 {paid} 元",
            $"{english}{stayEnglish} at a {_tier.English()} institution, of which this bill pays {paid}",
            paid));
    }

    private void DescribeRemote()
    {
        if (_steps is null)
            return;
        var (filing, filingEnglish) = BenefitCodes.FilingText(_bill.FilingKind);
        var (code, chinese, english) = (_plan.Pool, _remote.Effect) switch
        {
            (PoolRule.NoBenefit none, _) => (BenefitStepCode.ZeroBenefit, $"按政策基金不予支付：{none.Chinese}", $"Under the policy no fund pays: {none.English}"),
            (_, RemoteEffect.Factor { By.Value: 0 }) => (BenefitStepCode.ZeroBenefit, $"异地就医（{filing}）：按政策基金不予支付", $"Remote treatment ({filingEnglish}): under the policy no fund pays"),
            (_, RemoteEffect.Points { By: var points }) => (BenefitStepCode.Remote, $"异地就医（{filing}）：支付比例降低 {points.Value / 100m:0.##} 个百分点", $"Remote treatment ({filingEnglish}): ratios less {points.Value / 100m:0.##} percentage points"),
            (_, RemoteEffect.Factor { By: var factor }) => (BenefitStepCode.Remote, $"异地就医（{filing}）：支付比例按 {factor} 计", $"Remote treatment ({filingEnglish}): {factor} of the ratios"),
            _ => throw new InvalidOperationException("A refused case is not computed."),
        };
        _steps.Add(new(code, chinese, english, code == BenefitStepCode.ZeroBenefit ? Fen.Zero : null));
    }

    /// <summary>What the pool pays, and the part of the amount for which it would have paid more had the cap not ended it.</summary>
    private (Fen Paid, Fen CutOff) PayPool(Fen above)
    {
        var available = PoolAvailable();
        var (paid, cutOff) = _plan.Pool switch
        {
            _ when IsZeroBenefit => (Fen.Zero, Fen.Zero),
            PoolRule.Ratios rule => PayRatios(rule, above, available),
            PoolRule.FixedAmount rule => PayFixed(rule, above, available),
            _ => throw new InvalidOperationException("A pool rule is not handled."),
        };
        if (available is { } most && !cutOff.IsZero)
            _steps?.Add(new(BenefitStepCode.PoolCap, $"统筹封顶线内尚可支付 {most} 元，{cutOff} 元费用在封顶线以上", $"{most} was left under the pool cap; {cutOff} of the expenses lie above it", cutOff));
        _steps?.Add(new(BenefitStepCode.Pool, $"统筹基金支付 {paid} 元", $"The pool pays {paid}", paid));
        return (paid, cutOff);
    }

    private (Fen Paid, Fen CutOff) PayRatios(PoolRule.Ratios rule, Fen above, Fen? available)
    {
        var (paid, cutOff) = (Fen.Zero, Fen.Zero);
        var before = _bill.Stay is { } stay ? stay.InScope - stay.Deductible : Fen.Zero;
        foreach (var segment in rule.Segments)
        {
            var portion = segment.PortionOf(before, before + above);
            if (portion.IsZero)
                continue;
            var ratio = _remote.Effect.Apply(segment.Ratios.For(_bill.PersonClass)[_tier]);
            var share = ratio.ShareOf(portion);
            _steps?.Add(new(BenefitStepCode.Segment, $"统筹：{portion} 元 × {ratio} = {share} 元", $"Pool: {portion} × {ratio} = {share}", share));
            var room = available is { } most ? Left(most, paid) : share;
            if (ratio.Value > 0 && room <= share)
            {
                cutOff += available is null ? Fen.Zero : portion - AmountFilling(room, ratio);
                share = room;
            }
            paid += share;
        }
        return (paid, cutOff);
    }

    /// <summary>Of a fixed amount the cap cuts off what the pool would have paid; the rest of the bill was never the pool's.</summary>
    private (Fen Paid, Fen CutOff) PayFixed(PoolRule.FixedAmount rule, Fen above, Fen? available)
    {
        var standard = rule.For(_bill.PersonClass, _tier, _bill.StayDays);
        var ratio = _remote.Effect.Apply(BasisPoints.Whole);
        var share = Fen.Min(Left(ratio.ShareOf(standard), _bill.Stay?.PoolPaid ?? Fen.Zero), above);
        var (unit, unitEnglish) = rule.Per == FixedUnit.Day ? ($"按床日定额（{_bill.StayDays} 天）", $"Fixed amount for {_bill.StayDays} days") : ("按次定额", "Fixed amount per visit");
        _steps?.Add(new(
            BenefitStepCode.FixedAmount,
            $"{unit}：{standard} 元 × {ratio}，不超过 {above} 元，为 {share} 元",
            $"{unitEnglish}: {standard} × {ratio}, at most {above}, is {share}",
            share));
        var paid = available is { } most ? Fen.Min(share, most) : share;
        return (paid, share - paid);
    }

    private Fen? PoolAvailable()
    {
        if (_plan.PoolCap is not { } cap)
            return null;
        var amount = cap.Amounts.For(_bill.PersonClass);
        return cap.Per == Counting.PerYear ? Left(amount, _bill.PoolPaidIn(cap.Scope)) : Left(amount, _bill.Stay?.PoolPaid ?? Fen.Zero);
    }

    /// <summary>Lets every layer pay in turn; returns what the in-scope amount finally leaves to the person.</summary>
    private Fen PayLayers(Fen left, Fen cutOff)
    {
        if (IsZeroBenefit)
            return left;
        foreach (var layer in _plan.Layers)
        {
            if (!layer.Covers(_bill.PersonClass))
                continue;
            var takesCutOff = layer.Kind == LayerKind.EmployeeLargeAmount;
            var paid = PayLayer(layer, takesCutOff ? cutOff : left);
            left -= paid;
            if (takesCutOff)
                cutOff -= paid;
        }
        return left;
    }

    private Fen PayLayer(SupplementaryLayer layer, Fen amount)
    {
        if (amount.IsZero)
            return Fen.Zero;
        var (chinese, english) = BenefitCodes.LayerText(layer.Kind);
        var before = layer.Per == Counting.PerYear ? _bill.LayerBaseYear.GetValueOrDefault(layer.Id) : _bill.Stay?.LayerBase.GetValueOrDefault(layer.Id) ?? Fen.Zero;
        var (lower, upper) = (Left(before, layer.Threshold), Left(before + amount, layer.Threshold));
        if (_steps is not null)
            DescribeThreshold(layer, amount, before, upper - lower);
        var share = Fen.Zero;
        foreach (var band in layer.Bands)
            share += PayBand(layer, band, band.PortionOf(lower, upper));
        var paid = UnderCap(layer, share);
        _steps?.Add(new(BenefitStepCode.Layer, $"{chinese}支付 {paid} 元", $"{english} pays {paid}", paid));
        (_layerBase ??= [])[layer.Id] = amount;
        (_layerPaid ??= [])[layer.Id] = paid;
        _paidByKind[(int)layer.Kind] += paid;
        _layersPaid += paid;
        return paid;
    }

    private void DescribeThreshold(SupplementaryLayer layer, Fen amount, Fen before, Fen above)
    {
        var (chinese, english) = BenefitCodes.LayerText(layer.Kind);
        var (earlier, earlierEnglish) = before.IsZero ? ("", "") : ($"（本年此前累计 {before} 元）", $" ({before} earlier this year)");
        _steps!.Add(new(
            BenefitStepCode.LayerThreshold,
            $"{chinese}：进入本层 {amount} 元{earlier}，起付线 {layer.Threshold} 元，超过部分 {above} 元",
            $"{english}: {amount} reaches it{earlierEnglish}; {above} lies above its threshold of {layer.Threshold}",
            above));
    }

    private Fen PayBand(SupplementaryLayer layer, BenefitBand band, Fen portion)
    {
        if (portion.IsZero)
            return Fen.Zero;
        var (chinese, english) = BenefitCodes.LayerText(layer.Kind);
        var ratio = layer.RemoteAdjusted ? _remote.Effect.Apply(band.Ratio) : band.Ratio;
        var share = ratio.ShareOf(portion);
        _steps?.Add(new(BenefitStepCode.LayerBand, $"{chinese}：{portion} 元 × {ratio} = {share} 元", $"{english}: {portion} × {ratio} = {share}", share));
        return share;
    }

    private Fen UnderCap(SupplementaryLayer layer, Fen share)
    {
        if (layer.AnnualCap is not { } cap)
            return share;
        var room = Left(cap, _bill.LayerPaidYear.GetValueOrDefault(layer.Id));
        if (share <= room)
            return share;
        var (chinese, english) = BenefitCodes.LayerText(layer.Kind);
        _steps?.Add(new(BenefitStepCode.LayerCap, $"{chinese}：年度封顶线 {cap} 元内尚可支付 {room} 元", $"{english}: {room} was left under its annual cap of {cap}", room));
        return room;
    }

    private Fen PayFromAccount(Fen personal)
    {
        var rule = _plan.Account;
        var wanted = rule.Use switch
        {
            AccountUse.Never => Fen.Zero,
            AccountUse.OnRequest => _bill.AccountRequested ?? Fen.Zero,
            AccountUse.ByDefault => _bill.AccountRequested ?? personal,
            _ => throw new InvalidOperationException($"{rule.Use} is not a use of the account."),
        };
        var most = Fen.Min(_bill.AccountBalance, rule.LimitPerBill ?? _bill.AccountBalance);
        var paid = Fen.Min(Fen.Min(wanted, most), personal);
        if (_steps is not null)
            DescribeAccount(rule, paid);
        return paid;
    }

    private void DescribeAccount(AccountRule rule, Fen paid)
    {
        var (asked, askedEnglish) = _bill.AccountRequested is { } request ? ($"，申请使用 {request} 元", $", {request} requested") : ("", "");
        var (bound, boundEnglish) = rule switch
        {
            { Use: AccountUse.Never } => ("，政策不允许使用个人账户", ", the policy does not allow its use"),
            { LimitPerBill: { } limit } => ($"，每次限 {limit} 元", $", at most {limit} of one bill"),
            _ => ("", ""),
        };
        _steps!.Add(new(
            BenefitStepCode.Account,
            $"个人账户余额 {_bill.AccountBalance} 元{asked}{bound}，本次支付 {paid} 元",
            $"Personal account: balance {_bill.AccountBalance}{askedEnglish}{boundEnglish}; it pays {paid}",
            paid));
    }

    private Fen PaidBy(LayerKind kind) => _paidByKind[(int)kind];

    private static Fen Left(Fen amount, Fen used) => Fen.Max(Fen.Zero, amount - used);

    /// <summary>The smallest amount whose share is the target: share(y) ≥ t ⟺ 10000·t − 5000 ≤ y·ratio, as shares round half up.</summary>
    private static Fen AmountFilling(Fen target, BasisPoints ratio)
    {
        if (target.IsZero)
            return Fen.Zero;
        var needed = ((Int128)target.Value * BasisPoints.One) - (BasisPoints.One / 2);
        return new Fen((long)((needed + ratio.Value - 1) / ratio.Value));
    }

    /// <exception cref="InvalidOperationException">An equation does not hold: a bug that must not reach a ledger.</exception>
    private BenefitDecision Checked(BenefitDecision decision)
    {
        var funds = decision.Pool + decision.CivilServant + decision.Enterprise + decision.EmployeeLargeAmount
            + decision.ResidentCriticalIllness + decision.MedicalAid + decision.OtherFund;
        Require(_bill.Total == _bill.FullSelfPay + _bill.OverLimit + _bill.PreSelfPay + _bill.InScope, "total = full self-pay + over limit + pre-self-pay + in scope");
        Require(_bill.Total == decision.FundTotal + decision.PersonalTotal + decision.HospitalBorne, "total = fund total + personal total + hospital borne");
        Require(decision.FundTotal == funds, "fund total = sum of the funds");
        Require(decision.PersonalTotal == decision.Account + decision.Cash, "personal total = account + cash");
        Require(decision.Deductible <= _bill.InScope, "deductible <= in scope");
        Require(decision.FundTotal <= _bill.InScope, "fund total <= in scope");
        Require(decision.Account <= _bill.AccountBalance, "account <= balance");
        Require(!decision.Deductible.IsNegative && !decision.Pool.IsNegative && !decision.Account.IsNegative && !decision.Cash.IsNegative, "no amount is negative");
        foreach (var paid in _paidByKind)
            Require(!paid.IsNegative, "no layer is negative");
        return decision;
    }

    private void Require(bool holds, string equation)
    {
        if (!holds)
            throw new InvalidOperationException($"Benefit plan {_plan.Header.Version} broke the equation '{equation}' for a total of {_bill.Total}.");
    }
}

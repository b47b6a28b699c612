using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>
/// One bill under one plan: deductible, pool, supplementary layers, personal account, cash. Every share is rounded to the fen half away
/// from zero on its own, so one more fen in scope moves exactly one share by at most one fen; that is what makes the result monotonic.
/// </summary>
internal sealed class BenefitCalculation
{
    private readonly BenefitPlan _plan;
    private readonly BenefitCase _bill;
    private readonly InstitutionTier _tier;
    private readonly RemoteRule _remote;
    private readonly List<BenefitStep> _steps = [];
    private readonly Dictionary<LayerKind, Fen> _paidByKind = [];
    private readonly Dictionary<string, Fen> _layerPaid = [];
    private readonly Dictionary<string, Fen> _layerBase = [];

    private BenefitCalculation(BenefitPlan plan, BenefitCase bill, InstitutionTier tier)
    {
        _plan = plan;
        _bill = bill;
        _tier = tier;
        _remote = plan.RemoteFor(bill.FilingKind);
    }

    private bool IsZeroBenefit => _remote.Effect is RemoteEffect.Factor { By.Value: 0 };

    /// <summary>The decision for a bill that <see cref="BenefitPolicy.Decide"/> has found admissible under this plan.</summary>
    public static BenefitDecision Run(BenefitPlan plan, BenefitCase bill, InstitutionTier tier) => new BenefitCalculation(plan, bill, tier).Run();

    private BenefitDecision Run()
    {
        DescribeBill();
        var deductible = PayDeductible();
        DescribeRemote();
        var (pool, cutOff) = PayPool(_bill.InScope - deductible);
        var left = PayLayers(_bill.InScope - pool, cutOff);
        var personal = left + _bill.FullSelfPay + _bill.OverLimit + _bill.PreSelfPay;
        var fund = pool + Fen.Sum(_paidByKind.Values);
        Step(BenefitStepCode.FundTotal, $"基金支付合计 {fund} 元", $"Funds pay {fund} in all", fund);
        var account = PayFromAccount(personal);
        var cash = personal - account;
        Step(BenefitStepCode.Cash, $"个人负担 {personal} 元，其中现金 {cash} 元", $"The person bears {personal}, of which {cash} in cash", cash);
        return Checked(new BenefitDecision
        {
            Deductible = deductible,
            Pool = pool,
            CivilServant = PaidBy(LayerKind.CivilServant),
            Enterprise = Fen.Zero,
            EmployeeLargeAmount = PaidBy(LayerKind.EmployeeLargeAmount),
            ResidentCriticalIllness = PaidBy(LayerKind.ResidentCriticalIllness),
            MedicalAid = PaidBy(LayerKind.MedicalAid),
            OtherFund = Fen.Zero,
            FundTotal = fund,
            Account = account,
            Cash = cash,
            PersonalTotal = personal,
            HospitalBorne = Fen.Zero,
            PolicyVersion = _plan.Header.Version,
            Steps = _steps,
            Delta = new BenefitDelta { DeductiblePaid = deductible, PoolPaid = pool, LayerPaid = _layerPaid, LayerBase = _layerBase },
        });
    }

    private void DescribeBill() => Step(
        BenefitStepCode.Bill,
        $"费用总额 {_bill.Total} 元，其中全自费 {_bill.FullSelfPay}、超限价 {_bill.OverLimit}、先行自付 {_bill.PreSelfPay}、政策范围内 {_bill.InScope} 元",
        $"Total {_bill.Total}: full self-pay {_bill.FullSelfPay}, over limit {_bill.OverLimit}, pre-self-pay {_bill.PreSelfPay}, in scope {_bill.InScope}",
        _bill.InScope);

    private Fen PayDeductible()
    {
        var rule = _plan.Deductible;
        var full = _remote.DeductibleFactor.ShareOf(rule.For(_bill.PersonClass, _tier, _bill.AdmissionOrdinal));
        var due = rule.Per == Counting.PerYear ? Left(full, _bill.DeductiblePaidYear) : full;
        var paid = Fen.Min(due, _bill.InScope);
        var (chinese, english) = rule.Per == Counting.PerYear
            ? ($"年度起付标准 {full} 元（本年已付 {_bill.DeductiblePaidYear} 元）", $"Annual deductible {full} ({_bill.DeductiblePaidYear} already paid this year)")
            : ($"本年第 {_bill.AdmissionOrdinal} 次，起付标准 {full} 元", $"Deductible {full} for admission {_bill.AdmissionOrdinal} of the year");
        Step(
            BenefitStepCode.Deductible,
            $"{_tier.Chinese()}医疗机构，{chinese}，本次计入 {paid} 元",
            $"{english} at a {_tier.English()} institution, of which this bill pays {paid}",
            paid);
        return paid;
    }

    private void DescribeRemote()
    {
        var (filing, filingEnglish) = BenefitCodes.FilingText(_bill.FilingKind);
        if (IsZeroBenefit)
            Step(BenefitStepCode.ZeroBenefit, $"异地就医（{filing}）：按政策基金不予支付", $"Remote treatment ({filingEnglish}): under the policy no fund pays", Fen.Zero);
        else if (_remote.Effect is RemoteEffect.Points { By: var points })
            Step(BenefitStepCode.Remote, $"异地就医（{filing}）：支付比例降低 {points.Value / 100m:0.##} 个百分点", $"Remote treatment ({filingEnglish}): ratios less {points.Value / 100m:0.##} percentage points", null);
        else if (_remote.Effect is RemoteEffect.Factor { By: var factor })
            Step(BenefitStepCode.Remote, $"异地就医（{filing}）：支付比例按 {factor} 计", $"Remote treatment ({filingEnglish}): {factor} of the ratios", null);
    }

    /// <summary>What the pool pays, and the part of the amount for which it would have paid more had the cap not ended it.</summary>
    private (Fen Paid, Fen CutOff) PayPool(Fen above)
    {
        var available = PoolAvailable();
        var (paid, cutOff) = (Fen.Zero, Fen.Zero);
        foreach (var band in _plan.Segments.Select(segment => segment.For(_bill.PersonClass, _tier)))
        {
            var portion = band.PortionOf(Fen.Zero, above);
            var ratio = _remote.Effect.Apply(band.Ratio);
            if (portion.IsZero || IsZeroBenefit)
                continue;
            var share = ratio.ShareOf(portion);
            Step(BenefitStepCode.Segment, $"统筹：{portion} 元 × {ratio} = {share} 元", $"Pool: {portion} × {ratio} = {share}", share);
            var room = available is { } most ? Left(most, paid) : share;
            if (ratio.Value > 0 && room <= share)
            {
                cutOff += available is null ? Fen.Zero : portion - AmountFilling(room, ratio);
                share = room;
            }
            paid += share;
        }
        DescribePool(available, paid, cutOff);
        return (paid, cutOff);
    }

    private Fen? PoolAvailable()
    {
        if (_plan.PoolCap is not { } cap)
            return null;
        var amount = cap.Amounts.For(_bill.PersonClass);
        return cap.Per == Counting.PerYear ? Left(amount, _bill.PoolPaidYear) : amount;
    }

    private void DescribePool(Fen? available, Fen paid, Fen cutOff)
    {
        if (available is { } most && !cutOff.IsZero)
            Step(BenefitStepCode.PoolCap, $"统筹封顶线内尚可支付 {most} 元，{cutOff} 元费用在封顶线以上", $"{most} was left under the pool cap; {cutOff} of the expenses lie above it", cutOff);
        Step(BenefitStepCode.Pool, $"统筹基金支付 {paid} 元", $"The pool pays {paid}", paid);
    }

    /// <summary>Lets every layer pay in turn; returns what the in-scope amount finally leaves to the person.</summary>
    private Fen PayLayers(Fen left, Fen cutOff)
    {
        foreach (var layer in _plan.Layers.Where(layer => !IsZeroBenefit && layer.Covers(_bill.PersonClass)))
        {
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
        var before = layer.Per == Counting.PerYear ? _bill.LayerBaseYear.GetValueOrDefault(layer.Id) : Fen.Zero;
        var (lower, upper) = (Left(before, layer.Threshold), Left(before + amount, layer.Threshold));
        DescribeThreshold(layer, amount, before, upper - lower);
        var share = Fen.Zero;
        foreach (var band in layer.Bands)
            share += PayBand(layer, band, band.PortionOf(lower, upper));
        var paid = UnderCap(layer, share);
        Step(BenefitStepCode.Layer, $"{chinese}支付 {paid} 元", $"{english} pays {paid}", paid);
        _layerBase[layer.Id] = amount;
        _layerPaid[layer.Id] = paid;
        _paidByKind[layer.Kind] = PaidBy(layer.Kind) + paid;
        return paid;
    }

    private void DescribeThreshold(SupplementaryLayer layer, Fen amount, Fen before, Fen above)
    {
        var (chinese, english) = BenefitCodes.LayerText(layer.Kind);
        var (earlier, earlierEnglish) = before.IsZero ? ("", "") : ($"（本年此前累计 {before} 元）", $" ({before} earlier this year)");
        Step(
            BenefitStepCode.LayerThreshold,
            $"{chinese}：进入本层 {amount} 元{earlier}，起付线 {layer.Threshold} 元，超过部分 {above} 元",
            $"{english}: {amount} reaches it{earlierEnglish}; {above} lies above its threshold of {layer.Threshold}",
            above);
    }

    private Fen PayBand(SupplementaryLayer layer, BenefitBand band, Fen portion)
    {
        if (portion.IsZero)
            return Fen.Zero;
        var (chinese, english) = BenefitCodes.LayerText(layer.Kind);
        var ratio = layer.RemoteAdjusted ? _remote.Effect.Apply(band.Ratio) : band.Ratio;
        var share = ratio.ShareOf(portion);
        Step(BenefitStepCode.LayerBand, $"{chinese}：{portion} 元 × {ratio} = {share} 元", $"{english}: {portion} × {ratio} = {share}", share);
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
        Step(BenefitStepCode.LayerCap, $"{chinese}：年度封顶线 {cap} 元内尚可支付 {room} 元", $"{english}: {room} was left under its annual cap of {cap}", room);
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
        var (asked, askedEnglish) = _bill.AccountRequested is { } request ? ($"，申请使用 {request} 元", $", {request} requested") : ("", "");
        var (never, neverEnglish) = rule.Use == AccountUse.Never ? ("，政策不允许使用个人账户", ", the policy does not allow its use") : ("", "");
        Step(
            BenefitStepCode.Account,
            $"个人账户余额 {_bill.AccountBalance} 元{asked}{never}，本次支付 {paid} 元",
            $"Personal account: balance {_bill.AccountBalance}{askedEnglish}{neverEnglish}; it pays {paid}",
            paid);
        return paid;
    }

    private Fen PaidBy(LayerKind kind) => _paidByKind.GetValueOrDefault(kind);

    private void Step(string code, string chinese, string english, Fen? amount) => _steps.Add(new BenefitStep(code, chinese, english, amount));

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
        Fen[] all = [decision.Deductible, decision.Pool, .. _layerPaid.Values, decision.Account, decision.Cash, decision.PersonalTotal];
        Require(all.All(amount => !amount.IsNegative), "no amount is negative");
        return decision;
    }

    private void Require(bool holds, string equation)
    {
        if (!holds)
            throw new InvalidOperationException($"Benefit plan {_plan.Header.Version} broke the equation '{equation}' for a total of {_bill.Total}.");
    }
}

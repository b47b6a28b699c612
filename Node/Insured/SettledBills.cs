using Provincial.Exchange.V1;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Insured;

/// <summary>A settlement of this province with the request and the answer as they were committed: no later policy changes them.</summary>
/// <param name="FilingKind">What it was decided for, also an emergency that counted as filed without a filing; null for none.</param>
internal sealed record SettledBill(InsuredSettlementRow Settlement, InsuredVisitRow Visit, Bill Bill, Decision Decision, string? FilingKind)
{
    /// <summary>The computation as the patient was told it.</summary>
    public IReadOnlyList<Provincial.Exchange.V1.BenefitStep> Steps => Decision.Steps;

    /// <summary>What the account held before the bill. The answer states what it has left.</summary>
    public Fen AccountBalance => new(checked(Decision.Person.AccountBalanceFen + Settlement.AccountFen));

    /// <summary>What of the stay was settled before it; null where nothing was.</summary>
    public StaySoFar? StayBefore { get; init; }

    /// <summary>The case under another year so far and another balance.</summary>
    public BenefitCase ToCase(BenefitYear year, Fen accountBalance)
    {
        var (person, day) = (Decision.Person, ChinaTime.ParseIso(Settlement.ServiceDate));
        return new BenefitCase
        {
            PoolingArea = Division.Parse(person.InsuredDivision),
            Scheme = Settlement.Scheme,
            PersonClass = person.PersonClass,
            InstitutionLevel = Visit.InstitutionLevel,
            VisitKind = Visit.VisitKind,
            ChronicDisease = Visit.ChronicDisease,
            FilingKind = FilingKind,
            AdmissionOrdinal = year.Settlements + 1,
            ServiceDate = day,
            StayDays = BenefitCase.DaysOf(ChinaTime.ParseIso(Visit.AdmissionDate), day),
            Total = new Fen(Settlement.TotalFen),
            FullSelfPay = new Fen(Settlement.FullSelfPayFen),
            OverLimit = new Fen(Settlement.OverLimitFen),
            PreSelfPay = new Fen(Settlement.PreSelfPayFen),
            InScope = new Fen(Settlement.InScopeFen),
            PoolPaidYear = year.PoolPaid,
            DeductiblePaidYear = year.DeductiblePaid,
            YearByKind = year.Parts,
            LayerPaidYear = year.LayerPaid,
            LayerBaseYear = year.LayerBase,
            AccountBalance = accountBalance,
            Stay = StayBefore,
            AccountRequested = Bill.HasAccountRequestedFen ? new Fen(Bill.AccountRequestedFen) : null,
        };
    }
}

/// <summary>Reads settlements back out of the store. Everything runs in the caller's session and writes nothing.</summary>
internal sealed class SettledBills(Inbox inbox)
{
    /// <summary>Null when this province has no such settlement.</summary>
    public SettledBill? Find(Session session, string settlementNumber) =>
        InsuredStore.FindSettlement(session, settlementNumber) is { } settlement ? Open(session, settlement) : null;

    /// <summary>The settlement with its messages.</summary>
    /// <exception cref="InvalidOperationException">A settlement is stored whose answer is not: the store is damaged.</exception>
    public SettledBill Open(Session session, InsuredSettlementRow settlement)
    {
        var known = inbox.Lookup(session, settlement.TransactionId, Division.Parse(settlement.TreatmentProvince));
        if (known is not { State: TransactionState.Answered })
            throw new InvalidOperationException($"Settlement {settlement.SettlementNumber} is stored and its answer is not.");
        var decision = SettleResponse.Parser.ParseFrom(known.Reply).Settlement.Decision;
        return new SettledBill(
            settlement,
            InsuredStore.GetVisit(session, settlement.VisitNumber),
            SettleRequest.Parser.ParseFrom(inbox.RequestOf(session, settlement.TransactionId)).Bill,
            decision,
            FilingStore.KindCounted(session, settlement.SettlementNumber) ?? decision.Person.Filing?.Kind)
        {
            StayBefore = InsuredStore.StayBefore(session, settlement),
        };
    }

    /// <summary>Standing settlements with a business date from <paramref name="from"/> until before <paramref name="to"/>, in the order in which they were made.</summary>
    public static IReadOnlyList<InsuredSettlementRow> Standing(Session session, DateOnly from, DateOnly to) =>
        InsuredStore.StandingSettlements(session, from.Iso(), to.Iso());

    /// <summary>A person's year as the standing settlements with a business date before a day make it.</summary>
    public static BenefitYear YearBefore(Session session, string personNumber, int year, DateOnly before)
    {
        var state = new BenefitYear();
        foreach (var part in InsuredStore.YearParts(session, personNumber, year, before.Iso()))
            state.Add(part.ToPart());
        foreach (var layer in InsuredStore.YearLayers(session, personNumber, year, before.Iso()))
            state.AddLayer(layer.Layer, new Fen(layer.PaidFen), new Fen(layer.BaseFen));
        return state;
    }
}

/// <summary>A person's year while bills are decided one after the other.</summary>
internal sealed class BenefitYear
{
    private readonly Dictionary<(string Scheme, string VisitKind, string? Disease), YearPart> _parts = [];
    private readonly Dictionary<string, Fen> _layerPaid = [];
    private readonly Dictionary<string, Fen> _layerBase = [];

    public int Settlements { get; private set; }

    public Fen DeductiblePaid { get; private set; }

    public Fen PoolPaid { get; private set; }

    public IReadOnlyList<YearPart> Parts => [.. _parts.Values];

    public IReadOnlyDictionary<string, Fen> LayerPaid => _layerPaid;

    public IReadOnlyDictionary<string, Fen> LayerBase => _layerBase;

    public void Add(YearPart part)
    {
        var key = (part.Scheme, part.VisitKind, part.ChronicDisease);
        var before = _parts.GetValueOrDefault(key) ?? part with { DeductiblePaid = Fen.Zero, PoolPaid = Fen.Zero, Settlements = 0 };
        _parts[key] = before with
        {
            DeductiblePaid = before.DeductiblePaid + part.DeductiblePaid,
            PoolPaid = before.PoolPaid + part.PoolPaid,
            Settlements = before.Settlements + part.Settlements,
        };
        (Settlements, DeductiblePaid, PoolPaid) = (Settlements + part.Settlements, DeductiblePaid + part.DeductiblePaid, PoolPaid + part.PoolPaid);
    }

    public void AddLayer(string layer, Fen paid, Fen reached)
    {
        _layerPaid[layer] = _layerPaid.GetValueOrDefault(layer) + paid;
        _layerBase[layer] = _layerBase.GetValueOrDefault(layer) + reached;
    }

    /// <summary>Adds what the settlement of a bill adds. A stay that is settled in parts counts once.</summary>
    public void Add(BenefitCase bill, BenefitDecision decision)
    {
        Add(new YearPart(bill.Scheme, bill.VisitKind, bill.ChronicDisease, decision.Delta.DeductiblePaid, decision.Delta.PoolPaid, Settlements: bill.Stay is null ? 1 : 0));
        foreach (var (layer, reached) in decision.Delta.LayerBase)
            AddLayer(layer, decision.Delta.LayerPaid.GetValueOrDefault(layer), reached);
    }
}

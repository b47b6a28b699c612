using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Ledger;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Clearing;

/// <summary>Where and between whom a message of the agencies is judged or takes effect: the same rules run on both sides, each in its own books.</summary>
internal sealed record AgencyScope
{
    public required Session Session { get; init; }

    public required Division Self { get; init; }

    /// <summary>The other province.</summary>
    public required Division Partner { get; init; }

    /// <summary>This side sends the message; false: it answers it.</summary>
    public required bool IsSender { get; init; }

    public required ClearingOptions Options { get; init; }

    public required long NowMs { get; init; }

    public DateOnly Today => ChinaTime.DateOf(ChinaTime.FromMs(NowMs));

    /// <summary>Which side of the relation this province is; null when the relation is not one between these two.</summary>
    public LedgerSide? SideIn(LedgerRelation? relation) => relation is null ? null
        : (relation.TreatmentProvince, relation.InsuredProvince) == (Self.Code, Partner.Code) ? LedgerSide.Treatment
        : (relation.TreatmentProvince, relation.InsuredProvince) == (Partner.Code, Self.Code) ? LedgerSide.Insured
        : null;

    /// <summary>The sender's side, when this province's is <paramref name="own"/>.</summary>
    public LedgerSide SenderOf(LedgerSide own) => IsSender ? own : Relations.Other(own);

    public AgreementOptions Agreement(LedgerSide own) => own is LedgerSide.Treatment ? Options.Of(Self, Partner) : Options.Of(Partner, Self);
}

internal static class Relations
{
    public static LedgerSide Other(LedgerSide side) => side is LedgerSide.Treatment ? LedgerSide.Insured : LedgerSide.Treatment;

    public static LedgerRelation Of(LedgerSide own, Division self, Division partner) => own is LedgerSide.Treatment
        ? new() { TreatmentProvince = self.Code, InsuredProvince = partner.Code }
        : new() { TreatmentProvince = partner.Code, InsuredProvince = self.Code };

    /// <summary>The account of the relation in this side's ledger: what the partner owes, or what is owed to it.</summary>
    public static Account Claim(LedgerSide own) => own is LedgerSide.Treatment ? Account.ReceivableFromPartner : Account.PayableToPartner;

    /// <summary>The deposit in this side's ledger.</summary>
    public static Account Deposit(LedgerSide own) => own is LedgerSide.Treatment ? Account.PrepaymentHeld : Account.PrepaymentDeposited;
}

namespace ProvincialGateway.Ledger;

/// <summary>The accounts of a node's ledger. A debit is positive, a credit negative.</summary>
internal enum Account
{
    /// <summary>基金支出: what this province's funds paid (insured side, debit).</summary>
    FundExpense = 1,

    /// <summary>个人账户: what was taken from its people's personal accounts (insured side, debit).</summary>
    PersonalAccounts = 2,

    /// <summary>应付就医地: owed to the treatment province (insured side, credit).</summary>
    PayableToPartner = 3,

    /// <summary>应收参保地: owed by the insured province (treatment side, debit).</summary>
    ReceivableFromPartner = 4,

    /// <summary>应付医疗机构: owed to this province's hospitals (treatment side, credit).</summary>
    PayableToHospitals = 5,

    /// <summary>存出预付金: this province's deposit with the treatment province (insured side, debit).</summary>
    PrepaymentDeposited = 6,

    /// <summary>存入预付金: the insured province's deposit held here (treatment side, credit).</summary>
    PrepaymentHeld = 7,

    /// <summary>银行存款: money in the bank that clearing and prepayment move (either side).</summary>
    Bank = 8,

    /// <summary>待处理: money sent and not yet confirmed by who gets it (either side).</summary>
    Suspense = 9,
}

/// <summary>The business event a posting set belongs to.</summary>
internal enum PostingEvent
{
    Settlement = 1,
    Cancellation = 2,

    /// <summary>The opposite of the set of the settlement or cancellation that was reversed.</summary>
    Reversal = 3,

    /// <summary>The payer has sent a deposit, or the return of one.</summary>
    PrepaymentNotified = 4,

    /// <summary>The payee has it.</summary>
    PrepaymentReceived = 5,

    /// <summary>What a confirmed statement deducts and offsets.</summary>
    StatementConfirmed = 6,

    /// <summary>The insured side has sent what a statement leaves to be paid.</summary>
    PaymentNotified = 7,

    /// <summary>The treatment side has it.</summary>
    PaymentReceived = 8,
}

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
}

/// <summary>The business event a posting set belongs to.</summary>
internal enum PostingEvent
{
    Settlement = 1,
    Cancellation = 2,

    /// <summary>The opposite of the set of the settlement or cancellation that was reversed.</summary>
    Reversal = 3,
}

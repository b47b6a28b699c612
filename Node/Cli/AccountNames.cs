using ProvincialGateway.Ledger;

namespace ProvincialGateway.Cli;

/// <summary>What people call the accounts of the ledger.</summary>
internal static class AccountNames
{
    public static (string Chinese, string English) Of(Account account) => account switch
    {
        Account.FundExpense => ("基金支出", "fund expense"),
        Account.PersonalAccounts => ("个人账户", "personal accounts"),
        Account.PayableToPartner => ("应付就医地", "payable to partner"),
        Account.ReceivableFromPartner => ("应收参保地", "receivable from partner"),
        Account.PayableToHospitals => ("应付医疗机构", "payable to hospitals"),
        Account.PrepaymentDeposited => ("存出预付金", "prepayment deposited"),
        Account.PrepaymentHeld => ("存入预付金", "prepayment held"),
        Account.Bank => ("银行存款", "bank"),
        Account.Suspense => ("待处理", "suspense"),
        _ => throw new ArgumentOutOfRangeException(nameof(account), account, "Not an account."),
    };
}

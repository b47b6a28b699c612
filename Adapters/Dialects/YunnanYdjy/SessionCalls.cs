using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>YDJYDLLINIT, ModifyPassword, SIGNIN and 81: what a workstation needs before it can work.</summary>
internal static class SessionCalls
{
    public static HisOperation DecodeStart(CallReader call) => new Acknowledge();

    public static OutputXml? EncodeStart(CallReader call, HisResult result) => result is Acknowledged ? OutputXml.Nothing : null;

    /// <summary>A password belongs to the card and its issuer; saying "changed" here would lock the patient out with the new one.</summary>
    public static HisOperation DecodePassword(CallReader call)
    {
        call.Refuse(Refusals.UnknownTransaction(Exports.ModifyPassword) with
        {
            Chinese = "社保卡密码由发卡地管理，本接口不能修改。",
            English = "the password of a card is kept by its issuer; this interface cannot change it.",
            NextStepChinese = "请持卡人到发卡地经办机构或其自助渠道修改。",
            NextStepEnglish = "The holder changes it with the agency that issued the card.",
        });
        return new Acknowledge();
    }

    public static HisOperation DecodeSignIn(CallReader call) => new OpenBusinessPeriod { OperatorNumber = call.Required(Elements.OperatorNumber) };

    public static OutputXml? EncodeSignIn(CallReader call, HisResult result) =>
        result is BusinessPeriodOpened opened ? new OutputXml().Add("BATCHNO", opened.PeriodNumber) : null;

    public static HisOperation DecodeSerial(CallReader call) => new IssueSerial();

    public static OutputXml? EncodeSerial(CallReader call, HisResult result) =>
        result is SerialIssued issued ? new OutputXml().Add("TRANSID", issued.Serial) : null;
}

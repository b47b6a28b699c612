using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>YDJYDLLINIT, SIGNIN and 81: what a workstation needs before it can work.</summary>
internal static class SessionCalls
{
    public static HisOperation DecodeStart(CallReader call) => new Acknowledge();

    public static OutputXml? EncodeStart(CallReader call, HisResult result) => result is Acknowledged ? OutputXml.Nothing : null;

    public static HisOperation DecodeSignIn(CallReader call) => new OpenBusinessPeriod { OperatorNumber = call.Required(Elements.OperatorNumber) };

    public static OutputXml? EncodeSignIn(CallReader call, HisResult result) =>
        result is BusinessPeriodOpened opened ? new OutputXml().Add("BATCHNO", opened.PeriodNumber) : null;

    public static HisOperation DecodeSerial(CallReader call) => new IssueSerial();

    public static OutputXml? EncodeSerial(CallReader call, HisResult result) =>
        result is SerialIssued issued ? new OutputXml().Add("TRANSID", issued.Serial) : null;
}

using Provincial.Exchange.V1;

namespace ProvincialGateway.Clearing;

/// <summary>An operator's step that this side's own books do not allow; the message says why and what to do, in Chinese and English.</summary>
internal sealed class ClearingRefusedException(string message) : Exception(message)
{
    public static ClearingRefusedException Of(Refusal refusal) =>
        new($"{refusal.MessageZh}{refusal.NextStepZh} / {refusal.MessageEn} {refusal.NextStepEn}");

    public static ClearingRefusedException Of(string chinese, string english) => new($"{chinese} / {english}");
}

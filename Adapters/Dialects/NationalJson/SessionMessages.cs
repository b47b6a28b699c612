using System.Text.Json.Nodes;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>9001 sign-in, 9002 sign-out. The sign number is the business period in which everything signed with it counts.</summary>
internal static class SessionMessages
{
    public static HisOperation SignIn(CallReader call) =>
        new OpenBusinessPeriod { OperatorNumber = (call.Input.Child("signIn") ?? call.Node()).Required(Fields.OperatorNumber) };

    public static JsonNode? SignedIn(CallState state, HisResult result) => result is not BusinessPeriodOpened opened ? null : new JsonObject
    {
        [state.Variant == ClientVariant.GZ ? "result" : "signinoutb"] = new JsonObject
        {
            ["sign_no"] = opened.PeriodNumber,
            ["sign_time"] = NodeTime.Of(result.TransactionId, NodeTime.Separated),
        },
    };

    /// <summary>The number may stand in the envelope alone.</summary>
    public static HisOperation SignOut(CallReader call)
    {
        var node = call.Input.Child("signOut") ?? call.Node();
        var number = node.Optional(Fields.PeriodNumber) ?? call.Envelope.Optional(Fields.SignNumber);
        return new CloseBusinessPeriod { PeriodNumber = number ?? node.Required(Fields.PeriodNumber) };
    }

    public static JsonNode? SignedOut(CallState state, HisResult result) => result is not BusinessPeriodClosed ? null : new JsonObject
    {
        [state.Variant == ClientVariant.GZ ? "result" : "signoutoutb"] = new JsonObject { ["sign_time"] = NodeTime.Of(result.TransactionId, NodeTime.Separated) },
    };
}

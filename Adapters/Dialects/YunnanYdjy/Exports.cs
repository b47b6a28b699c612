namespace ProvincialGateway.Dialects.YunnanYdjy;

/// <summary>The exported functions, spelt as declared.</summary>
internal static class Exports
{
    public const string Start = "YDJYDLLINIT";
    public const string SignIn = "SIGNIN";
    public const string SignOut = "SIGNOUT";
    public const string ReadCard = "SIReadCard";
    public const string ModifyPassword = "ModifyPassword";
    public const string CenterQuery = "CenterQuery";
    public const string RouteRepeater = "RouteRepeater";
    public const string Business = "YDJYBusiness_Handle";
    public const string BatchDownload = "BatchDownload";
    public const string Conversion = "Conversion";
}

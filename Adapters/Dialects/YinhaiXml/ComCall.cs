using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.YinhaiXml;

/// <summary>One call of a method of the COM object, as the component on the workstation recorded it.</summary>
internal sealed record ComCall
{
    /// <summary>As written, echoed.</summary>
    public required string Name { get; init; }

    /// <summary>Null when there is no such method.</summary>
    public required ComMethod? Method { get; init; }

    /// <summary>Institution code from the component's configuration; null when missing.</summary>
    public required string? Hospital { get; init; }

    /// <summary>The component's call counter, echoed; null when missing.</summary>
    public required string? Sequence { get; init; }

    /// <summary>Input parameters by declared name, any case.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>What is wrong with this call's frame; the other calls of a batch are not affected.</summary>
    public HisRefusal? Fault { get; init; }
}

/// <param name="Name">Without the prefix <c>yh_interface_</c>.</param>
/// <param name="References">The parameters by reference, in declared order.</param>
internal sealed record ComMethod(string Name, params IReadOnlyList<string> References)
{
    public const string Prefix = "yh_interface_";

    public const string TradeNumber = "jylsh";
    public const string TradeCheck = "jyyzm";
    public const string Output = "jysc_xml";
    public const string UncertainTrades = "jgxml";
    public const string AppCode = "appcode";
    public const string AppMessage = "appmsg";

    public static readonly ComMethod Init = new("init", AppCode, AppMessage);
    public static readonly ComMethod Destroy = new("destroy");
    public static readonly ComMethod Call = new("call", TradeNumber, TradeCheck, Output, AppCode, AppMessage);
    public static readonly ComMethod Confirm = new("confirm", AppCode, AppMessage);
    public static readonly ComMethod Cancel = new("cancel", AppCode, AppMessage);
    public static readonly ComMethod Uncertain = new("getuncertaintytrade", UncertainTrades, AppCode, AppMessage);

    private static readonly ComMethod[] All = [Init, Destroy, Call, Confirm, Cancel, Uncertain];

    public static ComMethod? Find(string name)
    {
        var bare = name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? name[Prefix.Length..] : name;
        return All.FirstOrDefault(method => method.Name.Equals(bare, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>How the reply must be framed: as the request was.</summary>
internal sealed record ComFrame(XmlCharset Charset, bool IsBatch);

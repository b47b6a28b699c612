using System.Diagnostics;
using System.Reflection;

namespace ProvincialGateway.AdapterHost;

/// <summary>An exception as type and place. Its message is left out: it may quote what the hospital sent.</summary>
internal static class FaultPlace
{
    private const int FramesShown = 4;

    public static string Of(Exception fault)
    {
        var methods = new StackTrace(fault).GetFrames().Select(frame => frame.GetMethod()).OfType<MethodBase>().Take(FramesShown);
        return $"{fault.GetType().Name} in {string.Join(" < ", methods.Select(method => $"{method.DeclaringType?.Name}.{method.Name}"))}";
    }
}

using System.Reflection;
using System.Reflection.Emit;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.AdapterHost;

/// <summary>Writes adapter DLLs that no sane person would.</summary>
internal static class EmittedDialects
{
    public const string Name = "emitted";

    /// <summary>A DLL with that many dialects, whose constructors do as told and whose methods fail.</summary>
    public static void Write(
        string path, int count, int contractVersion = AdapterContract.Version, Action<ILGenerator>? construct = null, Action<ILGenerator>? initialise = null)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(Path.GetFileNameWithoutExtension(path)), typeof(object).Assembly);
        var module = assembly.DefineDynamicModule("Emitted");
        for (var index = 0; index < count; index++)
            Dialect(module.DefineType($"Emitted.Dialect{index}", TypeAttributes.Public | TypeAttributes.Sealed), contractVersion, construct, initialise);
        assembly.Save(path);
    }

    private static void Dialect(TypeBuilder type, int contractVersion, Action<ILGenerator>? construct, Action<ILGenerator>? initialise)
    {
        type.AddInterfaceImplementation(typeof(IHisDialect));
        initialise?.Invoke(type.DefineTypeInitializer().GetILGenerator());
        var constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, Type.EmptyTypes).GetILGenerator();
        construct?.Invoke(constructor);
        constructor.Emit(OpCodes.Ret);
        foreach (var method in typeof(IHisDialect).GetMethods())
            Implement(type, method, contractVersion);
        type.CreateType();
    }

    private static void Implement(TypeBuilder type, MethodInfo declared, int contractVersion)
    {
        var parameters = declared.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        var method = type.DefineMethod(declared.Name, MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.Final, declared.ReturnType, parameters);
        var code = method.GetILGenerator();
        switch (declared.Name)
        {
            case $"get_{nameof(IHisDialect.Name)}":
                code.Emit(OpCodes.Ldstr, Name);
                code.Emit(OpCodes.Ret);
                break;
            case $"get_{nameof(IHisDialect.ContractVersion)}":
                code.Emit(OpCodes.Ldc_I4, contractVersion);
                code.Emit(OpCodes.Ret);
                break;
            case $"get_{nameof(IHisDialect.Paths)}":
                code.Emit(OpCodes.Ldc_I4_0);
                code.Emit(OpCodes.Newarr, typeof(string));
                code.Emit(OpCodes.Ret);
                break;
            default:
                Throw(code);
                break;
        }
        type.DefineMethodOverride(method, declared);
    }

    public static void Throw(ILGenerator code)
    {
        code.Emit(OpCodes.Newobj, typeof(NotSupportedException).GetConstructor(Type.EmptyTypes)!);
        code.Emit(OpCodes.Throw);
    }
}

using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ProvincialGateway.Tests.GrpcAbstractions;

/// <summary>One type or member that an assembly expects to find in another, written out with its full signature.</summary>
internal sealed record MemberReference(string Assembly, string Type, string? Member)
{
    public override string ToString() => $"[{Assembly}] {Type}{(Member is null ? "" : $"::{Member}")}";
}

/// <summary>Reads what an assembly binds to, and what an assembly offers, in the same notation.</summary>
internal static class MemberReferences
{
    /// <summary>Every type and member that the assembly expects in the named assemblies.</summary>
    public static IReadOnlyList<MemberReference> Of(Assembly assembly, params string[] targets)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var reader = file.GetMetadataReader();
        var types = reader.TypeReferences.Select(handle => ReferenceTo(reader, handle, null));
        var members = reader.MemberReferences
            .Select(reader.GetMemberReference)
            .Select(member => ReferencedType(reader, member.Parent) is { IsNil: false } type
                ? ReferenceTo(reader, type, Signature(reader, member))
                : null);
        return [.. types.Concat(members).OfType<MemberReference>().Where(one => targets.Contains(one.Assembly)).Distinct()];
    }

    /// <summary>Every type and member that code outside the assembly may bind to, inherited members included.</summary>
    public static IReadOnlySet<MemberReference> OfferedBy(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var reader = file.GetMetadataReader();
        var name = assembly.GetName().Name!;
        var offered = new HashSet<MemberReference>();
        foreach (var handle in reader.TypeDefinitions.Where(handle => IsReachable(reader, handle)))
        {
            var type = SignatureNames.NameOf(reader, handle);
            offered.Add(new MemberReference(name, type, null));
            foreach (var member in MembersOf(reader, handle, derivable: !IsSealed(reader, handle)))
                offered.Add(new MemberReference(name, type, member));
        }
        return offered;
    }

    private static IEnumerable<string> MembersOf(MetadataReader reader, TypeDefinitionHandle handle, bool derivable)
    {
        var type = reader.GetTypeDefinition(handle);
        var methods = type.GetMethods().Select(reader.GetMethodDefinition)
            .Where(method => IsReachable((int)(method.Attributes & MethodAttributes.MemberAccessMask), derivable))
            .Select(method => Signature(reader, method.Name, method.DecodeSignature(SignatureNames.Instance, null)));
        var fields = type.GetFields().Select(reader.GetFieldDefinition)
            .Where(field => IsReachable((int)(field.Attributes & FieldAttributes.FieldAccessMask), derivable))
            .Select(field => Signature(reader, field.Name, field.DecodeSignature(SignatureNames.Instance, null)));
        var inherited = type.BaseType is { IsNil: false, Kind: HandleKind.TypeDefinition } parent
            ? MembersOf(reader, (TypeDefinitionHandle)parent, derivable).Where(member => !member.Contains(" .ctor`"))
            : [];
        return methods.Concat(fields).Concat(inherited);
    }

    // The access values of methods and fields are the same numbers.
    private static bool IsReachable(int access, bool derivable) => (MethodAttributes)access switch
    {
        MethodAttributes.Public => true,
        MethodAttributes.Family or MethodAttributes.FamORAssem => derivable,
        _ => false,
    };

    private static bool IsReachable(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var outer = type.GetDeclaringType();
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => true,
            TypeAttributes.NestedPublic => IsReachable(reader, outer),
            TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem => IsReachable(reader, outer) && !IsSealed(reader, outer),
            _ => false,
        };
    }

    private static bool IsSealed(MetadataReader reader, TypeDefinitionHandle handle) =>
        reader.GetTypeDefinition(handle).Attributes.HasFlag(TypeAttributes.Sealed);

    private static MemberReference? ReferenceTo(MetadataReader reader, TypeReferenceHandle handle, string? member)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        while (scope.Kind == HandleKind.TypeReference)
            scope = reader.GetTypeReference((TypeReferenceHandle)scope).ResolutionScope;
        return scope.Kind == HandleKind.AssemblyReference
            ? new MemberReference(
                reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
                SignatureNames.NameOf(reader, handle),
                member)
            : null;
    }

    /// <summary>The type a member belongs to, without its type arguments; nil for one of the assembly's own.</summary>
    private static TypeReferenceHandle ReferencedType(MetadataReader reader, EntityHandle parent) => parent.Kind switch
    {
        HandleKind.TypeReference => (TypeReferenceHandle)parent,
        HandleKind.TypeSpecification => GenericTypeOf(reader, (TypeSpecificationHandle)parent),
        _ => default,
    };

    // A generic instance is the byte 0x15, then 0x11 or 0x12 (value or class), then the type.
    private static TypeReferenceHandle GenericTypeOf(MetadataReader reader, TypeSpecificationHandle handle)
    {
        var blob = reader.GetBlobReader(reader.GetTypeSpecification(handle).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            return default;
        blob.ReadSignatureTypeCode();
        var type = blob.ReadTypeHandle();
        return type.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)type : default;
    }

    private static string Signature(MetadataReader reader, System.Reflection.Metadata.MemberReference member) =>
        member.GetKind() == MemberReferenceKind.Method
            ? Signature(reader, member.Name, member.DecodeMethodSignature(SignatureNames.Instance, null))
            : Signature(reader, member.Name, member.DecodeFieldSignature(SignatureNames.Instance, null));

    private static string Signature(MetadataReader reader, StringHandle name, MethodSignature<string> signature) =>
        $"{(signature.Header.IsInstance ? "" : "static ")}{signature.ReturnType} {reader.GetString(name)}"
        + $"`{signature.GenericParameterCount}({string.Join(", ", signature.ParameterTypes)})";

    private static string Signature(MetadataReader reader, StringHandle name, string fieldType) =>
        $"{fieldType} {reader.GetString(name)}";
}

using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace QDrop.Architecture;

/// <summary>A use of one type by another.</summary>
/// <param name="From">Full name of the outermost type that uses.</param>
/// <param name="To">Full name of the outermost type that is used.</param>
internal sealed record TypeUse(TypeName From, TypeName To);

/// <summary>A type and where it stands.</summary>
/// <param name="Assembly">Simple name of its assembly.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name; that of the outermost type where it is nested.</param>
internal sealed record TypeName(string Assembly, string Namespace, string Name);

/// <summary>
/// Reads from a compiled assembly which types use which: in declarations, in attributes and in the code of methods.
/// </summary>
internal sealed class AssemblyReferences : ISignatureTypeProvider<object?, object?>
{
    private static readonly OpCode?[] OneByte = new OpCode?[256], TwoBytes = new OpCode?[256];

    private readonly MetadataReader _metadata;
    private readonly PEReader _file;
    private readonly string _assembly;
    private readonly HashSet<TypeUse> _uses = [];
    private TypeName? _current;

    static AssemblyReferences()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields())
        {
            if (field.GetValue(null) is not OpCode code)
                continue;
            (code.Size == 1 ? OneByte : TwoBytes)[code.Value & 0xFF] = code;
        }
    }

    private AssemblyReferences(PEReader file)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
        _assembly = _metadata.GetString(_metadata.GetAssemblyDefinition().Name);
    }

    /// <summary>The uses in an assembly, each once.</summary>
    /// <param name="path">Path of the assembly.</param>
    public static IReadOnlyCollection<TypeUse> Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        return new AssemblyReferences(file).Read();
    }

    private HashSet<TypeUse> Read()
    {
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            TypeDefinition type = _metadata.GetTypeDefinition(handle);
            _current = NameOf(handle);
            Use(type.BaseType);
            foreach (InterfaceImplementationHandle i in type.GetInterfaceImplementations())
                Use(_metadata.GetInterfaceImplementation(i).Interface);
            UseParameters(type.GetGenericParameters());
            UseAttributes(type.GetCustomAttributes());
            foreach (FieldDefinitionHandle f in type.GetFields())
            {
                FieldDefinition field = _metadata.GetFieldDefinition(f);
                field.DecodeSignature(this, null);
                UseAttributes(field.GetCustomAttributes());
            }
            foreach (MethodDefinitionHandle m in type.GetMethods())
                UseMethod(_metadata.GetMethodDefinition(m));
            foreach (PropertyDefinitionHandle p in type.GetProperties())
                UseAttributes(_metadata.GetPropertyDefinition(p).GetCustomAttributes());
        }
        return _uses;
    }

    private void UseMethod(MethodDefinition method)
    {
        method.DecodeSignature(this, null);
        UseParameters(method.GetGenericParameters());
        UseAttributes(method.GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0)
            return;
        MethodBodyBlock body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null);
        foreach (ExceptionRegion region in body.ExceptionRegions)
            Use(region.CatchType);
        UseCode(body.GetILReader());
    }

    private void UseCode(BlobReader code)
    {
        while (code.RemainingBytes > 0)
        {
            int first = code.ReadByte();
            OpCode operation = (first == 0xFE ? TwoBytes[code.ReadByte()] : OneByte[first])!.Value;
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    Use(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset++;
                    break;
                case OperandType.InlineNone:
                    break;
                default:
                    code.Offset += 4;
                    break;
            }
        }
    }

    private void UseParameters(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle p in parameters)
        {
            foreach (GenericParameterConstraintHandle c in _metadata.GetGenericParameter(p).GetConstraints())
                Use(_metadata.GetGenericParameterConstraint(c).Type);
        }
    }

    private void UseAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle a in attributes)
            Use(_metadata.GetCustomAttribute(a).Constructor);
    }

    private void Use(EntityHandle handle)
    {
        if (handle.IsNil)
            return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition or HandleKind.TypeReference:
                Use(NameOf(handle));
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                break;
            case HandleKind.MethodDefinition:
                Use(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Use(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                MemberReference member = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                Use(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Field)
                    member.DecodeFieldSignature(this, null);
                else
                    member.DecodeMethodSignature(this, null);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification specification = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Use(specification.Method);
                specification.DecodeSignature(this, null);
                break;
        }
    }

    private void Use(TypeName? type)
    {
        if (type is not null && type != _current && _current is not null)
            _uses.Add(new TypeUse(_current, type));
    }

    private TypeName? NameOf(EntityHandle handle)
    {
        if (handle.Kind == HandleKind.TypeDefinition)
        {
            TypeDefinition type = _metadata.GetTypeDefinition((TypeDefinitionHandle)handle);
            return type.GetDeclaringType() is { IsNil: false } outer
                ? NameOf(outer)
                : new(_assembly, _metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
        }
        TypeReference reference = _metadata.GetTypeReference((TypeReferenceHandle)handle);
        return reference.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference => NameOf(reference.ResolutionScope),
            HandleKind.AssemblyReference => new(
                _metadata.GetString(
                    _metadata.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope).Name),
                _metadata.GetString(reference.Namespace),
                _metadata.GetString(reference.Name)),
            _ => null,
        };
    }

    // Decodes signatures only to see the types in them.
    object? ISimpleTypeProvider<object?>.GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

    object? ISimpleTypeProvider<object?>.GetTypeFromDefinition(
        MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Seen(handle);

    object? ISimpleTypeProvider<object?>.GetTypeFromReference(
        MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Seen(handle);

    object? ISZArrayTypeProvider<object?>.GetSZArrayType(object? elementType) => null;

    object? IConstructedTypeProvider<object?>.GetArrayType(object? elementType, ArrayShape shape) => null;

    object? IConstructedTypeProvider<object?>.GetByReferenceType(object? elementType) => null;

    object? IConstructedTypeProvider<object?>.GetGenericInstantiation(
        object? genericType, ImmutableArray<object?> typeArguments) => null;

    object? IConstructedTypeProvider<object?>.GetPointerType(object? elementType) => null;

    object? ISignatureTypeProvider<object?, object?>.GetFunctionPointerType(MethodSignature<object?> signature) => null;

    object? ISignatureTypeProvider<object?, object?>.GetGenericMethodParameter(object? genericContext, int index) =>
        null;

    object? ISignatureTypeProvider<object?, object?>.GetGenericTypeParameter(object? genericContext, int index) => null;

    object? ISignatureTypeProvider<object?, object?>.GetModifiedType(
        object? modifier, object? unmodifiedType, bool isRequired) => null;

    object? ISignatureTypeProvider<object?, object?>.GetPinnedType(object? elementType) => null;

    object? ISignatureTypeProvider<object?, object?>.GetTypeFromSpecification(
        MetadataReader reader,
        object? genericContext,
        TypeSpecificationHandle handle,
        byte rawTypeKind) => Seen(handle);

    private object? Seen(EntityHandle handle)
    {
        Use(handle);
        return null;
    }
}

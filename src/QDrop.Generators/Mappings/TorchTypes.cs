using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Mappings;

/// <summary>What a type has to do with tensors.</summary>
internal enum Tensorness
{
    None,

    /// <summary>A tensor, or a class derived from it.</summary>
    Tensor,

    /// <summary>An array or a collection of .NET's with tensors, or with collections or tuples of them.</summary>
    List,

    /// <summary>A tuple or a positional record with tensors.</summary>
    Tuple,

    /// <summary>Anything else that mentions tensors: a delegate, a task.</summary>
    Other,
}

/// <summary>TorchSharp's types in one compilation.</summary>
internal sealed class TorchTypes
{
    /// <summary>
    /// As many inputs as a module class with a twin may have: TorchSharp's <c>Module&lt;…&gt;</c> has no more.
    /// </summary>
    public const int MaxInputs = 6;

    private readonly System.Collections.Concurrent.ConcurrentDictionary<ITypeSymbol, Tensorness> _records =
        new(SymbolEqualityComparer.Default);

    private TorchTypes(
        INamedTypeSymbol tensor,
        INamedTypeSymbol module,
        INamedTypeSymbol unaryModule,
        INamedTypeSymbol? unaryInterface)
    {
        Tensor = tensor;
        Module = module;
        UnaryModule = unaryModule.Construct(tensor, tensor);
        UnaryInterface = unaryInterface?.Construct(tensor, tensor);
    }

    public INamedTypeSymbol Tensor { get; }

    /// <summary><c>torch.nn.Module</c>.</summary>
    public INamedTypeSymbol Module { get; }

    /// <summary><c>torch.nn.Module&lt;Tensor, Tensor&gt;</c>.</summary>
    public INamedTypeSymbol UnaryModule { get; }

    /// <summary><c>torch.nn.IModule&lt;Tensor, Tensor&gt;</c>.</summary>
    public INamedTypeSymbol? UnaryInterface { get; }

    public static TorchTypes? Find(Compilation compilation) =>
        compilation.GetTypeByMetadataName("TorchSharp.torch+Tensor") is { } tensor
        && compilation.GetTypeByMetadataName("TorchSharp.torch+nn+Module") is { } module
        && compilation.GetTypeByMetadataName("TorchSharp.torch+nn+Module`2") is { } unary
            ? new TorchTypes(tensor, module, unary, compilation.GetTypeByMetadataName("TorchSharp.torch+nn+IModule`2"))
            : null;

    public bool IsTensor(ITypeSymbol? type) => type is not null && Derives(type, Tensor);

    public bool IsModule(ITypeSymbol? type) => type is not null && Derives(type, Module);

    /// <summary>Whether a value of the type is a module, known by class or by one of TorchSharp's interfaces.</summary>
    public bool IsModuleOrInterface(ITypeSymbol? type) =>
        IsModule(type)
        || (type is INamedTypeSymbol { TypeKind: TypeKind.Interface, Name: "IModule" }
            && SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, Module.ContainingAssembly));

    public bool IsUnaryModule(ITypeSymbol? type) => type is not null && Derives(type, UnaryModule);

    /// <summary>
    /// Types of the inputs of a module's <c>forward</c> and, last, of its result; none where the type is no module with
    /// tensors in and out, known by class or by interface.
    /// </summary>
    public ImmutableArray<ITypeSymbol> SignatureOf(ITypeSymbol? type)
    {
        ImmutableArray<ITypeSymbol> types = ForwardTypesOf(type);
        return IsFollowed(types) ? types : [];
    }

    /// <summary>
    /// Types of the inputs of a module's <c>forward</c> and, last, of its result, whatever they are; none where the
    /// type is no module with a <c>forward</c>.
    /// </summary>
    public ImmutableArray<ITypeSymbol> ForwardTypesOf(ITypeSymbol? type)
    {
        ImmutableArray<ITypeSymbol> start =
            type is ITypeParameterSymbol parameter ? parameter.ConstraintTypes
            : type is null ? []
            : [type];
        foreach (ITypeSymbol first in start)
        {
            for (ITypeSymbol? current = first; current is not null; current = current.BaseType)
            {
                if (current is INamedTypeSymbol named && IsForwardType(named))
                    return Longer(first, named.TypeArguments);
            }
            if ((first.TypeKind == TypeKind.Interface || IsModule(first))
                && first.AllInterfaces.FirstOrDefault(IsForwardType) is { } inherited)
                return inherited.TypeArguments;
        }
        return [];
    }

    /// <summary>
    /// Whether a layer of TorchSharp's takes masks although its type as a module has one input.
    /// </summary>
    public bool TakesMasks(ITypeSymbol type) => IsUnaryModule(type) && SignatureOf(type).Length > 2;

    /// <summary>
    /// The types of the longest overload of a layer of TorchSharp's, where that takes more than its type as a module.
    /// </summary>
    private ImmutableArray<ITypeSymbol> Longer(ITypeSymbol type, ImmutableArray<ITypeSymbol> signature) =>
        SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, Module.ContainingAssembly)
        && type.GetMembers("call").OfType<IMethodSymbol>().OrderByDescending(m => m.Parameters.Length).FirstOrDefault()
            is { } longest
        && longest.Parameters.Length >= signature.Length
            ? [.. longest.Parameters.Select(p => p.Type), longest.ReturnType]
            : signature;

    /// <summary>Whether a class is a module that a quantized model may be made of.</summary>
    public bool IsForwardModule(ITypeSymbol? type) =>
        IsModule(type) && SignatureOf(type).Length is >= 2 and <= MaxInputs + 1;

    private bool IsFollowed(ImmutableArray<ITypeSymbol> types) =>
        types.Length >= 2
        && Of(types[types.Length - 1]) is not (Tensorness.None or Tensorness.Other)
        && types.Take(types.Length - 1).Any(t => Of(t) != Tensorness.None);

    /// <summary><c>Module&lt;T, …, TResult&gt;</c> or <c>IModule&lt;T, …, TResult&gt;</c>.</summary>
    public bool IsForwardType(INamedTypeSymbol type) =>
        type is { Name: "Module" or "IModule", TypeArguments.Length: >= 2 }
        && SymbolEqualityComparer.Default.Equals(type.ContainingType, Module.ContainingType);

    /// <summary>
    /// Whether a value of the type is a module with one tensor in and one out, known by class or by interface.
    /// </summary>
    public bool IsUnaryModuleOrInterface(ITypeSymbol? type) => IsUnaryModule(type) || IsUnaryInterface(type);

    public Tensorness Of(ITypeSymbol? type) =>
        type switch
        {
            null => Tensorness.None,
            _ when IsTensor(type) => Tensorness.Tensor,
            IArrayTypeSymbol array => Of(array.ElementType) switch
            {
                Tensorness.None => Tensorness.None,
                Tensorness.Other => Tensorness.Other,
                _ => Tensorness.List,
            },
            INamedTypeSymbol named when IsModule(named) || IsForwardType(named) => Tensorness.None,
            INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } optional => Of(
                optional.TypeArguments[0]),
            INamedTypeSymbol { IsTupleType: true } tuple => OfParts(
                tuple.TupleElements.Select(e => e.Type), Tensorness.Tuple),
            INamedTypeSymbol { IsRecord: true } record => OfRecord(record),
            INamedTypeSymbol
            {
                Name: "Tuple",
                ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true }
            } tuple => OfParts(tuple.TypeArguments, Tensorness.Tuple),
            INamedTypeSymbol named => OfParts(
                named.TypeArguments, IsCollection(named) ? Tensorness.List : Tensorness.Other)
                is var kind
            && kind == Tensorness.None
            && named.ContainingType is { } outer
                ? OfParts(outer.TypeArguments, Tensorness.Other)
                : kind,
            _ => Tensorness.None,
        };

    /// <summary>
    /// The items of a record that consists of the parameters of its primary constructor; none for other types.
    /// </summary>
    public static ImmutableArray<IParameterSymbol> ItemsOf(ITypeSymbol? type)
    {
        if (type is not INamedTypeSymbol { IsRecord: true } record
            || record.BaseType is not { SpecialType: SpecialType.System_Object or SpecialType.System_ValueType })
            return [];
        foreach (IMethodSymbol constructor in record.InstanceConstructors.Where(c => c.Parameters.Length > 0))
        {
            if (constructor.Parameters.All(p => record.GetMembers(p.Name).Any(m => m is IPropertySymbol)))
                return constructor.Parameters;
        }
        return [];
    }

    private Tensorness OfRecord(INamedTypeSymbol record)
    {
        // A record may have items of its own type.
        if (_records.TryGetValue(record, out Tensorness known))
            return known;
        _records[record] = Tensorness.None;
        ImmutableArray<IParameterSymbol> items = ItemsOf(record);
        Tensorness found = OfParts(items.Select(static i => i.Type), Tensorness.Tuple);
        bool holdsMore = record
            .GetMembers()
            .OfType<IFieldSymbol>()
            .Any(f => !f.IsStatic && Of(f.Type) != Tensorness.None
                && items.All(i => f.AssociatedSymbol?.Name != i.Name));
        return _records[record] = holdsMore ? Tensorness.Other : found;
    }

    private Tensorness OfParts(IEnumerable<ITypeSymbol> parts, Tensorness whole)
    {
        var kinds = parts.Select(Of).Where(kind => kind != Tensorness.None).ToList();
        return kinds.Count == 0 ? Tensorness.None : kinds.Contains(Tensorness.Other) ? Tensorness.Other : whole;
    }

    private bool IsUnaryInterface(ITypeSymbol? type) =>
        type is not null
        && UnaryInterface is not null
        && (SymbolEqualityComparer.Default.Equals(type, UnaryInterface)
            || type.AllInterfaces.Contains(UnaryInterface, SymbolEqualityComparer.Default));

    private static bool IsCollection(INamedTypeSymbol type) => type.ContainingNamespace?.ToDisplayString() is { } name
        && ((name.StartsWith("System.Collections", System.StringComparison.Ordinal) && type.Name != "KeyValuePair")
            || (name == "System.Linq" && type.TypeKind == TypeKind.Interface)
            || (name == "System" && type.Name is "ReadOnlySpan" or "Span"));

    private static bool Derives(ITypeSymbol type, INamedTypeSymbol from)
    {
        IEnumerable<ITypeSymbol> start = type is ITypeParameterSymbol parameter ? parameter.ConstraintTypes : [type];
        foreach (ITypeSymbol first in start)
        {
            for (ITypeSymbol? current = first; current is not null; current = current.BaseType)
            {
                if (SymbolEqualityComparer.Default.Equals(current, from))
                    return true;
            }
        }
        return false;
    }
}

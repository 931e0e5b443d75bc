using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Mappings;

/// <summary>What a type has to do with tensors.</summary>
internal enum Tensorness
{
    None,

    /// <summary>A tensor, or a class derived from it.</summary>
    Tensor,

    /// <summary>A list or an array of tensors.</summary>
    List,

    /// <summary>Anything else that mentions tensors: a tuple, a delegate.</summary>
    Other,
}

/// <summary>TorchSharp's types in one compilation.</summary>
internal sealed class TorchTypes
{
    private TorchTypes(INamedTypeSymbol tensor, INamedTypeSymbol module, INamedTypeSymbol unaryModule, INamedTypeSymbol? unaryInterface)
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
    public bool IsModuleOrInterface(ITypeSymbol? type) => IsModule(type)
        || (type is INamedTypeSymbol { TypeKind: TypeKind.Interface, Name: "IModule" } && SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, Module.ContainingAssembly));

    public bool IsUnaryModule(ITypeSymbol? type) => type is not null && Derives(type, UnaryModule);

    /// <summary>Whether a value of the type is a module with one tensor in and one out, known by class or by interface.</summary>
    public bool IsUnaryModuleOrInterface(ITypeSymbol? type) => IsUnaryModule(type) || IsUnaryInterface(type);

    public Tensorness Of(ITypeSymbol? type) => type switch
    {
        null => Tensorness.None,
        _ when IsTensor(type) => Tensorness.Tensor,
        IArrayTypeSymbol array => Of(array.ElementType) switch
        {
            Tensorness.None => Tensorness.None,
            Tensorness.Tensor => Tensorness.List,
            _ => Tensorness.Other,
        },
        INamedTypeSymbol named when IsModule(named) || IsUnaryInterface(named) => Tensorness.None,
        INamedTypeSymbol { TypeArguments.Length: 1 } named when IsTensor(named.TypeArguments[0]) && IsEnumerable(named) => Tensorness.List,
        INamedTypeSymbol named => named.TypeArguments.Any(argument => Of(argument) != Tensorness.None) ? Tensorness.Other : Tensorness.None,
        _ => Tensorness.None,
    };

    private bool IsUnaryInterface(ITypeSymbol? type) => type is not null && UnaryInterface is not null
        && (SymbolEqualityComparer.Default.Equals(type, UnaryInterface) || type.AllInterfaces.Contains(UnaryInterface, SymbolEqualityComparer.Default));

    private static bool IsEnumerable(INamedTypeSymbol type) => type.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T
        || type.AllInterfaces.Any(i => i.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)
        || type.Name is "ReadOnlySpan" or "Span";

    private static bool Derives(ITypeSymbol type, INamedTypeSymbol from)
    {
        IEnumerable<ITypeSymbol> start = type is ITypeParameterSymbol parameter ? parameter.ConstraintTypes : [type];
        foreach (var first in start)
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

using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Mappings;

/// <summary>
/// What TorchSharp's layers are to quantization, read from the attributes of the families of layers in the run time's
/// metadata.
/// </summary>
internal sealed class LayerTable
{
    private const string FamilyName = "QDrop.Layers.Families.LayerFamily";
    private const string FamilyAttribute = "LayerFamilyAttribute";
    private const string TypesAttribute = "LayerTypesAttribute";

    // By the symbol, which the compilations of one project share until its references change.
    private static readonly ConditionalWeakTable<INamedTypeSymbol, LayerTable> Read = new();

    private static readonly LayerTable None = new();

    private readonly Dictionary<ISymbol, Layer> _layers = new(SymbolEqualityComparer.Default);

    private LayerTable()
    {
    }

    private LayerTable(INamedTypeSymbol @base)
    {
        foreach (INamedTypeSymbol family in @base.ContainingNamespace.GetTypeMembers())
            Add(family);
    }

    /// <summary>What is known of one class of layers.</summary>
    /// <param name="Kind">What it is to quantization.</param>
    /// <param name="FoldsBatchNorm">Whether a batch norm that follows is folded into it.</param>
    /// <param name="WhyNot">Why it cannot be quantized, and what to do instead.</param>
    /// <param name="Weights">How many weights it multiplies by: an expression of <see cref="WeightCount"/>.</param>
    /// <param name="KeepsShape">Whether its result has the shape of its input.</param>
    /// <param name="KeepsTensor">Whether it leaves its input as it is, even if it is told to work in place.</param>
    private sealed record Layer(
        LayerKind Kind, bool FoldsBatchNorm, string? WhyNot, string? Weights, bool KeepsShape, bool KeepsTensor);

    /// <summary>Gets the table of a compilation.</summary>
    public static LayerTable Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName(FamilyName) is { } @base
            ? Read.GetValue(@base, static b => new LayerTable(b))
            : None;

    /// <summary>
    /// Gets what a layer is to quantization; <see langword="null"/> if the type is none of TorchSharp's.
    /// </summary>
    public LayerKind? KindOf(ITypeSymbol? type) => Find(type)?.Kind;

    /// <summary>Tells whether layers of the type have weights that are quantized.</summary>
    public bool IsWeighted(ITypeSymbol? type) => KindOf(type) is LayerKind.Weighted || TakesSeveral(type);

    /// <summary>
    /// Tells whether layers of the type take or give several tensors, and the run time has counterparts for them.
    /// </summary>
    public bool TakesSeveral(ITypeSymbol? type) =>
        KindOf(type)
            is LayerKind.Attention
                or LayerKind.Recurrent
                or LayerKind.RecurrentCell
                or LayerKind.Transformer;

    /// <summary>Tells whether a batch norm that follows a layer of the type is folded into it.</summary>
    public bool FoldsBatchNorm(ITypeSymbol? type) => Find(type) is { FoldsBatchNorm: true };

    /// <summary>Tells whether the result of layers of the type has the shape of their input.</summary>
    public bool KeepsShape(ITypeSymbol? type) => Find(type) is { KeepsShape: true };

    /// <summary>
    /// Tells whether layers of the type change their input if they are made with <c>inplace: true</c>: activation
    /// functions do, and dropout changes nothing in inference.
    /// </summary>
    public bool MayWorkInPlace(ITypeSymbol? type) =>
        Find(type) is { Kind: LayerKind.Activation, KeepsTensor: false };

    /// <summary>Tells whether the type is one of TorchSharp's layers, and does not hold others.</summary>
    public bool IsSimple(ITypeSymbol? type) =>
        IsTorchSharp(type) && !type!.IsAbstract && KindOf(type) is not (LayerKind.Sequential or LayerKind.Collection);

    /// <summary>Gets the type of the modules of a collection, which has no <c>forward</c> of its own.</summary>
    public ITypeSymbol? ElementOf(ITypeSymbol? type) =>
        type is INamedTypeSymbol { TypeArguments.Length: 1 } collection && KindOf(type) == LayerKind.Collection
            ? collection.TypeArguments[0]
            : null;

    /// <summary>
    /// Gets why a layer of the type cannot be quantized and what to do instead, after a colon; <see langword="null"/>
    /// if nothing is known against it.
    /// </summary>
    public string? WhyNot(ITypeSymbol? type) => Find(type)?.WhyNot;

    /// <summary>
    /// Gets the expression for the number of weights that a layer of the type multiplies by; <see langword="null"/> if
    /// it has none. An embedding only looks rows up.
    /// </summary>
    public string? WeightsOf(ITypeSymbol? type) => Find(type)?.Weights;

    /// <summary>Tells whether the type is one of TorchSharp's modules.</summary>
    public static bool IsTorchSharp(ITypeSymbol? type) =>
        type is { ContainingAssembly.Name: "TorchSharp" }
        && type.ContainingNamespace?.ToDisplayString() == "TorchSharp.Modules";

    private Layer? Find(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (_layers.TryGetValue(type.OriginalDefinition, out Layer? layer))
                return layer;
        }
        return null;
    }

    private void Add(INamedTypeSymbol family)
    {
        ImmutableArray<AttributeData> attributes = family.GetAttributes();
        if (attributes.FirstOrDefault(a => a.AttributeClass?.Name == FamilyAttribute) is not { } facts
            || facts.ConstructorArguments is not [{ Value: int kind }])
        {
            return;
        }
        string? whyNot = Text(facts, "Reason") is { } reason ? $": {reason}; {Text(facts, "Advice")}" : null;
        bool folds = facts.NamedArguments.Any(a => a is { Key: "FoldsBatchNorm", Value.Value: true });
        foreach (AttributeData? types in attributes.Where(a => a.AttributeClass?.Name == TypesAttribute))
        {
            bool keeps = (LayerKind)kind is LayerKind.Activation or LayerKind.BatchNorm or LayerKind.Norm;
            var layer = new Layer(
                (LayerKind)kind, folds, whyNot, Text(types, "Weights"), ShapeEffects.Keeps(types, keeps),
                types.NamedArguments.Any(static a => a is { Key: "KeepsTensor", Value.Value: true }));
            foreach (INamedTypeSymbol type in types
                    .ConstructorArguments[0]
                    .Values.Select(v => v.Value)
                    .OfType<INamedTypeSymbol>())
                _layers[type.OriginalDefinition] = layer;
        }
    }

    private static string? Text(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value as string;
}

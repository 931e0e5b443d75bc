using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Lowering;

/// <summary>What the type parameters of a helper stand for where it is called: its copy in the twin has none.</summary>
internal sealed class TypeSubstitution
{
    public static readonly TypeSubstitution Nothing = new(new(SymbolEqualityComparer.Default), null);

    private readonly Dictionary<ISymbol, ITypeSymbol> _types;
    private readonly Compilation? _compilation;

    private TypeSubstitution(Dictionary<ISymbol, ITypeSymbol> types, Compilation? compilation)
    {
        _types = types;
        _compilation = compilation;
    }

    /// <param name="method">The method with type arguments, its own and those of the class that declares it.</param>
    /// <param name="outer">What the type parameters in those stand for.</param>
    /// <param name="compilation">Makes array types.</param>
    public static TypeSubstitution Of(IMethodSymbol method, TypeSubstitution outer, Compilation compilation)
    {
        var types = new Dictionary<ISymbol, ITypeSymbol>(SymbolEqualityComparer.Default);
        // A local function sees the type parameters of the method around it.
        if (MethodBody.IsNested(method))
        {
            foreach (KeyValuePair<ISymbol, ITypeSymbol> pair in outer._types)
                types[pair.Key] = pair.Value;
        }
        Add(method.OriginalDefinition.TypeParameters, method.TypeArguments);
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.ContainingType)
            Add(type.OriginalDefinition.TypeParameters, type.TypeArguments);
        return types.Count == 0 ? Nothing : new TypeSubstitution(types, compilation);

        void Add(IReadOnlyList<ITypeParameterSymbol> parameters, IReadOnlyList<ITypeSymbol> arguments)
        {
            for (int i = 0; i < parameters.Count && i < arguments.Count; i++)
            {
                ITypeSymbol argument = outer.Apply(arguments[i]);
                if (!SymbolEqualityComparer.Default.Equals(parameters[i], argument))
                    types[parameters[i]] = argument;
            }
        }
    }

    public ITypeSymbol Apply(ITypeSymbol type)
    {
        if (_types.Count == 0)
            return type;
        switch (type)
        {
            case ITypeParameterSymbol when _types.TryGetValue(type, out ITypeSymbol? argument):
                return type.NullableAnnotation == NullableAnnotation.Annotated && argument.IsReferenceType
                    ? argument.WithNullableAnnotation(NullableAnnotation.Annotated)
                    : argument;
            case IArrayTypeSymbol array:
                return _compilation!
                    .CreateArrayTypeSymbol(Apply(array.ElementType), array.Rank)
                    .WithNullableAnnotation(array.NullableAnnotation);
            case INamedTypeSymbol { IsTupleType: true } tuple:
                return _compilation!.CreateTupleTypeSymbol(
                    [.. tuple.TupleElements.Select(e => Apply(e.Type))],
                    [.. tuple.TupleElements.Select(e => e.IsExplicitlyNamedTupleElement ? e.Name : null)]);
            case INamedTypeSymbol { IsGenericType: true, TypeArguments.Length: > 0, IsUnboundGenericType: false } named:
                return named
                    .ConstructedFrom.Construct(
                        [.. named.TypeArguments.Select(Apply)], [.. named.TypeArgumentNullableAnnotations])
                    .WithNullableAnnotation(named.NullableAnnotation);
            default:
                return type;
        }
    }
}

using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Helpers;

/// <summary>How symbols are named in generated code, in the descriptor and in file names.</summary>
internal static class SymbolNames
{
    /// <summary>The format in which code names types: <c>global::Namespace.Type</c>.</summary>
    public static readonly SymbolDisplayFormat Qualified = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>Gets the name as <c>Type.FullName</c> gives it: nested classes stand behind a plus sign.</summary>
    public static string FullName(INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer)
            return FullName(outer) + "+" + type.MetadataName;
        return type.ContainingNamespace is { IsGlobalNamespace: false } @namespace
            ? FullName(@namespace) + "." + type.MetadataName
            : type.MetadataName;
    }

    /// <summary>Keywords are not escaped, as they are where the name is written as code.</summary>
    private static string FullName(INamespaceSymbol @namespace) =>
        @namespace.ContainingNamespace is { IsGlobalNamespace: false } outer
            ? FullName(outer) + "." + @namespace.MetadataName
            : @namespace.MetadataName;
}

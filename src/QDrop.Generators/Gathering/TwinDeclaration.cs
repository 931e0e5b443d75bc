using Microsoft.CodeAnalysis;
using QDrop.Generators.Helpers;

namespace QDrop.Generators.Gathering;

/// <summary>Where the twin of a module class is declared, and under which names.</summary>
internal static class TwinDeclaration
{
    /// <summary>Gets the namespace of a class; an empty string for the global one.</summary>
    public static string Namespace(INamedTypeSymbol type) => type.ContainingNamespace.IsGlobalNamespace
        ? ""
        : type.ContainingNamespace.ToDisplayString(SymbolNames.Qualified).Replace("global::", "");

    /// <summary>Gets the declarations to reopen, outermost first, the class itself last.</summary>
    public static IEnumerable<string> Shells(INamedTypeSymbol type)
    {
        string shell =
            $"partial {Keyword(type)} "
                + $"{type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat).Split('.').Last()}";
        return type.ContainingType is { } outer ? [.. Shells(outer), shell] : [shell];
    }

    private static string Keyword(INamedTypeSymbol type) => (type.IsRecord, type.TypeKind) switch
    {
        (true, TypeKind.Struct) => "record struct",
        (true, _) => "record",
        (_, TypeKind.Struct) => "struct",
        (_, TypeKind.Interface) => "interface",
        _ => "class",
    };

    /// <summary>One file name for each class, whatever its nesting and type parameters.</summary>
    public static string FileName(INamedTypeSymbol type) =>
        GeneratedSources.FileName(SymbolNames.FullName(type).Replace('+', '.').Replace('`', '-'));

    /// <summary>Gets a name of the twin that no member of the class, inherited or its own, has.</summary>
    public static string TwinName(INamedTypeSymbol module)
    {
        var taken = new List<string> { module.Name };
        taken.AddRange(module.TypeParameters.Select(p => p.Name));
        for (INamedTypeSymbol? type = module; type is not null; type = type.BaseType)
            taken.AddRange(type.GetMembers().Select(m => m.Name));
        string name = "Quantized";
        for (int i = 2; taken.Contains(name); i++)
            name = $"Quantized{i}";
        return name;
    }

    /// <summary>Gets the names that a field of a twin must not hide.</summary>
    public static IEnumerable<string> ReservedNames(Compilation compilation)
    {
        for (INamedTypeSymbol? type = compilation.GetTypeByMetadataName("QDrop.QuantizedModule`2");
            type is not null;
            type = type.BaseType)
        {
            foreach (ISymbol? member in type.GetMembers().Where(m => m.DeclaredAccessibility != Accessibility.Private))
                yield return member.Name;
        }
    }
}

using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace QDrop.Generators.Analysis;

/// <summary>
/// Everything in a compilation on which the meaning of a piece of code depends, apart from that code itself: the
/// skeletons of its files, its references and its options.
/// </summary>
internal static class CompilationKey
{
    private static readonly ConditionalWeakTable<Compilation, string> Keys = new();

    private static readonly ConditionalWeakTable<object, string> Identities = new();

    public static string Of(Compilation compilation, CancellationToken cancellation)
    {
        if (!Keys.TryGetValue(compilation, out string? key))
            key = Keys.GetValue(compilation, c => Digest.Of(Parts(c, cancellation)).Value);
        return key;
    }

    private static IEnumerable<string> Parts(Compilation compilation, CancellationToken cancellation)
    {
        yield return compilation.AssemblyName ?? "";
        foreach (string part in Options(compilation.Options))
            yield return part;
        foreach (MetadataReference reference in compilation.ExternalReferences)
        {
            yield return string.Join(",", reference.Properties.Aliases);
            // Only the declarations of a project count, also of one that is open beside this one.
            yield return reference is CompilationReference project
                ? Of(project.Compilation, cancellation)
                : IdentityOf(reference);
        }
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
            yield return DeclarationSkeleton.DigestOf(tree, cancellation);
    }

    /// <summary>By value: the compiler makes new options of the same values when it runs analyzers.</summary>
    private static IEnumerable<string> Options(CompilationOptions options)
    {
        yield return options.OutputKind.ToString();
        yield return options.NullableContextOptions.ToString();
        yield return options.CheckOverflow.ToString();
        yield return options.MetadataImportOptions.ToString();
        yield return options.MainTypeName ?? "";
        yield return options.SourceReferenceResolver is { } resolver ? IdentityOf(resolver) : "";
        yield return options.SyntaxTreeOptionsProvider is { } provider ? IdentityOf(provider) : "";
        if (options is CSharpCompilationOptions csharp)
        {
            yield return csharp.AllowUnsafe.ToString();
            yield return string.Join(",", csharp.Usings);
        }
    }

    /// <summary>A name for an object that means the same as long as it is the same object.</summary>
    private static string IdentityOf(object item) =>
        Identities.GetValue(item, static _ => Guid.NewGuid().ToString("N"));
}

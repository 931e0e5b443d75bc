using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Gathering;

/// <summary>
/// The files that this generator has written. The generator never sees them, an analyzer does. An analysis that reads
/// them would find twins beside the models that they are twins of. So every analysis is of the compilation without
/// them, and generator and analyzer get the same answer.
/// </summary>
internal static class GeneratedSources
{
    private const string FileEnding = ".Quantized.g.cs";

    /// <summary>The folder in which the compiler keeps the files: the generator's full name.</summary>
    private const string Folder = "QDrop.Generators.QuantizedModelGenerator";

    private static readonly ConditionalWeakTable<Compilation, Compilation> Sources = new();

    /// <summary>Gets the name of the file of a twin.</summary>
    /// <param name="className">The class, unique in the compilation.</param>
    public static string FileName(string className) => className + FileEnding;

    /// <summary>Tells whether this generator wrote a file of a compilation.</summary>
    public static bool Contains(string path) =>
        path.EndsWith(FileEnding, StringComparison.Ordinal) && path.Contains(Folder);

    /// <summary>Gets the compilation without the files that the generator wrote.</summary>
    public static Compilation Without(Compilation compilation)
    {
        if (Sources.TryGetValue(compilation, out Compilation? sources))
            return sources;
        var generated = compilation.SyntaxTrees.Where(tree => Contains(tree.FilePath)).ToList();
        return generated.Count == 0 ? compilation : Sources.GetValue(compilation, c => c.RemoveSyntaxTrees(generated));
    }
}

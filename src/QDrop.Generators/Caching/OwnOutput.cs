using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Caching;

/// <summary>
/// The files that this generator has written. The generator never sees them, an analyzer does; an analysis that reads them would find
/// twins beside the models that they are twins of. So every analysis is of the compilation without them, and both get the same answer.
/// </summary>
internal static class OwnOutput
{
    private static readonly ConditionalWeakTable<Compilation, Compilation> Sources = new();

    /// <summary>The compilation without the generator's own output.</summary>
    public static Compilation Without(Compilation compilation)
    {
        if (Sources.TryGetValue(compilation, out var sources))
            return sources;
        var own = compilation.SyntaxTrees.Where(tree => QuantizedModelGenerator.IsWrittenHere(tree.FilePath)).ToList();
        return own.Count == 0 ? compilation : Sources.GetValue(compilation, c => c.RemoveSyntaxTrees(own));
    }
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Benchmarks.Generator;

/// <summary>
/// Finds the classes with <c>[Quantize]</c> and does nothing: what the compiler itself asks of any generator that
/// begins with an attribute.
/// </summary>
internal sealed class FindingGenerator : IIncrementalGenerator
{
    public static GeneratorDriver Driver { get; } = CSharpGeneratorDriver.Create(new FindingGenerator());

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<string> found = context.SyntaxProvider.ForAttributeWithMetadataName(
            "QDrop.QuantizeAttribute",
            static (node, _) => node is ClassDeclarationSyntax,
            static (found, _) => found.TargetSymbol.Name);
        context.RegisterSourceOutput(found.Collect(), static (_, _) => { });
    }
}

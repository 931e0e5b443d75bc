using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Analysis;

/// <summary>
/// Reports what prevents the quantization of a model, by the analysis that the generator writes the twin from. The
/// analyzer reports, not the generator, because only an analyzer's diagnostics can have fixes and be suppressed.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class QuantizationAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [.. Rules.All];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(AttributeNames.Quantize) is null)
                return;
            var findings = CompilationDiagnostics.Of(start.Compilation);
            // An editor shows only what is reported from the declaration in which it lies.
            start.RegisterSymbolAction(symbol => Report(symbol, findings), SymbolKind.NamedType);
        });
    }

    private static void Report(SymbolAnalysisContext context, CompilationDiagnostics findings)
    {
        foreach (SyntaxReference declaration in context.Symbol.DeclaringSyntaxReferences)
        {
            foreach (Diagnostic diagnostic in findings.In(declaration, context.CancellationToken))
                context.ReportDiagnostic(diagnostic);
        }
    }
}

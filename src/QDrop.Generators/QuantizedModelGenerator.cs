using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using QDrop.Generators.Analysis;
using QDrop.Generators.Emission;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators;

/// <summary>
/// Writes the quantized twin of every class with <c>[Quantize]</c> and of the module classes it reaches.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class QuantizedModelGenerator : IIncrementalGenerator
{
    internal const string ModelsStep = "Models";
    internal const string DiagnosticsStep = "Diagnostics";
    internal const string FilesStep = "Files";

    private readonly OutcomeCache _outcomes;

    /// <summary>Makes the generator.</summary>
    public QuantizedModelGenerator()
        : this(OutcomeCache.Shared)
    {
    }

    internal QuantizedModelGenerator(OutcomeCache outcomes) => _outcomes = outcomes;

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        OutcomeCache outcomes = _outcomes;
        IncrementalValuesProvider<ModelOutcome> models = context
            .SyntaxProvider.ForAttributeWithMetadataName(
                AttributeNames.Quantize,
                static (node, _) => node is ClassDeclarationSyntax or RecordDeclarationSyntax,
                (found, cancellation) =>
                    outcomes.Of((TypeDeclarationSyntax)found.TargetNode, found.SemanticModel.Compilation, cancellation))
            .WithTrackingName(ModelsStep);

        // Two models may reach the same module class: its twin is written once, and its diagnostics are reported once.
        IncrementalValuesProvider<DiagnosticInfo> diagnostics = models
            .Collect()
            .SelectMany(
                static (all, _) => ModelOutcome.Models(all).SelectMany(static model => model.Diagnostics).Distinct())
            .WithTrackingName(DiagnosticsStep);

        IncrementalValuesProvider<ModuleFile> files = models
            .Collect()
            .SelectMany(static (all, _) => ModelOutcome.Models(all)
                .SelectMany(static model => model.Files)
                .GroupBy(static file => file.Module.Type)
                .Select(static same => same.FirstOrDefault(static file => file.Model is not null) ?? same.First()))
            .WithTrackingName(FilesStep);

        // The analyzer reports, because only an analyzer's diagnostics have fixes. A compiler that runs no analyzers,
        // or that stops at an error in a declaration, such as the name of a missing twin, leaves it to the generator.
        IncrementalValuesProvider<(DiagnosticInfo Left, Compilation Right)> unsaid = diagnostics
            .Combine(
                context.AnalyzerConfigOptionsProvider.Select(
                    static (options, _) => Reporting.Read(options.GlobalOptions)))
            .Where(static said => said.Right.Includes(said.Left))
            .Select(static (said, _) => said.Left)
            .Combine(context.CompilationProvider);

        context.RegisterSourceOutput(
            unsaid,
            static (output, said) =>
                output.ReportDiagnostic(
                    said.Left.ToDiagnostic(said.Left.Location.In(said.Right, output.CancellationToken))));
        context.RegisterSourceOutput(files, static (output, file) =>
            output.AddSource(file.Module.HintName, SourceText.From(ModuleWriter.Write(file), Encoding.UTF8)));
    }
}

using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using QDrop.Generators.Emission;
using QDrop.Generators.Gathering;

namespace QDrop.Generators;

/// <summary>Writes the quantized twin of every class with <c>[Quantize]</c> and of the module classes it reaches.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class QuantizedModelGenerator : IIncrementalGenerator
{
    internal const string ModelsStep = "Models";
    internal const string DiagnosticsStep = "Diagnostics";
    internal const string FilesStep = "Files";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var models = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                "QDrop.QuantizeAttribute",
                static (node, _) => node is ClassDeclarationSyntax,
                static (found, cancellation) => ModelGatherer.Gather(found, cancellation))
            .WithTrackingName(ModelsStep);

        // Two models may reach the same module class: it is written once, and what stands against it is said once.
        var diagnostics = models
            .SelectMany(static (model, _) => model.Diagnostics)
            .Collect()
            .SelectMany(static (all, _) => all.Distinct())
            .WithTrackingName(DiagnosticsStep);

        var files = models
            .SelectMany(static (model, _) => model.Files)
            .Collect()
            .SelectMany(static (all, _) => all
                .GroupBy(static file => file.Module.Type)
                .Select(static same => same.FirstOrDefault(static file => file.Model is not null) ?? same.First()))
            .WithTrackingName(FilesStep);

        context.RegisterSourceOutput(diagnostics, static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));
        context.RegisterSourceOutput(files, static (output, file) =>
            output.AddSource(file.Module.HintName, SourceText.From(ModuleWriter.Write(file), Encoding.UTF8)));
    }
}

using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Gathering;

/// <summary>Reads a class with <c>[Quantize]</c>, and the module classes it reaches, into values.</summary>
internal static class ModelGatherer
{
    private static readonly ModelOutcome Nothing = new(default, default);

    public static ModelOutcome Gather(GeneratorAttributeSyntaxContext found, CancellationToken cancellation) => found.TargetSymbol is INamedTypeSymbol model
        ? Gather(model, (TypeDeclarationSyntax)found.TargetNode, found.Attributes[0], found.SemanticModel.Compilation, cancellation)
        : Nothing;

    /// <param name="model">The class.</param>
    /// <param name="declaration">The declaration that carries the attribute.</param>
    /// <param name="attribute">The attribute.</param>
    /// <param name="compilation">The compilation, without what the generator wrote.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static ModelOutcome Gather(INamedTypeSymbol model, TypeDeclarationSyntax declaration, AttributeData attribute, Compilation compilation, CancellationToken cancellation)
    {
        if (TorchTypes.Find(compilation) is not { } torch)
            return Nothing;
        var finding = new Finding(compilation, torch, OpsTable.Of(compilation, torch), [], cancellation);
        var files = GatherFiles(model, declaration, attribute, finding);
        return finding.Diagnostics.Count > 0
            ? new ModelOutcome(default, finding.Diagnostics.Distinct().ToEquatableArray())
            : new ModelOutcome(files.ToEquatableArray(), default);
    }

    private static List<ModuleFile> GatherFiles(INamedTypeSymbol model, TypeDeclarationSyntax declaration, AttributeData attribute, Finding finding)
    {
        var files = new List<ModuleFile>();
        var identifier = LocationInfo.Of(declaration.Identifier);
        if (!finding.Torch.IsUnaryModule(model))
        {
            finding.Report(Rules.NotAModule, identifier, model.Name, $"it derives from {model.BaseType?.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat) ?? "nothing"}");
            return files;
        }
        if (ModuleGatherer.ForwardOf(model, finding.Torch) is null)
        {
            finding.Report(Rules.NotAModule, identifier, model.Name, "it does not override forward itself");
            return files;
        }

        var (modules, methods) = ReachedModules.Of(model, finding.Compilation, finding.Torch, finding.Cancellation);
        var creation = CreationGatherer.Gather(model, identifier, attribute, finding);
        var settings = SettingsGatherer.Gather(attribute, finding);
        var twins = modules.Select(module => (Module: module, Info: ModuleGatherer.Gather(module, isModel: SymbolEqualityComparer.Default.Equals(module, model), finding))).ToList();
        if (finding.Diagnostics.Count > 0 || twins[0].Info is not { } own)
            return files;

        var place = attribute.ApplicationSyntaxReference!.GetSyntax(finding.Cancellation).GetLocation().GetLineSpan();
        var info = new ModelInfo(
            FullName(model),
            Fingerprint.Of([.. modules, .. methods], finding.Cancellation),
            creation,
            settings.SettingsCode,
            settings.WeightsCode,
            settings.CalibrationCode,
            settings.CalibrationDataCode,
            Normalise(place.Path, finding.Compilation),
            place.StartLinePosition.Line + 1,
            place.StartLinePosition.Character + 1,
            BlockPartition.Of(own, [.. twins.Select(t => t.Info).OfType<ModuleInfo>()]).ToEquatableArray());
        files.Add(new ModuleFile(own, info));
        files.AddRange(twins.Skip(1).Where(t => t.Info is not null).Select(t => new ModuleFile(t.Info!, null)));
        return files;
    }

    /// <summary>The name as <c>Type.FullName</c> gives it: nested classes behind a plus sign.</summary>
    public static string FullName(INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer)
            return FullName(outer) + "+" + type.MetadataName;
        return type.ContainingNamespace is { IsGlobalNamespace: false } @namespace ? @namespace.ToDisplayString() + "." + type.MetadataName : type.MetadataName;
    }

    /// <summary>The path as the compiler writes it into assemblies: the same on every machine where the project maps its folder.</summary>
    private static string Normalise(string path, Compilation compilation) =>
        compilation.Options.SourceReferenceResolver?.NormalizePath(path, baseFilePath: null) ?? path;
}

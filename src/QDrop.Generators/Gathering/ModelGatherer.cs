using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Advice;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Gathering;

/// <summary>Reads a class with <c>[Quantize]</c>, and the module classes it reaches, into values.</summary>
internal static class ModelGatherer
{
    /// <summary>The attribute that makes a class a model.</summary>
    public const string AttributeName = "QDrop.QuantizeAttribute";

    /// <param name="declaration">The declaration that carries the attribute.</param>
    /// <param name="finding">What to work with.</param>
    public static ModelOutcome Gather(TypeDeclarationSyntax declaration, Finding finding)
    {
        if (finding.SemanticsOf(declaration.SyntaxTree).GetDeclaredSymbol(declaration, finding.Cancellation) is not { } model
            || AttributeOf(model, declaration) is not { } attribute)
        {
            return ModelOutcome.Nothing;
        }
        List<ModuleFile> files = [];
        IReadOnlyList<INamedTypeSymbol> modules = [], quantized = [];
        try
        {
            var reached = ReachedModules.Of(model, finding);
            (modules, quantized) = (reached.Modules, reached.Quantized);
            files = GatherFiles(model, declaration, attribute, reached, finding);
        }
        catch (CodeTooDeepException deep)
        {
            ReportDepth(LocationInfo.Of(deep.Place));
        }
        catch (InsufficientExecutionStackException)
        {
            // The compiler gives up on such code, too.
            ReportDepth(LocationInfo.Of(declaration.Identifier));
        }
        var parts = quantized.Where(module => OverrideGatherer.IsPart(module) && !OverrideGatherer.IsOrDerives(model, module));
        return new ModelOutcome(
            FullName(model),
            files.ToEquatableArray(),
            finding.Diagnostics.Distinct().ToEquatableArray(),
            modules.Select(FullName).ToEquatableArray(),
            parts.Select(FullName).ToEquatableArray());

        void ReportDepth(LocationInfo place) => finding.Report(Rules.NotAnalysable, place, model.Name, "code is nested too deeply; take parts of it into locals");
    }

    private static List<ModuleFile> GatherFiles(
        INamedTypeSymbol model, TypeDeclarationSyntax declaration, AttributeData attribute, ReachedModules.Result reached, Finding finding)
    {
        var files = new List<ModuleFile>();
        var identifier = LocationInfo.Of(declaration.Identifier);
        if (!finding.Torch.IsForwardModule(model))
        {
            finding.Report(Rules.NotAModule, identifier, model.Name, $"it derives from {model.BaseType?.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat) ?? "nothing"}");
            return files;
        }
        if (ModuleGatherer.ForwardOf(model, finding.Torch) is null)
        {
            finding.Report(Rules.NotAModule, identifier, model.Name, "it does not override forward itself");
            return files;
        }

        var signature = finding.Torch.SignatureOf(model);
        if (signature.Take(signature.Length - 1).FirstOrDefault(input => !IsGivenByCalibration(input, finding.Torch)) is { } other)
        {
            finding.Report(Rules.NotAModule, identifier, model.Name, $"its input of type {other.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)} is no tensor, so that calibration data cannot hold it");
            return files;
        }

        var creation = CreationGatherer.Gather(model, identifier, attribute, finding);
        var settings = SettingsGatherer.Gather(attribute, signature.Length - 1, finding);
        var overrides = OverrideGatherer.Gather(model, reached.Modules, finding).ToList();
        BudgetSettings.Check(attribute, settings, partsHaveWidths: overrides.Any(o => o.Code.Contains(" W = ")), finding);
        var twins = reached.Quantized.Select(module => (Module: module, Info: ModuleGatherer.Gather(module, isModel: SymbolEqualityComparer.Default.Equals(module, model), finding))).ToList();
        if (finding.HasErrors || twins[0].Info is not { } own)
            return files;

        var written = finding.SyntaxOf(attribute.ApplicationSyntaxReference!);
        ModelAdvice.Check(model, LocationInfo.Of(written), reached.Modules, reached.Methods, finding);
        OverrideAdvice.Check(model, reached.Modules, finding);
        FloatShare.Check(model, reached.Modules, reached.Methods, finding);
        BlockAdvice.Check(model, reached.Modules, twins, finding);
        var place = written.GetLocation().GetLineSpan();
        var info = new ModelInfo(
            FullName(model),
            Fingerprint.Of([.. reached.Modules, .. reached.Methods], finding),
            creation,
            settings.PresetCode,
            settings.SettingsCode,
            settings.WeightsCode,
            settings.CalibrationCode,
            settings.CalibrationDataCode,
            overrides.Select(o => o.Code).ToEquatableArray(),
            overrides.Where(o => o.Says.Length > 0).Select(o => new PartInfo(o.Part, o.Says)).Prepend(new PartInfo("first and last layer's weights, last layer's input", $"{settings.FirstLast} bits"))
                .Prepend(new PartInfo("everything else", $"W {BudgetSettings.Widths(settings)}, A {settings.A}")).ToEquatableArray(),
            Normalise(place.Path, finding.Compilation),
            place.StartLinePosition.Line + 1,
            place.StartLinePosition.Character + 1,
            BlockPartition.Of(own, [.. twins.Select(t => t.Info).OfType<ModuleInfo>()], MarkedPlaces(reached.Quantized.Skip(1)), settings.Granularity).ToEquatableArray());
        files.Add(new ModuleFile(own, info));
        files.AddRange(twins.Skip(1).Where(t => t.Info is not null).Select(t => new ModuleFile(t.Info!, null)));
        return files;
    }

    /// <summary>Fields and properties with <c>[QuantizationBlock]</c>.</summary>
    private static IEnumerable<(string Place, bool IsBlock)> MarkedPlaces(IEnumerable<INamedTypeSymbol> modules) =>
        from module in modules
        from member in module.GetMembers()
        where member is IPropertySymbol or IFieldSymbol { AssociatedSymbol: null } && QuantizationBlock.OfMember(member) is not null
        select ($"{module.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}.{member.Name}", QuantizationBlock.OfMember(member)!.Value);

    private static AttributeData? AttributeOf(INamedTypeSymbol model, TypeDeclarationSyntax declaration) => model.GetAttributes().FirstOrDefault(attribute =>
        attribute.AttributeClass?.ToDisplayString() == AttributeName && attribute.ApplicationSyntaxReference is { } place
        && place.SyntaxTree == declaration.SyntaxTree && declaration.AttributeLists.FullSpan.Contains(place.Span));

    private static bool IsGivenByCalibration(ITypeSymbol input, TorchTypes torch) => torch.IsTensor(input)
        || (input is INamedTypeSymbol { IsTupleType: true } tuple && tuple.TupleElements.All(e => IsGivenByCalibration(e.Type, torch)));

    /// <summary>The name as <c>Type.FullName</c> gives it: nested classes behind a plus sign.</summary>
    public static string FullName(INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer)
            return FullName(outer) + "+" + type.MetadataName;
        return type.ContainingNamespace is { IsGlobalNamespace: false } @namespace ? FullName(@namespace) + "." + type.MetadataName : type.MetadataName;
    }

    /// <summary>Keywords are not escaped, as they are where the name is written as code.</summary>
    private static string FullName(INamespaceSymbol @namespace) =>
        @namespace.ContainingNamespace is { IsGlobalNamespace: false } outer ? FullName(outer) + "." + @namespace.MetadataName : @namespace.MetadataName;

    /// <summary>The path as the compiler writes it into assemblies: the same on every machine where the project maps its folder.</summary>
    private static string Normalise(string path, Compilation compilation) =>
        compilation.Options.SourceReferenceResolver?.NormalizePath(path, baseFilePath: null) ?? path;
}

using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Advice;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Analysis;

/// <summary>Reads a class with <c>[Quantize]</c>, and the module classes it reaches, into values.</summary>
internal static class ModelAnalysis
{
    /// <param name="declaration">The declaration that carries the attribute.</param>
    /// <param name="context">The analysis.</param>
    public static ModelOutcome Analyse(TypeDeclarationSyntax declaration, AnalysisContext context)
    {
        if (context.SemanticsOf(declaration.SyntaxTree).GetDeclaredSymbol(declaration, context.Cancellation)
                is not { } model
            || AttributeOf(model, declaration) is not { } attribute)
        {
            return ModelOutcome.Nothing;
        }
        List<ModuleFile> files = [];
        IReadOnlyList<INamedTypeSymbol> modules = [], quantized = [];
        try
        {
            ReachedModules.Result reached = ReachedModules.Of(model, context);
            (modules, quantized) = (reached.Modules, reached.Quantized);
            files = FilesOf(model, declaration, attribute, reached, context);
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
        IEnumerable<INamedTypeSymbol> parts = quantized.Where(module =>
            OverrideGatherer.IsPart(module) && !OverrideGatherer.IsOrDerives(model, module));
        return new ModelOutcome(
            SymbolNames.FullName(model),
            files.ToEquatableArray(),
            context.Diagnostics.Distinct().ToEquatableArray(),
            modules.Select(SymbolNames.FullName).ToEquatableArray(),
            parts.Select(SymbolNames.FullName).ToEquatableArray());

        void ReportDepth(LocationInfo place) =>
            context.Report(
                Rules.NotAnalysable, place, model.Name, "code is nested too deeply; take parts of it into locals");
    }

    private static List<ModuleFile> FilesOf(
        INamedTypeSymbol model,
        TypeDeclarationSyntax declaration,
        AttributeData attribute,
        ReachedModules.Result reached,
        AnalysisContext context)
    {
        var identifier = LocationInfo.Of(declaration.Identifier);
        if (WhyNoModel(model, context) is { } reason)
        {
            context.Report(Rules.NotAModule, identifier, model.Name, reason);
            return [];
        }

        int inputs = InputsOf(model, context.Torch);
        string creation = CreationGatherer.Gather(model, identifier, attribute, context);
        Settings settings = SettingsGatherer.Gather(attribute, inputs, context);
        var overrides = OverrideGatherer.Gather(model, reached.Modules, context).ToList();
        BudgetSettings.Check(
            attribute, settings, partsHaveWidths: overrides.Any(o => o.Code.Contains(" W = ")), context);
        var twins = reached
            .Quantized.Select(module =>
                (
                    Module: module,
                    Info: ModuleAnalysis.Analyse(
                        module, isModel: SymbolEqualityComparer.Default.Equals(module, model), context)))
            .ToList();
        if (context.HasErrors || twins[0].Info is not { } own)
            return [];

        SyntaxNode written = context.SyntaxOf(attribute.ApplicationSyntaxReference!);
        ModelAdvice.Check(model, LocationInfo.Of(written), reached.Modules, reached.Methods, context);
        OverrideAdvice.Check(model, reached.Modules, context);
        FloatShare.Check(model, reached.Modules, reached.Methods, context);
        BlockAdvice.Check(model, reached.Modules, twins, context);
        FileLinePositionSpan place = written.GetLocation().GetLineSpan();
        var info = new ModelInfo(
            SymbolNames.FullName(model),
            Fingerprint.Of([.. reached.Modules, .. reached.Methods], context),
            creation,
            settings.PresetCode,
            settings.SettingsCode,
            settings.WeightsCode,
            settings.CalibrationCode,
            settings.CalibrationDataCode,
            overrides.Select(o => o.Code).ToEquatableArray(),
            WidthsOf(settings, overrides.Select(o => new PartInfo(o.Part, o.Says))),
            Normalise(place.Path, context.Compilation),
            place.StartLinePosition.Line + 1,
            place.StartLinePosition.Character + 1,
            BlockPartition
                .Of(
                    own,
                    [.. twins.Select(t => t.Info).OfType<ModuleInfo>()],
                    MarkedPlaces(reached.Quantized.Skip(1)),
                    settings.Granularity)
                .ToEquatableArray());
        return
        [
            new ModuleFile(own, info),
            .. twins.Skip(1).Where(t => t.Info is not null).Select(t => new ModuleFile(t.Info!, null)),
        ];
    }

    /// <summary>
    /// How many inputs calibration gives; of an array or a list it is not known how many, so that it counts as several.
    /// </summary>
    private static int InputsOf(INamedTypeSymbol model, TorchTypes torch) =>
        torch.SignatureOf(model) is var types
        && types.Take(types.Length - 1).Any(type => torch.Of(type) == Tensorness.List)
            ? Math.Max(2, types.Length - 1)
            : types.Length - 1;

    /// <summary>Why a class is no model that can be quantized; <see langword="null"/> if it is one.</summary>
    private static string? WhyNoModel(INamedTypeSymbol model, AnalysisContext context)
    {
        ImmutableArray<ITypeSymbol> types = context.Torch.ForwardTypesOf(model);
        if (types.Length < 2 || !context.Torch.IsModule(model))
            return $"it derives from {(model.BaseType is { } @base ? Text(@base) : "nothing")}";
        var inputs = types.Take(types.Length - 1).ToList();
        ITypeSymbol result = types[types.Length - 1];
        if (context.Torch.Of(result) is Tensorness.None or Tensorness.Other)
            return $"its result of type {Text(result)} is no tensor, tuple, record, array, list or dictionary of "
                + "tensors";
        if (inputs.All(i => context.Torch.Of(i) == Tensorness.None))
            return "it has no tensor among its inputs";
        if (inputs.Count(i => context.Torch.Of(i) == Tensorness.List) > 1)
            return "it has more than one input that is an array or a list";
        if (inputs.FirstOrDefault(input => !IsGivenByCalibration(input, context.Torch)) is { } other)
            return $"its input of type {Text(other)} is none that calibration data can hold: expected a tensor, a "
                + "number, a truth value, a tuple of these, or an array or a List of tensors";
        return ModuleClass.ForwardOf(model, context.Torch) is null ? "it does not override forward itself" : null;

        static string Text(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
    }

    /// <summary>Which parts of the model have which bits, the model as a whole first.</summary>
    private static EquatableArray<PartInfo> WidthsOf(Settings settings, IEnumerable<PartInfo> overrides) =>
        new[]
        {
            new PartInfo("everything else", $"W {BudgetSettings.Widths(settings)}, A {settings.A}"),
            new PartInfo("first and last layer's weights, last layer's input", $"{settings.FirstLast} bits"),
        }
            .Concat(overrides.Where(o => o.Says.Length > 0))
            .ToEquatableArray();

    /// <summary>Fields and properties with <c>[QuantizationBlock]</c>.</summary>
    private static IEnumerable<(string Place, bool IsBlock)> MarkedPlaces(IEnumerable<INamedTypeSymbol> modules) =>
        from module in modules
        from member in module.GetMembers()
        where
            member is IPropertySymbol or IFieldSymbol { AssociatedSymbol: null }
            && QuantizationBlock.OfMember(member) is not null
        select (
            $"{module.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}.{member.Name}",
            QuantizationBlock.OfMember(member)!.Value);

    private static AttributeData? AttributeOf(INamedTypeSymbol model, TypeDeclarationSyntax declaration) =>
        model
            .GetAttributes()
            .FirstOrDefault(attribute =>
                attribute.AttributeClass?.ToDisplayString() == AttributeNames.Quantize
                && attribute.ApplicationSyntaxReference is { } place
                && place.SyntaxTree == declaration.SyntaxTree
                && declaration.AttributeLists.FullSpan.Contains(place.Span));

    private static bool IsGivenByCalibration(ITypeSymbol input, TorchTypes torch) =>
        torch.IsTensor(input)
        || IsNumber(input)
        || (torch.Of(input) == Tensorness.List
            && input is IArrayTypeSymbol or INamedTypeSymbol { Name: "List", TypeArguments.Length: 1 }
            && torch.IsTensor(input is IArrayTypeSymbol array ? array.ElementType
                : ((INamedTypeSymbol)input).TypeArguments[0]))
        || (input is INamedTypeSymbol { IsTupleType: true } tuple
            && tuple.TupleElements.All(e => torch.IsTensor(e.Type) || IsNumber(e.Type)
                || (e.Type.IsTupleType && IsGivenByCalibration(e.Type, torch))));

    private static bool IsNumber(ITypeSymbol type) => type.SpecialType
        is SpecialType.System_Int32
            or SpecialType.System_Int64
            or SpecialType.System_Single
            or SpecialType.System_Double
            or SpecialType.System_Boolean;

    /// <summary>
    /// The path as the compiler writes it into assemblies: the same on every machine where the project maps its folder.
    /// </summary>
    private static string Normalise(string path, Compilation compilation) =>
        compilation.Options.SourceReferenceResolver?.NormalizePath(path, baseFilePath: null) ?? path;
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Gathering;

/// <summary>What attributes on parts of a model say, as C# expressions for the descriptor's table.</summary>
internal static class OverrideGatherer
{
    /// <summary>The settings that a part may have for itself.</summary>
    public static readonly string[] OfParts = ["W", "A", "Method"];

    private const string Float = "FullPrecision = true";

    /// <summary>The settings that make a class a model of its own, even if it is part of another model.</summary>
    private static readonly string[] OfModels = ["Weights", "Calibration", "CalibrationData", "Factory"];

    /// <param name="model">The model, whose own attribute holds its settings.</param>
    /// <param name="modules">The module classes that it reaches.</param>
    /// <param name="context">The analysis.</param>
    /// <returns>
    /// The expressions, each with the part's name and with what it says of bit widths and methods, if anything.
    /// </returns>
    public static IEnumerable<(string Code, string Part, string Says)> Gather(
        INamedTypeSymbol model, IReadOnlyList<INamedTypeSymbol> modules, AnalysisContext context)
    {
        GivenSettings? given = AttributeOf(model, AttributeNames.Quantize) is { } own ? new GivenSettings(own) : null;
        foreach (INamedTypeSymbol module in modules)
        {
            string type = TypeCode(module, model, context);
            if (!IsOrDerives(model, module) && Settings(module, given, context) is { Count: > 0 } ofClass)
                yield return ($"new({type}) {{ {string.Join(", ", ofClass)} }}", NameOf(module), Says(ofClass));
            foreach ((string? name, ISymbol? member) in Places(module, context))
            {
                if (Settings(member, given, context) is { Count: > 0 } ofMember)
                    yield return (
                        $"new({type}, {SymbolDisplay.FormatLiteral(name, quote: true)}) {{ "
                            + $"{string.Join(", ", ofMember)} }}",
                        $"{NameOf(module)}.{name}",
                        Says(ofMember));
            }
        }
    }

    /// <summary>
    /// Whether the class is only a part of a model that reaches it: its attribute names nothing of what a model of its
    /// own is made from.
    /// </summary>
    public static bool IsPart(INamedTypeSymbol module) =>
        AttributeOf(module, AttributeNames.Quantize) is { } attribute
        && !attribute.NamedArguments.Any(argument => OfModels.Contains(argument.Key));

    /// <summary>Whether the class is a model's, or one from which a model derives.</summary>
    public static bool IsOrDerives(INamedTypeSymbol model, INamedTypeSymbol module)
    {
        for (INamedTypeSymbol? type = model; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, module))
                return true;
        }
        return false;
    }

    public static AttributeData? AttributeOf(ISymbol symbol, string name) =>
        symbol
            .GetAttributes()
            .FirstOrDefault(attribute =>
                attribute.AttributeClass?.ToDisplayString() == name && attribute.ApplicationSyntaxReference is not null
            );

    /// <summary>Training changes all weights together.</summary>
    private static void CheckMethod(AttributeData attribute, GivenSettings? model, AnalysisContext context)
    {
        var part = new GivenSettings(attribute);
        if (part.GivenChoice("Method") is not { } method)
            return;
        string? reason =
            model is { Trains: true }
                ? $"the model is trained with Method = {model.Choice("Method")}; leave Method out here"
            : part.Trains ? $"give the whole model Method = {method}, or leave it out here"
            : null;
        if (reason is not null)
            context.Report(
                Rules.TrainedPart, AttributeArguments.LocationOf(attribute, "Method", context), [], method, reason);
    }

    private static string NameOf(INamedTypeSymbol module) =>
        module.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    /// <summary>Writes settings for documentation, without blocks: the units have a list of their own.</summary>
    private static string Says(IReadOnlyList<string> settings) =>
        settings.Contains(Float)
            ? "full precision"
            : string.Join(
                ", ",
                settings
                    .Where(setting => !setting.StartsWith("IsBlock", StringComparison.Ordinal))
                    .Select(setting => setting.Replace(" = ", " ").Replace("global::QDrop.Method.", "")));

    private static string TypeCode(INamedTypeSymbol module, INamedTypeSymbol model, AnalysisContext context)
    {
        // A private class has no name here. A trimmer understands a constant.
        if (!context.Compilation.IsSymbolAccessibleWithin(module, model))
        {
            string name = SymbolDisplay.FormatLiteral(SymbolNames.FullName(module), quote: true);
            return $"global::System.Type.GetType({name}, throwOnError: true)!";
        }
        INamedTypeSymbol type = module.IsGenericType ? module.ConstructUnboundGenericType() : module;
        return $"typeof({type.ToDisplayString(SymbolNames.Qualified)})";
    }

    /// <summary>Fields and properties with modules, by the name that the source gives them.</summary>
    private static IEnumerable<(string Name, ISymbol Member)> Places(INamedTypeSymbol module, AnalysisContext context)
    {
        foreach (ISymbol? member in module.GetMembers().Where(m => !m.IsStatic))
        {
            if (member is IFieldSymbol field && context.Torch.IsModuleOrInterface(field.Type))
                yield return (field.AssociatedSymbol?.Name ?? field.Name, field);
            else if (member is IPropertySymbol { IsIndexer: false } property
                && context.Torch.IsModuleOrInterface(property.Type))
                yield return (property.Name, property);
        }
    }

    private static List<string> Settings(ISymbol part, GivenSettings? model, AnalysisContext context)
    {
        var code = new List<string>();
        if (AttributeOf(part, AttributeNames.Quantize) is { } attribute)
        {
            CheckMethod(attribute, model, context);
            int inputs = part is INamedTypeSymbol type ? context.Torch.SignatureOf(type).Length - 1 : 1;
            code.AddRange(
                SettingsGatherer
                    .Gather(attribute, inputs, context, isPart: true)
                    .SettingsCode.Where(setting =>
                        OfParts.Any(name => setting.StartsWith(name + " = ", StringComparison.Ordinal))));
        }
        if (AttributeOf(part, AttributeNames.FullPrecision) is not null)
            code.Add(Float);
        // The twin of a class says whether the class is a block.
        if (part is not INamedTypeSymbol && QuantizationBlock.Of(part) is { } isBlock)
            code.Add($"IsBlock = {(isBlock ? "true" : "false")}");
        return code;
    }
}

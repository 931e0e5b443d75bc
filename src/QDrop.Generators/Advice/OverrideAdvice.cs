using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Advice;

/// <summary>Reports attributes on parts of a model that change nothing.</summary>
internal static class OverrideAdvice
{
    private static readonly string[] Attributes =
    [
        AttributeNames.Quantize,
        AttributeNames.FullPrecision,
        AttributeNames.QuantizationBlock,
    ];

    /// <param name="model">The model.</param>
    /// <param name="modules">The module classes that it reaches.</param>
    /// <param name="context">The analysis.</param>
    public static void Check(INamedTypeSymbol model, IReadOnlyList<INamedTypeSymbol> modules, AnalysisContext context)
    {
        if (OverrideGatherer.AttributeOf(model, AttributeNames.FullPrecision) is { } ofModel)
            Report(ofModel, null, "it is for parts of a model; without [Quantize] all of it stays float", context);
        foreach (INamedTypeSymbol module in modules)
        {
            if (OverrideGatherer.IsPart(module) && !OverrideGatherer.IsOrDerives(model, module))
                CheckPart(module, context);
            foreach (ISymbol? member in module.GetMembers().Where(member => member is IFieldSymbol or IPropertySymbol))
                CheckMember(member, context);
        }
    }

    /// <summary>Makes the diagnostic of an attribute in a class that no model of the compilation reaches.</summary>
    public static DiagnosticInfo Unreached(ISymbol part, string attributeName, AttributeSyntax attribute) =>
        WithoutEffect(
            LocationInfo.Of(attribute),
            NameOf(attributeName),
            $"no model with [Quantize] is made of '{(part as INamedTypeSymbol ?? part.ContainingType).Name}'");

    private static void CheckMember(ISymbol member, AnalysisContext context)
    {
        foreach (string name in Attributes)
        {
            if (OverrideGatherer.AttributeOf(member, name) is { } attribute && WhyNot(member, context) is { } reason)
                Report(attribute, null, reason, context);
        }
        if (WhyNot(member, context) is null)
            CheckPart(member, context);
    }

    /// <summary>Why no attribute on a field or property can have an effect.</summary>
    public static string? WhyNot(ISymbol member, AnalysisContext context)
    {
        ITypeSymbol type = member is IFieldSymbol field ? field.Type : ((IPropertySymbol)member).Type;
        if (type.TypeKind == TypeKind.Error)
            return null;
        if (!context.Torch.IsModuleOrInterface(type))
            return $"'{member.Name}' is no module";
        if (member.IsStatic)
            return $"'{member.Name}' is static, and so no part of the model";
        bool isHeld =
            member is not IPropertySymbol property
            || property
                .ContainingType.GetMembers()
                .OfType<IFieldSymbol>()
                .Any(behind => SymbolEqualityComparer.Default.Equals(behind.AssociatedSymbol, property));
        return isHeld ? null : $"'{member.Name}' holds no module itself; mark the field or property that does";
    }

    /// <summary>Reports settings on a part that only a whole model can have.</summary>
    private static void CheckPart(ISymbol part, AnalysisContext context)
    {
        if (OverrideGatherer.AttributeOf(part, AttributeNames.Quantize) is not { } attribute)
            return;
        if (OverrideGatherer.AttributeOf(part, AttributeNames.FullPrecision) is not null)
        {
            Report(attribute, null, "[FullPrecision] leaves it float", context);
            return;
        }
        foreach (string? setting in attribute
                .NamedArguments.Select(argument => argument.Key)
                .Where(setting => !OverrideGatherer.OfParts.Contains(setting)))
            Report(
                attribute,
                setting,
                $"{setting} is one for the whole model; a part can have its own "
                    + $"{string.Join(", ", OverrideGatherer.OfParts)}",
                context);
    }

    private static void Report(AttributeData attribute, string? setting, string reason, AnalysisContext context)
    {
        LocationInfo place = setting is null
            ? LocationInfo.Of(context.SyntaxOf(attribute.ApplicationSyntaxReference!))
            : AttributeArguments.LocationOf(attribute, setting, context);
        context.Diagnostics.Add(WithoutEffect(place, NameOf(attribute.AttributeClass!.ToDisplayString()), reason));
    }

    private static DiagnosticInfo WithoutEffect(LocationInfo place, string attribute, string reason) =>
        DiagnosticInfo.Create(Rules.AttributeWithoutEffect, place, attribute, reason) with
        {
            Properties = new FixProperty[] { new(FixData.Remove, "") }.ToEquatableArray(),
        };

    private static string NameOf(string attribute) => attribute.Replace("QDrop.", "").Replace("Attribute", "");
}

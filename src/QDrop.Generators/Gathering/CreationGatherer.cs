using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;
using QDrop.Generators.Models;

namespace QDrop.Generators.Gathering;

/// <summary>
/// How the calibration creates a model: its constructor without arguments, or the factory that the attribute names.
/// </summary>
internal static class CreationGatherer
{
    /// <returns>An expression that creates the model.</returns>
    public static string Gather(
        INamedTypeSymbol model, LocationInfo identifier, AttributeData attribute, AnalysisContext context)
    {
        string type = model.ToDisplayString(SymbolNames.Qualified);
        if (IsGeneric(model))
            context.Report(
                Rules.NotCreatable,
                identifier,
                model.Name,
                "it is generic, and its type arguments are not known; derive a class that is not");
        else if (!IsVisible(model))
            context.Report(
                Rules.NotCreatable,
                identifier,
                model.Name,
                "it is private or protected; make it, and the classes around it, internal or public");

        if (attribute.NamedArguments.FirstOrDefault(a => a.Key == "Factory").Value.Value is string factory)
        {
            var methods = model.GetMembers(factory).OfType<IMethodSymbol>().ToList();
            if (!methods.Any(m =>
                    m.IsStatic && m.TypeParameters.Length == 0 && TakesNothing(m) && Derives(m.ReturnType, model)))
            {
                bool canBeAdded =
                    !model.IsAbstract && SyntaxFacts.IsValidIdentifier(factory) && model.GetMembers(factory).IsEmpty;
                context.Report(
                    Rules.NotCreatable,
                    AttributeArguments.LocationOf(attribute, "Factory", context),
                    canBeAdded ? [new(FixData.Factory, factory)] : [],
                    model.Name,
                    methods.Count == 0
                        ? $"the factory '{factory}' does not exist; expected a static method '{model.Name} "
                            + $"{factory}()' of the class"
                        : $"the factory '{factory}' is not a static method without parameters that returns {model.Name}"
                );
            }
            return $"{type}.{Escape(factory)}()";
        }
        if (model.IsAbstract)
            context.Report(
                Rules.NotCreatable,
                identifier,
                model.Name,
                "it is abstract; name a static method that creates the model: [Quantize(Factory = \"…\")]");
        else if (!model.InstanceConstructors.Any(TakesNothing))
            context.Report(
                Rules.NotCreatable,
                identifier,
                [new(FixData.Factory, "")],
                model.Name,
                "no constructor can be called without arguments; give the parameters defaults, or name a static method "
                    + "that creates the model: [Quantize(Factory = \"…\")]");
        return $"new {type}()";
    }

    private static bool TakesNothing(IMethodSymbol method) => method.Parameters.All(p => p.IsOptional || p.IsParams);

    private static bool IsGeneric(INamedTypeSymbol type) =>
        type.TypeParameters.Length > 0 || (type.ContainingType is { } outer && IsGeneric(outer));

    private static bool IsVisible(INamedTypeSymbol type) =>
        type.DeclaredAccessibility
            is not (Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
        && (type.ContainingType is null || IsVisible(type.ContainingType));

    private static bool Derives(ITypeSymbol? type, INamedTypeSymbol from)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, from))
                return true;
        }
        return false;
    }

    private static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;
}

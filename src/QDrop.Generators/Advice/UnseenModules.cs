using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Lowering;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Advice;

/// <summary>
/// Modules of compiled assemblies that <c>forward</c> calls: without their source they have no twin, unless their own
/// project was built with this generator. Said where a member of the class is set to one; what only the run of the
/// model shows is said there.
/// </summary>
internal static class UnseenModules
{
    private const string HasTwin = "QDrop.CompilerServices.IQuantizable";

    public static void Check(INamedTypeSymbol module, ForwardFlow flow, AnalysisContext context)
    {
        IEnumerable<ISymbol> called = flow.Values
            .Select(value => value.Layer is { IsSpread: false } layer ? MemberOf(layer.Module.Operation) : null)
            .OfType<ISymbol>()
            .Distinct(SymbolEqualityComparer.Default);
        foreach (ISymbol member in called.Where(m => !FullPrecision.Holds(m)))
        {
            foreach ((ExpressionSyntax set, SemanticModel semantics) in MemberTypes.ValuesOf(member, context))
            {
                foreach (ExpressionSyntax value in WithElements(set, semantics, context))
                {
                    if (Made(value, semantics, context) is var (type, maker) && IsUnseen(type, context))
                        Report(member, value, type, maker, isElement: value != set, context);
                }
            }
        }
    }

    /// <summary>
    /// An expression and, where it makes a <c>Sequential</c> or a list, the modules that it puts there.
    /// </summary>
    private static IEnumerable<ExpressionSyntax> WithElements(
        ExpressionSyntax value, SemanticModel semantics, AnalysisContext context)
    {
        yield return value;
        if (ArgumentsOf(value) is not { } list
            || context.Layers.KindOf(semantics.GetTypeInfo(value, context.Cancellation).Type)
                is not (LayerKind.Sequential or LayerKind.Collection))
        {
            yield break;
        }
        foreach (ArgumentSyntax argument in list.Arguments)
        {
            // ("backbone", resnet18())
            ExpressionSyntax element = argument.Expression is TupleExpressionSyntax named
                ? named.Arguments[named.Arguments.Count - 1].Expression
                : argument.Expression;
            foreach (ExpressionSyntax part in WithElements(element, semantics, context))
                yield return part;
        }
    }

    private static void Report(
        ISymbol member,
        ExpressionSyntax value,
        ITypeSymbol type,
        IMethodSymbol maker,
        bool isElement,
        AnalysisContext context)
    {
        (string? model, string? models) = TorchVisionModels.Find(type, maker, Given(value, maker));
        string advice = models is null
            ? "expected a partial class of this project, or one of a project that is built with QDrop; or mark "
                + $"'{member.Name}' with [FullPrecision] to leave it float"
            : $"use {models} of the package {TorchVisionModels.Namespace}, which has the same parameters and brings "
                + $"the source; or mark '{member.Name}' with [FullPrecision] to leave it float";
        context.Report(
            Rules.UnseenModule,
            LocationInfo.Of(value),
            model is null ? [] : [new(FixData.Model, model)],
            member.Name,
            isElement ? "holds" : "is",
            type.Name,
            type.ContainingAssembly.Name,
            advice);
    }

    /// <summary>Names of the parameters for which a call has arguments.</summary>
    private static IEnumerable<string> Given(ExpressionSyntax value, IMethodSymbol maker)
    {
        int last = maker.Parameters.Length - 1;
        return ArgumentsOf(value)?.Arguments.Select((argument, i) =>
                argument.NameColon?.Name.Identifier.ValueText ?? maker.Parameters[Math.Min(i, last)].Name)
            ?? [];
    }

    private static ArgumentListSyntax? ArgumentsOf(ExpressionSyntax value) => value switch
    {
        InvocationExpressionSyntax call => call.ArgumentList,
        BaseObjectCreationExpressionSyntax creation => creation.ArgumentList,
        _ => null,
    };

    /// <summary>The type of a module that an expression certainly makes, and what makes it.</summary>
    private static (ITypeSymbol Type, IMethodSymbol Maker)? Made(
        ExpressionSyntax value, SemanticModel semantics, AnalysisContext context) =>
        value is BaseObjectCreationExpressionSyntax or InvocationExpressionSyntax
        && semantics.GetTypeInfo(value, context.Cancellation).Type is { IsAbstract: false } type
        && semantics.GetSymbolInfo(value, context.Cancellation).Symbol is IMethodSymbol maker
        // What a method of this project returns may be of a class of this project.
        && !SymbolEqualityComparer.Default.Equals(maker.ContainingAssembly, context.Compilation.Assembly)
            ? (type, maker)
            : null;

    private static bool IsUnseen(ITypeSymbol type, AnalysisContext context) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Class }
        && context.Torch.IsModule(type)
        && !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, context.Compilation.Assembly)
        && !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, context.Torch.Module.ContainingAssembly)
        && context.Layers.KindOf(type) is null
        && !type.AllInterfaces.Any(i => i.ToDisplayString() == HasTwin);

    private static ISymbol? MemberOf(IOperation module)
    {
        while (module is IConversionOperation conversion)
            module = conversion.Operand;
        return module switch
        {
            IFieldReferenceOperation field => field.Field.OriginalDefinition,
            IPropertyReferenceOperation { Arguments.Length: 0 } property => property.Property.OriginalDefinition,
            _ => null,
        };
    }
}

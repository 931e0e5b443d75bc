using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Lowering;
using QDrop.Generators.Models;

namespace QDrop.Generators.Advice;

/// <summary>
/// Reports what is worth knowing about a module class whose <c>forward</c> is lowered, where it is certain.
/// </summary>
internal static class ModuleAdvice
{
    public static void Check(INamedTypeSymbol module, ForwardFlow flow, LoweringPlan plan, AnalysisContext context)
    {
        CheckSharedLayers(module, flow, context);
        foreach (Chain chain in plan.Chains)
            CheckBatchNorms(chain, module, context);
        UnusedLayers.Check(module, context);
    }

    /// <summary>A layer with weights that is called at several places.</summary>
    private static void CheckSharedLayers(INamedTypeSymbol module, ForwardFlow flow, AnalysisContext context)
    {
        IEnumerable<IGrouping<ISymbol, LayerCall>> calls = flow.Values
            .Select(value => value.Layer)
            .OfType<LayerCall>()
            .Where(layer => layer is { IsFixed: true, IsSpread: false } && MemberOf(layer.Receiver) is not null)
            .GroupBy(layer => MemberOf(layer.Receiver)!, SymbolEqualityComparer.Default);
        foreach (IGrouping<ISymbol, LayerCall>? same in calls)
        {
            var places = same.GroupBy(layer => layer.Receiver.Syntax)
                .Select(group => group.First())
                .OrderBy(layer => layer.Receiver.Syntax.SpanStart)
                .ToList();
            if (places.Count < 2
                || !context.Layers.IsWeighted(MemberTypes.Of(places[0].Module.Operation, module, context)))
                continue;
            foreach (LayerCall? later in places
                    .Skip(1)
                    .Where((layer, i) => !AreAlternatives(places[i].Receiver.Syntax, layer.Receiver.Syntax)))
                context.Report(Rules.SharedLayer, LocationInfo.Of(later.Receiver.Syntax), later.Name);
        }
    }

    /// <summary>A batch norm that does not directly follow a convolution or a linear layer in its chain.</summary>
    private static void CheckBatchNorms(Chain chain, INamedTypeSymbol module, AnalysisContext context)
    {
        for (int i = 0; i < chain.Steps.Count; i++)
        {
            if (chain.Steps[i].Layer is { IsSpread: false } norm
                && context.Layers.KindOf(MemberTypes.Of(norm.Module.Operation, module, context)) == LayerKind.BatchNorm
                && (i > 0 ? WhyNotAfter(chain.Steps[i - 1], module, context) : WhyNotFirst(chain, module, context))
                    is { } reason)
            {
                context.Report(Rules.BatchNormStays, LocationInfo.Of(norm.Receiver.Syntax), norm.Name, reason);
            }
        }
    }

    private static string? WhyNotAfter(TensorValue before, INamedTypeSymbol module, AnalysisContext context)
    {
        if (before.Product is not null || before is { Sum: not null, Input.Source.Product: not null })
            return null;
        if (before.Op is { } op)
            return $"it follows '{op.Op.Name}'";
        if (before.Layer is not { } layer || layer.IsSpread)
            return null;
        ITypeSymbol type = MemberTypes.Of(layer.Module.Operation, module, context);
        if (context.Layers.FoldsBatchNorm(type) || !context.Layers.IsSimple(type))
            return null;
        string article = "AEIOU".IndexOf(type.Name[0]) < 0 ? "a" : "an";
        return $"it follows '{layer.Name}', {article} {type.Name}";
    }

    private static string? WhyNotFirst(Chain chain, INamedTypeSymbol module, AnalysisContext context)
    {
        if (chain.IsComputed)
            return $"it follows '{chain.Head.Op!.Op.Name}'";
        if (chain.Head.Input is not { } input || chain.Head.Layer is not { IsFixed: true })
            return null;
        if (input.Source is not { } source)
            return "its input comes from more than one place";
        return source switch
        {
            { Origin: Origin.Parameter } => "it is the first step of forward",
            { Origin: Origin.Layer, Layer: { IsSpread: false } layer }
                when context.Layers.FoldsBatchNorm(MemberTypes.Of(layer.Module.Operation, module, context)) => source
                .Uses
                .Count(static use => use.IsReal) > 1
                ? $"the value of '{layer.Name}' is used elsewhere, too"
                : $"it does not run each time that '{layer.Name}' does",
            { Origin: Origin.Operation, Op: { } op } => $"it follows '{op.Op.Name}'",
            _ => null,
        };
    }

    private static ISymbol? MemberOf(IOperation receiver)
    {
        while (receiver is IConversionOperation conversion)
            receiver = conversion.Operand;
        return receiver switch
        {
            IFieldReferenceOperation { Instance: IInstanceReferenceOperation } field => field.Field,
            IPropertyReferenceOperation { Instance: IInstanceReferenceOperation, Arguments.Length: 0 } property =>
                property.Property,
            _ => null,
        };
    }

    /// <summary>Whether at most one of two places runs: they are branches of one condition.</summary>
    private static bool AreAlternatives(SyntaxNode first, SyntaxNode second)
    {
        var around = new HashSet<SyntaxNode>(first.AncestorsAndSelf());
        return second.AncestorsAndSelf().FirstOrDefault(around.Contains) switch
        {
            IfStatementSyntax @if => !@if.Condition.Span.Contains(first.Span)
                && !@if.Condition.Span.Contains(second.Span),
            ConditionalExpressionSyntax conditional => !conditional.Condition.Span.Contains(first.Span)
                && !conditional.Condition.Span.Contains(second.Span),
            SwitchStatementSyntax or SwitchExpressionSyntax => true,
            _ => false,
        };
    }
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Advice;

/// <summary>Reports each <c>[QuantizationBlock]</c> that has no effect, where it is certain.</summary>
internal sealed class BlockAdvice
{
    private readonly INamedTypeSymbol _model;
    private readonly IReadOnlyList<(INamedTypeSymbol Module, ModuleInfo? Info)> _twins;
    private readonly AnalysisContext _context;

    private BlockAdvice(
        INamedTypeSymbol model, IReadOnlyList<(INamedTypeSymbol, ModuleInfo?)> twins, AnalysisContext context)
    {
        _model = model;
        _twins = twins;
        _context = context;
    }

    /// <param name="model">The model.</param>
    /// <param name="modules">The module classes that it reaches.</param>
    /// <param name="twins">Those among them that are quantized, the model first, and what is written for each.</param>
    /// <param name="context">The analysis.</param>
    public static void Check(
        INamedTypeSymbol model,
        IReadOnlyList<INamedTypeSymbol> modules,
        IReadOnlyList<(INamedTypeSymbol Module, ModuleInfo? Info)> twins,
        AnalysisContext context)
    {
        var advice = new BlockAdvice(model, twins, context);
        foreach (INamedTypeSymbol module in modules)
        {
            advice.CheckClass(module);
            foreach (ISymbol? member in module
                    .GetMembers()
                    .Where(member =>
                        member is IFieldSymbol or IPropertySymbol && OverrideAdvice.WhyNot(member, context) is null))
                advice.CheckMember(member, module);
        }
    }

    /// <summary>Makes the diagnostic of a block that no model of the compilation reaches.</summary>
    public static DiagnosticInfo Unreached(INamedTypeSymbol block, AttributeSyntax attribute) =>
        WithoutEffect(LocationInfo.Of(attribute), $"no model with [Quantize] is made of '{block.Name}'");

    private void CheckClass(INamedTypeSymbol module)
    {
        if (QuantizationBlock.AttributeOf(module) is not { } attribute)
            return;
        if (FullPrecision.Holds(module))
            Report(attribute, "[FullPrecision] leaves it float");
        else if (ModuleClass.ForwardOf(module, _context.Torch) is null)
            Report(attribute, $"'{module.Name}' has no forward of its own");
        else if (QuantizationBlock.IsBlock(attribute) && HasNothingToQuantize(module))
            _context.Report(Rules.EmptyBlock, PlaceOf(attribute), module.Name);
    }

    private void CheckMember(ISymbol member, INamedTypeSymbol module)
    {
        if (QuantizationBlock.AttributeOf(member) is not { } attribute)
            return;
        ITypeSymbol held = MemberTypes.Of(
            member, member is IFieldSymbol field ? field.Type : ((IPropertySymbol)member).Type, module, _context);
        ITypeSymbol type = _context.Layers.ElementOf(held) ?? held;
        bool isBlock = QuantizationBlock.IsBlock(attribute);
        if (WhyNot(member, type, isBlock) is { } reason)
            Report(attribute, reason);
        else if (isBlock
            && (IsOwn(type)
                    ? HasNothingToQuantize(((INamedTypeSymbol)type).OriginalDefinition)
                    : HoldsNothingToQuantize(member)))
            _context.Report(Rules.EmptyBlock, PlaceOf(attribute), member.Name);
    }

    private string? WhyNot(ISymbol member, ITypeSymbol type, bool isBlock)
    {
        if (FullPrecision.Holds(member) || FullPrecision.Holds(type) || FullPrecision.Holds(member.ContainingType))
            return "[FullPrecision] leaves it float";
        if (_context.Layers.KindOf(type) == LayerKind.Attention)
            return isBlock ? $"a {type.Name} is one unit by itself" : null;
        // A single layer of a transformer has a number of weights; an encoder or a decoder has that of its layers.
        if (_context.Layers.KindOf(type) == LayerKind.Transformer)
            return isBlock && _context.Layers.WeightsOf(type) is not null ? $"a {type.Name} is one unit by itself"
                : BlockAround(member) is { } outer ? $"'{outer.Name}' is one unit, with all that is in it"
                : null;
        if (_context.Layers.IsSimple(type))
            return $"a {type.Name} is one layer, which is neither merged nor split";
        if (!isBlock && _context.Layers.KindOf(type) == LayerKind.Sequential)
            return "the layers of a Sequential are units of their own by themselves";
        return BlockAround(member) is { } around ? $"'{around.Name}' is one unit, with all that is in it" : null;
    }

    /// <summary>A class that is always one unit, and in which the member is.</summary>
    private INamedTypeSymbol? BlockAround(ISymbol member)
    {
        if (_twins[0].Info is { IsBlock: true })
            return _model;
        var inside = _twins
            .Where(t => !t.Module.IsAbstract && OverrideGatherer.IsOrDerives(t.Module, member.ContainingType))
            .ToList();
        bool mayBeSplit = _twins
            .SelectMany(t => t.Module.GetMembers())
            .Any(m => m is IFieldSymbol or IPropertySymbol && QuantizationBlock.Of(m) == false);
        return inside.Count > 0 && !mayBeSplit && inside.All(t => t.Info is { IsBlock: true })
            ? member.ContainingType
            : null;
    }

    private bool IsOwn(ITypeSymbol type) =>
        type is INamedTypeSymbol { IsAbstract: false }
        && _twins.Any(t => SymbolEqualityComparer.Default.Equals(t.Module, type.OriginalDefinition));

    private bool HasNothingToQuantize(INamedTypeSymbol module) =>
        ReachedModules.Of(module, _context) is var reached
        && ModelAdvice.HasNothingToQuantize(reached.Modules, reached.Methods, _context);

    /// <summary>Whether all that a private member is made of is seen where it is set, and has no weights.</summary>
    private bool HoldsNothingToQuantize(ISymbol member)
    {
        if (member.DeclaredAccessibility != Accessibility.Private)
            return false;
        IEnumerable<SimpleNameSyntax> names = member
            .ContainingType.DeclaringSyntaxReferences.SelectMany(r => _context.SyntaxOf(r).DescendantNodes())
            .OfType<SimpleNameSyntax>()
            .Where(name => name.Identifier.ValueText == member.Name);
        if (!names.All(IsSetOrCalled))
            return false;
        var values = MemberTypes.ValuesOf(member, _context).ToList();
        return values.Count > 0
            && values.All(value =>
                value
                    .Value.DescendantNodesAndSelf()
                    .OfType<ExpressionSyntax>()
                    .All(part => IsHarmless(part, value.Semantics)));
    }

    private static bool IsSetOrCalled(SimpleNameSyntax name)
    {
        ExpressionSyntax place =
            name.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } own && own.Name == name
                ? own
                : name;
        return place.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == place,
            MemberAccessExpressionSyntax access => access.Expression == place
                && access.Name.Identifier.ValueText is "forward" or "call",
            _ => false,
        };
    }

    private bool IsHarmless(ExpressionSyntax part, SemanticModel semantics)
    {
        ITypeSymbol? type = semantics.GetTypeInfo(part, _context.Cancellation).Type;
        return type is null
            || !MentionsModules(type)
            || (part is BaseObjectCreationExpressionSyntax or InvocationExpressionSyntax or TupleExpressionSyntax
                && (type.IsTupleType
                    || (LayerTable.IsTorchSharp(type) && !type.IsAbstract && !_context.Layers.IsWeighted(type))));
    }

    private bool MentionsModules(ITypeSymbol type) => _context.Torch.IsModuleOrInterface(type)
        || (type is IArrayTypeSymbol array && MentionsModules(array.ElementType))
        || (type is INamedTypeSymbol named && named.TypeArguments.Any(MentionsModules));

    private void Report(AttributeData attribute, string reason) =>
        _context.Diagnostics.Add(WithoutEffect(PlaceOf(attribute), reason));

    private LocationInfo PlaceOf(AttributeData attribute) =>
        LocationInfo.Of(_context.SyntaxOf(attribute.ApplicationSyntaxReference!));

    private static DiagnosticInfo WithoutEffect(LocationInfo place, string reason) =>
        DiagnosticInfo.Create(Rules.AttributeWithoutEffect, place, "QuantizationBlock", reason) with
        {
            Properties = new FixProperty[] { new(FixData.Remove, "") }.ToEquatableArray(),
        };
}

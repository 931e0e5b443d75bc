using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Gathering;
using QDrop.Generators.Helpers;
using QDrop.Generators.Models;

namespace QDrop.Generators.Lowering;

/// <summary>Writes a <c>forward</c> as the twin has it, by the plan.</summary>
/// <param name="module">The module class.</param>
/// <param name="flow">The dataflow of its <c>forward</c>.</param>
/// <param name="plan">What becomes of the places in it.</param>
/// <param name="names">Names in the twin.</param>
/// <param name="context">The analysis.</param>
internal sealed class LoweredForward(
    INamedTypeSymbol module, ForwardFlow flow, LoweringPlan plan, TwinNames names, AnalysisContext context)
{
    /// <summary>Writes it.</summary>
    /// <param name="modelField">Name of the twin's field that holds the float module.</param>
    public ForwardInfo Write(string modelField)
    {
        var helpers = new HelperWriter(names, "this." + modelField);
        helpers.WriteCallees(flow.Root);
        var rewriter = new BodyRewriter(flow.Root, names, "this." + modelField);
        MethodBody body = flow.Root.Body;
        IReadOnlyList<string> lines = body.Block is { } block
            ? rewriter.Statements(block)
            : rewriter.Lines(body.Expression!);
        return new ForwardInfo(
            string.Join(", ", context.Torch.SignatureOf(module).Select(rewriter.TypeName)),
            context.Torch.IsUnaryModule(module),
            $"public override {rewriter.TypeName(body.Method.ReturnType)} forward({rewriter.Parameters(flow.Root)})",
            modelField,
            body.Block is null,
            lines.ToEquatableArray(),
            plan.Chains.Select(ToInfo).ToEquatableArray(),
            helpers.Methods.ToEquatableArray(),
            names
                .Accessors.Where(a => a.Key is not IFieldSymbol { HasConstantValue: true })
                .Select(Accessor)
                .ToEquatableArray(),
            names.Captured.Select(c => Captured((IParameterSymbol)c.Key, c.Value)).ToEquatableArray());
    }

    private ChainInfo ToInfo(Chain chain)
    {
        bool usesModel = false;
        var steps = new List<StepInfo>();
        foreach (TensorValue step in chain.Steps)
        {
            (string Text, bool UsesSelf) code = BodyRewriter.Step(step, names, "model");
            usesModel |= code.UsesSelf;
            steps.Add(ToInfo(step, code.Text));
        }
        return new ChainInfo(
            chain.Name,
            chain.IsDynamic ? "" : chain.Field,
            chain.Feeds,
            usesModel,
            chain.Computed,
            steps.ToEquatableArray(),
            chain.IsCall ? new BodyRewriter(chain.Head.Frame, names, "model").CallTypes(chain) : null);
    }

    private StepInfo ToInfo(TensorValue step, string code)
    {
        if (step.Layer is not { } layer)
        {
            LayerKind? kind = step.Product is null ? null : LayerKind.Weighted;
            return new StepInfo(step.Op!.Op.Name, IsFloat: false, IsBlock: null, Type: null, kind, code);
        }
        IOperation called = layer.Module.Operation;
        ITypeSymbol type = layer.IsSpread ? layer.Type : MemberTypes.Of(called, module, context);
        bool? isBlock = ModulePlaces.HolderOf(called) is { } holder ? QuantizationBlock.OfMember(holder) : null;
        return new StepInfo(
            layer.Name,
            FullPrecision.Holds(called, layer.Type),
            isBlock,
            type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            context.Layers.KindOf(type),
            code);
    }

    /// <summary>How the twin reads a private member of a base class.</summary>
    private static string Accessor(KeyValuePair<ISymbol, string> accessor)
    {
        const string Unsafe = "global::System.Runtime.CompilerServices.UnsafeAccessor";
        (string? kind, string? name, string? type) = accessor.Key is IFieldSymbol field
            ? ("Field", field.Name, "ref " + Qualified(field.Type))
            : (
                "Method",
                ((IPropertySymbol)accessor.Key).GetMethod!.Name,
                Qualified(((IPropertySymbol)accessor.Key).Type));
        return $"[{Unsafe}({Unsafe}Kind.{kind}, Name = {SymbolDisplay.FormatLiteral(name, quote: true)})]\n"
            + $"private static extern {type} {accessor.Value}({Qualified(accessor.Key.ContainingType)} model);";
    }

    /// <summary>The property that shows the twin a parameter of the module class's primary constructor.</summary>
    private static string Captured(IParameterSymbol parameter, string property) =>
        $"private {Qualified(parameter.Type)} {property} => {TwinNames.Escape(parameter.Name)};";

    private static string Qualified(ITypeSymbol type) => type.ToDisplayString(SymbolNames.Qualified);
}

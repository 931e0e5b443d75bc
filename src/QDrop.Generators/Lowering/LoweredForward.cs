using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Operations;
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
        string result = rewriter.TypeName(body.Method.ReturnType), parameters = rewriter.Parameters(flow.Root);
        var own = new MethodInfo(
            $"public override {result} forward({parameters})", body.Block is null, lines.ToEquatableArray());
        IReadOnlyList<MethodInfo> methods = helpers.Methods;
        if (plan.Chains.Count > 0 && HasLoop(flow.Root))
        {
            string name = TwinNames.Unique("ForwardInPasses", names.Taken);
            methods = [own with { Signature = $"private {result} {name}({parameters})" }, .. methods];
            own = own with { IsExpression = false, Lines = CountPasses(name).ToEquatableArray() };
        }
        return new ForwardInfo(
            string.Join(", ", context.Torch.SignatureOf(module).Select(rewriter.TypeName)),
            context.Torch.IsUnaryModule(module),
            own.Signature,
            modelField,
            own.IsExpression,
            own.Lines,
            plan.Chains.Select(ToInfo).ToEquatableArray(),
            plan.Chains.Where(static c => c.IsInLoop).Select(static c => c.Name).ToEquatableArray(),
            methods.ToEquatableArray(),
            names
                .Accessors.Where(a => a.Key is not IFieldSymbol { HasConstantValue: true })
                .Select(Accessor)
                .ToEquatableArray(),
            names.Captured.Select(c => Captured((IParameterSymbol)c.Key, c.Value)).ToEquatableArray());
    }

    /// <summary>
    /// Whether code may be reached several times in one call, so that its values differ from pass to pass.
    /// </summary>
    private static bool HasLoop(Frame frame) =>
        frame.Body.Operations.Any(static o => o is ILoopOperation or IAnonymousFunctionOperation
            or ILocalFunctionOperation or IBranchOperation { BranchKind: BranchKind.GoTo })
        || frame.Callees.Any(HasLoop);

    /// <summary>The body of a <c>forward</c> that counts the passes of the loops in another method.</summary>
    private string[] CountPasses(string name)
    {
        IReadOnlyList<IParameterSymbol> inputs = flow.Root.Body.Method.Parameters;
        string counter = TwinNames.Unique("passes", new HashSet<string>(inputs.Select(static p => p.Name)));
        string arguments = string.Join(", ", inputs.Select(static p => TwinNames.Escape(p.Name)));
        return
        [
            $"using (global::QDrop.CompilerServices.Passes {counter} = Sites.Begin())",
            $"    return {counter}.End(this.{name}({arguments}));",
        ];
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

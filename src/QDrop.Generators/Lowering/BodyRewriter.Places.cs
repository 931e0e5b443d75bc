using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace QDrop.Generators.Lowering;

/// <content>Places that the plan lowers.</content>
internal sealed partial class BodyRewriter
{
    /// <summary>A step as an element of a chain's step list.</summary>
    public static (string Text, bool UsesSelf) Step(TensorValue step, TwinNames names, string self)
    {
        var rewriter = new BodyRewriter(step.Layer?.Module.Frame ?? step.Frame, names, self, lowers: false);
        if (step.Origin == Origin.Call)
            return (rewriter.Called(step.Layer!, rewriter.AsItsType(step.Layer!)), rewriter.UsesSelf);
        if (step.Layer is { } layer)
            return ((layer.IsSpread ? ".. " : "") + rewriter.Module(layer), rewriter.UsesSelf);
        if (step.Product is { } product)
            return rewriter.Product(step, product);
        string kind = $"{step.Op!.Op.Kind}", addend = "";
        if (step.Sum is { } sum)
        {
            string parameter = rewriter.Of(sum.Source).Text(sum.Source.Operation.Syntax);
            rewriter.Replacements[sum.Addend.Syntax] = parameter;
            (kind, addend, rewriter.UsesSelf) = ("Sum", $"{parameter}, ", true);
        }
        rewriter.Replacements[step.Data!.Syntax] = "x";
        string call = OneLine(rewriter.Vocabulary(step.Operation.Syntax, step.Op));
        string isStatic = rewriter.UsesSelf ? "" : "static ";
        return (
            $"{Services}Step.{kind}(\"{step.Op.Op.Name}\", {addend}{isStatic}x => {call})", rewriter.UsesSelf);
    }

    /// <summary><c>matmul(x, weight.t())</c> → a product of x and a view of the weight.</summary>
    private (string Text, bool UsesSelf) Product(TensorValue step, ProductCall product)
    {
        TensorValue parameter = product.Parameter;
        string weight = Of(parameter).Text(parameter.Operation.Syntax), bias = "", parameters = "x, w";
        if (product.TakesBias)
        {
            bias = product.BiasSource is { } added ? $"{Of(added).Text(added.Operation.Syntax)}, " : "null, ";
            parameters += ", b";
        }
        Replacements[product.Data.Syntax] = "x";
        Replacements[product.Weight.Syntax] = "w";
        if (product.Bias is { } own)
            Replacements[own.Syntax] = "b";
        string call = OneLine(Vocabulary(step.Operation.Syntax, step.Op!));
        if (product is { TakesBias: true, Bias: null })
            call = $"{call.Substring(0, call.Length - 1)}, bias: b)";
        string axes = $"{product.Axis}, {product.OutputAxis}";
        return (
            $"{Services}Step.Product(\"{step.Op!.Op.Name}\", {weight}, {bias}{axes}, w => {View(product.Source)}, "
                + $"({parameters}) => {call})",
            UsesSelf: true);

        string View(TensorValue value)
        {
            if (value.Op is not { } op)
                return "w";
            BodyRewriter rewriter = Of(value);
            rewriter.Replacements[op.Data!.Syntax] = View(value.Input!.Source!);
            return OneLine(rewriter.Vocabulary(value.Operation.Syntax, op));
        }
    }

    private BodyRewriter Of(TensorValue value) => new(value.Frame, names, self, lowers: false);

    private string Lower(SyntaxNode node, Lowered lowered)
    {
        switch (lowered)
        {
            // relu(bn1.forward(x)) → (x), where relu and bn1 are steps of the chain that made x
            case Lowered.Member { Value: { Layer: { IsSpread: true } } }:
                return "";
            case Lowered.Member { Value: var step }:
                return Operand(step.Data!.Syntax);

            // foreach (var layer in layers) x = layer.forward(x); → x = this._layers.forward(x);
            case Lowered.Head { Value: { Layer: { IsSpread: true } layer } } spread:
                string target = Text(layer.Argument.Syntax);
                return $"{target} = this.{spread.Chain.Field}.forward({target});";

            // cross.forward(a, b) → this._cross.forward(a, b)
            case Lowered.Head { Chain.IsCall: true } several:
                string called = $"{CallSite(several.Chain)}.forward({InOrder(CallOf(node), several.Value.Layer!)})";
                return several.Value.Layer!.IsConditional
                    ? $"({Text(several.Value.Layer.Receiver.Syntax)} is null ? null : {called})"
                    : called;

            // conv1.forward(x) → this._conv1.forward(x), relu(x) → this._relu.forward(x)
            case Lowered.Head head:
                SyntaxNode argument = head.Value.Data!.Syntax;
                string call = $"{ChainOf(head.Chain)}.forward({Text(argument)})";
                if (head.Value.Layer is { IsConditional: true } optional)
                    return $"({Text(optional.Receiver.Syntax)} is null ? null : {call})";
                return Assigned(node, head.Value, call);

            // a + b → this._add.forward(Ops.add(a, b)), x.view(-1, 64) → Ops.view(x, -1, 64),
            // encoder.call(x, mask) → this._encoder.forward(this._model.encoder.call(x, mask)) of a float layer
            case Lowered.Vocabulary vocabulary:
                string code = vocabulary.Value.Op is { } op ? Vocabulary(node, op) : Direct(node, vocabulary.Value);
                if (vocabulary.Chain is { } chain)
                    code = $"this.{chain.Field}.forward({code})";
                if (vocabulary.Value.Layer is { IsConditional: true } maybe)
                    return $"({Text(maybe.Receiver.Syntax)} is null ? null : {code})";
                if (node is AssignmentExpressionSyntax { Left: var left })
                    return $"{Text(WithoutIndex(left, vocabulary.Value))} = {code}";
                return Assigned(node, vocabulary.Value, code);

            case Lowered.Helper { Frame: var callee }:
                return Helper(node, callee);

            default:
                return Children(node);
        }
    }

    /// <summary><c>y[mask] = 0;</c> gives another <c>y</c>, while <c>parts[i] += x</c> gives an element.</summary>
    private static SyntaxNode WithoutIndex(SyntaxNode target, TensorValue value) =>
        value is { Operation: ISimpleAssignmentOperation, Op.IsInPlace: true }
            ? ((ElementAccessExpressionSyntax)target).Expression
            : target;

    /// <summary><c>Stem(x)</c> → <c>this.Stem(x)</c>, the twin's copy for this call.</summary>
    private string Helper(SyntaxNode node, Frame callee)
    {
        string helper = names.HelperOf(callee);
        string name = callee.Outer is null ? "this." + helper : TwinNames.Escape(helper);
        string given = callee is { IsGiven: true, Outer: null } ? Given(node) : "";
        if (node is not InvocationExpressionSyntax invocation)
            return $"{name}({given})";
        string arguments = Arguments(invocation.ArgumentList);
        if (given.Length > 0)
            return $"{name}({given}{(arguments.Length > 0 ? ", " : "")}{arguments})";
        if (invocation.Expression is MemberAccessExpressionSyntax access
            && _semantics.GetSymbolInfo(invocation).Symbol is IMethodSymbol { ReducedFrom: not null })
            arguments = Text(access.Expression) + (arguments.Length > 0 ? ", " : "") + arguments;
        return $"{name}({arguments})";
    }

    /// <summary>The object on which a helper is called: <c>head.Run(x)</c> → <c>this.Run(head, x)</c>.</summary>
    private string Given(SyntaxNode call) =>
        call is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access }
            ? Text(access.Expression)
            : Self();

    /// <summary><c>x.relu_();</c> → <c>x = …;</c></summary>
    private string Assigned(SyntaxNode node, TensorValue value, string code) =>
        _inPlaceStatements.Contains(node) ? $"{Text(value.Op!.Arguments[0].Syntax)} = {code}" : code;

    /// <summary>
    /// A module that is called with several tensors: with its masks where its type does not tell of them.
    /// </summary>
    private string Called(LayerCall layer, string module) =>
        names.TakesMasks(layer.Type) ? $"{Services}Sites.Masked({module})" : module;

    /// <summary>
    /// The arguments of a call in the order of the parameters, with those that were left out or that its overload does
    /// not have.
    /// </summary>
    private string InOrder(InvocationExpressionSyntax call, LayerCall layer)
    {
        int inputs = names.SignatureOf(layer.Type).Count - 1;
        int given = ((IInvocationOperation)_semantics.GetOperation(call)!).Arguments.Length;
        return InOrder(call) + string.Concat(Enumerable.Repeat(", null", Math.Max(0, inputs - given)));
    }

    private string InOrder(InvocationExpressionSyntax call)
    {
        SeparatedSyntaxList<ArgumentSyntax> arguments = call.ArgumentList.Arguments;
        if (_semantics.GetOperation(call) is not IInvocationOperation operation
            || (operation.Arguments.Length == arguments.Count && arguments.All(a => a.NameColon is null)))
            return Arguments(call.ArgumentList);
        return string.Join(
            ", ",
            operation
                .Arguments.OrderBy(a => a.Parameter!.Ordinal)
                .Select(a =>
                    a.ArgumentKind == ArgumentKind.DefaultValue
                        ? SymbolDisplay.FormatPrimitive(
                            a.Value.ConstantValue.Value!, quoteStrings: true, useHexadecimalNumbers: false) ?? "default"
                        : Text(((ArgumentSyntax)a.Syntax).Expression)));
    }

    /// <summary>A call of a float layer, as the user wrote it.</summary>
    private string Direct(SyntaxNode node, TensorValue value)
    {
        InvocationExpressionSyntax call = CallOf(node);
        string name = ((IInvocationOperation)_semantics.GetOperation(call)!).TargetMethod.Name;
        return $"{Text(value.Layer!.Receiver.Syntax)}.{name}({Arguments(call.ArgumentList)})";
    }

    private static InvocationExpressionSyntax CallOf(SyntaxNode node) =>
        (InvocationExpressionSyntax)(node is ConditionalAccessExpressionSyntax access ? access.WhenNotNull : node);

    private string CallSite(Chain call) =>
        call.IsDynamic
            ? $"this.Sites.DynamicCall<{CallTypes(call)}>(\"{call.Name}\", {Services}Feeds.{call.Feeds}, "
                + $"{Called(call.Head.Layer!, Text(call.Head.Layer!.Receiver.Syntax))})"
            : $"this.{call.Field}";

    /// <summary>Types of what goes into a module and, last, of what comes out.</summary>
    public string CallTypes(Chain call) => string.Join(", ", names.SignatureOf(call.Head.Layer!.Type).Select(TypeName));

    private string ChainOf(Chain chain)
    {
        if (!chain.IsDynamic)
            return $"this.{chain.Field}";
        string following = string.Concat(chain.Steps.Skip(1).Select(step => ", " + Step(step, names, self).Text));
        return $"this.Sites.Dynamic(\"{chain.Name}\", {Services}Feeds.{chain.Feeds}, "
            + $"{Module(chain.Head.Layer!)}{following})";
    }

    /// <summary>
    /// A module as a step: the conversion from its class is implicit, from its interface it is not. One that forward
    /// makes is made once.
    /// </summary>
    private string Module(LayerCall layer)
    {
        string code = layer.IsSpread ? Text(layer.Module.Operation.Syntax) : AsItsType(layer);
        if (layer is { IsFixed: true, IsSpread: false } && ForwardFlow.CreatesModule(layer.Module.Operation))
            return $"{Services}Step.Made({code})";
        return layer.Type.TypeKind == TypeKind.Interface ? $"{Services}Step.Of({code})" : code;
    }

    /// <summary>
    /// The module that a place calls. In <c>s[0] is Linear l</c>, <c>l</c> stands for <c>s[0]</c>, of which the
    /// compiler knows less: → <c>s[0] as Linear</c>, which is <see langword="null"/> where the branch does not run.
    /// </summary>
    private string AsItsType(LayerCall layer)
    {
        string code = Text(layer.Module.Operation.Syntax);
        return layer.Module is { Operation.Type: { } type, Frame: var place }
            && !_semantics.Compilation.HasImplicitConversion(place.Types.Apply(type), layer.Type)
            ? $"{code} as {TypeName(layer.Type.WithNullableAnnotation(NullableAnnotation.None))}"
            : code;
    }

    private string Vocabulary(SyntaxNode node, OpCall call)
    {
        string ops = $"{Services}Ops.{call.Op.Name}";
        // scaled_dot_product_attention(q, k, v) → Ops.scaled_dot_product_attention(this._weights, q, k, v)
        if (call.Within is { } within)
            return $"{ops}(this.{within.Field}, {Arguments(((InvocationExpressionSyntax)node).ArgumentList)})";
        switch (node)
        {
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } invocation
                when HasReceiver(invocation):
                string following = Arguments(invocation.ArgumentList);
                return $"{ops}({Text(access.Expression)}{(following.Length > 0 ? ", " : "")}{following})";
            case InvocationExpressionSyntax invocation:
                return $"{ops}({Arguments(invocation.ArgumentList)})";
            case ElementAccessExpressionSyntax element:
                return $"{ops}({Text(element.Expression)}, {Arguments(element.ArgumentList)})";
            case MemberAccessExpressionSyntax member:
                return $"{ops}({Text(member.Expression)})";
            // y[mask] = 0 → Ops.index_put_(y, 0, mask)
            case AssignmentExpressionSyntax { Left: ElementAccessExpressionSyntax element } store
                when store.IsKind(SyntaxKind.SimpleAssignmentExpression):
                return $"{ops}({Text(element.Expression)}, {Text(store.Right)}, {Arguments(element.ArgumentList)})";
            default:
                return $"{ops}({string.Join(", ", call.Arguments.Select(a => Text(a.Syntax)))})";
        }
    }

    /// <summary>Whether what stands before the dot is the first argument, rather than a type.</summary>
    private bool HasReceiver(InvocationExpressionSyntax invocation) =>
        _semantics.GetSymbolInfo(invocation).Symbol
            is IMethodSymbol { IsStatic: false }
                or IMethodSymbol { ReducedFrom: not null };

    /// <summary>What stands between the brackets, with its line breaks.</summary>
    private string Arguments(BaseArgumentListSyntax list)
    {
        string inner = Children(list);
        return inner.Substring(1, inner.Length - 2).Trim();
    }

    /// <summary>An operand in place of a call: in parentheses unless nothing around it can tear it apart.</summary>
    private string Operand(SyntaxNode operand)
    {
        string code = Text(operand);
        return IsWhole(operand) ? code : $"({code})";
    }

    private bool IsWhole(SyntaxNode node) =>
        _places.TryGetValue(node, out Lowered? lowered)
            ? lowered switch
            {
                Lowered.Member { Value: var step } => IsWhole(step.Data!.Syntax),
                _ => node is not AssignmentExpressionSyntax && !_inPlaceStatements.Contains(node),
            }
            : node
                is SimpleNameSyntax
                    or MemberAccessExpressionSyntax
                    or InvocationExpressionSyntax
                    or ElementAccessExpressionSyntax
                    or ParenthesizedExpressionSyntax
                    or LiteralExpressionSyntax
                    or ThisExpressionSyntax;

    private static string OneLine(string code) => string.Join(" ", code.Split('\n').Select(l => l.Trim()));
}

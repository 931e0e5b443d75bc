using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Lowering;

/// <content>Places that the plan lowers.</content>
internal sealed partial class BodyRewriter
{
    /// <summary>A step as an element of a chain's step list.</summary>
    public static (string Text, bool UsesSelf) Step(SemanticModel semantics, TensorValue step, string self)
    {
        var rewriter = new BodyRewriter(semantics, NoPlaces, [], self);
        if (step.Layer is { } layer)
            return ((layer.IsSpread ? ".. " : "") + rewriter.Module(layer), rewriter.UsesSelf);
        rewriter.Replacements[step.Op!.Data!.Syntax] = "x";
        var call = OneLine(rewriter.Vocabulary(step.Operation.Syntax, step.Op));
        var isStatic = rewriter.UsesSelf ? "" : "static ";
        return ($"{Modules}Step.{step.Op.Op.Kind}(\"{step.Op.Op.Name}\", {isStatic}x => {call})", rewriter.UsesSelf);
    }

    private static readonly Dictionary<SyntaxNode, Lowered> NoPlaces = [];

    private string Lower(SyntaxNode node, Lowered lowered)
    {
        switch (lowered)
        {
            // relu(bn1.forward(x)) → (x), where relu and bn1 are steps of the chain that made x
            case Lowered.Member { Value: { Layer: { IsSpread: true } } }:
                return "";
            case Lowered.Member { Value: { Layer: { } layer } }:
                return Operand(layer.Argument.Syntax);
            case Lowered.Member { Value: { Op: { } op } }:
                return Operand(op.Data!.Syntax);

            // foreach (var layer in layers) x = layer.forward(x); → x = this._layers.forward(x);
            case Lowered.Head { Value: { Layer: { IsSpread: true } layer } } spread:
                var target = Text(layer.Argument.Syntax);
                return $"{target} = this.{spread.Chain.Field}.forward({target});";

            // conv1.forward(x) → this._conv1.forward(x), relu(x) → this._relu.forward(x)
            case Lowered.Head head:
                var argument = (head.Value.Layer?.Argument ?? head.Value.Op!.Data!).Syntax;
                var call = $"{ChainOf(head.Chain)}.forward({Text(argument)})";
                if (head.Value.Layer is { IsConditional: true } optional)
                    return $"({Text(optional.Receiver.Syntax)} is null ? null : {call})";
                return Assigned(node, head.Value, call);

            // a + b → this._add.forward(Ops.add(a, b)), x.view(-1, 64) → Ops.view(x, -1, 64)
            case Lowered.Vocabulary vocabulary:
                var code = Vocabulary(node, vocabulary.Value.Op!);
                if (vocabulary.Chain is { } chain)
                    code = $"this.{chain.Field}.forward({code})";
                if (node is AssignmentExpressionSyntax compound)
                    return $"{Text(compound.Left)} = {code}";
                return Assigned(node, vocabulary.Value, code);

            default:
                return Children(node);
        }
    }

    /// <summary><c>x.relu_();</c> → <c>x = …;</c></summary>
    private string Assigned(SyntaxNode node, TensorValue value, string code) =>
        inPlaceStatements.Contains(node) ? $"{Text(value.Op!.Arguments[0].Syntax)} = {code}" : code;

    private string ChainOf(Chain chain)
    {
        if (!chain.IsDynamic)
            return $"this.{chain.Field}";
        var following = string.Concat(chain.Steps.Skip(1).Select(step => ", " + Step(semantics, step, self).Text));
        return $"this.Dynamic(\"{chain.Name}\", {Modules}Feeds.{chain.Feeds}, {Module(chain.Head.Layer!)}{following})";
    }

    /// <summary>A module as a step: the conversion from its class is implicit, from its interface it is not.</summary>
    private string Module(LayerCall layer)
    {
        var code = Text(layer.Receiver.Syntax);
        return layer.Type.TypeKind == TypeKind.Interface ? $"{Modules}Step.Of({code})" : code;
    }

    private string Vocabulary(SyntaxNode node, OpCall call)
    {
        var ops = $"{Modules}Ops.{call.Op.Name}";
        switch (node)
        {
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } invocation when HasReceiver(invocation):
                var following = Arguments(invocation.ArgumentList);
                return $"{ops}({Text(access.Expression)}{(following.Length > 0 ? ", " : "")}{following})";
            case InvocationExpressionSyntax invocation:
                return $"{ops}({Arguments(invocation.ArgumentList)})";
            case ElementAccessExpressionSyntax element:
                return $"{ops}({Text(element.Expression)}, {Arguments(element.ArgumentList)})";
            case MemberAccessExpressionSyntax member:
                return $"{ops}({Text(member.Expression)})";
            default:
                return $"{ops}({string.Join(", ", call.Arguments.Select(a => Text(a.Syntax)))})";
        }
    }

    /// <summary>Whether what stands before the dot is the first argument, rather than a type.</summary>
    private bool HasReceiver(InvocationExpressionSyntax invocation) =>
        semantics.GetSymbolInfo(invocation).Symbol is IMethodSymbol { IsStatic: false } or IMethodSymbol { ReducedFrom: not null };

    /// <summary>What stands between the brackets, with its line breaks.</summary>
    private string Arguments(BaseArgumentListSyntax list)
    {
        var inner = Children(list);
        return inner.Substring(1, inner.Length - 2).Trim();
    }

    /// <summary>An operand in place of a call: in parentheses unless nothing around it can tear it apart.</summary>
    private string Operand(SyntaxNode operand)
    {
        var code = Text(operand);
        return IsWhole(operand) ? code : $"({code})";
    }

    private bool IsWhole(SyntaxNode node) => places.TryGetValue(node, out var lowered)
        ? lowered switch
        {
            Lowered.Member { Value: { Layer: { } layer } } => IsWhole(layer.Argument.Syntax),
            Lowered.Member { Value: { Op: { } op } } => IsWhole(op.Data!.Syntax),
            _ => node is not AssignmentExpressionSyntax && !inPlaceStatements.Contains(node),
        }
        : node is SimpleNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or ElementAccessExpressionSyntax
            or ParenthesizedExpressionSyntax or LiteralExpressionSyntax or ThisExpressionSyntax;

    private static string OneLine(string code) => string.Join(" ", code.Split('\n').Select(l => l.Trim()));
}

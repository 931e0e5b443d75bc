using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Lowering;

/// <content>Copies of helpers: their parameters, and local functions where they are declared.</content>
internal sealed partial class BodyRewriter
{
    /// <summary>The parameters of a helper's copy.</summary>
    public string Parameters(Frame helper) =>
        string.Join(
            ", ",
            helper.Body.Method.Parameters.Select(parameter =>
            {
                string kind = parameter.RefKind switch
                {
                    RefKind.Ref => "ref ",
                    RefKind.Out => "out ",
                    RefKind.In => "in ",
                    RefKind.RefReadOnlyParameter => "ref readonly ",
                    _ => parameter.IsParams ? "params " : "",
                };
                string value = parameter
                    .DeclaringSyntaxReferences.Select(r => r.GetSyntax())
                    .OfType<ParameterSyntax>()
                    .FirstOrDefault()
                    ?.Default
                    is { } written
                    ? " = " + Text(written.Value)
                    : "";
                return $"{kind}{TypeName(parameter.Type)} {TwinNames.Escape(parameter.Name)}{value}";
            }));

    /// <summary>Writes a local function that works on tensors once for each call; others stay as they are.</summary>
    private bool LocalFunction(LocalFunctionStatementSyntax function, StringBuilder text)
    {
        if (_semantics.GetDeclaredSymbol(function) is not IMethodSymbol symbol || !frame.Functions.Contains(symbol))
            return false;
        foreach (Frame? copy in frame.Declared.Where(f => SymbolEqualityComparer.Default.Equals(f.Body.Method, symbol)))
        {
            var rewriter = new BodyRewriter(copy, names, self);
            string head =
                $"{rewriter.TypeName(symbol.ReturnType)} "
                    + $"{TwinNames.Escape(names.HelperOf(copy))}({rewriter.Parameters(copy)})";
            string body = function.Body is { } block
                ? Trivia(function.ParameterList.GetTrailingTrivia()) + rewriter.Text(block)
                : symbol.ReturnsVoid
                    ? $" {{ {string.Join(" ", rewriter.Statement(function.ExpressionBody!.Expression))} }}"
                    : $" => {rewriter.Text(function.ExpressionBody!.Expression)};";
            text.Append(Trivia(function.GetLeadingTrivia()))
                .Append(head)
                .Append(body)
                .Append(Trivia(function.GetTrailingTrivia()));
            UsesSelf |= rewriter.UsesSelf;
        }
        return true;
    }
}

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
            GivenObject(helper).Concat(helper.Body.Method.Parameters.Select(parameter =>
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
            })));

    /// <summary>The parameter for the object that a helper of another object is called on.</summary>
    private IEnumerable<string> GivenObject(Frame helper)
    {
        if (helper is not { IsGiven: true, Outer: null, Self: { } given })
            return [];
        string type = new BodyRewriter(given.Frame, names, self).TypeName(helper.SelfCast ?? given.Operation.Type!);
        return [$"{type} {helper.GivenName}"];
    }

    /// <summary>
    /// Writes a local function that works on tensors, or a lambda that a local holds, once for each call; others stay
    /// as they are.
    /// </summary>
    private bool LocalFunction(StatementSyntax statement, StringBuilder text)
    {
        ISymbol? declared = statement switch
        {
            LocalFunctionStatementSyntax function => _semantics.GetDeclaredSymbol(function),
            LocalDeclarationStatementSyntax { Declaration.Variables: [{ Initializer.Value: { } value }] }
                when value is AnonymousFunctionExpressionSyntax => _semantics.GetSymbolInfo(value).Symbol,
            _ => null,
        };
        if (declared is not IMethodSymbol symbol || !frame.Functions.Contains(symbol))
            return false;
        foreach (Frame? copy in frame.Declared.Where(f => SymbolEqualityComparer.Default.Equals(f.Body.Method, symbol)))
        {
            var rewriter = new BodyRewriter(copy, names, self);
            string head =
                $"{rewriter.TypeName(symbol.ReturnType)} "
                    + $"{TwinNames.Escape(names.HelperOf(copy))}({rewriter.Parameters(copy)})";
            string body = copy.Body.Block is { } block
                ? Trivia(block.GetFirstToken().GetPreviousToken().TrailingTrivia) + rewriter.Text(block)
                : symbol.ReturnsVoid
                    ? $" {{ {string.Join(" ", rewriter.Statement(copy.Body.Expression!))} }}"
                    : $" => {rewriter.Text(copy.Body.Expression!)};";
            text.Append(Trivia(statement.GetLeadingTrivia()))
                .Append(head)
                .Append(body)
                .Append(Trivia(statement.GetTrailingTrivia()));
            UsesSelf |= rewriter.UsesSelf;
        }
        return true;
    }
}

using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Lowering;

/// <summary>
/// Rewrites the user's code as text: lowered places by the plan, names so that they mean the same elsewhere; everything
/// else stays as it was written. The semantic model is asked about original nodes only.
/// </summary>
internal sealed partial class BodyRewriter(Frame frame, TwinNames names, string self, bool lowers = true)
{
    private readonly SemanticModel _semantics = frame.Body.Semantics;
    private readonly Dictionary<SyntaxNode, Lowered> _places = lowers ? frame.Places : [];
    private readonly HashSet<SyntaxNode> _inPlaceStatements = lowers ? frame.InPlaceStatements : [];

    /// <summary>Stands for a line break inside a string literal, which must not be indented.</summary>
    public const char LiteralLineBreak = '\uE000';

    private const string Services = "global::QDrop.CompilerServices.", Root = "global::QDrop.";

    private const string BeginPass = "this.Sites.BeginPass();";

    /// <summary>Whether the text mentions the model's members.</summary>
    public bool UsesSelf { get; private set; }

    /// <summary>What stands in place of a node, where it is something else.</summary>
    public Dictionary<SyntaxNode, string> Replacements { get; } = [];

    /// <summary>Statements of a block, line by line, without the indentation that they had.</summary>
    public IReadOnlyList<string> Statements(BlockSyntax block)
    {
        var text = new StringBuilder();
        foreach (StatementSyntax statement in block.Statements)
            AppendStatement(text, statement);
        text.Append(Trivia(block.CloseBraceToken.LeadingTrivia));
        return Unindent(text.ToString());
    }

    /// <summary>An expression, line by line.</summary>
    public IReadOnlyList<string> Lines(ExpressionSyntax expression) => Unindent(Text(expression) + ";");

    /// <summary>
    /// The body of a method without a result that is an expression: as a statement, or nothing if a chain has taken it
    /// in.
    /// </summary>
    public IReadOnlyList<string> Statement(ExpressionSyntax expression) =>
        StatementOf(expression) is { } statement ? Unindent(statement) : [];

    /// <summary>The code of a node, without the trivia around it.</summary>
    public string Text(SyntaxNode node)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (Replacements.TryGetValue(node, out string? replacement))
            return replacement;
        if (_places.TryGetValue(node, out Lowered? lowered))
            return Lower(node, lowered);
        return lowers && node is StatementSyntax and not BlockSyntax && frame.OuterLoops.Contains(node)
            ? $"{{ {BeginPass} {Written(node)} }}"
            : Written(node);
    }

    private string Written(SyntaxNode node) =>
        node switch
        {
            IfStatementSyntax when Folded(node, out SyntaxNode? branch) => branch is null ? "{ }" : Text(branch),
            ConditionalExpressionSyntax when Folded(node, out SyntaxNode? branch) => Operand(branch!),
            BlockSyntax block => Block(block),
            LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0, Declaration: var variables }
                when Keeps(variables) => string.Join(" ", Declarations(variables)),
            UsingStatementSyntax { Declaration: { } resources } @using when Keeps(resources) =>
                $"{{ {string.Join(" ", Declarations(resources))} {Text(@using.Statement)} }}",
            SwitchSectionSyntax section => Section(section),
            ExpressionStatementSyntax statement => ExpressionStatement(statement) ?? "{ }",
            AssignmentExpressionSyntax assignment when assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) =>
                Assignment(assignment),
            ThisExpressionSyntax or BaseExpressionSyntax => Self(),
            MemberAccessExpressionSyntax access => Accessor(access, access.Expression) ?? Children(access),
            NullableTypeSyntax nullable
                when _semantics.GetTypeInfo(nullable.ElementType).Type is ITypeParameterSymbol parameter
                    && frame.Types.Apply(parameter) is { IsValueType: true } and not ITypeParameterSymbol => Text(
                nullable.ElementType),
            SimpleNameSyntax name => Name(name),
            InvocationExpressionSyntax invocation => Invocation(invocation),
            InterpolationSyntax interpolation => Interpolation(interpolation),
            _ => Children(node),
        };

    private string Self()
    {
        UsesSelf = true;
        if (frame.Self is not { } other)
            return self;
        // this, in a helper of an element of a list → self, a parameter
        if (frame.IsGiven)
            return frame.GivenName;
        // this, in a helper of another object → this._model.backbone
        var rewriter = new BodyRewriter(other.Frame, names, self, lowers: false);
        string place = rewriter.Operand(other.Operation.Syntax);
        return frame.SelfCast is { } type ? $"(({TypeName(type)}){place})" : place;
    }

    private string Children(SyntaxNode node)
    {
        var text = new StringBuilder();
        ChildSyntaxList children = node.ChildNodesAndTokens();
        for (int i = 0; i < children.Count; i++)
        {
            SyntaxNodeOrToken child = children[i];
            if (i > 0)
                text.Append(Trivia(child.GetLeadingTrivia()));
            text.Append(child.AsNode() is { } inner ? Text(inner) : Token(child.AsToken()));
            if (i < children.Count - 1)
                text.Append(Trivia(child.GetTrailingTrivia()));
        }
        return text.ToString();
    }

    private string Block(BlockSyntax block)
    {
        string begun = Trivia(block.OpenBraceToken.TrailingTrivia);
        StringBuilder text = new StringBuilder("{").Append(begun);
        if (lowers && frame.OuterLoops.Contains(block))
        {
            SyntaxTrivia indent = block.Statements.FirstOrDefault()?.GetLeadingTrivia().LastOrDefault() ?? default;
            text.Append(begun.EndsWith("\n") && indent.IsKind(SyntaxKind.WhitespaceTrivia)
                ? $"{indent}{BeginPass}\n"
                : $"{BeginPass} ");
        }
        foreach (StatementSyntax statement in block.Statements)
            AppendStatement(text, statement);
        return text.Append(Trivia(block.CloseBraceToken.LeadingTrivia)).Append('}').ToString();
    }

    private string Section(SwitchSectionSyntax section)
    {
        var text = new StringBuilder();
        foreach (SwitchLabelSyntax label in section.Labels)
            text.Append(Text(label)).Append(Trivia(label.GetTrailingTrivia()));
        foreach (StatementSyntax statement in section.Statements)
            AppendStatement(text, statement);
        return text.ToString().TrimEnd();
    }

    private void AppendStatement(StringBuilder text, StatementSyntax statement)
    {
        if (LocalFunction(statement, text))
            return;
        // What runs in training only, and what stands behind the end of what runs in inference.
        if ((Folded(statement, out SyntaxNode? branch) && branch is null)
            || (statement is not LocalFunctionStatementSyntax
                && frame.Folded.Count > 0
                && frame.Passed.Contains(statement)
                && !frame.Reached.Contains(statement)))
        {
            return;
        }
        string? code =
            statement is ExpressionStatementSyntax expression && !_places.ContainsKey(statement)
                ? ExpressionStatement(expression)
                : Text(statement);
        if (!string.IsNullOrEmpty(code))
            text.Append(Trivia(statement.GetLeadingTrivia()))
                .Append(code)
                .Append(Trivia(statement.GetTrailingTrivia()));
    }

    /// <summary>
    /// A statement, or <see langword="null"/> if nothing is left of it because a chain has taken it in.
    /// </summary>
    private string? ExpressionStatement(ExpressionStatementSyntax statement) =>
        frame.Kept.Contains(statement) ? null : StatementOf(statement.Expression);

    /// <summary>Whether a condition is known, and which branch then runs.</summary>
    private bool Folded(SyntaxNode condition, out SyntaxNode? branch) =>
        frame.Folded.TryGetValue(condition, out branch);

    /// <summary>Whether a chain goes on with one of the values that <c>using</c> declares.</summary>
    private bool Keeps(VariableDeclarationSyntax declaration) => declaration.Variables.Any(frame.Kept.Contains);

    /// <summary><c>using Tensor a = …, b = …;</c> one by one, without <c>using</c> where a chain goes on.</summary>
    private IEnumerable<string> Declarations(VariableDeclarationSyntax declaration) =>
        declaration.Variables.Select(variable =>
            $"{(frame.Kept.Contains(variable) ? "" : "using ")}{Text(declaration.Type)} {Text(variable)};");

    private string? StatementOf(ExpressionSyntax expression)
    {
        string code = Text(expression);
        if (SyntaxFacts.IsValidIdentifier(WithoutParentheses(code).TrimStart('@')))
            return null;
        // parts[0].relu_(); whose activation function a chain has taken in.
        bool isStatement = !_places.TryGetValue(expression, out Lowered? lowered) || lowered is not Lowered.Member;
        return (isStatement ? "" : "_ = ") + code + ";";
    }

    /// <summary><c>x = relu(x)</c> whose activation function a chain has taken in is <c>x</c>.</summary>
    private string Assignment(AssignmentExpressionSyntax assignment)
    {
        string left = Text(assignment.Left);
        string right = Text(assignment.Right);
        // var (a, b) = tuple; takes a System.Tuple apart with an extension method, which the generated file does not
        // see.
        if (assignment.Left is TupleExpressionSyntax or DeclarationExpressionSyntax
            && _semantics.GetTypeInfo(assignment.Right).Type
                is
            {
                Name: "Tuple",
                IsTupleType: false,
                ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true }
            })
            return $"{left} = global::System.TupleExtensions.ToValueTuple({right})";
        return WithoutParentheses(right) == left ? left : Children(assignment);
    }

    private static string WithoutParentheses(string code)
    {
        while (code.StartsWith("(", StringComparison.Ordinal) && code.EndsWith(")", StringComparison.Ordinal))
            code = code.Substring(1, code.Length - 2);
        return code;
    }

    private static string Token(SyntaxToken token) => token.Text.Replace("\r\n", "\n").Replace('\n', LiteralLineBreak);

    /// <summary>
    /// Whitespace. Comments stay with the model, so that a remark there writes nothing anew; what was compiled only
    /// under a condition, and directives, are left out.
    /// </summary>
    private static string Trivia(SyntaxTriviaList trivia)
    {
        var text = new StringBuilder();
        // What comes before a token begins with a line, what comes after it does not.
        int lineStart = trivia.Count > 0 && trivia[0].Token.SpanStart >= trivia[0].Span.End ? 0 : -1;
        bool isBehindComment = false;
        foreach (SyntaxTrivia piece in trivia)
        {
            if (piece.IsKind(SyntaxKind.EndOfLineTrivia))
            {
                if (isBehindComment && lineStart >= 0)
                    text.Length = lineStart;
                else
                    text.Append('\n');
                lineStart = text.Length;
                isBehindComment = false;
            }
            else if (IsComment(piece))
            {
                isBehindComment = true;
            }
            else if (piece.IsKind(SyntaxKind.WhitespaceTrivia) && !(isBehindComment && text.Length > 0))
            {
                text.Append(piece.ToString());
            }
        }
        // return/**/x and a-/**/-b do not grow together.
        return isBehindComment && text.Length == 0 ? " " : text.ToString();
    }

    private static bool IsComment(SyntaxTrivia trivia) =>
        trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia);

    private static IReadOnlyList<string> Unindent(string text)
    {
        var lines = text.Split('\n').Select(l => l.TrimEnd()).ToList();
        while (lines.Count > 0 && lines[0].Length == 0)
            lines.RemoveAt(0);
        while (lines.Count > 0 && lines[lines.Count - 1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        string first = lines.Count == 0 ? "" : lines[0];
        string indentation = first.Substring(0, first.Length - first.TrimStart().Length);
        return
        [
            .. lines.Select(l =>
                (l.StartsWith(indentation, StringComparison.Ordinal)
                        ? l.Substring(indentation.Length)
                        : l.TrimStart()).Replace(LiteralLineBreak, '\n')),
        ];
    }
}

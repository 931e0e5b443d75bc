using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QDrop.Generators.Tests.Fuzzing;

/// <summary>
/// Spoils a source as people do who are in the middle of typing, or of moving code around. The same seed gives the same
/// variants.
/// </summary>
internal sealed class Mutator
{
    private readonly Random _random;
    private readonly string[] _tokens;

    /// <summary>Runs of tokens that are a statement, a member, an argument or the like.</summary>
    private readonly (int Start, int End, int Kind)[] _pieces;

    /// <summary>The texts that may come in place of a piece of a kind.</summary>
    private readonly ILookup<int, string> _others;

    /// <param name="source">The source.</param>
    /// <param name="seed">Seed of all choices.</param>
    /// <param name="others">
    /// A text whose pieces come in place of those of the source, if not the source's own do. It contains the source.
    /// </param>
    public Mutator(string source, int seed, string? others = null)
    {
        _random = new Random(seed);
        (_tokens, _pieces) = Split(source);
        (string[] tokens, (int Start, int End, int Kind)[] pieces) = others is null ? (_tokens, _pieces) : Split(others);
        _others = pieces.ToLookup(p => p.Kind, p => string.Concat(tokens[p.Start..p.End]));
    }

    /// <summary>The next variant: a word for what was done, and the source.</summary>
    public (string Name, string Source) Next()
    {
        int at = _random.Next(_tokens.Length - 1);
        return _random.Next(9) switch
        {
            0 => ($"delete token {at}", Text(0, at) + Text(at + 1)),
            1 => ($"duplicate token {at}", Text(0, at + 1) + Text(at)),
            2 => ($"swap tokens {at} and {at + 1}", Text(0, at) + _tokens[at + 1] + _tokens[at] + Text(at + 2)),
            3 => ($"end before token {at}", Text(0, at)),
            4 => ($"end inside token {at}", Text(0, at) + _tokens[at][..(_tokens[at].Length / 2)]),
            5 => Other(at),
            _ => Piece(),
        };
    }

    /// <summary>A token in place of another.</summary>
    private (string Name, string Source) Other(int at)
    {
        int from = _random.Next(_tokens.Length - 1);
        return ($"token {from} in place of token {at}", Text(0, at) + _tokens[from] + Text(at + 1));
    }

    private (string Name, string Source) Piece()
    {
        (int start, int end, int kind) = _pieces[_random.Next(_pieces.Length)];
        string piece = Text(start, end), name = $"{(SyntaxKind)kind} of tokens {start} to {end - 1}";
        switch (_random.Next(4))
        {
            case 0:
                return ("delete " + name, Text(0, start) + Text(end));
            case 1:
                return ("duplicate " + name, Text(0, end) + piece + Text(end));
            default:
                // Most of what compiles comes from here: one expression in place of another.
                string[] alike = [.. _others[kind]];
                string other = alike[_random.Next(alike.Length)];
                return ($"{other.Trim()} in place of {name}", Text(0, start) + other + Text(end));
        }
    }

    private string Text(int start, int? end = null) =>
        string.Concat(_tokens[Math.Min(start, _tokens.Length)..(end ?? _tokens.Length)]);

    private static (string[] Tokens, (int Start, int End, int Kind)[] Pieces) Split(string source)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(source).GetRoot();
        SyntaxToken[] tokens = [.. root.DescendantTokens()];
        var indices = tokens
            .Select((token, i) => (token.SpanStart, i))
            .Where(t => tokens[t.i].Span.Length > 0)
            .ToDictionary(t => t.SpanStart, t => t.i);
        return (
            [.. tokens.Select(t => t.ToFullString())],
            [
                .. root.DescendantNodes()
                    .Where(n =>
                        n
                            is StatementSyntax
                                or MemberDeclarationSyntax
                                or ArgumentSyntax
                                or ExpressionSyntax
                                or VariableDeclaratorSyntax
                                or ParameterSyntax
                                or AttributeListSyntax
                                or BaseListSyntax)
                    .Where(n => n.Span.Length > 0 && indices.ContainsKey(n.SpanStart))
                    .Select(n => (indices[n.SpanStart], indices[n.GetLastToken().SpanStart] + 1, n.RawKind)),
            ]);
    }
}

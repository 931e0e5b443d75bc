using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Gathering;

/// <summary>Code is nested more deeply than it can be analysed.</summary>
/// <param name="place">Where it becomes too deep.</param>
internal sealed class CodeTooDeepException(SyntaxNode place) : Exception
{
    public SyntaxNode Place => place;
}

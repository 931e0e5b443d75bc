using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace QDrop.Generators.Mappings;

/// <summary>
/// How many weights a layer has, where it is created with constants: evaluates the expression that the layer's family
/// gives over the parameters of the factory.
/// </summary>
/// <param name="creation">A call of a factory of <c>torch.nn</c>.</param>
internal sealed class WeightCount(IInvocationOperation creation)
{
    /// <returns>The number of weights; <see langword="null"/> where the compiler does not know it.</returns>
    /// <param name="expression">
    /// An expression of numbers, parameters, <c>+ - * /</c>, <c>flag ? a : b</c>, <c>optional ?? a</c> and
    /// <c>volume(size, dimensions)</c>.
    /// </param>
    /// <param name="creation">A call of a factory of <c>torch.nn</c>.</param>
    public static long? Of(string expression, IInvocationOperation creation) =>
        new WeightCount(creation).Value(SyntaxFactory.ParseExpression(expression));

    private long? Value(ExpressionSyntax expression) =>
        expression switch
        {
            LiteralExpressionSyntax { Token.Value: int number } => number,
            ParenthesizedExpressionSyntax parenthesized => Value(parenthesized.Expression),
            IdentifierNameSyntax parameter => Number(ArgumentOf(parameter)?.Value),
            ConditionalExpressionSyntax { Condition: IdentifierNameSyntax flag } conditional => ArgumentOf(
                flag)?.Value.ConstantValue.Value
                is bool isSet
                ? Value(isSet ? conditional.WhenTrue : conditional.WhenFalse)
                : null,
            BinaryExpressionSyntax { Left: IdentifierNameSyntax optional } binary
                when binary.IsKind(SyntaxKind.CoalesceExpression) => ArgumentOf(optional)
                is { ArgumentKind: ArgumentKind.DefaultValue }
                ? Value(binary.Right)
                : Value(optional),
            BinaryExpressionSyntax binary => Value(binary.Kind(), Value(binary.Left), Value(binary.Right)),
            InvocationExpressionSyntax
            {
                ArgumentList.Arguments: [{ Expression: IdentifierNameSyntax size }, { } dimensions]
            } => Volume(ArgumentOf(size)?.Value, Value(dimensions.Expression)),
            _ => null,
        };

    private static long? Value(SyntaxKind kind, long? left, long? right) => kind switch
    {
        SyntaxKind.AddExpression => left + right,
        SyntaxKind.SubtractExpression => left - right,
        SyntaxKind.MultiplyExpression => left * right,
        SyntaxKind.DivideExpression => left / right,
        _ => null,
    };

    /// <summary>The product of a size in each dimension, given as one number for all or as a tuple.</summary>
    private static long? Volume(IOperation? size, long? dimensions)
    {
        while (size is IConversionOperation conversion)
            size = conversion.Operand;
        IEnumerable<long?> sides = size is ITupleOperation tuple
            ? tuple.Elements.Select(Number)
            : Enumerable.Repeat(Number(size), (int)(dimensions ?? 0));
        return sides.Aggregate((long?)1, static (product, side) => product * side);
    }

    private IArgumentOperation? ArgumentOf(IdentifierNameSyntax parameter) =>
        creation.Arguments.FirstOrDefault(a => a.Parameter?.Name == parameter.Identifier.ValueText);

    private static long? Number(IOperation? value) => value?.ConstantValue.Value switch
    {
        long number and > 0 and < int.MaxValue => number,
        int number and > 0 => number,
        _ => null,
    };
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace QDrop.Generators.Lowering;

/// <content>
/// Code that runs in training only: a twin is for inference, where <c>training</c> is false. Such code is neither
/// followed nor written into the twin.
/// </content>
internal sealed partial class ForwardFlow
{
    /// <summary>
    /// What a condition is as long as nothing is trained; <see langword="null"/> where it depends on something else.
    /// </summary>
    private bool? InInference(IOperation condition)
    {
        switch (condition)
        {
            case { ConstantValue: { HasValue: true, Value: bool constant } }:
                return constant;
            case IPropertyReferenceOperation { Instance: IInstanceReferenceOperation, Property: var property }:
                return property.Name == "training"
                    && SymbolEqualityComparer.Default.Equals(property.ContainingType, _torch.Module) ? false : null;
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not:
                return !InInference(not.Operand);
            case IConversionOperation { OperatorMethod: null } conversion:
                return InInference(conversion.Operand);
            case IBinaryOperation { OperatorMethod: null } binary when IsLogical(binary.OperatorKind) is { } decides:
                bool? left = InInference(binary.LeftOperand), right = InInference(binary.RightOperand);
                if (left == decides || (right == decides && HasNoEffect(binary.LeftOperand)))
                    return decides;
                return left == !decides && right == !decides ? !decides : null;
            default:
                return null;
        }
    }

    /// <summary>
    /// The value of one side that decides an "and" or an "or"; <see langword="null"/> for another operator.
    /// </summary>
    private static bool? IsLogical(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.And => false,
        BinaryOperatorKind.ConditionalOr or BinaryOperatorKind.Or => true,
        _ => null,
    };

    private static bool HasNoEffect(IOperation operation) => operation.DescendantsAndSelf().All(o =>
        o is not (IInvocationOperation or IAssignmentOperation or IIncrementOrDecrementOperation
            or IObjectCreationOperation or IDeclarationPatternOperation or IDeclarationExpressionOperation));

    /// <summary>
    /// The branch of a condition that runs in inference, noted for the twin; <see langword="false"/> where it is not
    /// known.
    /// </summary>
    private bool IsFolded(IConditionalOperation conditional, out IOperation? branch)
    {
        branch = null;
        if (InInference(conditional.Condition) is not { } known)
            return false;
        branch = known ? conditional.WhenTrue : conditional.WhenFalse;
        _frame.Folded[conditional.Syntax] = branch?.Syntax;
        return true;
    }
}

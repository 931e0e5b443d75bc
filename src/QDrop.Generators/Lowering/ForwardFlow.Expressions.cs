using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Expressions: what they compute, and which values flow through them.</content>
internal sealed partial class ForwardFlow
{
    private static readonly ImmutableHashSet<TensorValue> None = [];

    private const string ModuleReplaced =
        "a module of the model is replaced while forward runs; set modules in the constructor";

    /// <summary>Walks an expression.</summary>
    /// <returns>
    /// The tensors, collections or tuples that it may evaluate to; none where it has nothing to do with tensors.
    /// </returns>
    private ImmutableHashSet<TensorValue> Expression(IOperation operation)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _cancellation.ThrowIfCancellationRequested();
        switch (operation)
        {
            case ILocalReferenceOperation when IsGiven(operation):
                return None;
            case ILocalReferenceOperation local when Of(local.Type) != Tensorness.None:
                return Read(local, local.Local);
            case IParameterReferenceOperation parameter when Of(parameter.Type) != Tensorness.None:
                return Read(parameter, parameter.Parameter);
            case ISimpleAssignmentOperation assignment:
                return Assign(assignment);
            case ICompoundAssignmentOperation compound when IsTensor(compound.Type):
                return CompoundAssign(compound);
            case ICoalesceAssignmentOperation coalesce when IsTensor(coalesce.Type):
                return CoalesceAssign(coalesce);
            case ICoalesceAssignmentOperation coalesce when IsModuleMember(coalesce.Target):
                CannotAnalyse(coalesce, ModuleReplaced);
                return None;
            case IDeconstructionAssignmentOperation deconstruction when Of(deconstruction.Type) != Tensorness.None:
                return Deconstruct(deconstruction);
            case ITupleOperation tuple when Of(tuple.Type) != Tensorness.None:
                return MakeTuple(tuple);
            case IObjectCreationOperation creation when Of(creation.Type) == Tensorness.Tuple:
                return MakeTuple(creation);
            case IWithOperation with when Of(with.Type) == Tensorness.Tuple:
                return MakeTuple(with);
            case IInvocationOperation invocation:
                return Invoke(invocation);
            case IPropertyReferenceOperation property:
                return Property(property);
            case IFieldReferenceOperation { Field.ContainingType.IsTupleType: true, Instance: { } tuple } item
                when Of(tuple.Type) == Tensorness.Tuple:
                return Item(item, tuple);
            case IFieldReferenceOperation field when Of(field.Type) != Tensorness.None:
                return OwnTensor(field, field.Instance);
            case IBinaryOperation { OperatorMethod: { } method } binary when IsTensorOperator(method):
                return Operation(binary, method, OperandsOf(method, binary.LeftOperand, binary.RightOperand), []);
            case IUnaryOperation { OperatorMethod: { } method } unary when IsTensorOperator(method):
                return Operation(unary, method, OperandsOf(method, unary.Operand), []);
            case IBinaryOperation
            {
                OperatorKind: BinaryOperatorKind.ConditionalAnd
                or BinaryOperatorKind.ConditionalOr
            } lazy:
                NoTensor(lazy.LeftOperand);
                Optional(lazy.RightOperand, () => NoTensor(lazy.RightOperand));
                return None;
            case IConversionOperation conversion:
                return Convert(conversion);
            case IDefaultValueOperation when IsTensor(operation.Type):
                return [Value(Origin.Null, operation)];
            case IConditionalOperation conditional:
                return Conditional(conditional);
            case ICoalesceOperation coalesce:
                ImmutableHashSet<TensorValue> left = Expression(coalesce.Value);
                ImmutableHashSet<TensorValue> right = None;
                Optional(coalesce.WhenNull, () => right = Expression(coalesce.WhenNull));
                return left.Where(v => v.Origin != Origin.Null).ToImmutableHashSet().Union(right);
            case ISwitchExpressionOperation @switch:
                return SwitchExpression(@switch);
            case IConditionalAccessOperation access:
                return ConditionalAccess(access);
            case IIsPatternOperation pattern when Of(pattern.Value.Type) != Tensorness.None:
                Match(pattern.Value, Expression(pattern.Value), pattern.Pattern);
                return None;
            case IDelegateCreationOperation or IAnonymousFunctionOperation or IMethodReferenceOperation:
                if (MentionsTensors(operation))
                    CannotAnalyse(
                        operation, "a lambda or method group works on tensors; write its body where it is called");
                return None;
            case INameOfOperation or ITypeOfOperation or IInstanceReferenceOperation or ILiteralOperation
                or IConditionalAccessInstanceOperation:
                return None;
            case IDynamicInvocationOperation or IDynamicMemberReferenceOperation or IDynamicIndexerAccessOperation
                or IDynamicObjectCreationOperation or IAwaitOperation:
                CannotAnalyse(
                    operation,
                    operation is IAwaitOperation ? "await; forward must be synchronous" : "dynamic; use a static type");
                return None;
            default:
                return Collection(operation) ?? Other(operation);
        }
    }

    /// <summary>Walks an expression that must not evaluate to a tensor.</summary>
    private void NoTensor(IOperation operation)
    {
        if (Expression(operation).Count > 0)
            CannotAnalyse(operation, "a tensor is used in a way that is not supported here");
    }

    private ImmutableHashSet<TensorValue> Other(IOperation operation)
    {
        int before = _diagnostics.Count;
        foreach (IOperation child in operation.ChildOperations)
            NoTensor(child);
        if (Of(operation.Type) != Tensorness.None
            && _diagnostics.Count == before
            && !operation.ChildOperations.Any(IsGiven))
            CannotAnalyse(
                operation, "tensors are kept in an object that is not followed; use locals, tuples, arrays or lists");
        return None;
    }

    private bool IsGiven(IOperation? operation) =>
        operation is ILocalReferenceOperation { Local: var local } && _given.Contains(local);

    private ImmutableHashSet<TensorValue> Read(IOperation place, ISymbol local)
    {
        ImmutableHashSet<TensorValue> values = _state![local];
        if (values.IsEmpty && !_given.Contains(local) && Of(place.Type) != Tensorness.Other)
            CannotAnalyse(place, $"where the value of '{local.Name}' comes from is not known");
        return Fresh(place, local.Name, values);
    }

    /// <summary>Reports a read of what was changed in place behind its name.</summary>
    private ImmutableHashSet<TensorValue> Fresh(IOperation place, string name, ImmutableHashSet<TensorValue> values)
    {
        if (values.Any(v => v.Origin == Origin.Stale))
            CannotAnalyse(
                place,
                $"'{name}' shares its storage with a tensor that was changed in place before; use the operation "
                    + "without the trailing underscore, or a layer with inplace: false");
        return values;
    }

    private ImmutableHashSet<TensorValue> Convert(IConversionOperation conversion)
    {
        Tensorness target = Of(conversion.Type);
        if (conversion.OperatorMethod is { } method)
        {
            ImmutableHashSet<TensorValue> operand = Expression(conversion.Operand);
            // An array becomes a span of its elements.
            if (target == Tensorness.List && Of(conversion.Operand.Type) == Tensorness.List)
                return operand;
            if (operand.Count > 0)
                Report(Rules.UnknownOperation, conversion.Syntax, $"conversion to {conversion.Type!.Name}", "");
            return IsTensor(method.ReturnType) ? [Value(Origin.External, conversion)] : None;
        }
        if (conversion.Operand.ConstantValue is { HasValue: true, Value: null })
            return target is Tensorness.None ? None : [Value(Origin.Null, conversion)];
        ImmutableHashSet<TensorValue> values = Expression(conversion.Operand);
        if (values.Count > 0 && target is Tensorness.None or Tensorness.Other)
        {
            if (values.Count > 0)
                CannotAnalyse(conversion, $"a tensor is passed as {conversion.Type?.Name ?? "another type"}");
            return None;
        }
        return values;
    }

    private ImmutableHashSet<TensorValue> Conditional(IConditionalOperation conditional)
    {
        if (IsFolded(conditional, out IOperation? branch))
            return Expression(branch!);
        NoTensor(conditional.Condition);
        ImmutableHashSet<TensorValue> values = None;
        Branches(
            () => InRegion(conditional.WhenTrue, () => values = values.Union(Expression(conditional.WhenTrue))),
            () => InRegion(conditional.WhenFalse!, () => values = values.Union(Expression(conditional.WhenFalse!))));
        return values;
    }

    private ImmutableHashSet<TensorValue> SwitchExpression(ISwitchExpressionOperation @switch)
    {
        ImmutableHashSet<TensorValue> tested = Expression(@switch.Value);
        ImmutableHashSet<TensorValue> values = None;
        IEnumerable<Action> arms = @switch.Arms.Select(arm => (Action)(() => InRegion(arm, () =>
        {
            Match(@switch.Value, tested, arm.Pattern);
            if (arm.Guard is { } guard)
                NoTensor(guard);
            values = values.Union(Expression(arm.Value));
        })));
        Branches([.. arms]);
        return values;
    }

    private ImmutableHashSet<TensorValue> ConditionalAccess(IConditionalAccessOperation access)
    {
        if (access.WhenNotNull is IInvocationOperation { Instance: IConditionalAccessInstanceOperation } call
            && IsModuleCall(call))
        {
            ImmutableHashSet<TensorValue> values = None;
            NoTensor(access.Operation);
            Optional(access.WhenNotNull, () => values = Layer(access, call, access.Operation, isConditional: true));
            return values.Add(Value(Origin.Null, call));
        }
        if (MentionsTensors(access))
        {
            CannotAnalyse(access, "'?.' on tensors; only a call of a module's forward may stand behind it");
            return None;
        }
        NoTensor(access.Operation);
        Optional(access.WhenNotNull, () => NoTensor(access.WhenNotNull));
        return None;
    }

    /// <summary>A tensor that a member holds.</summary>
    private ImmutableHashSet<TensorValue> OwnTensor(IMemberReferenceOperation member, IOperation? instance)
    {
        if (instance is not null)
        {
            NoTensor(instance);
            if (_torch.IsModule(_frame.Types.Apply(instance.Type!)) && !IsOwnObject(instance))
            {
                Report(
                    Rules.UnknownOperation,
                    member.Syntax,
                    member.Syntax.ToString(),
                    " outside its layer: it would stay float");
                return None;
            }
        }
        if (Of(member.Type) is Tensorness.Other)
        {
            CannotAnalyse(
                member,
                $"'{member.Member.Name}' holds tensors in a way that is not followed; expected tensors, or arrays and "
                    + "lists of them");
            return None;
        }
        return [Value(Origin.External, member)];
    }

    private bool MentionsTensors(IOperation operation) => operation.DescendantsAndSelf().Any(MentionsTensorsItself);

    private bool IsTensorOperator(IMethodSymbol method) =>
        IsTensor(method.ReturnType) || method.Parameters.Any(p => IsTensor(p.Type));

    private static IOperation WithoutConversions(IOperation operation)
    {
        while (operation is IConversionOperation { OperatorMethod: null } conversion)
            operation = conversion.Operand;
        return operation;
    }
}

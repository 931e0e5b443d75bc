using System;
using System.Collections.Immutable;
using System.Linq;
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

    private const string ModuleReplaced = "a module of the model is replaced while forward runs; set modules in the constructor";

    private TensorValue? _stale;

    /// <summary>Walks an expression.</summary>
    /// <returns>The tensor values that it may evaluate to; none where it is no tensor.</returns>
    private ImmutableHashSet<TensorValue> Expression(IOperation operation)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _cancellation.ThrowIfCancellationRequested();
        switch (operation)
        {
            case ILocalReferenceOperation local when _torch.IsTensor(local.Type):
                return Read(local, local.Local);
            case IParameterReferenceOperation parameter when _torch.IsTensor(parameter.Type):
                return Read(parameter, parameter.Parameter);
            case ISimpleAssignmentOperation assignment:
                return Assign(assignment);
            case ICompoundAssignmentOperation compound when _torch.IsTensor(compound.Type):
                return CompoundAssign(compound);
            case ICoalesceAssignmentOperation coalesce when _torch.IsTensor(coalesce.Type):
                return CoalesceAssign(coalesce);
            case ICoalesceAssignmentOperation coalesce when IsModuleMember(coalesce.Target):
                CannotAnalyse(coalesce, ModuleReplaced);
                return None;
            case IDeconstructionAssignmentOperation deconstruction when _torch.Of(deconstruction.Type) != Tensorness.None:
                return Deconstruct(deconstruction);
            case ILocalReferenceOperation when IsGiven(operation):
                return None;
            case IInvocationOperation invocation:
                return Invoke(invocation);
            case IPropertyReferenceOperation property:
                return Property(property);
            case IFieldReferenceOperation field when _torch.IsTensor(field.Type):
                return OwnTensor(field, field.Instance);
            case IBinaryOperation { OperatorMethod: { } method } binary when IsTensorOperator(method):
                return Operation(binary, method, OperandsOf(method, binary.LeftOperand, binary.RightOperand), []);
            case IUnaryOperation { OperatorMethod: { } method } unary when IsTensorOperator(method):
                return Operation(unary, method, OperandsOf(method, unary.Operand), []);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } lazy:
                NoTensor(lazy.LeftOperand);
                Optional(lazy.RightOperand, () => NoTensor(lazy.RightOperand));
                return None;
            case IConversionOperation conversion:
                return Convert(conversion);
            case IDefaultValueOperation when _torch.IsTensor(operation.Type):
                return [Value(Origin.Null, operation)];
            case IConditionalOperation conditional:
                return Conditional(conditional);
            case ICoalesceOperation coalesce:
                var left = Expression(coalesce.Value);
                var right = None;
                Optional(coalesce.WhenNull, () => right = Expression(coalesce.WhenNull));
                return left.Where(v => v.Origin != Origin.Null).ToImmutableHashSet().Union(right);
            case ISwitchExpressionOperation @switch:
                return SwitchExpression(@switch);
            case IConditionalAccessOperation access:
                return ConditionalAccess(access);
            case IIsPatternOperation pattern when _torch.IsTensor(pattern.Value.Type):
                return TestForNull(pattern);
            case IDelegateCreationOperation or IAnonymousFunctionOperation or IMethodReferenceOperation:
                if (MentionsTensors(operation))
                    CannotAnalyse(operation, "a lambda or method group works on tensors; write its body where it is called");
                return None;
            case INameOfOperation or ITypeOfOperation or IInstanceReferenceOperation or ILiteralOperation or IConditionalAccessInstanceOperation:
                return None;
            case IDynamicInvocationOperation or IDynamicMemberReferenceOperation or IDynamicIndexerAccessOperation or IDynamicObjectCreationOperation or IAwaitOperation:
                CannotAnalyse(operation, operation is IAwaitOperation ? "await; forward must be synchronous" : "dynamic; use a static type");
                return None;
            default:
                return Other(operation);
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
        var before = _diagnostics.Count;
        foreach (var child in operation.ChildOperations)
            NoTensor(child);
        if (_torch.Of(operation.Type) != Tensorness.None && _diagnostics.Count == before && !operation.ChildOperations.Any(IsGiven))
            CannotAnalyse(operation, "tensors are kept in a list, an array or a tuple; use one local for each");
        return None;
    }

    private bool IsGiven(IOperation? operation) => operation is ILocalReferenceOperation { Local: var local } && _given.Contains(local);

    private ImmutableHashSet<TensorValue> Read(IOperation place, ISymbol local)
    {
        var values = _state![local];
        if (values.Any(v => v.Origin == Origin.Stale))
            CannotAnalyse(place, $"'{local.Name}' shares its storage with a tensor that was changed in place before; use the operation without the trailing underscore");
        else if (values.IsEmpty && !_given.Contains(local))
            CannotAnalyse(place, $"where the value of '{local.Name}' comes from is not known");
        return values;
    }

    private ImmutableHashSet<TensorValue> Assign(ISimpleAssignmentOperation assignment)
    {
        if (!_torch.IsTensor(assignment.Target.Type))
        {
            if (IsModuleMember(assignment.Target))
                CannotAnalyse(assignment, ModuleReplaced);
            NoTensor(assignment.Target);
            NoTensor(assignment.Value);
            return None;
        }
        var values = Expression(assignment.Value);
        if (assignment.IsRef)
            CannotAnalyse(assignment, "a reference to another variable; use a plain local");
        else if (LocalOf(assignment.Target) is { } local)
            _state = _state!.With(local, values);
        else if (assignment.Target is not IDiscardOperation)
            CannotAnalyse(assignment, $"a tensor is stored in '{assignment.Target.Syntax}'; only locals of forward can hold tensors");
        return values;
    }

    private bool IsModuleMember(IOperation target) => target is IMemberReferenceOperation && _torch.IsModule(target.Type);

    private ImmutableHashSet<TensorValue> Deconstruct(IDeconstructionAssignmentOperation deconstruction)
    {
        var before = _diagnostics.Count;
        Expression(deconstruction.Value);
        if (_diagnostics.Count == before)
            CannotAnalyse(deconstruction, "tensors are kept in a tuple; use one local for each");
        _given.UnionWith(deconstruction.Target.DescendantsAndSelf().OfType<ILocalReferenceOperation>().Select(l => l.Local));
        return None;
    }

    private ImmutableHashSet<TensorValue> CompoundAssign(ICompoundAssignmentOperation compound)
    {
        if (LocalOf(compound.Target) is not { } local)
        {
            CannotAnalyse(compound, $"a tensor is stored in '{compound.Target.Syntax}'; only locals of forward can hold tensors");
            return None;
        }
        if (compound.OperatorMethod is not { } method)
        {
            CannotAnalyse(compound, "an assignment of this kind is not supported");
            return None;
        }
        var values = Operation(compound, method, OperandsOf(method, compound.Target, compound.Value), []);
        _state = _state!.With(local, values);
        return values;
    }

    private ImmutableHashSet<TensorValue> CoalesceAssign(ICoalesceAssignmentOperation coalesce)
    {
        var kept = Expression(coalesce.Target).Where(v => v.Origin != Origin.Null).ToImmutableHashSet();
        Optional(coalesce.Value, () => kept = kept.Union(Expression(coalesce.Value)));
        if (LocalOf(coalesce.Target) is { } local)
            _state = _state!.With(local, kept);
        else
            CannotAnalyse(coalesce, $"a tensor is stored in '{coalesce.Target.Syntax}'; only locals of forward can hold tensors");
        return kept;
    }

    private ImmutableHashSet<TensorValue> Convert(IConversionOperation conversion)
    {
        if (conversion.OperatorMethod is { } method)
        {
            if (Expression(conversion.Operand).Count > 0)
                Report(Rules.UnknownOperation, conversion.Syntax, $"conversion to {conversion.Type!.Name}", "");
            return _torch.IsTensor(method.ReturnType) ? [Value(Origin.External, conversion)] : None;
        }
        if (conversion.Operand.ConstantValue is { HasValue: true, Value: null })
            return _torch.IsTensor(conversion.Type) ? [Value(Origin.Null, conversion)] : None;
        var values = Expression(conversion.Operand);
        if (values.Count > 0 && !_torch.IsTensor(conversion.Type))
        {
            CannotAnalyse(conversion, $"a tensor is passed as {conversion.Type?.Name ?? "another type"}");
            return None;
        }
        return values;
    }

    private ImmutableHashSet<TensorValue> Conditional(IConditionalOperation conditional)
    {
        NoTensor(conditional.Condition);
        var values = None;
        Branches(
            () => InRegion(conditional.WhenTrue, () => values = values.Union(Expression(conditional.WhenTrue))),
            () => InRegion(conditional.WhenFalse!, () => values = values.Union(Expression(conditional.WhenFalse!))));
        return values;
    }

    private ImmutableHashSet<TensorValue> SwitchExpression(ISwitchExpressionOperation @switch)
    {
        NoTensor(@switch.Value);
        var values = None;
        var arms = @switch.Arms.Select(arm => (Action)(() => InRegion(arm, () =>
        {
            NoTensor(arm.Pattern);
            if (arm.Guard is { } guard)
                NoTensor(guard);
            values = values.Union(Expression(arm.Value));
        })));
        Branches([.. arms]);
        return values;
    }

    private ImmutableHashSet<TensorValue> ConditionalAccess(IConditionalAccessOperation access)
    {
        if (access.WhenNotNull is IInvocationOperation { Instance: IConditionalAccessInstanceOperation } call && IsModuleCall(call))
        {
            var values = None;
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

    private ImmutableHashSet<TensorValue> TestForNull(IIsPatternOperation test)
    {
        Use(UseKind.Neutral, test.Value, null, Expression(test.Value));
        if (!IsNullTest(test.Pattern))
            CannotAnalyse(test, "a pattern on a tensor; only tests for null are supported");
        return None;

        static bool IsNullTest(IPatternOperation pattern) => pattern switch
        {
            INegatedPatternOperation negated => IsNullTest(negated.Pattern),
            IConstantPatternOperation constant => constant.Value.ConstantValue is { HasValue: true, Value: null },
            IRecursivePatternOperation recursive => recursive is { DeclaredSymbol: null, DeconstructionSubpatterns.Length: 0, PropertySubpatterns.Length: 0 },
            _ => false,
        };
    }

    /// <summary>A tensor that a member holds.</summary>
    private ImmutableHashSet<TensorValue> OwnTensor(IMemberReferenceOperation member, IOperation? instance)
    {
        if (instance is not null)
        {
            NoTensor(instance);
            if (_torch.IsModule(instance.Type) && WithoutConversions(instance) is not IInstanceReferenceOperation)
            {
                Report(Rules.UnknownOperation, member.Syntax, member.Syntax.ToString(), " outside its layer: it would stay float");
                return None;
            }
        }
        return [Value(Origin.External, member)];
    }

    /// <summary>Walks what may not run.</summary>
    private void Optional(IOperation operation, Action walk) => Branches(() => InRegion(operation, walk), static () => { });

    private bool MentionsTensors(IOperation operation) =>
        operation.DescendantsAndSelf().Any(o => _torch.Of(o.Type) != Tensorness.None || (o is IInvocationOperation call && IsModuleCall(call)));

    private bool IsTensorOperator(IMethodSymbol method) => _torch.IsTensor(method.ReturnType) || method.Parameters.Any(p => _torch.IsTensor(p.Type));

    private static IOperation WithoutConversions(IOperation operation)
    {
        while (operation is IConversionOperation { OperatorMethod: null } conversion)
            operation = conversion.Operand;
        return operation;
    }
}

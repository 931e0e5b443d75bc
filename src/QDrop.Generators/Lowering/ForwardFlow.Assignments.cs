using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Assignments.</content>
internal sealed partial class ForwardFlow
{
    private ImmutableHashSet<TensorValue> Assign(ISimpleAssignmentOperation assignment)
    {
        if (Of(assignment.Target.Type) == Tensorness.None)
        {
            if (IsModuleMember(assignment.Target))
                CannotAnalyse(assignment, ModuleReplaced);
            NoTensor(assignment.Target);
            NoTensor(assignment.Value);
            return None;
        }
        if (assignment.IsRef)
        {
            CannotAnalyse(assignment, "a reference to another variable; use a plain local");
            return None;
        }
        if (LocalOf(assignment.Target) is not null || assignment.Target is IDiscardOperation)
        {
            ImmutableHashSet<TensorValue> values = Expression(assignment.Value);
            Store(assignment.Target, values, assignment);
            return values;
        }
        if (assignment.Target is IPropertyReferenceOperation { Property.IsIndexer: true } element
            && IsTensor(element.Instance?.Type))
            return AssignElements(assignment, element);
        // The target's parts run first.
        ImmutableHashSet<TensorValue>? holders = HoldersOf(assignment.Target);
        ImmutableHashSet<TensorValue> stored = Expression(assignment.Value);
        if (holders is null)
            CannotAnalyse(assignment, StoredElsewhere(assignment.Target));
        else
            StoreIn(holders, stored, assignment);
        return stored;
    }

    /// <summary><c>y[mask] = 0;</c> changes a tensor in place, as <c>y.index_put_(0, mask);</c> does.</summary>
    private ImmutableHashSet<TensorValue> AssignElements(
        ISimpleAssignmentOperation assignment, IPropertyReferenceOperation element)
    {
        if (LocalOf(element.Instance!) is null || assignment.Parent is not IExpressionStatementOperation)
        {
            CannotAnalyse(
                assignment,
                $"elements of '{element.Instance!.Syntax}' are assigned; expected those of a local, as a statement of "
                    + "its own");
            return None;
        }
        // A number becomes a tensor before it is stored.
        IOperation value = assignment.Value is IConversionOperation { OperatorMethod: not null, Operand: var number }
                && Of(number.Type) == Tensorness.None
            ? number
            : assignment.Value;
        bool byTensors = element.Arguments.Any(a => Of(a.Value.Type) != Tensorness.None);
        return Operation(
            assignment,
            element.Property,
            _ops.FindStore(value.Type!, byTensors),
            [Argument(element.Instance!), Argument(value), .. element.Arguments.Select(ToCallArgument)]);
    }

    /// <summary>Lets a place hold values: a local, a new local, an element, or nothing.</summary>
    private void Store(IOperation target, ImmutableHashSet<TensorValue> values, IOperation place)
    {
        if (target is IDiscardOperation)
            return;
        if (LocalOf(target) is { } local)
            _state = _state!.With(local, values);
        else if (HoldersOf(target) is { } holders)
            StoreIn(holders, values, place);
        else
            CannotAnalyse(place, StoredElsewhere(target));
    }

    private static string StoredElsewhere(IOperation target) =>
        $"a tensor is stored in '{target.Syntax}'; only locals of forward, and collections in them, can hold tensors. "
            + "What is wanted behind the model is returned beside its result";

    private bool IsModuleMember(IOperation target) =>
        target is IMemberReferenceOperation && _torch.IsModule(_frame.Types.Apply(target.Type!));

    private ImmutableHashSet<TensorValue> CompoundAssign(ICompoundAssignmentOperation compound)
    {
        if (compound.OperatorMethod is not { } method)
        {
            CannotAnalyse(compound, "an assignment of this kind is not supported");
            return None;
        }
        // parts[i] += x is written as parts[i] = parts[i] + x.
        if (LocalOf(compound.Target) is null
            && (HoldersOf(compound.Target) is null
                || compound
                    .Target.Descendants()
                    .Any(o =>
                        o
                            is IInvocationOperation
                                or IAssignmentOperation
                                or IIncrementOrDecrementOperation
                                or IObjectCreationOperation)))
        {
            CannotAnalyse(compound, StoredElsewhere(compound.Target));
            return None;
        }
        ImmutableHashSet<TensorValue> values = Operation(
            compound, method, OperandsOf(method, compound.Target, compound.Value), []);
        Store(compound.Target, values, compound);
        return values;
    }

    private ImmutableHashSet<TensorValue> CoalesceAssign(ICoalesceAssignmentOperation coalesce)
    {
        if (LocalOf(coalesce.Target) is not { } local)
        {
            CannotAnalyse(coalesce, StoredElsewhere(coalesce.Target));
            return None;
        }
        var kept = Expression(coalesce.Target).Where(v => v.Origin != Origin.Null).ToImmutableHashSet();
        Optional(coalesce.Value, () => kept = kept.Union(Expression(coalesce.Value)));
        _state = _state!.With(local, kept);
        return kept;
    }
}

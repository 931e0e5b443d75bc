using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>
/// Operations that change their argument. The twin treats them as functions, which is the same as long as nothing else
/// looks at the changed storage: that is checked here.
/// </content>
internal sealed partial class ForwardFlow
{
    private TensorValue? _stale;

    /// <summary>A trailing underscore, or <c>inplace: true</c>, unless the member does not keep to it.</summary>
    private static bool IsInPlace(Op op, IOperation operation) =>
        !op.KeepsTensor && (HasTrailingUnderscore(op.Name)
            || (operation is IInvocationOperation call && call.Arguments.Any(MaySayInPlace)));

    private static bool HasTrailingUnderscore(string name) =>
        name.EndsWith("_", StringComparison.Ordinal) && !name.EndsWith("__", StringComparison.Ordinal);

    private static bool MaySayInPlace(IArgumentOperation argument) =>
        argument.Parameter?.Name == "inplace" && argument.Value.ConstantValue is not { HasValue: true, Value: false };

    private void ChangeInPlace(IOperation operation, TensorValue value, ImmutableHashSet<TensorValue> target)
    {
        var storage = target.SelectMany(v => v.Roots).ToImmutableHashSet();
        value.Roots.UnionWith(storage);
        if (storage.Any(v => v.Origin is Origin.Parameter or Origin.External))
        {
            CannotAnalyse(
                operation,
                operation is ISimpleAssignmentOperation
                    ? "elements of a tensor of the caller or of the model may be assigned; assign those of a clone()"
                    : "an in-place operation may change a tensor of the caller or of the model; use it without the "
                        + "trailing underscore, or with inplace: false");
            return;
        }
        _stale ??= new TensorValue(Origin.Stale, _frame, operation, -1, 0);
        foreach (KeyValuePair<ISymbol, ImmutableHashSet<TensorValue>> local in _state!.Locals)
        {
            if (local.Value.Any(v => v.Roots.Overlaps(storage)))
                _state = _state!.With(local.Key, [_stale]);
        }
        foreach (TensorValue holder in _holders.Values)
        {
            foreach (KeyValuePair<int, HashSet<TensorValue>> content in holder
                    .Contents.Where(c => c.Value.Any(v => v.Roots.Overlaps(storage)))
                    .ToList())
                Add(holder, content.Key, [_stale]);
        }
    }

    /// <summary>
    /// Within one statement the order of evaluation decides what a second use of the changed tensor sees.
    /// </summary>
    private void CheckInPlace()
    {
        // What y[i] = x stores, and where, is known before it is stored.
        foreach (TensorValue? value in _values.Values.Where(v =>
                v.Op is { IsInPlace: true } && v.Operation is not ISimpleAssignmentOperation))
        {
            Use? changed = _uses.Values.FirstOrDefault(u =>
                u.Consumer == value && WithoutConversions(u.Place) == WithoutConversions(value.Op!.Arguments[0]));
            bool readsElsewhere =
                changed is not null
                && changed
                    .Sources.SelectMany(s => s.Uses)
                    .Any(u =>
                        u != changed
                        && u.IsReal
                        && InOneStatement(new Placed(value.Frame, value.Operation), new Placed(u.Frame, u.Place)));
            if (readsElsewhere)
                CannotAnalyse(
                    value.Operation,
                    "a tensor is changed in place in a statement that also uses it elsewhere; use the operation "
                        + "without the trailing underscore");
        }
    }

    /// <summary>
    /// Whether two places belong to one statement of the innermost frame from which both are reached.
    /// </summary>
    private static bool InOneStatement(Placed one, Placed other)
    {
        while (one.Frame != other.Frame)
        {
            if (one.Frame.Depth >= other.Frame.Depth)
                one = one.Frame.Call!.Value;
            else
                other = other.Frame.Call!.Value;
        }
        return StatementOf(one.Operation) == StatementOf(other.Operation);
    }

    private static SyntaxNode? StatementOf(IOperation operation) =>
        operation.Syntax.FirstAncestorOrSelf<SyntaxNode>(n => n is StatementSyntax or ArrowExpressionClauseSyntax);
}

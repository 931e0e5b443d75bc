using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Gathering;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>
/// Operations that change their argument. The twin treats them as functions, which is the same as long as nothing else
/// looks at the changed storage: that is checked here.
/// </content>
internal sealed partial class ForwardFlow
{
    // Of the members of layers that have been looked at, whether they work in place.
    private readonly Dictionary<ISymbol, bool> _inPlace = new(SymbolEqualityComparer.Default);
    // What layers give that work in place.
    private readonly HashSet<TensorValue> _changing = [];
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
        MakeStale(operation, storage);
    }

    /// <summary>
    /// A layer changes its argument. If that is the caller's tensor, the caller may not use it again, which only the
    /// calibration sees.
    /// </summary>
    private void ChangeStorage(IOperation operation, TensorValue value, ImmutableHashSet<TensorValue> target)
    {
        var storage = target.SelectMany(v => v.Roots).Where(v => v.Origin != Origin.Stale).ToImmutableHashSet();
        value.Roots.UnionWith(storage);
        _changing.Add(value);
        MakeStale(operation, storage);
    }

    /// <summary>Whether all that the class keeps in the member of a layer is made with <c>inplace: true</c>.</summary>
    private bool IsMadeInPlace(IOperation module)
    {
        if (CreatesModule(module))
            return SaysInPlace(module);
        if (module is not (IFieldReferenceOperation or IPropertyReferenceOperation { Arguments.Length: 0 }))
            return false;
        ISymbol member = ((IMemberReferenceOperation)module).Member;
        if (_inPlace.TryGetValue(member, out bool known))
            return known;
        var values = MemberTypes.ValuesOf(member, _context).ToList();
        bool isInPlace = values.Count > 0 && values.All(v => SaysInPlace(_context.OperationOf(v.Value)));
        _inPlace.Add(member, isInPlace);
        return isInPlace;
    }

    private bool SaysInPlace(IOperation? creation) =>
        creation is not null
        && WithoutConversions(creation) is IInvocationOperation { Arguments: var arguments } made
        && _context.Layers.MayWorkInPlace(made.Type)
        && arguments.Any(static a =>
            a.Parameter?.Name == "inplace" && a.Value.ConstantValue is { HasValue: true, Value: true });

    private void MakeStale(IOperation operation, ImmutableHashSet<TensorValue> storage)
    {
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
                (v.Op is { IsInPlace: true } && v.Operation is not ISimpleAssignmentOperation)
                || _changing.Contains(v)))
        {
            IOperation argument = value.Op?.Arguments[0] ?? value.Layer!.Argument;
            Use? changed = _uses.Values.FirstOrDefault(u =>
                u.Consumer == value && WithoutConversions(u.Place) == WithoutConversions(argument));
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
                        + "without the trailing underscore, or a layer with inplace: false");
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

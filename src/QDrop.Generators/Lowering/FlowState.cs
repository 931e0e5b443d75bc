using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Lowering;

/// <summary>Which tensor values each local may hold at a point of the code.</summary>
internal sealed class FlowState
{
    public static readonly FlowState Empty = new(
        ImmutableDictionary.Create<ISymbol, ImmutableHashSet<TensorValue>>(SymbolEqualityComparer.Default));

    private readonly ImmutableDictionary<ISymbol, ImmutableHashSet<TensorValue>> _locals;

    private FlowState(ImmutableDictionary<ISymbol, ImmutableHashSet<TensorValue>> locals) => _locals = locals;

    public IEnumerable<KeyValuePair<ISymbol, ImmutableHashSet<TensorValue>>> Locals => _locals;

    public ImmutableHashSet<TensorValue> this[ISymbol local] =>
        _locals.TryGetValue(local, out ImmutableHashSet<TensorValue>? values) ? values : [];

    public FlowState With(ISymbol local, ImmutableHashSet<TensorValue> values) => new(_locals.SetItem(local, values));

    /// <summary>What may hold where two paths meet; a path that never arrives is <see langword="null"/>.</summary>
    public static FlowState? Merge(FlowState? a, FlowState? b)
    {
        if (a is null || b is null)
            return a ?? b;
        var merged = a._locals.ToBuilder();
        foreach (KeyValuePair<ISymbol, ImmutableHashSet<TensorValue>> pair in b._locals)
            merged[pair.Key] = a[pair.Key].Union(pair.Value);
        return new FlowState(merged.ToImmutable());
    }

    public bool SameAs(FlowState other)
    {
        if (_locals.Count != other._locals.Count)
            return false;
        foreach (KeyValuePair<ISymbol, ImmutableHashSet<TensorValue>> pair in _locals)
        {
            if (!other._locals.TryGetValue(pair.Key, out ImmutableHashSet<TensorValue>? values)
                || !values.SetEquals(pair.Value))
                return false;
        }
        return true;
    }
}

using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>
/// What goes into a unit, or comes out of it: tensors, in the structure in which the user's code passes them, among
/// values that are no tensors.
/// </summary>
internal sealed class Bundle
{
    private readonly object?[] _items;

    /// <summary>Arguments in order, or a result alone.</summary>
    /// <param name="items">Tensors; tuples, arrays and lists of tensors; values that are no tensors.</param>
    public Bundle(object?[] items)
    {
        _items = items;
        object?[] leaves = [.. items.SelectMany(TensorTree.Leaves)];
        Tensors = [.. leaves.OfType<Tensor>()];
        Others = [.. leaves.Where(static l => l is not Tensor)];
    }

    /// <summary>The tensors, from left to right.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>The values that are no tensors, nulls among them, from left to right.</summary>
    public IReadOnlyList<object?> Others { get; }

    /// <summary>The only tensor.</summary>
    public Tensor Single => Tensors.Single();

    /// <summary>One of the items.</summary>
    public T Get<T>(int item = 0) => (T)_items[item]!;

    /// <summary>The same structure with other tensors.</summary>
    public Bundle With(IReadOnlyList<Tensor> tensors)
    {
        int next = 0;
        return new([
            .. _items.Select(item => TensorTree.Select(item, leaf => leaf is Tensor ? tensors[next++] : leaf)),
        ]);
    }

    /// <summary>The same structure with a function of each tensor.</summary>
    public Bundle Select(Func<Tensor, Tensor> function) => With([.. Tensors.Select(function)]);

    /// <summary>
    /// The same structure with copies of the tensors. One that stands in it several times is copied once, since what
    /// gets it may ask whether two are the same, as attention of a sequence to itself does.
    /// </summary>
    public Bundle Copies()
    {
        var copies = new Dictionary<Tensor, Tensor>(ReferenceEqualityComparer.Instance);
        return Select(t => copies.TryGetValue(t, out Tensor? known) ? known : copies[t] = t.clone());
    }
}

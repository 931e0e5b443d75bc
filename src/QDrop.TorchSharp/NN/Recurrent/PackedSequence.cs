namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>Batches of sequences of different lengths.</summary>
            public static partial class rnn
            {
                /// <summary>Sequences of a batch, longest first, laid out step by step without padding.</summary>
                public sealed class PackedSequence : IDisposable
                {
                    /// <summary><c>[Σ lengths, …]</c>.</summary>
                    public readonly Tensor data;

                    /// <summary>How many sequences are still going on at each step.</summary>
                    public readonly Tensor batch_sizes;

                    /// <summary>Where each packed sequence stood in the batch; null where the batch was sorted.</summary>
                    public readonly Tensor? sorted_indices;

                    /// <summary>Where each sequence of the batch stands in the pack; null where the batch was sorted.</summary>
                    public readonly Tensor? unsorted_indices;

                    internal PackedSequence(Tensor data, Tensor batch_sizes, Tensor? sorted_indices, Tensor? unsorted_indices)
                    {
                        this.data = data;
                        this.batch_sizes = batch_sizes;
                        this.sorted_indices = sorted_indices;
                        this.unsorted_indices = unsorted_indices;
                    }

                    public PackedSequence MoveToOuterDisposeScope() => ForEach(static tensor => tensor.MoveToOuterDisposeScope());

                    public PackedSequence DetachFromDisposeScope() => ForEach(static tensor => tensor.DetachFromDisposeScope());

                    public PackedSequence MoveToOtherDisposeScope(DisposeScope? other) => ForEach(tensor => tensor.MoveToOtherDisposeScope(other));

                    public PackedSequence MoveToOtherDisposeScope(PackedSequence other) => MoveToOtherDisposeScope(other.data.OwningDisposeScope);

                    public void Dispose() => ForEach(static tensor => tensor.Dispose());

                    private PackedSequence ForEach(Action<Tensor> action)
                    {
                        foreach (Tensor? tensor in new[] { data, batch_sizes, sorted_indices, unsorted_indices })
                            if (tensor is not null) action(tensor);
                        return this;
                    }
                }

                /// <summary>Puts sequences <c>[length, …]</c> next to each other, the shorter ones padded at their end.</summary>
                public static Tensor pad_sequence(IEnumerable<Tensor> sequences, bool batch_first = false, double padding_value = 0.0) =>
                    Aten.Call("pad_sequence", Value.Tensors(sequences), batch_first, padding_value);

                /// <summary>Packs a padded batch.</summary>
                /// <param name="input"><c>[L, N, …]</c>, or <c>[N, L, …]</c> where <paramref name="batch_first"/>.</param>
                /// <param name="lengths">The lengths of the sequences, <c>[N]</c>, on the CPU.</param>
                /// <param name="enforce_sorted">Whether the sequences are in the order of falling lengths already.</param>
                public static PackedSequence pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first = false, bool enforce_sorted = true)
                {
                    using DisposeScope scope = NewDisposeScope();
                    Tensor? order = null, back = null;
                    if (!enforce_sorted)
                    {
                        (lengths, order) = Aten.Call2("sort", lengths, -1, true);
                        back = Aten.Call("argsort", order);
                        input = Aten.Call("index_select", input, batch_first ? 0 : 1, order);
                    }
                    (Tensor data, Tensor sizes) = Aten.Call2("_pack_padded_sequence", input, lengths, batch_first);
                    return new PackedSequence(data, sizes, order, back).MoveToOuterDisposeScope();
                }

                /// <summary>Packs sequences <c>[length, …]</c>.</summary>
                public static PackedSequence pack_sequence(IEnumerable<Tensor> sequences, bool enforce_sorted = true)
                {
                    using DisposeScope scope = NewDisposeScope();
                    Tensor[] list = [.. sequences];
                    Tensor lengths = tensor(Array.ConvertAll(list, static sequence => sequence.size(0)));
                    return pack_padded_sequence(pad_sequence(list), lengths, false, enforce_sorted).MoveToOuterDisposeScope();
                }

                /// <summary>The padded batch and the lengths that were packed.</summary>
                public static (Tensor, Tensor) pad_packed_sequence(PackedSequence sequence, bool batch_first = false, double padding_value = 0.0, long? total_length = null)
                {
                    using DisposeScope scope = NewDisposeScope();
                    long longest = sequence.batch_sizes.size(0);
                    if (total_length < longest)
                        throw new ArgumentException($"total_length is {total_length}, but the longest sequence has {longest} steps.", nameof(total_length));
                    (Tensor padded, Tensor lengths) = Aten.Call2("_pad_packed_sequence", sequence.data, sequence.batch_sizes, batch_first, padding_value, total_length ?? longest);
                    if (sequence.unsorted_indices is { } back)
                    {
                        padded = Aten.Call("index_select", padded, batch_first ? 0 : 1, back);
                        lengths = Aten.Call("index_select", lengths, 0, back);
                    }
                    return scope.MoveToOuter(padded, lengths);
                }
            }
        }
    }
}

namespace TorchSharp;

public static partial class torch
{
    /// <summary>One index of a tensor: a number, a slice, all, the ellipsis, a new axis, a truth value or a tensor.</summary>
    public readonly struct TensorIndex
    {
        private TensorIndex(IndexKind kind, long? start = null, long? stop = null, long? step = null, Tensor? tensor = null)
        {
            Kind = kind;
            Start = start;
            Stop = stop;
            Step = step;
            IndexTensor = tensor;
        }

        public static readonly TensorIndex Ellipsis = new(IndexKind.Ellipsis);
        public static readonly TensorIndex None = new(IndexKind.NewAxis);
        public static readonly TensorIndex Null = new(IndexKind.NewAxis);
        public static readonly TensorIndex Colon = new(IndexKind.Slice);

        internal IndexKind Kind { get; }
        internal long? Start { get; }
        internal long? Stop { get; }
        internal long? Step { get; }
        internal Tensor? IndexTensor { get; }

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) => new(IndexKind.Slice, start, stop, step);

        public static TensorIndex Slice((int?, int?) range) => Slice(range.Item1, range.Item2);

        /// <summary>A C# range; its end may count from the end (^1 is the last element, ^0 the end itself).</summary>
        public static TensorIndex Slice(Range range) => Slice(FromEnd(range.Start), range.End is { IsFromEnd: true, Value: 0 } ? null : FromEnd(range.End));

        public static TensorIndex Bool(bool value) => new(IndexKind.Bool, value ? 1 : 0);

        public static TensorIndex Single(long? index) => index is null ? None : new(IndexKind.Single, index);

        public static TensorIndex Tensor(Tensor tensor) => new(IndexKind.Tensor, tensor: tensor);

        public static implicit operator TensorIndex(long value) => Single(value);
        public static implicit operator TensorIndex((int?, int?) range) => Slice(range);
        public static implicit operator TensorIndex(Index index) => Single(FromEnd(index));
        public static implicit operator TensorIndex(Range range) => Slice(range);

        /// <summary>The tensor that a number, a truth value or a tensor index stands for.</summary>
        public static implicit operator Tensor(TensorIndex value) => value.Kind switch
        {
            IndexKind.Tensor => value.IndexTensor!,
            IndexKind.Single => tensor(value.Start!.Value),
            IndexKind.Bool => tensor(value.Start == 1),
            _ => throw new InvalidOperationException($"An index of kind {value.Kind} is not a tensor."),
        };

        // Negative numbers count from the end.
        private static long FromEnd(Index index) => index.IsFromEnd ? -(long)index.Value : index.Value;
    }

    /// <summary>What a <see cref="TensorIndex"/> is.</summary>
    internal enum IndexKind
    {
        NewAxis, Slice, Ellipsis, Single, Bool, Tensor,
    }
}

using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>
/// More or fewer elements along the last dimensions: as many as <c>sizes</c> says, or <c>factors</c> times as many.
/// <c>mode</c> is <c>nearest</c> or <c>linear</c> (in each dimension), the latter with <c>align_corners</c> or without.
/// </summary>
internal sealed class Upsampling() : OperationKind("upsample", 1)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => operation.Arguments.Text("mode") == "nearest";

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32);
        int[] sizes = operation.Arguments.Integers("sizes", []), factors = operation.Arguments.Integers("factors", []);
        Check(sizes.Length == 0 || factors.Length == 0, "an upsampling has sizes or factors.");
        int dimensions = Math.Max(sizes.Length, factors.Length);
        Check(dimensions is >= 1 and <= 3 && x.Rank >= dimensions, "the sizes of an upsampling do not fit.");
        string mode = operation.Arguments.Text("mode");
        Check(mode is "nearest" or "linear", $"there is no upsampling of mode '{mode}'.");
        int[] shape = [.. x.Shape];
        for (int d = 0; d < dimensions; d++)
        {
            int axis = x.Rank - dimensions + d;
            long size = sizes.Length > 0 ? sizes[d] : (long)factors[d] * shape[axis];
            Check(
                size is > 0 and <= ValueInfo.MostElements && shape[axis] > 0,
                "the sizes of an upsampling do not fit.");
            shape[axis] = (int)size;
        }
        _ = ValueInfo.CountOf(shape);
        return x with { Shape = shape };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int dimensions = Math.Max(
            operation.Arguments.Integers("sizes", []).Length, operation.Arguments.Integers("factors", []).Length);
        int[] from = Window.Three(operands[0].Shape.AsSpan()[^dimensions..], 1),
            to = Window.Three(result.Shape.AsSpan()[^dimensions..], 1);
        int size = from[0] * from[1] * from[2], channels = operands[0].Count / size;
        bool isNearest = operation.Arguments.Text("mode") == "nearest",
            align = operation.Arguments.Flag("align_corners");
        (int First, int Second, float Share)[][] places =
        [
            .. Enumerable.Range(0, 3).Select(d => Enumerable.Range(0, to[d]).Select(i => isNearest
                ? (Nearest(i, from[d], to[d]), Nearest(i, from[d], to[d]), 0f)
                : Linear(i, from[d], to[d], align)).ToArray()),
        ];
        return frame =>
        {
            Span<float> y = frame.Result;
            int next = 0;
            for (int c = 0; c < channels; c++)
            {
                ReadOnlySpan<float> x = frame[0].Slice(c * size, size);
                foreach ((int First, int Second, float Share) z in places[0])
                {
                    foreach ((int First, int Second, float Share) v in places[1])
                    {
                        foreach ((int First, int Second, float Share) h in places[2])
                        {
                            y[next++] = isNearest
                                ? x[(((z.First * from[1]) + v.First) * from[2]) + h.First]
                                : Between(
                                    Plane(x, z.First, v, h, from), Plane(x, z.Second, v, h, from), z.Share);
                        }
                    }
                }
            }
        };
    }

    private static float Plane(
        ReadOnlySpan<float> x,
        int z,
        (int First, int Second, float Share) v,
        (int First, int Second, float Share) h,
        int[] from)
    {
        int one = ((z * from[1]) + v.First) * from[2], other = ((z * from[1]) + v.Second) * from[2];
        return Between(
            Between(x[one + h.First], x[one + h.Second], h.Share),
            Between(x[other + h.First], x[other + h.Second], h.Share), v.Share);
    }

    private static float Between(float one, float other, float share) => (one * (1 - share)) + (other * share);

    private static int Nearest(int index, int from, int to) =>
        Math.Min((int)MathF.Floor(index * ((float)from / to)), from - 1);

    private static (int First, int Second, float Share) Linear(int index, int from, int to, bool align)
    {
        float place = align
            ? to > 1 ? index * ((float)(from - 1) / (to - 1)) : 0
            : MathF.Max(((index + 0.5f) * ((float)from / to)) - 0.5f, 0);
        int first = Math.Min((int)place, from - 1);
        return (first, Math.Min(first + 1, from - 1), Math.Clamp(place - first, 0, 1));
    }
}

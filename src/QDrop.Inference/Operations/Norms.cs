using System.Numerics.Tensors;
using QDrop.Kernels;
using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>Shares that add up to 1 along a dimension, eˣ / Σ eˣ, or their logarithms.</summary>
internal sealed class Softmax(string name) : OperationKind(name, 1)
{
    /// <summary>Gets the names.</summary>
    public static IEnumerable<string> Names => ["softmax", "log_softmax"];

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        _ = Axis(operation.Arguments.Integer("dim"), operands[0].Rank);
        return Expect(operands, 0, ValueKind.Float32);
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        Plan(operation, operands, result, 1).Kernel;

    /// <inheritdoc/>
    public override PlannedKernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result, int threads)
    {
        int axis = Axis(operation.Arguments.Integer("dim"), result.Rank), length = result.Shape[axis];
        bool isLogarithm = Name == "log_softmax";
        if (axis < result.Rank - 1)
            return new(AlongOther(result, axis, isLogarithm));
        if (isLogarithm)
        {
            return new(frame =>
            {
                for (int start = 0; start < result.Count; start += length)
                    Logarithms(frame[0].Slice(start, length), frame.Result.Slice(start, length));
            });
        }
        return Rows(result, 1, null, null, threads);
    }

    /// <summary>Shares of rows: of the first operand, times a scale, plus rows of a second one.</summary>
    /// <param name="result">The result, float32 or codes.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="masks">For each row where its row of the second operand begins; null if there is none.</param>
    /// <param name="grid">The grid of the result, if it has codes.</param>
    /// <param name="threads">The most threads that compute it at once.</param>
    public static unsafe PlannedKernel Rows(
        ValueInfo result, float scale, int[]? masks, CodeGrid? grid, int threads)
    {
        int length = result.Shape[^1], rows = length == 0 ? 0 : result.Count / length;
        bool isShared = threads > 1 && result.Count >= PlannedKernel.LeastShared;
        int scratch = SoftmaxKernel.ScratchBytes(length), atOnce = SoftmaxKernel.RowsAtOnce(length);
        int[] own = masks ?? new int[atOnce];
        return new(frame =>
        {
            (int first, int last) = frame.Share(rows);
            for (int row = first; row < last; row += atOnce)
            {
                nint start = (nint)row * length;
                SoftmaxKernel.Rows(
                    (float*)frame.Address(0) + start,
                    masks is null ? null : (float*)frame.Address(1),
                    own.AsSpan(masks is null ? 0 : row, Math.Min(atOnce, last - row)),
                    scale,
                    length,
                    grid is null ? (float*)frame.ResultAddress + start : null,
                    grid is null ? null : (byte*)frame.ResultAddress + start,
                    grid ?? default,
                    (float*)((byte*)frame.Scratch + ((nint)frame.Part * scratch)));
            }
        })
        {
            Scratch = (long)scratch * (isShared ? threads : 1),
            IsShared = isShared,
        };
    }

    private static Kernel AlongOther(ValueInfo result, int axis, bool isLogarithm)
    {
        (int[] outer, int[] inner) = Reduction.Places(
            result.Shape, [.. Enumerable.Range(0, result.Rank).Select(d => d == axis)]);
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0];
            Span<float> y = frame.Result;
            foreach (int start in outer)
            {
                float greatest = float.NegativeInfinity;
                foreach (int place in inner)
                    greatest = MathF.Max(greatest, x[start + place]);
                double sum = 0;
                foreach (int place in inner)
                    sum += Math.Exp(x[start + place] - greatest);
                double logarithm = Math.Log(sum);
                foreach (int place in inner)
                {
                    double own = x[start + place] - greatest;
                    y[start + place] = (float)(isLogarithm ? own - logarithm : Math.Exp(own) / sum);
                }
            }
        };
    }

    private static void Logarithms(ReadOnlySpan<float> x, Span<float> y)
    {
        TensorPrimitives.Subtract(x, TensorPrimitives.Max(x), y);
        double sum = 0;
        foreach (float own in y)
            sum += Math.Exp(own);
        TensorPrimitives.Subtract<float>(y, (float)Math.Log(sum), y);
    }
}

/// <summary>
/// (x − mean) / √(variance + <c>eps</c>), times the second operand plus the third where there are any. Layer norm: over
/// the last <c>dims</c> dimensions. Group norm: over the channels of each of <c>groups</c> groups of dimension 1 and
/// all dimensions behind them, with an operand for each channel.
/// </summary>
internal sealed class Norm(string name) : OperationKind(name, 1, 3)
{
    /// <summary>Gets the names.</summary>
    public static IEnumerable<string> Names => ["layer_norm", "group_norm"];

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32);
        _ = operation.Arguments.Number("eps");
        int[] expected;
        if (Name == "layer_norm")
        {
            int dims = operation.Arguments.Int32("dims");
            Check(dims > 0 && dims <= x.Rank, $"a layer norm over {dims} of {x.Rank} dimensions cannot be.");
            expected = x.Shape[^dims..];
        }
        else
        {
            int groups = operation.Arguments.Int32("groups");
            Check(
                x.Rank >= 2 && groups > 0 && x.Shape[1] % groups == 0,
                $"a group norm of {groups} groups does not fit [{string.Join(", ", x.Shape)}].");
            expected = [x.Shape[1]];
        }
        for (int i = 1; i < operands.Length; i++)
        {
            Check(
                Expect(operands, i, ValueKind.Float32).Shape.AsSpan().SequenceEqual(expected),
                $"operand {i} has shape [{string.Join(", ", operands[i].Shape)}]; expected "
                    + $"[{string.Join(", ", expected)}].");
        }
        return x;
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        float epsilon = (float)operation.Arguments.Number("eps");
        if (Name == "layer_norm")
        {
            int length = ValueInfo.CountOf(result.Shape.AsSpan()[^operation.Arguments.Int32("dims")..]);
            return frame =>
            {
                for (int start = 0; start < result.Count; start += length)
                {
                    NormKernel.Normalize(
                        frame[0].Slice(start, length), frame.Result.Slice(start, length), epsilon,
                        frame.Count > 1 ? frame[1] : default, frame.Count > 2 ? frame[2] : default);
                }
            };
        }
        int channels = result.Shape[1], groups = operation.Arguments.Int32("groups");
        int samples = result.Shape[0], group = samples == 0 ? 0 : result.Count / samples / groups;
        int size = channels == 0 || samples == 0 ? 0 : result.Count / samples / channels;
        return frame =>
        {
            for (int start = 0; start < result.Count; start += group)
            {
                NormKernel.Normalize(
                    frame[0].Slice(start, group), frame.Result.Slice(start, group), epsilon, default, default);
            }
            for (int c = 0; frame.Count > 1 && c < samples * channels; c++)
            {
                Span<float> y = frame.Result.Slice(c * size, size);
                TensorPrimitives.Multiply(y, frame[1][c % channels], y);
                if (frame.Count > 2)
                    TensorPrimitives.Add(y, frame[2][c % channels], y);
            }
        };
    }
}

using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>
/// One number for the elements of some dimensions: <c>dims</c>, all if there are none; <c>keep</c> leaves them with
/// size 1. Sums are made in float64, one element after the other.
/// </summary>
internal sealed class Reduction(string name) : OperationKind(name, 1)
{
    /// <summary>What is noted of the elements so far, and of the next.</summary>
    private delegate double Fold(double sum, double x);

    private static readonly Dictionary<string, (double First, Fold Fold)> Table = new(StringComparer.Ordinal)
    {
        ["sum"] = (0, static (sum, x) => sum + x),
        ["mean"] = (0, static (sum, x) => sum + x),
        ["prod"] = (1, static (sum, x) => sum * x),
        ["max"] = (double.NegativeInfinity, Math.Max),
        ["min"] = (double.PositiveInfinity, Math.Min),
        ["any"] = (0, static (sum, x) => x != 0 ? 1 : sum),
        ["all"] = (1, static (sum, x) => x == 0 ? 0 : sum),
    };

    /// <summary>Gets the names.</summary>
    public static IEnumerable<string> Names => Table.Keys;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = operands[0];
        bool isLogical = Name is "any" or "all";
        Check(
            isLogical ? x.Kind == ValueKind.Bool : x.Kind == ValueKind.Float32
                || (x.Kind == ValueKind.Int64 && Name != "mean"),
            $"'{Name}' takes no elements of kind {x.Kind}.");
        bool[] reduced = Reduced(operation, x.Rank);
        bool keep = operation.Arguments.Flag("keep");
        for (int d = 0; d < x.Rank; d++)
            Check(!reduced[d] || x.Shape[d] > 0 || Name is not ("max" or "min"), "there is no extreme of no elements.");
        return x with
        {
            Shape =
            [
                .. Enumerable.Range(0, x.Rank).Where(d => keep || !reduced[d])
                    .Select(d => reduced[d] ? 1 : x.Shape[d]),
            ],
        };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        (double first, Fold fold) = Table[Name];
        (int[] outer, int[] inner) = Places(operands[0].Shape, Reduced(operation, operands[0].Rank));
        double factor = Name == "mean" ? 1.0 / inner.Length : 1;
        if (result.Kind == ValueKind.Float32)
        {
            return frame =>
            {
                ReadOnlySpan<float> x = frame[0];
                Span<float> y = frame.Result;
                for (int i = 0; i < outer.Length; i++)
                {
                    double sum = first;
                    foreach (int place in inner)
                        sum = fold(sum, x[outer[i] + place]);
                    y[i] = (float)(sum * factor);
                }
            };
        }
        if (result.Kind == ValueKind.Int64)
        {
            return frame =>
            {
                ReadOnlySpan<long> x = frame.Operand<long>(0);
                Span<long> y = frame.ResultOf<long>();
                for (int i = 0; i < outer.Length; i++)
                {
                    double sum = first;
                    foreach (int place in inner)
                        sum = fold(sum, x[outer[i] + place]);
                    y[i] = (long)sum;
                }
            };
        }
        return frame =>
        {
            ReadOnlySpan<bool> x = frame.Operand<bool>(0);
            Span<bool> y = frame.ResultOf<bool>();
            for (int i = 0; i < outer.Length; i++)
            {
                double sum = first;
                foreach (int place in inner)
                    sum = fold(sum, x[outer[i] + place] ? 1 : 0);
                y[i] = sum != 0;
            }
        };
    }

    /// <summary>Where the elements of the result begin, and how far from there those are that it is made of.</summary>
    internal static (int[] Outer, int[] Inner) Places(int[] shape, bool[] reduced)
    {
        int[] strides = Strided.Strides(shape);
        return (Of(false), Of(true));

        int[] Of(bool which)
        {
            int[] dimensions = [.. Enumerable.Range(0, shape.Length).Where(d => reduced[d] == which)];
            // Rows of one element each: the places of all.
            int[] sizes = [.. dimensions.Select(d => shape[d]), 1], steps = [.. dimensions.Select(d => strides[d]), 0];
            return Strided.Rows(sizes, steps);
        }
    }

    private static bool[] Reduced(Operation operation, int rank)
    {
        int[] dims = operation.Arguments.Integers("dims", []);
        bool[] reduced = new bool[rank];
        foreach (int dimension in dims)
            reduced[Axis(dimension, rank)] = true;
        return dims.Length == 0 ? [.. Enumerable.Repeat(true, rank)] : reduced;
    }
}

/// <summary>Where the greatest or the least element of a dimension is; the first of several.</summary>
internal sealed class Extreme(string name) : OperationKind(name, 1)
{
    /// <summary>Gets the names.</summary>
    public static IEnumerable<string> Names => ["argmax", "argmin"];

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo x = Expect(operands, 0, ValueKind.Float32);
        int axis = Axis(operation.Arguments.Integer("dim"), x.Rank);
        Check(x.Shape[axis] > 0, "there is no extreme of no elements.");
        int[] shape = [.. x.Shape];
        shape[axis] = 1;
        return new(
            ValueKind.Int64, operation.Arguments.Flag("keep") ? shape : [.. shape[..axis], .. shape[(axis + 1)..]]);
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int axis = Axis(operation.Arguments.Integer("dim"), operands[0].Rank), sign = Name == "argmax" ? 1 : -1;
        (int[] outer, int[] inner) = Reduction.Places(
            operands[0].Shape, [.. Enumerable.Range(0, operands[0].Rank).Select(d => d == axis)]);
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0];
            Span<long> y = frame.ResultOf<long>();
            for (int i = 0; i < outer.Length; i++)
            {
                int best = 0;
                for (int k = 1; k < inner.Length; k++)
                {
                    if (sign * x[outer[i] + inner[k]] > sign * x[outer[i] + inner[best]])
                        best = k;
                }
                y[i] = best;
            }
        };
    }
}

/// <summary>Sums of all elements of a dimension up to each.</summary>
internal sealed class CumulativeSum() : OperationKind("cumsum", 1)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        Check(operands[0].Kind is ValueKind.Float32 or ValueKind.Int64, "truth values have no sum.");
        _ = Axis(operation.Arguments.Integer("dim"), operands[0].Rank);
        return operands[0];
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int axis = Axis(operation.Arguments.Integer("dim"), result.Rank);
        (int[] outer, int[] inner) = Reduction.Places(
            result.Shape, [.. Enumerable.Range(0, result.Rank).Select(d => d == axis)]);
        if (result.Kind == ValueKind.Float32)
        {
            return frame =>
            {
                foreach (int start in outer)
                {
                    double sum = 0;
                    foreach (int place in inner)
                        frame.Result[start + place] = (float)(sum += frame[0][start + place]);
                }
            };
        }
        return frame =>
        {
            foreach (int start in outer)
            {
                long sum = 0;
                foreach (int place in inner)
                    frame.ResultOf<long>()[start + place] = sum += frame.Operand<long>(0)[start + place];
            }
        };
    }
}

using System.Numerics.Tensors;
using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>A function of each element.</summary>
internal sealed class Unary(string name) : OperationKind(name, 1)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        _ = UnaryFunctions.Of(operation);
        return Expect(operands, 0, ValueKind.Float32);
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        UnaryFunction function = UnaryFunctions.Of(operation)!;
        return frame => function(frame[0], frame.Result);
    }
}

/// <summary>A function of the elements of two tensors, one of which may be repeated.</summary>
internal sealed class Binary(string name) : OperationKind(name, 2)
{
    private static readonly Dictionary<string, Float> Floats = new(StringComparer.Ordinal)
    {
        ["add"] = new(
            static (x, y, z) => TensorPrimitives.Add(x, y, z), static (x, y, z) => TensorPrimitives.Add(x, y, z),
            static (x, y, z) => TensorPrimitives.Add(y, x, z)),
        ["sub"] = new(
            static (x, y, z) => TensorPrimitives.Subtract(x, y, z),
            static (x, y, z) => TensorPrimitives.Subtract(x, y, z),
            static (x, y, z) => TensorPrimitives.Subtract(x, y, z)),
        ["mul"] = new(
            static (x, y, z) => TensorPrimitives.Multiply(x, y, z),
            static (x, y, z) => TensorPrimitives.Multiply(x, y, z),
            static (x, y, z) => TensorPrimitives.Multiply(y, x, z)),
        ["div"] = new(
            static (x, y, z) => TensorPrimitives.Divide(x, y, z), static (x, y, z) => TensorPrimitives.Divide(x, y, z),
            static (x, y, z) => TensorPrimitives.Divide(x, y, z)),
        ["maximum"] = new(
            static (x, y, z) => TensorPrimitives.Max(x, y, z), static (x, y, z) => TensorPrimitives.Max(x, y, z),
            static (x, y, z) => TensorPrimitives.Max(y, x, z)),
        ["minimum"] = new(
            static (x, y, z) => TensorPrimitives.Min(x, y, z), static (x, y, z) => TensorPrimitives.Min(x, y, z),
            static (x, y, z) => TensorPrimitives.Min(y, x, z)),
        ["power"] = new(
            static (x, y, z) => TensorPrimitives.Pow(x, y, z), static (x, y, z) => TensorPrimitives.Pow(x, y, z),
            static (x, y, z) => TensorPrimitives.Pow(x, y, z)),
    };

    private static readonly Dictionary<string, Func<long, long, long>> Integers = new(StringComparer.Ordinal)
    {
        ["add"] = static (x, y) => unchecked(x + y),
        ["sub"] = static (x, y) => unchecked(x - y),
        ["mul"] = static (x, y) => unchecked(x * y),
        ["maximum"] = Math.Max,
        ["minimum"] = Math.Min,
    };

    private static readonly Dictionary<string, Func<double, double, bool>> Comparisons = new(StringComparer.Ordinal)
    {
        ["eq"] = static (x, y) => x == y,
        ["ne"] = static (x, y) => x != y,
        ["lt"] = static (x, y) => x < y,
        ["le"] = static (x, y) => x <= y,
        ["gt"] = static (x, y) => x > y,
        ["ge"] = static (x, y) => x >= y,
    };

    private static readonly Dictionary<string, Func<bool, bool, bool>> Logical = new(StringComparer.Ordinal)
    {
        ["and"] = static (x, y) => x & y,
        ["or"] = static (x, y) => x | y,
        ["xor"] = static (x, y) => x ^ y,
    };

    private delegate void Rows(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z);

    private delegate void RowAndNumber(ReadOnlySpan<float> x, float y, Span<float> z);

    private delegate void NumberAndRow(float x, ReadOnlySpan<float> y, Span<float> z);

    /// <summary>A function of two rows, of a row and a number, and of a number and a row.</summary>
    private sealed record Float(Rows Rows, RowAndNumber RowAndNumber, NumberAndRow NumberAndRow);

    /// <summary>Gets the names.</summary>
    public static IEnumerable<string> Names => [.. Floats.Keys, .. Comparisons.Keys, .. Logical.Keys];

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueKind kind = operands[0].Kind;
        _ = Expect(operands, 1, kind);
        int[] shape = Strided.Common(operands[0].Shape, operands[1].Shape);
        _ = ValueInfo.CountOf(shape);
        if (Comparisons.ContainsKey(Name))
        {
            Check(kind != ValueKind.Codes, "codes cannot be compared.");
            return new(ValueKind.Bool, shape);
        }
        bool fits = kind switch
        {
            ValueKind.Float32 => Floats.ContainsKey(Name),
            ValueKind.Int64 => Integers.ContainsKey(Name),
            ValueKind.Bool => Logical.ContainsKey(Name),
            _ => false,
        };
        Check(fits, $"'{Name}' takes no elements of kind {kind}.");
        return new(kind, shape);
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int[] shape = result.Shape;
        int[] one = Strided.Broadcast(operands[0].Shape, shape), other = Strided.Broadcast(operands[1].Shape, shape);
        // Dimensions that neither repeats are walked as one.
        (shape, one, other) = Merge(shape, one, other);
        int length = shape.Length == 0 ? 1 : shape[^1];
        int[] firsts = Strided.Rows(shape, one), seconds = Strided.Rows(shape, other);
        int stepOne = shape.Length == 0 ? 0 : one[^1], stepOther = shape.Length == 0 ? 0 : other[^1];
        if (Comparisons.TryGetValue(Name, out Func<double, double, bool>? compare))
        {
            return operands[0].Kind switch
            {
                ValueKind.Float32 => frame => Each(
                    frame[0], frame[1], frame.ResultOf<bool>(), firsts, seconds, length, stepOne, stepOther,
                    (x, y) => compare(x, y)),
                ValueKind.Int64 => frame => Each(
                    frame.Operand<long>(0), frame.Operand<long>(1), frame.ResultOf<bool>(), firsts, seconds, length,
                    stepOne, stepOther, (x, y) => compare(x, y)),
                _ => frame => Each(
                    frame.Operand<bool>(0), frame.Operand<bool>(1), frame.ResultOf<bool>(), firsts, seconds, length,
                    stepOne, stepOther, (x, y) => compare(x ? 1 : 0, y ? 1 : 0)),
            };
        }
        if (result.Kind == ValueKind.Int64)
        {
            Func<long, long, long> function = Integers[Name];
            return frame => Each(
                frame.Operand<long>(0), frame.Operand<long>(1), frame.ResultOf<long>(), firsts, seconds, length,
                stepOne, stepOther, function);
        }
        if (result.Kind == ValueKind.Bool)
        {
            Func<bool, bool, bool> function = Logical[Name];
            return frame => Each(
                frame.Operand<bool>(0), frame.Operand<bool>(1), frame.ResultOf<bool>(), firsts, seconds, length,
                stepOne, stepOther, function);
        }
        Float operate = Floats[Name];
        return frame =>
        {
            ReadOnlySpan<float> x = frame[0], y = frame[1];
            Span<float> z = frame.Result;
            for (int row = 0; row < firsts.Length; row++)
            {
                Span<float> target = z.Slice(row * length, length);
                if (stepOther == 0)
                    operate.RowAndNumber(x.Slice(firsts[row], stepOne == 0 ? 1 : length), y[seconds[row]], target);
                else if (stepOne == 0)
                    operate.NumberAndRow(x[firsts[row]], y.Slice(seconds[row], length), target);
                else
                    operate.Rows(x.Slice(firsts[row], length), y.Slice(seconds[row], length), target);
            }
        };
    }

    private static (int[] Shape, int[] One, int[] Other) Merge(int[] shape, int[] one, int[] other)
    {
        var merged = new List<(int Size, int One, int Other)>();
        for (int d = 0; d < shape.Length; d++)
        {
            if (shape[d] == 1)
                continue;
            if (merged is [.., var last] && last.One == one[d] * shape[d] && last.Other == other[d] * shape[d])
                merged[^1] = (last.Size * shape[d], one[d], other[d]);
            else
                merged.Add((shape[d], one[d], other[d]));
        }
        return (
            [.. merged.Select(static m => m.Size)],
            [.. merged.Select(static m => m.One)],
            [.. merged.Select(static m => m.Other)]);
    }

    private static void Each<T, TResult>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> y,
        Span<TResult> z,
        int[] firsts,
        int[] seconds,
        int length,
        int stepOne,
        int stepOther,
        Func<T, T, TResult> function)
    {
        for (int row = 0; row < firsts.Length; row++)
        {
            int one = firsts[row], other = seconds[row];
            for (int i = 0; i < length; i++, one += stepOne, other += stepOther)
                z[(row * length) + i] = function(x[one], y[other]);
        }
    }
}

/// <summary>The other truth value.</summary>
internal sealed class Not() : OperationKind("not", 1)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands) =>
        Expect(operands, 0, ValueKind.Bool);

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) => static frame =>
    {
        ReadOnlySpan<bool> x = frame.Operand<bool>(0);
        Span<bool> y = frame.ResultOf<bool>();
        for (int i = 0; i < x.Length; i++)
            y[i] = !x[i];
    };
}

/// <summary>Picks from the second where the first is true, else from the third.</summary>
internal sealed class Where() : OperationKind("where", 3)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo condition = Expect(operands, 0, ValueKind.Bool);
        _ = Expect(operands, 2, operands[1].Kind);
        int[] shape = Strided.Common(Strided.Common(condition.Shape, operands[1].Shape), operands[2].Shape);
        return new(operands[1].Kind, shape);
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int[] shape = result.Shape;
        int[][] strides = [.. operands.Select(o => Strided.Broadcast(o.Shape, shape))];
        int[][] rows = [.. strides.Select(s => Strided.Rows(shape, s))];
        int[] steps = [.. strides.Select(static s => s.Length == 0 ? 0 : s[^1])];
        int length = shape.Length == 0 ? 1 : shape[^1];
        return result.ElementSize switch
        {
            sizeof(long) => frame => Pick(
                frame.Operand<bool>(0), frame.Operand<long>(1), frame.Operand<long>(2), frame.ResultOf<long>()),
            sizeof(float) => frame => Pick(frame.Operand<bool>(0), frame[1], frame[2], frame.Result),
            _ => frame => Pick(
                frame.Operand<bool>(0), frame.Operand<byte>(1), frame.Operand<byte>(2), frame.ResultOf<byte>()),
        };

        void Pick<T>(ReadOnlySpan<bool> condition, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        {
            for (int row = 0; row < rows[0].Length; row++)
            {
                int c = rows[0][row], one = rows[1][row], other = rows[2][row];
                for (int i = 0; i < length; i++, c += steps[0], one += steps[1], other += steps[2])
                    z[(row * length) + i] = condition[c] ? x[one] : y[other];
            }
        }
    }
}

/// <summary>Elements of another kind.</summary>
internal sealed class Cast() : OperationKind("cast", 1)
{
    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands) =>
        new(
            operation.Arguments.Text("to") switch
            {
                "f32" => ValueKind.Float32,
                "i64" => ValueKind.Int64,
                "bool" => ValueKind.Bool,
                var other => throw new InvalidProgramGraphException($"there are no elements of kind '{other}'."),
            },
            operands[0].Shape);

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        (operands[0].Kind, result.Kind) switch
        {
            (ValueKind.Float32, ValueKind.Int64) => static f => Each(f[0], f.ResultOf<long>(), static x => (long)x),
            (ValueKind.Float32, ValueKind.Bool) => static f => Each(f[0], f.ResultOf<bool>(), static x => x != 0),
            (ValueKind.Int64, ValueKind.Float32) =>
                static f => Each(f.Operand<long>(0), f.Result, static x => (float)x),
            (ValueKind.Int64, ValueKind.Bool) =>
                static f => Each(f.Operand<long>(0), f.ResultOf<bool>(), static x => x != 0),
            (ValueKind.Bool, ValueKind.Float32) =>
                static f => Each(f.Operand<bool>(0), f.Result, static x => x ? 1f : 0f),
            (ValueKind.Bool, ValueKind.Int64) =>
                static f => Each(f.Operand<bool>(0), f.ResultOf<long>(), static x => x ? 1L : 0L),
            _ => static f => f.Bytes(0).CopyTo(f.ResultBytes),
        };

    private static void Each<T, TResult>(ReadOnlySpan<T> x, Span<TResult> y, Func<T, TResult> convert)
    {
        for (int i = 0; i < x.Length; i++)
            y[i] = convert(x[i]);
    }
}

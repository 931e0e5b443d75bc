using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>
/// Another shape of the same elements. In <c>shape</c>, −1 is what is left and −2 − i as many as dimension i has of the
/// operands: those of the first one come first, then those of a second one, which is there for its sizes alone.
/// </summary>
internal sealed class Reshape() : OperationKind("reshape", 1, 2)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => true;

    /// <summary>Stands for what is left.</summary>
    public const int Rest = -1;

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <summary>Stands for as many as a dimension of the operand has.</summary>
    public static int Like(int dimension) => -2 - dimension;

    /// <summary>The sizes that stand for others, in place of them.</summary>
    public static int[] Resolve(ReadOnlySpan<int> sizes, ReadOnlySpan<ValueInfo> operands)
    {
        int[] known = operands.Length > 1 ? [.. operands[0].Shape, .. operands[1].Shape] : operands[0].Shape;
        int[] shape = new int[sizes.Length];
        for (int d = 0; d < shape.Length; d++)
            shape[d] = sizes[d] < Rest ? known[Axis(-2L - sizes[d], known.Length)] : sizes[d];
        return shape;
    }

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        int[] shape = Resolve(operation.Arguments.Integers("shape"), operands);
        int rest = Array.IndexOf(shape, Rest);
        int count = operands[0].Count;
        if (rest >= 0)
        {
            shape[rest] = 1;
            Check(!shape.Contains(Rest), "a shape has what is left twice.");
            int known = ValueInfo.CountOf(shape);
            Check(known > 0 && count % known == 0, $"{count} elements cannot have shape [{string.Join(", ", shape)}].");
            shape[rest] = count / known;
        }
        Check(ValueInfo.CountOf(shape) == count, $"{count} elements cannot have shape [{string.Join(", ", shape)}].");
        return operands[0] with { Shape = shape };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        static frame => frame.Bytes(0).CopyTo(frame.ResultBytes);
}

/// <summary>The dimensions in another order.</summary>
internal sealed class Permute() : OperationKind("permute", 1)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => true;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        int[] order = operation.Arguments.Integers("order");
        int rank = operands[0].Rank;
        Check(
            order.Length == rank && order.Order().SequenceEqual(Enumerable.Range(0, rank)),
            $"[{string.Join(", ", order)}] is no order of {rank} dimensions.");
        int[] shape = operands[0].Shape;
        return operands[0] with { Shape = Array.ConvertAll(order, d => shape[d]) };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int[] strides = Strided.Strides(operands[0].Shape);
        int[] order = operation.Arguments.Integers("order");
        return Strided.Copy(result.Shape, Array.ConvertAll(order, d => strides[d]), 0, result.ElementSize);
    }
}

/// <summary>
/// Repeats along dimensions of size 1, and along new ones before the first. In <c>shape</c>, −2 − i is as many as
/// dimension i has of the operands, of which a second one is there for its sizes alone.
/// </summary>
internal sealed class Expand() : OperationKind("expand", 1, 2)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => true;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        int[] shape = Reshape.Resolve(operation.Arguments.Integers("shape"), operands);
        _ = ValueInfo.CountOf(shape);
        Check(
            Strided.Common(operands[0].Shape, shape).AsSpan().SequenceEqual(shape),
            $"[{string.Join(", ", operands[0].Shape)}] cannot be repeated to [{string.Join(", ", shape)}].");
        return operands[0] with { Shape = shape };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) => Strided.Copy(
        result.Shape, Strided.Broadcast(operands[0].Shape, result.Shape), 0, result.ElementSize);
}

/// <summary>
/// The elements of a dimension from <c>start</c> to before <c>end</c>, each <c>step</c>th; from the end if negative.
/// </summary>
internal sealed class Slice() : OperationKind("slice", 1)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => true;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        (int axis, _, int count, _) = Range(operation, operands[0].Shape);
        int[] shape = [.. operands[0].Shape];
        shape[axis] = count;
        return operands[0] with { Shape = shape };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        (int axis, int start, _, int step) = Range(operation, operands[0].Shape);
        int[] strides = Strided.Strides(operands[0].Shape);
        start *= strides[axis];
        strides[axis] *= step;
        return Strided.Copy(result.Shape, strides, start, result.ElementSize);
    }

    private static (int Axis, int Start, int Count, int Step) Range(Operation operation, int[] shape)
    {
        int axis = Axis(operation.Arguments.Integer("dim"), shape.Length), size = shape[axis];
        long step = operation.Arguments.Integer("step", 1);
        Check(step is > 0 and <= int.MaxValue, $"the step of a slice is {step}; expected 1 or more.");
        long start = Bound(operation.Arguments.Integer("start", 0)),
            end = Bound(operation.Arguments.Integer("end", long.MaxValue));
        return (axis, (int)start, (int)(end <= start ? 0 : (end - start + step - 1) / step), (int)step);

        long Bound(long index) => Math.Clamp(index < 0 ? index + size : index, 0, size);
    }
}

/// <summary>
/// The first elements of a dimension <c>dim</c>, as many as dimension <c>of</c> of the second operand has, which is
/// there for its sizes alone.
/// </summary>
internal sealed class Leading() : OperationKind("leading", 2)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => true;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        int axis = Axis(operation.Arguments.Integer("dim"), operands[0].Rank);
        int count = operands[1].Shape[Axis(operation.Arguments.Integer("of"), operands[1].Rank)];
        int[] shape = [.. operands[0].Shape];
        Check(
            count <= shape[axis],
            $"an input has {count} elements in a dimension; the model was recorded with {shape[axis]} at most.");
        shape[axis] = count;
        return operands[0] with { Shape = shape };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result) =>
        Strided.Copy(result.Shape, Strided.Strides(operands[0].Shape), 0, result.ElementSize);
}

/// <summary>The elements of a dimension in the opposite order.</summary>
internal sealed class Flip() : OperationKind("flip", 1)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => true;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        foreach (int dimension in operation.Arguments.Integers("dims"))
            _ = Axis(dimension, operands[0].Rank);
        return operands[0];
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int[] strides = Strided.Strides(operands[0].Shape);
        int start = 0;
        foreach (int dimension in operation.Arguments.Integers("dims").Select(d => Axis(d, result.Rank)).Distinct())
        {
            start += Math.Max(result.Shape[dimension] - 1, 0) * strides[dimension];
            strides[dimension] *= -1;
        }
        return Strided.Copy(result.Shape, strides, start, result.ElementSize);
    }
}

/// <summary>Values one after the other along a dimension.</summary>
internal sealed class Concatenation() : OperationKind("concat", 1, int.MaxValue)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => true;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo first = operands[0];
        int axis = Axis(operation.Arguments.Integer("dim"), first.Rank);
        int[] shape = [.. first.Shape];
        long size = first.Shape[axis];
        for (int i = 1; i < operands.Length; i++)
        {
            ValueInfo other = Expect(operands, i, first.Kind);
            int[] likeFirst = [.. other.Shape];
            Check(other.Rank == first.Rank, $"operand {i} has {other.Rank} dimensions; expected {first.Rank}.");
            size += other.Shape[axis];
            likeFirst[axis] = first.Shape[axis];
            Check(likeFirst.AsSpan().SequenceEqual(first.Shape), $"operand {i} has another shape than the first.");
        }
        Check(size <= ValueInfo.MostElements, "a value would be too large.");
        shape[axis] = (int)size;
        _ = ValueInfo.CountOf(shape);
        return first with { Shape = shape };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int axis = Axis(operation.Arguments.Integer("dim"), result.Rank);
        int before = 1, behind = result.ElementSize;
        for (int d = 0; d < axis; d++)
            before *= result.Shape[d];
        for (int d = axis + 1; d < result.Rank; d++)
            behind *= result.Shape[d];
        int[] lengths = Array.ConvertAll(operands, o => o.Shape[axis] * behind);
        int row = lengths.Sum();
        return frame =>
        {
            Span<byte> to = frame.ResultBytes;
            int place = 0;
            for (int i = 0; i < lengths.Length; i++)
            {
                ReadOnlySpan<byte> from = frame.Bytes(i);
                for (int r = 0; r < before; r++)
                    from.Slice(r * lengths[i], lengths[i]).CopyTo(to[((r * row) + place)..]);
                place += lengths[i];
            }
        };
    }
}

/// <summary>
/// Elements before and after each dimension: <c>pads</c> has both for each, the first dimension first; <c>mode</c> is
/// <c>constant</c> (with <c>value</c>), <c>reflect</c>, <c>replicate</c> or <c>circular</c>. Negative: fewer elements.
/// </summary>
internal sealed class Pad() : OperationKind("pad", 1)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) =>
        operation.Arguments.Text("mode", "constant") != "constant" || operation.Arguments.Number("value", 0) == 0;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        int[] pads = operation.Arguments.Integers("pads"), shape = [.. operands[0].Shape];
        Check(pads.Length == 2 * shape.Length, $"there are {pads.Length} pads for {shape.Length} dimensions.");
        string mode = operation.Arguments.Text("mode", "constant");
        Check(mode is "constant" or "reflect" or "replicate" or "circular", $"there is no mode '{mode}' of pads.");
        for (int d = 0; d < shape.Length; d++)
        {
            int before = pads[2 * d], behind = pads[(2 * d) + 1], most = Math.Max(before, behind);
            Check(
                most <= 0 || mode switch { "reflect" => most < shape[d], "circular" => most <= shape[d], _ => true },
                $"{most} is too much to pad {shape[d]} elements by in mode '{mode}'.");
            Check(mode == "constant" || most <= 0 || shape[d] > 0, "nothing cannot be repeated.");
            long size = (long)shape[d] + before + behind;
            Check(size is >= 0 and <= ValueInfo.MostElements, $"a padded dimension would have {size} elements.");
            shape[d] = (int)size;
        }
        _ = ValueInfo.CountOf(shape);
        return operands[0] with { Shape = shape };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int[] pads = operation.Arguments.Integers("pads"), from = operands[0].Shape, strides = Strided.Strides(from);
        string mode = operation.Arguments.Text("mode", "constant");
        // Dimensions behind the last one that is padded are copied with it.
        int dimensions = result.Rank;
        while (dimensions > 0 && pads[(2 * dimensions) - 2] == 0 && pads[(2 * dimensions) - 1] == 0)
            dimensions--;
        int size = dimensions == 0 ? result.Count : strides[dimensions - 1];
        Run[][] runs =
        [
            .. Enumerable.Range(0, dimensions).Select(d => Runs(
                [
                    .. Enumerable.Range(0, result.Shape[d])
                        .Select(i => Source(i - pads[2 * d], from[d], mode) is var s and >= 0 ? s * strides[d] : -1),
                ],
                strides[d], d == dimensions - 1)),
        ];
        bool hasValues = runs.Any(static r => r.Any(static own => own.Source < 0));
        int[] sizes = [.. Enumerable.Range(0, dimensions).Select(d => Strided.Strides(result.Shape)[d])];
        if (result.Kind == ValueKind.Float32)
        {
            float value = (float)operation.Arguments.Number("value", 0);
            return frame => Fill(frame[0], frame.Result, value);
        }
        long whole = (long)operation.Arguments.Number("value", 0);
        return result.Kind == ValueKind.Int64
            ? frame => Fill(frame.Operand<long>(0), frame.ResultOf<long>(), whole)
            : frame => Fill(frame.Operand<byte>(0), frame.ResultOf<byte>(), (byte)whole);

        void Fill<T>(ReadOnlySpan<T> x, Span<T> y, T value)
        {
            if (y.IsEmpty)
                return;
            if (dimensions == 0)
            {
                x[..size].CopyTo(y);
                return;
            }
            // At once, for pads may be short and many.
            if (hasValues)
                y.Fill(value);
            FillFrom(x, y, 0, 0);
        }

        void FillFrom<T>(ReadOnlySpan<T> x, Span<T> y, int dimension, int start)
        {
            foreach (Run run in runs[dimension])
            {
                if (run.Source < 0)
                    continue;
                Span<T> target = y.Slice(run.First * sizes[dimension], run.Count * sizes[dimension]);
                if (dimension == dimensions - 1)
                {
                    x.Slice(start + run.Source, target.Length).CopyTo(target);
                }
                else
                {
                    FillFrom(x, target, dimension + 1, start + run.Source);
                }
            }
        }
    }

    /// <summary>Indices that are filled alike.</summary>
    /// <param name="First">The first one.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="Source">Where the first one comes from; −1 if from nowhere.</param>
    private readonly record struct Run(int First, int Count, int Source);

    /// <summary>The runs of a dimension: indices are joined where nothing is copied, or what is in a row.</summary>
    private static Run[] Runs(int[] sources, int stride, bool isLast)
    {
        var runs = new List<Run>();
        for (int i = 0; i < sources.Length; i++)
        {
            bool joins = runs is [.., var last] && (sources[i] < 0
                ? last.Source < 0
                : isLast && last.Source >= 0 && sources[i] == last.Source + (last.Count * stride));
            if (joins)
                runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            else
                runs.Add(new(i, 1, sources[i]));
        }
        return [.. runs];
    }

    private static int Source(int index, int size, string mode)
    {
        if (index >= 0 && index < size)
            return index;
        return mode switch
        {
            "reflect" => index < 0 ? -index : (2 * (size - 1)) - index,
            "replicate" => index < 0 ? 0 : size - 1,
            "circular" => index < 0 ? index + size : index - size,
            _ => -1,
        };
    }
}

/// <summary>
/// The parts of the first operand along a dimension whose indices the second one has: embeddings, picked rows.
/// </summary>
internal sealed class Take() : OperationKind("take", 2)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => true;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo table = operands[0], indices = Expect(operands, 1, ValueKind.Int64);
        int axis = Axis(operation.Arguments.Integer("dim", 0), table.Rank);
        int[] shape = [.. table.Shape[..axis], .. indices.Shape, .. table.Shape[(axis + 1)..]];
        _ = ValueInfo.CountOf(shape);
        return table with { Shape = shape };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int axis = Axis(operation.Arguments.Integer("dim", 0), operands[0].Rank);
        int before = 1, length = result.ElementSize, size = operands[0].Shape[axis];
        for (int d = 0; d < axis; d++)
            before *= operands[0].Shape[d];
        for (int d = axis + 1; d < operands[0].Rank; d++)
            length *= operands[0].Shape[d];
        return frame =>
        {
            ReadOnlySpan<byte> from = frame.Bytes(0);
            ReadOnlySpan<long> indices = frame.Operand<long>(1);
            Span<byte> to = frame.ResultBytes;
            for (int r = 0; r < before; r++)
            {
                for (int i = 0; i < indices.Length; i++)
                {
                    long index = indices[i] < 0 ? indices[i] + size : indices[i];
                    if (index < 0 || index >= size)
                    {
                        throw new IndexOutOfRangeException(
                            $"An index is {indices[i]}; expected one from 0 to {size - 1}.");
                    }
                    from.Slice(((r * size) + (int)index) * length, length)
                        .CopyTo(to[(((r * indices.Length) + i) * length)..]);
                }
            }
        };
    }
}

/// <summary>
/// For each element, that of the first operand whose index along a dimension the second one has (<c>gather</c>).
/// </summary>
internal sealed class Gather() : OperationKind("gather", 2)
{
    /// <inheritdoc/>
    public override bool KeepsGrid(Operation operation) => true;

    /// <inheritdoc/>
    public override ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands)
    {
        ValueInfo table = operands[0], indices = Expect(operands, 1, ValueKind.Int64);
        int axis = Axis(operation.Arguments.Integer("dim"), table.Rank);
        Check(indices.Rank == table.Rank, $"indices have {indices.Rank} dimensions; expected {table.Rank}.");
        for (int d = 0; d < table.Rank; d++)
            Check(d == axis || indices.Shape[d] <= table.Shape[d], $"there are too many indices along dimension {d}.");
        return table with { Shape = indices.Shape };
    }

    /// <inheritdoc/>
    public override Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result)
    {
        int axis = Axis(operation.Arguments.Integer("dim"), result.Rank), size = operands[0].Shape[axis];
        int[] strides = Strided.Strides(operands[0].Shape);
        int along = strides[axis];
        strides[axis] = 0;
        int[] rows = Strided.Rows(result.Shape, strides);
        int length = result.Rank == 0 ? 1 : result.Shape[^1], step = result.Rank == 0 ? 0 : strides[^1];
        return result.ElementSize switch
        {
            sizeof(long) => f => Pick(f.Operand<long>(0), f.Operand<long>(1), f.ResultOf<long>()),
            sizeof(float) => f => Pick(f[0], f.Operand<long>(1), f.Result),
            _ => f => Pick(f.Operand<byte>(0), f.Operand<long>(1), f.ResultOf<byte>()),
        };

        void Pick<T>(ReadOnlySpan<T> from, ReadOnlySpan<long> indices, Span<T> to)
        {
            for (int row = 0; row < rows.Length; row++)
            {
                for (int i = 0; i < length; i++)
                {
                    long index = indices[(row * length) + i];
                    if (index < 0 || index >= size)
                        throw new IndexOutOfRangeException($"An index is {index}; expected one from 0 to {size - 1}.");
                    to[(row * length) + i] = from[rows[row] + (i * step) + ((int)index * along)];
                }
            }
        }
    }
}

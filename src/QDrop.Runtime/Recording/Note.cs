using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Recording;

/// <summary>
/// Says what an operation is in a program, as an expression in the operations of programs:
/// <c>$"mul({x}, sigmoid({x}))"</c>. Nothing is computed for it where nothing is recorded.
/// </summary>
internal static class Note
{
    /// <summary>Notes what has made a tensor.</summary>
    /// <param name="result">The tensor.</param>
    /// <param name="expression">
    /// The expression. Tensors, numbers and expressions are operands, <c>name=value</c> arguments. An operand or an
    /// argument that is <see langword="null"/> is left out.
    /// </param>
    /// <returns>The tensor.</returns>
    public static Tensor As(Tensor result, NoteText expression)
    {
        expression.Recorder?.Add(result, expression.Parts!);
        return result;
    }

    /// <summary>Notes what has made a tensor by changing another one, which is the same from now on.</summary>
    /// <param name="changed">The tensor that was changed.</param>
    /// <param name="result">What the operation gave.</param>
    /// <param name="expression">The expression, of the values before.</param>
    /// <returns>What the operation gave.</returns>
    public static Tensor InPlace(Tensor changed, Tensor result, NoteText expression)
    {
        if (expression.Recorder is { } recorder)
        {
            recorder.Add(result, expression.Parts!);
            recorder.Same(changed, result);
        }
        return result;
    }

    /// <summary>Notes what has made a tensor, by changing another one or not.</summary>
    public static Tensor Changed(Tensor changed, bool isInPlace, Tensor result, NoteText expression) =>
        isInPlace ? InPlace(changed, result, expression) : As(result, expression);

    /// <summary>Notes that a tensor is what dropout has left of another one: all of it, but in training.</summary>
    public static Tensor Dropped(Tensor result, Tensor other, bool training) =>
        training ? None(result, "dropout") : Same(result, other);

    /// <summary>Notes that a tensor has the values of another one.</summary>
    public static Tensor Same(Tensor result, Tensor other)
    {
        Recorder.Current?.Same(result, other);
        return result;
    }

    /// <summary>Notes that a tensor has the elements of another one in another shape.</summary>
    public static Tensor Reshaped(Tensor result, Tensor other) => As(result, $"reshape({other}, shape={result.shape})");

    /// <summary>Notes that a tensor is another one, repeated along dimensions of size 1.</summary>
    public static Tensor Expanded(Tensor result, Tensor other) => As(result, $"expand({other}, shape={result.shape})");

    /// <summary>Notes that a tensor has the elements of another one that have an index of a dimension.</summary>
    public static Tensor Selected(Tensor result, Tensor other, long dimension, long index) => As(
        result,
        $"reshape(slice({other}, dim={dimension}, start={index}, end={(index == -1 ? long.MaxValue : index + 1)}), "
            + $"shape={result.shape})");

    /// <summary>Notes that a tensor has the elements of another one as another type.</summary>
    public static Tensor Cast(Tensor result, Tensor other)
    {
        if (Recorder.Current is null)
            return result;
        string? kind = result.dtype switch
        {
            ScalarType.Float32 => "f32",
            ScalarType.Int64 => "i64",
            ScalarType.Bool => "bool",
            _ => null,
        };
        return result.dtype == other.dtype ? Same(result, other)
            : kind is null ? None(result, $"a conversion to {result.dtype}")
            : As(result, $"cast({other}, to={kind})");
    }

    /// <summary>
    /// Notes that a tensor has the elements of another one at places that are evenly apart in each dimension, as an
    /// index of numbers and ranges gives them.
    /// </summary>
    /// <param name="result">The tensor.</param>
    /// <param name="other">The other one.</param>
    /// <param name="function">What was done with the other one.</param>
    /// <returns>The tensor.</returns>
    public static Tensor Indexed(Tensor result, Tensor other, Func<Tensor, Tensor> function)
    {
        if (Recorder.Current is null)
            return result;
        if (result.numel() == 0 || Ranges(result, other, function) is not { } ranges)
            return Rearranged(result, other, function);
        Tensor value = other;
        for (int d = 0; d < ranges.Length; d++)
        {
            (long start, long count, long step) = ranges[d];
            if ((start, count, step) == (0, other.shape[d], 1))
                continue;
            long past = start + (count * step), end = past >= other.shape[d] ? long.MaxValue : past;
            value = As(
                value.slice(d, start, Math.Min(end, other.shape[d]), step),
                $"slice({value}, dim={d}, start={start}, end={end}, step={step})");
        }
        return Reshaped(result, value);
    }

    /// <summary>
    /// Notes that a tensor has the parts of another one along a dimension whose indices a third one has.
    /// </summary>
    public static Tensor Taken(Tensor result, Tensor other, Tensor indices, Func<Tensor, Tensor> function)
    {
        if (Recorder.Current is null)
            return result;
        Tensor places = arange(other.numel(), ScalarType.Int64).view(other.shape), found = function(places);
        for (int d = 0; d < other.dim() && indices.dtype == ScalarType.Int64; d++)
        {
            long[] shape = [.. other.shape[..d], .. indices.shape, .. other.shape[(d + 1)..]];
            if (shape.AsSpan().SequenceEqual(result.shape)
                && places.index_select(d, indices.flatten()).view(shape).eq(found).all().ToBoolean())
                return As(result, $"take({other}, {indices}, dim={d})");
        }
        return None(result, "an index of tensors and ranges");
    }

    /// <summary>
    /// Of each dimension, the first index, how many, and how far apart; <see langword="null"/> where they are not so.
    /// </summary>
    private static (long Start, long Count, long Step)[]? Ranges(
        Tensor result, Tensor other, Func<Tensor, Tensor> function)
    {
        var ranges = new (long, long, long)[other.dim()];
        int last = -1;
        for (int d = 0; d < ranges.Length; d++)
        {
            long[] along = [.. Enumerable.Range(0, ranges.Length).Select(k => k == d ? -1L : 1)];
            Tensor own = arange(other.shape[d], ScalarType.Int64).view(along).expand(other.shape);
            Tensor indices = function(own.contiguous());
            long start = indices.flatten()[0].ToInt64();
            (int axis, long step) = (-1, 1);
            for (int r = 0; r < indices.dim() && axis < 0; r++)
            {
                if (indices.shape[r] > 1
                    && indices.narrow(r, 1, 1).flatten()[0].ToInt64() - start is not 0 and var apart)
                    (axis, step) = (r, apart);
            }
            Tensor expected = full(indices.shape, start, ScalarType.Int64);
            if (axis >= 0)
            {
                long[] behind = [.. Enumerable.Range(0, (int)indices.dim()).Select(k => k == axis ? -1L : 1)];
                expected = expected + arange(indices.shape[axis], ScalarType.Int64).mul(step).view(behind);
            }
            if (step < 1 || (axis >= 0 && axis <= last) || !expected.eq(indices).all().ToBoolean())
                return null;
            last = Math.Max(last, axis);
            ranges[d] = (start, axis < 0 ? 1 : indices.shape[axis], step);
        }
        return ranges;
    }

    /// <summary>
    /// Notes that a tensor has elements of another one in other places, the same for each index of the first dimension.
    /// </summary>
    /// <param name="result">The tensor.</param>
    /// <param name="other">The other one.</param>
    /// <param name="function">What was done with the other one.</param>
    /// <returns>The tensor.</returns>
    public static Tensor Rearranged(Tensor result, Tensor other, Func<Tensor, Tensor> function)
    {
        if (Recorder.Current is not { } recorder)
            return result;
        long samples = other.dim() > 0 ? other.shape[0] : 0, each = samples == 0 ? 0 : other.numel() / samples;
        if (samples == 0 || result.dim() == 0 || result.shape[0] != samples)
            return As(result, $"reshape(take(reshape({other}, shape=[-1]), {All()}, dim=0), shape={result.shape})");
        Tensor places = function(arange(other.numel(), ScalarType.Int64).view(other.shape)).reshape(samples, -1);
        Tensor first = places.select(0, 0);
        // Samples that exchange elements have no place in a program that runs any number of them.
        Tensor expected = first.unsqueeze(0) + (arange(samples, ScalarType.Int64) * each).unsqueeze(1);
        if (!expected.eq(places).all().ToBoolean())
            recorder.Refuse("a rearrangement across samples");
        return As(
            result,
            $"reshape(take(reshape({other}, shape={new long[] { samples, each }}), {first.clone()}, dim=1), "
                + $"shape={result.shape})");

        Tensor All() => function(arange(other.numel(), ScalarType.Int64).view(other.shape)).flatten().clone();
    }

    /// <summary>Tensors along a new dimension.</summary>
    public static Tensor Stacked(Tensor[] tensors, long dimension)
    {
        Tensor result = stack(tensors, dimension);
        if (Recorder.Current is null)
            return result;
        long axis = dimension < 0 ? dimension + result.dim() : dimension;
        long[] shape = [.. result.shape];
        shape[axis] = 1;
        Tensor[] parts = [.. tensors.Select(t => As(t.reshape(shape), $"reshape({t}, shape={shape})"))];
        return As(result, $"concat({parts}, dim={axis})");
    }

    /// <summary>Notes that tensors are parts of another one, one after the other along a dimension.</summary>
    public static Tensor[] Parts(Tensor[] results, Tensor other, long dimension)
    {
        if (Recorder.Current is null)
            return results;
        int axis = (int)(dimension < 0 ? dimension + other.dim() : dimension);
        long start = 0;
        foreach (Tensor result in results)
        {
            long end = start + result.shape[axis];
            As(result, $"slice({other}, dim={axis}, start={start}, end={end})");
            start = end;
        }
        return results;
    }

    /// <summary>Notes that what has made a tensor has no place in a program.</summary>
    /// <param name="result">The tensor.</param>
    /// <param name="operation">What has made it, such as <c>sort</c>.</param>
    /// <returns>The tensor.</returns>
    public static Tensor None(Tensor result, string operation)
    {
        Recorder.Current?.Refuse(operation);
        return result;
    }
}

/// <summary>The literal parts of an expression and what stands between them.</summary>
[InterpolatedStringHandler]
internal readonly struct NoteText
{
    /// <param name="literalLength">Characters of the literal parts.</param>
    /// <param name="formattedCount">How many values there are.</param>
    /// <param name="isRecording">Whether the values are looked at.</param>
    public NoteText(int literalLength, int formattedCount, out bool isRecording)
    {
        Recorder = Recorder.Current;
        isRecording = Recorder is not null;
        Parts = isRecording ? new List<object?>((2 * formattedCount) + 1) : null;
    }

    /// <summary>Gets who records; <see langword="null"/> if nobody does.</summary>
    public Recorder? Recorder { get; }

    /// <summary>Gets the parts in order, text as <see cref="Literal"/>.</summary>
    public List<object?>? Parts { get; }

    public void AppendLiteral(string text) => Parts!.Add(new Literal(text));

    public void AppendFormatted<T>(T value) => Parts!.Add(value);

    public void AppendFormatted(ReadOnlySpan<long> values) => Parts!.Add(values.ToArray());

    /// <summary>Text of an expression itself.</summary>
    internal sealed record Literal(string Text);
}

/// <summary>The weights, or the bias, of a quantized layer as an operand of an expression.</summary>
/// <param name="Layer">The layer's name in the model.</param>
/// <param name="IsBias">Whether it is the bias.</param>
internal sealed record LayerOperand(string Layer, bool IsBias);

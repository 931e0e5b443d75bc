using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>Walks through arrays of any number of dimensions.</summary>
internal static class Strided
{
    /// <summary>How far apart neighbours along each dimension are, row-major.</summary>
    public static int[] Strides(ReadOnlySpan<int> shape)
    {
        int[] strides = new int[shape.Length];
        int step = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = step;
            step *= Math.Max(shape[d], 1);
        }
        return strides;
    }

    /// <summary>The strides of a shape as one that it is repeated to: 0 where it is repeated.</summary>
    public static int[] Broadcast(ReadOnlySpan<int> shape, ReadOnlySpan<int> to)
    {
        int[] own = Strides(shape), strides = new int[to.Length];
        for (int d = 0; d < shape.Length; d++)
            strides[to.Length - shape.Length + d] = shape[d] == 1 ? 0 : own[d];
        return strides;
    }

    /// <summary>The shape of what is computed element by element from two others.</summary>
    /// <exception cref="InvalidProgramGraphException">They do not fit.</exception>
    public static int[] Common(ReadOnlySpan<int> one, ReadOnlySpan<int> other)
    {
        int[] shape = new int[Math.Max(one.Length, other.Length)];
        for (int d = 1; d <= shape.Length; d++)
        {
            int a = d <= one.Length ? one[^d] : 1, b = d <= other.Length ? other[^d] : 1;
            shape[^d] = a == b || b == 1 ? a : a == 1 ? b : throw new InvalidProgramGraphException(
                $"shapes [{string.Join(", ", one.ToArray())}] and [{string.Join(", ", other.ToArray())}] do not fit.");
        }
        return shape;
    }

    /// <summary>
    /// The places of the elements of an array in another one, for the rows of the last dimension: where each begins.
    /// </summary>
    /// <param name="shape">The array's shape.</param>
    /// <param name="strides">How far its elements are apart in the other one.</param>
    /// <param name="start">Where the first one is.</param>
    public static int[] Rows(ReadOnlySpan<int> shape, ReadOnlySpan<int> strides, int start = 0)
    {
        int rank = shape.Length;
        int count = ValueInfo.CountOf(shape);
        int rows = rank == 0 ? 1 : shape[^1] == 0 ? 0 : count / shape[^1];
        int[] places = new int[rows], index = new int[Math.Max(rank, 1)];
        int place = start;
        for (int row = 0; row < rows; row++)
        {
            places[row] = place;
            for (int d = rank - 2; d >= 0; d--)
            {
                place += strides[d];
                if (++index[d] < shape[d])
                    break;
                place -= index[d] * strides[d];
                index[d] = 0;
            }
        }
        return places;
    }

    /// <summary>Copies elements that are apart into a dense array.</summary>
    /// <param name="shape">The dense array's shape.</param>
    /// <param name="strides">How far its elements are apart where they come from.</param>
    /// <param name="start">Where the first one is.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    public static Kernel Copy(int[] shape, int[] strides, int start, int elementSize)
    {
        (shape, strides) = Merge(shape, strides);
        int[] rows = Rows(shape, strides, start);
        int length = shape.Length == 0 ? 1 : shape[^1], step = shape.Length == 0 ? 1 : strides[^1];
        return elementSize switch
        {
            sizeof(long) => frame => Copy(frame.Operand<long>(0), frame.ResultOf<long>(), rows, length, step),
            sizeof(float) => frame => Copy(frame.Operand<float>(0), frame.ResultOf<float>(), rows, length, step),
            _ => frame => Copy(frame.Operand<byte>(0), frame.ResultOf<byte>(), rows, length, step),
        };
    }

    /// <summary>The same elements in the same order in as few dimensions as possible.</summary>
    private static (int[] Shape, int[] Strides) Merge(int[] shape, int[] strides)
    {
        var merged = new List<(int Size, int Stride)>();
        for (int d = 0; d < shape.Length; d++)
        {
            if (shape[d] == 1)
                continue;
            if (merged is [.., var last] && last.Stride == strides[d] * shape[d])
                merged[^1] = (last.Size * shape[d], strides[d]);
            else
                merged.Add((shape[d], strides[d]));
        }
        return ([.. merged.Select(static m => m.Size)], [.. merged.Select(static m => m.Stride)]);
    }

    private static void Copy<T>(ReadOnlySpan<T> from, Span<T> to, int[] rows, int length, int step)
    {
        for (int row = 0; row < rows.Length; row++)
        {
            Span<T> target = to.Slice(row * length, length);
            int place = rows[row];
            if (step == 1)
            {
                from.Slice(place, length).CopyTo(target);
                continue;
            }
            for (int i = 0; i < target.Length; i++, place += step)
                target[i] = from[place];
        }
    }
}

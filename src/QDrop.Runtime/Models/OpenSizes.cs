using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Models;

/// <summary>
/// Finds which sizes of its inputs a model leaves open, beside the number of samples: the length of sequences, or
/// height and width of images. It is run with less of them.
/// </summary>
/// <param name="runs">Whether the model runs on inputs.</param>
internal sealed class OpenSizes(Func<Bundle, bool> runs)
{
    /// <summary>The least size with which a size is tried.</summary>
    private const int Least = 2;

    /// <summary>Dimensions whose sizes are the same, and another size.</summary>
    private sealed record Group(IReadOnlyList<(int Input, int Dimension)> Places, long Size);

    /// <summary>Inputs with other sizes wherever these are open, from the most open ones on.</summary>
    /// <param name="inputs">Inputs on which the model runs.</param>
    public IEnumerable<Bundle> Of(Bundle inputs)
    {
        List<Group> groups = Groups(inputs);
        if (groups.Count == 0)
            yield break;
        yield return Resized(inputs, groups);
        foreach (Group group in groups.Count > 1 ? groups : [])
            yield return Resized(inputs, [group]);
    }

    private List<Group> Groups(Bundle inputs)
    {
        var groups = new List<Group>();
        IEnumerable<(int Input, int Dimension, long Size)> places = inputs.Tensors.SelectMany(
            static (t, input) =>
                Enumerable.Range(1, Math.Max((int)t.dim() - 1, 0)).Select(d => (input, d, t.shape[d])));
        foreach (IGrouping<long, (int Input, int Dimension, long Size)> same in places
            .Where(static p => p.Size >= 2 * Least).GroupBy(static p => p.Size))
        {
            var alone = new List<(int, int)>();
            foreach ((int input, int dimension, long size) in same)
            {
                if (Try([(input, dimension)], size))
                    alone.Add((input, dimension));
            }
            // Sizes that have to agree, such as those of a sequence and its mask.
            if (alone.Count == 0 && same.Count() > 1)
                _ = Try([.. same.Select(static p => (p.Input, p.Dimension))], same.Key);
        }
        return groups;

        bool Try(IReadOnlyList<(int, int)> dimensions, long size)
        {
            // Two sizes that are the same would not be told apart.
            foreach (long other in new[] { size / 2, size - (size / 4) }
                .Where(s => !groups.Exists(g => g.Size == s && SizeOf(g) == size)))
            {
                var group = new Group(dimensions, other);
                if (runs(Resized(inputs, [.. groups, group])))
                {
                    groups.Add(group);
                    return true;
                }
            }
            return false;
        }

        long SizeOf(Group group) => inputs.Tensors[group.Places[0].Input].shape[group.Places[0].Dimension];
    }

    private static Bundle Resized(Bundle inputs, IReadOnlyList<Group> groups)
    {
        Tensor[] tensors = [.. inputs.Tensors];
        foreach (Group group in groups)
        {
            foreach ((int input, int dimension) in group.Places)
                tensors[input] = tensors[input].narrow(dimension, 0, group.Size);
        }
        return inputs.With([.. tensors.Select(static t => t.contiguous())]);
    }
}

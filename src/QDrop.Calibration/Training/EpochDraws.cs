using QDrop.Calibration.Learning;

namespace QDrop.Calibration.Training;

/// <summary>
/// The random choices of one epoch: a stream of their own, so that a training which was stopped goes on with the same
/// ones.
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="epoch">The epoch, from 0.</param>
internal sealed class EpochDraws(long seed, int epoch)
{
    private readonly SeededDraws _draws = new(seed, epoch);

    /// <summary>The numbers 0 to <paramref name="count"/> − 1 in random order.</summary>
    public long[] Order(int count)
    {
        long[] keys = new long[count];
        _draws.NextBatch(keys, 1L << 31);
        // The number itself in the low half: keys that are equal have an order, too.
        for (int i = 0; i < count; i++)
            keys[i] = keys[i] << 32 | (uint)i;
        Array.Sort(keys);
        return Array.ConvertAll(keys, static key => key & uint.MaxValue);
    }

    /// <summary>A seed, for an augmentation.</summary>
    public long Seed()
    {
        Span<long> halves = stackalloc long[2];
        _draws.NextBatch(halves, 1L << 32);
        return halves[0] << 32 | halves[1];
    }

    /// <summary>Uniform numbers from 0 to below 1.</summary>
    public void Fill(Span<float> uniforms) => _draws.Fill(_draws.NextDraw(), 0, uniforms);
}

using System.Numerics;
using System.Runtime.Intrinsics;

namespace QDrop.Calibration.Learning;

/// <summary>
/// Draws from the counter-based generator Threefry-4x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers:
/// as easy as 1, 2, 3"): every number is a function of seed, stream, draw and position.
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="stream">Sources of the same seed and different streams are independent.</param>
internal sealed class SeededDraws(long seed, int stream = 0) : DrawSource
{
    // A draw gets its bits from planes: plane p holds one bit for each element. Uniform numbers and batches use
    // counters of their own.
    private const uint UniformPlane = 1u << 30;
    private const uint BatchPlane = 1u << 31;
    private const int Precision = 24;

    // Eight blocks of four words are computed at once, so bits come in groups of 32 words.
    private const int GroupWords = 32;

    private readonly uint[] _key = [(uint)seed, (uint)(seed >> 32), (uint)stream, 0];
    private long _batches;

    /// <inheritdoc/>
    public override void NextBatch(Span<long> rows, long count)
    {
        Span<uint> words = stackalloc uint[GroupWords];
        for (int i = 0; i < rows.Length; i++)
        {
            if (i % GroupWords == 0)
                Group(i / GroupWords, BatchPlane, _batches, words);
            rows[i] = (long)((UInt128)words[i % GroupWords] * (ulong)count >> 32);
        }
        _batches++;
    }

    /// <inheritdoc/>
    public override void Fill(long draw, long first, Span<float> uniforms)
    {
        Span<uint> words = stackalloc uint[GroupWords];
        for (int i = 0; i < uniforms.Length; i++)
        {
            int at = (int)((first + i) % GroupWords);
            if (i == 0 || at == 0)
                Group((first + i) / GroupWords, UniformPlane, draw, words);
            uniforms[i] = (words[at] >> (32 - Precision)) * (1f / (1 << Precision));
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// One random bit for each element and binary digit of the probability, from the last digit that is 1 to the first:
    /// 'or' where the digit is 1 and 'and' where it is 0 leaves each bit set with exactly that probability. One half
    /// costs one bit for each element.
    /// </remarks>
    public override void Keep(long draw, long first, Span<uint> words, double keep)
    {
        uint digits = (uint)Math.Round(keep * (1 << Precision));
        if (digits is 0 or >= 1u << Precision)
        {
            words.Fill(digits == 0 ? 0 : uint.MaxValue);
            return;
        }
        Span<uint> group = stackalloc uint[GroupWords];
        for (int w = 0; w < words.Length; w += GroupWords)
        {
            Span<uint> part = words.Slice(w, Math.Min(GroupWords, words.Length - w));
            part.Clear();
            for (int digit = BitOperations.TrailingZeroCount(digits); digit < Precision; digit++)
            {
                Group((first / WordBits + w) / GroupWords, (uint)digit, draw, group);
                bool set = (digits >> digit & 1) != 0;
                for (int i = 0; i < part.Length; i++)
                    part[i] = set ? part[i] | group[i] : part[i] & group[i];
            }
        }
    }

    private void Group(long group, uint plane, long draw, Span<uint> words)
    {
        Vector256<uint> lanes = Vector256.Create((uint)group * 8) + Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7);
        uint high = (uint)(group >> 29);
        Threefry.Blocks(
            _key,
            lanes,
            Vector256.Create(plane | high << 8),
            Vector256.Create((uint)draw),
            Vector256.Create((uint)(draw >> 32)),
            words);
    }
}

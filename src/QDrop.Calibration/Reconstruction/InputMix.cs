using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Memory;
using QDrop.Native;
using QDrop.Quantizers;
using QDrop.Threading;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// Batches of a unit's inputs: element by element the quantized network's value with probability <c>keep</c>, else the
/// float network's (arXiv 2203.05740, section 4). The same tensor is filled again for each batch.
/// </summary>
internal sealed unsafe class InputMix : IDisposable
{
    private readonly RowStore _quantized;
    private readonly RowStore _float;
    private readonly double _keep;
    private readonly DrawSource _draws;
    private readonly float* _batchFirst;
    private readonly uint[] _mask;

    public InputMix(RowStore quantized, RowStore @float, int batchSize, double keep, DrawSource draws)
    {
        (_quantized, _float, _keep, _draws) = (quantized, @float, keep, draws);
        Batch = quantized.EmptyBatch(batchSize).DetachFromDisposeScope();
        _batchFirst = DenseMemory.Floats(Batch);
        _mask = new uint[Chunks.Count(Batch.NumberOfElements) * (Chunks.Length / DrawSource.WordBits)];
    }

    /// <summary>The batch, in the memory order of the cached inputs.</summary>
    public Tensor Batch { get; }

    /// <summary>Rows to choose from.</summary>
    public long Rows => _quantized.Count;

    /// <summary>Fills the batch with the given rows.</summary>
    public void Fill(long[] rows)
    {
        long total = Batch.NumberOfElements;
        long draw = _keep is > 0 and < 1 ? _draws.NextDraw() : 0;
        Chunks.ForEach(total, (chunk, first, count) =>
        {
            int words = Chunks.Length / DrawSource.WordBits;
            Span<uint> mask = _mask.AsSpan(chunk * words, words);
            if (_keep is > 0 and < 1)
                _draws.Keep(draw, first, mask, _keep);
            // A chunk may span several rows.
            for (int done = 0; done < count;)
            {
                (long row, long start) = Math.DivRem(first + done, _quantized.Length);
                int part = (int)Math.Min(count - done, _quantized.Length - start);
                float* to = _batchFirst + first + done;
                if (_keep >= 1)
                    _quantized.Copy(rows[row], start, part, to);
                else if (_keep <= 0)
                    _float.Copy(rows[row], start, part, to);
                else
                    Mix(_quantized[rows[row]] + start, _float[rows[row]] + start, to, part, mask, done);
                done += part;
            }
            MappedPages.Passed(2L * count * sizeof(float));
        });
    }

    /// <inheritdoc/>
    public void Dispose() => Batch.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(
        float* quantized, float* unquantized, float* to, int count, ReadOnlySpan<uint> mask, int first)
    {
        int i = 0;
        // Masks are read by bytes, so up to the next multiple of eight the elements go singly.
        for (; i < count && (first + i) % 8 != 0; i++)
            to[i] = KeepMask.Bit(mask, first + i) ? quantized[i] : unquantized[i];
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            Vector256
                .ConditionalSelect(
                    KeepMask.Lanes(mask, first + i), Vector256.Load(quantized + i), Vector256.Load(unquantized + i))
                .Store(to + i);
        for (; i < count; i++)
            to[i] = KeepMask.Bit(mask, first + i) ? quantized[i] : unquantized[i];
    }
}

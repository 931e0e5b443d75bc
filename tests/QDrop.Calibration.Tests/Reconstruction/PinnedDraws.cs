using QDrop.Calibration.Learning;

namespace QDrop.Tests;

/// <summary>The random choices that the golden reconstructions were computed with.</summary>
internal sealed class PinnedDraws : DrawSource
{
    private int _batches;

    public override void NextBatch(Span<long> rows, long count)
    {
        for (int j = 0; j < rows.Length; j++)
            rows[j] = (j + 5L * _batches) % count;
        _batches++;
    }

    public override void Fill(long draw, long first, Span<float> uniforms)
    {
        for (int i = 0; i < uniforms.Length; i++)
            uniforms[i] = (float)((1 + (first + i) * 0.6180339887498949 + draw * 0.4142135623730951) % 1);
    }
}

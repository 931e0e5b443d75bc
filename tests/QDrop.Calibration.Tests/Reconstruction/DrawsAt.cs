using QDrop.Calibration.Learning;

namespace QDrop.Tests;

/// <summary>The pinned draws of elements at given places.</summary>
/// <param name="places">The place of each element, a whole number; 0 for those beyond.</param>
internal sealed class DrawsAt(float[] places) : DrawSource
{
    private readonly PinnedDraws _draws = new();

    public override void NextBatch(Span<long> rows, long count) => _draws.NextBatch(rows, count);

    public override void Fill(long draw, long first, Span<float> uniforms)
    {
        for (int i = 0; i < uniforms.Length; i++)
            _draws.Fill(draw, first + i < places.Length ? (long)places[first + i] : 0, uniforms.Slice(i, 1));
    }
}

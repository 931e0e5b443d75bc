using System.Buffers;
using QDrop.Threading;

namespace QDrop.Calibration.Learning;

/// <summary>Which elements of one forward pass are quantized, one bit each, kept for the backward pass.</summary>
/// <param name="keep">Probability that an element is quantized.</param>
/// <param name="draws">Where the choice comes from; not used if <paramref name="keep"/> is 1.</param>
internal sealed class DropMask(double keep, DrawSource? draws)
{
    private const int ChunkWords = Chunks.Length / DrawSource.WordBits;

    private uint[] _words = [];
    private long _draw;

    /// <summary>Begins a choice for so many elements.</summary>
    public void Begin(long length)
    {
        if (keep >= 1)
            return;
        _draw = draws!.NextDraw();
        _words = ArrayPool<uint>.Shared.Rent(Chunks.Count(length) * ChunkWords);
    }

    /// <summary>Chooses for a chunk.</summary>
    /// <param name="chunk">Number of the chunk.</param>
    /// <param name="first">Its first element.</param>
    /// <returns>Its bits; empty if all elements are quantized.</returns>
    public ReadOnlySpan<uint> Choose(int chunk, long first)
    {
        Span<uint> words = Words(chunk);
        if (!words.IsEmpty)
            draws!.Keep(_draw, first, words, keep);
        return words;
    }

    /// <summary>What was chosen for a chunk.</summary>
    public ReadOnlySpan<uint> Of(int chunk) => Words(chunk);

    /// <summary>Ends the choice.</summary>
    public void End()
    {
        if (_words.Length > 0)
            ArrayPool<uint>.Shared.Return(_words);
        _words = [];
    }

    private Span<uint> Words(int chunk) => _words.Length == 0 ? [] : _words.AsSpan(chunk * ChunkWords, ChunkWords);
}

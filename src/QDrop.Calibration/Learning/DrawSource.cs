namespace QDrop.Calibration.Learning;

/// <summary>
/// Every random choice of a reconstruction. Draws are numbered and any part of a draw can be asked for by itself, so
/// that the choice does not depend on how many threads compute it.
/// </summary>
internal abstract class DrawSource
{
    /// <summary>Elements of which one word of a keep mask tells.</summary>
    public const int WordBits = 32;

    /// <summary>Parts of a mask that are asked for separately start at multiples of this many elements.</summary>
    public const int Alignment = 1024;

    private long _draws;

    /// <summary>Chooses the rows of the next batch, with replacement.</summary>
    /// <param name="rows">Receives the rows, each from 0 to <paramref name="count"/> − 1.</param>
    /// <param name="count">Rows to choose from.</param>
    public abstract void NextBatch(Span<long> rows, long count);

    /// <summary>Opens the next draw of one uniform number for each element of a tensor.</summary>
    /// <returns>The draw's number.</returns>
    public long NextDraw() => _draws++;

    /// <summary>Part of a draw: numbers uniform in [0, 1).</summary>
    /// <param name="draw">The draw's number.</param>
    /// <param name="first">
    /// The first element wanted, in the order of memory; a multiple of <see cref="WordBits"/>.
    /// </param>
    /// <param name="uniforms">Receives the numbers.</param>
    public abstract void Fill(long draw, long first, Span<float> uniforms);

    /// <summary>
    /// Part of a draw as bits: a bit is set where the element's uniform number is below <paramref name="keep"/>.
    /// </summary>
    /// <param name="draw">The draw's number.</param>
    /// <param name="first">
    /// The first element wanted, in the order of memory; a multiple of <see cref="Alignment"/>.
    /// </param>
    /// <param name="words">Receives the bits, the first element's in the lowest bit of the first word.</param>
    /// <param name="keep">Probability, 0 to 1, that a bit is set.</param>
    public virtual void Keep(long draw, long first, Span<uint> words, double keep)
    {
        Span<float> uniforms = stackalloc float[WordBits];
        for (int w = 0; w < words.Length; w++)
        {
            Fill(draw, first + (long)w * WordBits, uniforms);
            uint word = 0u;
            for (int bit = 0; bit < WordBits; bit++)
                word |= uniforms[bit] < keep ? 1u << bit : 0u;
            words[w] = word;
        }
    }
}

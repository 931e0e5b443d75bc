namespace QDrop.Calibration.Training;

/// <summary>Neighbouring grid points.</summary>
/// <param name="Low">The lowest, counted from the one that stands for 0.</param>
/// <param name="High">The highest.</param>
internal readonly record struct GridRun(int Low, int High);

/// <summary>
/// One of the grids of which a quantized element is the weighted mean: there is more than one only while bit widths are
/// learned.
/// </summary>
/// <param name="Bits">The bit width whose step it has.</param>
/// <param name="Runs">Its grid points, from low to high.</param>
/// <param name="Share">Its weight, above 0; all add up to 1.</param>
internal readonly record struct GridPart(int Bits, GridRun[] Runs, float Share);

/// <summary>
/// The grid points k of a uniform grid α·k (arXiv 2109.02100): 0 to 2^b − 1, shifted down by the zero point. Where
/// levels are dropped at random the grid of fewer bits lies within it, its zero point that of the whole shifted right:
/// for weights, whose zero point is 2^(b − 1), k bits are −2^(k − 1) to 2^(k − 1) − 1, and for activations that are
/// never negative 0 to 2^k − 1. Level k is what the grid of k bits has and that of k − 1 bits has not.
/// </summary>
/// <param name="Bits">Bit width, 2 to 8.</param>
/// <param name="ZeroPoint">Number of grid points below 0.</param>
internal readonly record struct CategoricalGrid(int Bits, int ZeroPoint)
{
    /// <summary>The lowest bit width, whose grid points are always kept.</summary>
    public const int MinBits = 2;

    /// <summary>The lowest grid point.</summary>
    public int Low => -ZeroPoint;

    /// <summary>The highest grid point.</summary>
    public int High => (1 << Bits) - 1 - ZeroPoint;

    /// <summary>Number of levels above the two lowest bits.</summary>
    public int Levels => Bits - MinBits;

    /// <summary>The grid of weights.</summary>
    public static CategoricalGrid OfWeights(int bits) => new(bits, 1 << (bits - 1));

    /// <summary>The grid of so many bits that lies within this one.</summary>
    public CategoricalGrid Of(int bits) => new(bits, ZeroPoint >> (Bits - bits));

    /// <summary>All grid points.</summary>
    public GridPart Whole(float share = 1) => new(Bits, [new(Low, High)], share);

    /// <summary>The grid points that masks keep.</summary>
    /// <param name="masks">Whether each level is kept, that of 3 bits first.</param>
    public GridPart Kept(ReadOnlySpan<bool> masks)
    {
        List<GridRun> runs = [new(Of(MinBits).Low, Of(MinBits).High)];
        for (int bits = MinBits + 1; bits <= Bits; bits++)
        {
            if (!masks[bits - MinBits - 1])
                continue;
            CategoricalGrid inner = Of(bits - 1), outer = Of(bits);
            if (outer.Low < inner.Low)
                runs.Insert(0, new(outer.Low, inner.Low - 1));
            if (outer.High > inner.High)
                runs.Add(new(inner.High + 1, outer.High));
        }
        for (int i = runs.Count - 2; i >= 0; i--)
        {
            if (runs[i].High + 1 != runs[i + 1].Low)
                continue;
            runs[i] = runs[i] with { High = runs[i + 1].High };
            runs.RemoveAt(i + 1);
        }
        return new(Bits, [.. runs], 1);
    }
}

/// <summary>A grid with the step that fits what is quantized.</summary>
/// <param name="Grid">The grid.</param>
/// <param name="Step">α.</param>
internal readonly record struct SearchedGrid(CategoricalGrid Grid, float Step);

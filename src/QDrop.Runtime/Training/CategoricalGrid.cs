namespace QDrop.Training;

/// <summary>Neighbouring grid points that are kept with the same weight.</summary>
/// <param name="Low">The lowest, counted from the one that stands for 0.</param>
/// <param name="High">The highest.</param>
/// <param name="Weight">What their probabilities are multiplied by before they are normalised, above 0; 1 unless bit widths are learned.</param>
/// <param name="Level">The bit width whose mask switches them; 2 for those that are always kept.</param>
internal readonly record struct GridRun(int Low, int High, float Weight, int Level);

/// <summary>
/// The grid points k of a uniform grid α·k (arXiv 2109.02100): 0 to 2^b − 1, shifted down by the zero point. The grid of fewer bits lies within it,
/// its zero point that of the whole shifted right: for weights, whose zero point is 2^(b − 1), k bits are −2^(k − 1) to 2^(k − 1) − 1, and for activations that
/// are never negative 0 to 2^k − 1. Level k is what the grid of k bits has and that of k − 1 bits has not.
/// </summary>
/// <param name="Bits">Bit width, 2 to 8.</param>
/// <param name="ZeroPoint">Number of grid points below 0.</param>
internal readonly record struct CategoricalGrid(int Bits, int ZeroPoint)
{
    /// <summary>The lowest bit width, whose grid points are always kept.</summary>
    public const int LeastBits = 2;

    /// <summary>The lowest grid point.</summary>
    public int Low => -ZeroPoint;

    /// <summary>The highest grid point.</summary>
    public int High => (1 << Bits) - 1 - ZeroPoint;

    /// <summary>Number of levels above the two lowest bits.</summary>
    public int Levels => Bits - LeastBits;

    /// <summary>The grid of weights.</summary>
    public static CategoricalGrid OfWeights(int bits) => new(bits, 1 << (bits - 1));

    /// <summary>The grid of so many bits within this one.</summary>
    public CategoricalGrid Of(int bits) => new(bits, ZeroPoint >> (Bits - bits));

    /// <summary>All grid points as one run.</summary>
    public GridRun[] Whole() => [new(Low, High, 1, LeastBits)];

    /// <summary>The grid points that masks keep, from low to high.</summary>
    /// <param name="masks">What each level is multiplied by, that of 3 bits first; 0 where it is not kept.</param>
    /// <returns>
    /// The runs. Neighbours of the same weight are one, of the lower level: the mask of the higher one is 1, where hard concrete has no derivative.
    /// </returns>
    public GridRun[] Kept(ReadOnlySpan<float> masks)
    {
        List<GridRun> runs = [new(Of(LeastBits).Low, Of(LeastBits).High, 1, LeastBits)];
        for (var bits = LeastBits + 1; bits <= Bits; bits++)
        {
            var weight = masks[bits - LeastBits - 1];
            if (weight <= 0)
                continue;
            CategoricalGrid inner = Of(bits - 1), outer = Of(bits);
            if (outer.Low < inner.Low)
                runs.Insert(0, new(outer.Low, inner.Low - 1, weight, bits));
            if (outer.High > inner.High)
                runs.Add(new(inner.High + 1, outer.High, weight, bits));
        }
        for (var i = runs.Count - 2; i >= 0; i--)
        {
            if (runs[i].High + 1 != runs[i + 1].Low || runs[i].Weight != runs[i + 1].Weight)
                continue;
            runs[i] = runs[i] with { High = runs[i + 1].High, Level = Math.Min(runs[i].Level, runs[i + 1].Level) };
            runs.RemoveAt(i + 1);
        }
        return [.. runs];
    }
}

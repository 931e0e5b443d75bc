namespace QDrop.Quantizers;

/// <content>Steps that are powers of two, their exponents learned together with rounding.</content>
public sealed partial class WeightQuantizer
{
    /// <summary>The grids among which exponents are learned, for each channel or one for all; <see langword="null"/> where they are not.</summary>
    private ExponentTable[]? _exponents;

    /// <summary>The exponents while they are learned.</summary>
    internal LearnedExponents? Exponents { get; private set; }

    /// <summary>Exponents and rounding are learned from now on, from the searched step and from where the float weight lies between two of its levels.</summary>
    /// <param name="channelsLast">As in <see cref="BeginLearning"/>.</param>
    internal void BeginExponents(bool channelsLast = false)
    {
        _channelsLast = channelsLast;
        if (_exponents is null)
            SearchRange();
        var exponents = _exponents ?? throw new InvalidOperationException($"The steps of the weight quantizer '{Name}' are no powers of two.");
        _learned ??= InLearnedOrder();
        Exponents = new LearnedExponents(_learned, ChannelAxis, exponents, (1 << Bits) - 1);
        // The zero point has no part in where a weight lies between two levels.
        var scales = Spread(Array.ConvertAll(exponents, static e => e.Scale));
        StartRounding(Grid(_learned, scales, new float[scales.Length]));
    }

    /// <summary>Ends the learning of exponents; that of rounding goes on, from where the float weight lies between two levels of the grid that was found.</summary>
    /// <returns>How many exponents had settled, of how many.</returns>
    internal (int Settled, int Count) HardenExponents()
    {
        var (grids, settled) = Exponents!.Harden();
        var exponents = _exponents;
        var channels = Enumerable.Range(0, (int)Weight.shape[ChannelAxis]).Select(c => grids[grids.Length == 1 ? 0 : c]).ToArray();
        SetGrid(Array.ConvertAll(channels, static g => g.Scale), Array.ConvertAll(channels, static g => g.ZeroPoint));
        _exponents = exponents;
        BeginLearning(_channelsLast);
        return (settled, grids.Length);
    }

    private ExponentTable[]? TablesOf(QuantizationRange[] ranges) => Range.Scale == QDrop.Scale.PowerOfTwo
        ? [.. (PerChannel ? ranges : ranges[..1]).Select(static r => r.Exponents!)]
        : null;
}

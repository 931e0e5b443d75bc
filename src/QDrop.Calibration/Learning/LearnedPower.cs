using QDrop.Calibration.Ranges;
using QDrop.Native;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>
/// A step that is a power of two. While its exponent is learned, log2 of the step changes and the forward pass takes
/// the nearest power (arXiv 1903.08066).
/// </summary>
/// <param name="quantizer">The activation's quantizer, which has a grid.</param>
/// <param name="tables">The grids among which exponents are learned; <see langword="null"/> where they are not.</param>
/// <param name="sources">What learning needs of its surroundings.</param>
internal sealed class LearnedPower(ActivationQuantizer quantizer, ExponentTable[]? tables, LearningSources sources)
    : LearnedActivation(quantizer, sources)
{
    /// <summary>Half the distance between two exponents, less what keeps a beginning on its side.</summary>
    private const float Half = 0.49f;

    /// <summary>log2 of the steps while their exponents are learned, <c>[1]</c> or <c>[C]</c>, float32.</summary>
    public Tensor? LogScale { get; private set; }

    /// <inheritdoc/>
    public override Tensor Steps => LogScale ?? Quantizer.Scale!;

    /// <summary>The exponents while they are learned: those nearest to the present log2 of the steps.</summary>
    public int[] Exponents
    {
        get => Array.ConvertAll(Grids().Scales, PowerOfTwo.Floor);
        set
        {
            Span<float> t = DenseMemory.Values(LogScale!);
            for (int c = 0; c < value.Length; c++)
                t[c] = value[c];
        }
    }

    /// <inheritdoc/>
    protected override bool Learns => LogScale is not null;

    /// <summary>
    /// Exponents are learned from now on; they begin as they are. The paper rounds log2 of a step up; here it is
    /// rounded to nearest, which is the same with a log2 that is 0.5 less, and lets it begin at the searched step's.
    /// </summary>
    public void BeginExponents()
    {
        if (tables is null)
            throw new InvalidOperationException(
                $"The activation quantizer '{Quantizer.Name}' has no range with a step that is a power of two.");
        // Where the least error is at another exponent than the nearest, it begins at that one's border.
        LogScale = tensor([
                .. tables.Zip(
                    DenseMemory.ToArray(Quantizer.Scale!),
                    static (table, step) =>
                        Math.Clamp(
                            (float)Math.Log2(table.Scale),
                            PowerOfTwo.Floor(step) - Half,
                            PowerOfTwo.Floor(step) + Half)),
            ])
            .DetachFromDisposeScope();
        ScaleGradient = null;
    }

    /// <summary>Ends the learning of exponents: the nearest ones stay.</summary>
    public void EndExponents()
    {
        if (LogScale is null)
            return;
        (float[]? scales, float[]? zeroPoints) = Grids();
        Quantizer.SetGrids(scales, zeroPoints);
        Dispose();
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, bool rectify)
    {
        if (Drop >= 1)
            return rectify ? x.relu() : x;
        // Each exponent has its zero point, which is no function of the step.
        (float[]? scales, float[]? zeroPoints) = LogScale is null
            ? (DenseMemory.ToArray(Quantizer.Scale!), DenseMemory.ToArray(Quantizer.ZeroPoint!))
            : Grids();
        var grids = new Grids(scales, zeroPoints, Quantizer.Top, Quantizer.ChannelAxis);
        var pass = new QuantizePass<FakeQuantization>(grids, 1, Mask(), rectify);
        // The gradient goes straight through the rounding of t in s = 2^round(t): ds/dt = s · ln 2 (arXiv 1903.08066,
        // eq. 6).
        return Apply(x, pass, LogScale is null ? null : Array.ConvertAll(scales, static s => s * MathF.Log(2)));
    }

    /// <inheritdoc/>
    public override void End() => EndExponents();

    /// <inheritdoc/>
    public override void Dispose()
    {
        LogScale?.Dispose();
        LogScale = null;
    }

    /// <summary>
    /// The grids at the present log2 of the steps, which are kept within the exponents that were searched.
    /// </summary>
    private (float[] Scales, float[] ZeroPoints) Grids()
    {
        (float[]? scales, float[]? zeroPoints) = (new float[tables!.Length], new float[tables.Length]);
        Span<float> t = DenseMemory.Values(LogScale!);
        for (int c = 0; c < scales.Length; c++)
        {
            t[c] = Math.Clamp(t[c], tables[c].First - Half, tables[c].Last + Half);
            int exponent = (int)MathF.Round(t[c]);
            (scales[c], zeroPoints[c]) = (PowerOfTwo.Step(exponent), tables[c].ZeroPoint(exponent));
        }
        return (scales, zeroPoints);
    }
}

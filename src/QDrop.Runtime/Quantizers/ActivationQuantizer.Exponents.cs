using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <content>Steps that are powers of two, their exponents learned as log2 of steps of which the forward pass takes the nearest powers (arXiv 1903.08066).</content>
public sealed partial class ActivationQuantizer
{
    /// <summary>Half the distance between two exponents, less what keeps a beginning on its side.</summary>
    private const float Half = 0.49f;

    private ExponentTable[]? _exponents;

    /// <summary>log2 of the steps while their exponents are learned, <c>[1]</c> or <c>[C]</c>, float32; see <see cref="ScaleGradient"/>.</summary>
    internal Tensor? LogScale { get; private set; }

    /// <summary>
    /// Exponents are learned from now on; they begin as they are. The paper rounds log2 of a step up; here it is rounded to nearest, which is the same with a log2 that is
    /// 0.5 less, and lets it begin at the searched step's.
    /// </summary>
    internal void BeginExponents()
    {
        if (_exponents is null)
            throw new InvalidOperationException($"The activation quantizer '{Name}' has no range with a step that is a power of two.");
        // Where the least error is at another exponent than the nearest, it begins at that one's border.
        LogScale = tensor([.. _exponents.Zip(Values(Scale!), static (table, step) =>
            Math.Clamp((float)Math.Log2(table.Scale), PowerOfTwo.Floor(step) - Half, PowerOfTwo.Floor(step) + Half))]).DetachFromDisposeScope();
        ScaleGradient = null;
    }

    /// <summary>The present log2 of the steps, while their exponents are learned.</summary>
    internal unsafe ReadOnlySpan<float> LogScales => new(DenseMemory.Floats(LogScale!), _exponents!.Length);

    /// <summary>The exponents while they are learned: those nearest to the present log2 of the steps.</summary>
    internal unsafe int[] Exponents
    {
        get => Array.ConvertAll(PowerGrids().Scales, PowerOfTwo.Floor);
        set
        {
            float* t = DenseMemory.Floats(LogScale!);
            for (var c = 0; c < value.Length; c++)
                t[c] = value[c];
        }
    }

    /// <summary>Ends the learning of exponents: the nearest ones stay.</summary>
    internal void EndExponents()
    {
        if (LogScale is null)
            return;
        var (scales, zeroPoints) = PowerGrids();
        SetGrids(scales, zeroPoints);
    }

    /// <summary>Fake quantization with steps that are powers of two; each exponent has its zero point, which is no function of the step.</summary>
    private Tensor QuantizePower(Tensor x, bool rectify, DropMask mask)
    {
        var (scales, zeroPoints) = LogScale is null ? (Values(Scale!), Values(ZeroPoint!)) : PowerGrids();
        var pass = new QuantizePass<FakeQuantization>(new(scales, zeroPoints, Top, ChannelAxis), 1, mask, rectify);
        // The gradient goes straight through the rounding of t in s = 2^round(t): ds/dt = s · ln 2 (arXiv 1903.08066, eq. 6).
        return Apply(x, pass, LogScale is null ? null : Array.ConvertAll(scales, static s => s * MathF.Log(2)));
    }

    /// <summary>The grids at the present log2 of the steps, which are kept within the exponents that were searched.</summary>
    private unsafe (float[] Scales, float[] ZeroPoints) PowerGrids()
    {
        var (scales, zeroPoints) = (new float[_exponents!.Length], new float[_exponents.Length]);
        float* t = DenseMemory.Floats(LogScale!);
        for (var c = 0; c < scales.Length; c++)
        {
            t[c] = Math.Clamp(t[c], _exponents[c].First - Half, _exponents[c].Last + Half);
            int exponent = (int)MathF.Round(t[c]);
            (scales[c], zeroPoints[c]) = (PowerOfTwo.Step(exponent), _exponents[c].ZeroPoint(exponent));
        }
        return (scales, zeroPoints);
    }
}

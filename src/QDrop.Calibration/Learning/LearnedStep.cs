using QDrop.Calibration.Ranges;
using QDrop.Native;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>
/// A step that is learned (arXiv 1902.08153), and with it, where that is asked for, the grid's offset (arXiv
/// 2004.09576).
/// </summary>
internal sealed class LearnedStep : LearnedActivation
{
    /// <summary>
    /// Width, for each bit, of a grid whose step is learned at the given rate: that of usual activations, for which the
    /// published rates are meant. Of others the rate is greater or smaller as their width is.
    /// </summary>
    private const float UsualWidthOfBit = 1;

    /// <summary>Share of the searched step below which a learned one does not come.</summary>
    private const float SmallestShare = 1e-6f;

    private readonly RangeOptions _range;
    private readonly Tensor? _offset;
    private readonly float[] _smallest;

    /// <param name="quantizer">The activation's quantizer, which has a grid.</param>
    /// <param name="range">How its range was chosen.</param>
    /// <param name="sources">What learning needs of its surroundings.</param>
    /// <param name="learning">What is learned.</param>
    /// <param name="isRelative">Whether the learning rate is relative to the width of the grid.</param>
    public LearnedStep(
        ActivationQuantizer quantizer,
        RangeOptions range,
        LearningSources sources,
        ActivationLearning learning,
        bool isRelative = false)
        : base(quantizer, sources)
    {
        _range = range;
        Learns = learning != ActivationLearning.Fixed;
        float[] scales = DenseMemory.ToArray(quantizer.Scale!);
        _smallest = Array.ConvertAll(scales, static scale => scale * SmallestShare);
        Sizes = isRelative
            ? Array.ConvertAll(scales, scale => scale * quantizer.Top / (UsualWidthOfBit * quantizer.Bits))
            : null;
        if (learning != ActivationLearning.LsqPlus)
            return;
        IEnumerable<(float First, float Second)> grids = scales.Zip(DenseMemory.ToArray(quantizer.ZeroPoint!));
        _offset = tensor([.. grids.Select(static grid => -grid.First * grid.Second)]).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Steps => Quantizer.Scale!;

    /// <inheritdoc/>
    public override float[]? Sizes { get; }

    /// <inheritdoc/>
    public override Tensor? Offset => _offset;

    /// <inheritdoc/>
    protected override bool Learns { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, bool rectify)
    {
        if (rectify && (Drop >= 1 || Offset is not null))
            (x, rectify) = (x.relu(), false);
        ClampScale();
        if (Drop >= 1)
            return x;
        float[] scales = DenseMemory.ToArray(Quantizer.Scale!);
        // Elements that share a grid, as in the published code.
        float factor = (float)(
            1 / Math.Sqrt(x.NumberOfElements / scales.Length * (double)_range.Highest(Quantizer.Bits)));
        if (Offset is not null)
        {
            var offsets = new Grids(scales, DenseMemory.ToArray(Offset), Quantizer.Top, Quantizer.ChannelAxis);
            return Apply(x, new QuantizePass<OffsetQuantization>(offsets, factor, Mask()));
        }
        for (int c = 0; c < scales.Length; c++)
        {
            // The gradient's factor (arXiv 1902.08153, section 2.2) is applied as s·g + (s − s·g) in the published
            // code, which rounds.
            float scaled = scales[c] * factor;
            scales[c] = scales[c] - scaled + scaled;
        }
        var grids = new Grids(scales, DenseMemory.ToArray(Quantizer.ZeroPoint!), Quantizer.Top, Quantizer.ChannelAxis);
        return Apply(x, new QuantizePass<FakeQuantization>(grids, factor, Mask(), rectify));
    }

    /// <inheritdoc/>
    public override void End()
    {
        ClampScale();
        float[] scales = DenseMemory.ToArray(Quantizer.Scale!), zeroPoints = DenseMemory.ToArray(Quantizer.ZeroPoint!);
        if (Offset is not null)
        {
            Span<float> offsets = DenseMemory.Values(Offset);
            for (int c = 0; c < scales.Length; c++)
                // Adding 0 turns −0 into 0.
                zeroPoints[c] = Math.Clamp(MathF.Round(-offsets[c] / scales[c]), 0, Quantizer.Top) + 0f;
        }
        Quantizer.SetGrids(scales, zeroPoints);
        Dispose();
    }

    /// <inheritdoc/>
    public override void Dispose() => _offset?.Dispose();

    private void ClampScale()
    {
        Span<float> scales = DenseMemory.Values(Quantizer.Scale!);
        for (int c = 0; c < scales.Length; c++)
            scales[c] = Math.Max(Math.Abs(scales[c]), _smallest[c]);
    }
}

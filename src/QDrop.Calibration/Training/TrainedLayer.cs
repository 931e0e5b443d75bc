using QDrop.Layers;
using QDrop.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Calibration.Training;

/// <summary>
/// A layer while it is trained: its raw weight is quantized and its batch norm is alive, with batch statistics.
/// </summary>
/// <param name="source">The float layer.</param>
/// <param name="norm">The batch norm after it, or none.</param>
/// <param name="quantizer">The grid of its weight.</param>
internal sealed class TrainedLayer(LayerSource source, BatchNorm? norm, TrainedQuantizer quantizer) : LayerIntercept
{
    /// <summary>
    /// Weight of the newest batch in the running statistics where the batch norm would average all batches alike.
    /// </summary>
    private const double DefaultMomentum = 0.1;

    private int _averaged;

    /// <summary>The grid of its weight.</summary>
    public TrainedQuantizer Quantizer => quantizer;

    /// <summary>The quantized weight, through which gradients flow to the float one.</summary>
    public override Tensor Weight => quantizer.Apply(source.Weight, rectify: false);

    /// <summary>The float layer's bias.</summary>
    public override Tensor? Bias => source.Bias;

    /// <summary>
    /// Whether the running statistics become those of all batches from now on alike, however often the layer runs in
    /// one.
    /// </summary>
    public bool Averages { get; set; }

    /// <summary>The layer's and its batch norm's output.</summary>
    public override Tensor Forward(Tensor x)
    {
        Tensor y = source.Apply(x, Weight, Bias);
        if (norm is null)
            return y;
        double momentum = Averages ? 1.0 / ++_averaged : norm.momentum ?? DefaultMomentum;
        return functional.batch_norm(
            y,
            norm.running_mean!,
            norm.running_var!,
            norm.weight!,
            norm.bias!,
            !quantizer.Evaluating,
            momentum,
            norm.eps);
    }

    /// <summary>The layer as it is stored: batch norm folded into its grid and its bias.</summary>
    public FoldedLayer Fold()
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long channels = source.Weight.shape[source.ChannelAxis];
        byte[] levels = Levels();
        float alpha = quantizer.Step.Alpha;
        float[] scale = new float[channels], zeroPoint = new float[channels];
        Array.Fill(scale, alpha);
        Array.Fill(zeroPoint, quantizer.Grid.ZeroPoint);
        Tensor? bias = source.Bias?.detach().clone();
        if (norm is not null)
        {
            Tensor deviation = norm.running_var!.Plus(norm.eps).sqrt();
            Tensor factor = norm.weight is null ? deviation.reciprocal() : norm.weight.detach() / deviation;
            Tensor shift = norm.bias is null
                ? -(norm.running_mean! * factor)
                : norm.bias.detach() - norm.running_mean! * factor;
            bias = bias is null ? shift : shift.Plus(bias * factor);
            Fold(levels, scale, zeroPoint, factor.contiguous().data<float>().ToArray());
        }
        return new FoldedLayer(
            quantizer.Grid.Bits,
            tensor(levels, source.Weight.shape, ScalarType.Byte).MoveToOuterDisposeScope(),
            scale,
            zeroPoint,
            bias?.MoveToOuterDisposeScope());
    }

    private unsafe byte[] Levels()
    {
        using Tensor weight = source.Weight.detach().contiguous();
        byte[] levels = new byte[weight.NumberOfElements];
        float* from = DenseMemory.Floats(weight);
        float alpha = quantizer.Step.Alpha;
        int top = (1 << quantizer.Grid.Bits) - 1;
        for (long i = 0; i < levels.LongLength; i++)
            levels[i] = (byte)Math.Clamp(MathF.Round(from[i] / alpha) + quantizer.Grid.ZeroPoint, 0, top);
        GC.KeepAlive(weight);
        return levels;
    }

    /// <summary>
    /// Takes a factor for each channel into the grids: exactly, since the levels stay and only the scales change. A
    /// negative one mirrors them, by which the zero point, which is not in the middle, becomes its mirror image. A
    /// channel whose factor is 0 is 0.
    /// </summary>
    private void Fold(byte[] levels, float[] scale, float[] zeroPoint, float[] factor)
    {
        long inner = 1;
        for (int d = source.ChannelAxis + 1; d < source.Weight.dim(); d++)
            inner *= source.Weight.shape[d];
        int top = (1 << quantizer.Grid.Bits) - 1;
        for (int c = 0; c < factor.Length; c++)
        {
            float folded = scale[c] * Math.Abs(factor[c]);
            // Smaller ones are no scales: whatever the levels, the channel gives nothing but its bias.
            scale[c] = float.IsNormal(folded) ? folded : scale[c];
            bool nothing = !float.IsNormal(folded), mirrored = factor[c] < 0 && !nothing;
            byte zero = (byte)zeroPoint[c];
            if (mirrored)
                zeroPoint[c] = top - zero;
            if (!nothing && !mirrored)
                continue;
            for (long start = c * inner; start < levels.LongLength; start += factor.Length * inner)
            {
                foreach (ref byte level in levels.AsSpan((int)start, (int)inner))
                    level = nothing ? zero : (byte)(top - level);
            }
        }
    }
}

/// <summary>A trained layer as it is stored.</summary>
/// <param name="Bits">Bit width.</param>
/// <param name="Levels">The levels, uint8, in the weight's shape.</param>
/// <param name="Scale">Step of each channel's grid.</param>
/// <param name="ZeroPoint">Level that stands for 0 in each channel.</param>
/// <param name="Bias">The bias, or none.</param>
internal sealed record FoldedLayer(int Bits, Tensor Levels, float[] Scale, float[] ZeroPoint, Tensor? Bias);

using System.Runtime.Intrinsics;
using QDrop.Calibration.Ranges;
using QDrop.Native;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>
/// The exponents of a weight's steps while they are learned (arXiv 2204.12322): the step of a channel is 2^(E + h(v)),
/// E the whole part of log2 of the searched step and <c>h(v) = clip(1.2·sigmoid(v) − 0.1, 0, 1)</c>, which starts as
/// its fractional part and is pushed to 0 or 1.
/// </summary>
internal sealed class LearnedExponents
{
    /// <summary>How far from 0 or 1 an h may be that counts as settled.</summary>
    private const float Settled = 0.01f;

    private readonly ExponentTable[] _channels;

    /// <param name="weight">The weight, dense.</param>
    /// <param name="channelAxis">The dimension that counts output channels.</param>
    /// <param name="channels">The grids of each channel; a single one if all channels share it.</param>
    /// <param name="top">Highest level.</param>
    public LearnedExponents(Tensor weight, int channelAxis, ExponentTable[] channels, float top)
    {
        Weight = weight;
        _channels = channels;
        Top = top;
        long inner = 1;
        for (int d = channels.Length == 1 ? 0 : channelAxis + 1; d < weight.dim(); d++)
            inner *= weight.shape[d];
        Inner = inner;
        V = Array.ConvertAll(channels, static c => LearnedRounding.Start((float)(Math.Log2(c.Scale) - c.Floor)));
    }

    /// <summary>v of each channel.</summary>
    public float[] V { get; }

    /// <summary>
    /// The gradient of v that the last backward pass has left; <see langword="null"/> before the first.
    /// </summary>
    public float[]? Gradient { get; private set; }

    /// <summary>Highest level.</summary>
    public float Top { get; }

    /// <summary>Weights of a channel that lie side by side in memory.</summary>
    public long Inner { get; }

    /// <summary>The weight that is quantized.</summary>
    public Tensor Weight { get; }

    /// <summary>The grids of each channel; a single one if all channels share it.</summary>
    public IReadOnlyList<ExponentTable> Channels => _channels;

    /// <summary>Fake-quantizes the weights.</summary>
    /// <param name="alpha">The rounding variables, in the weight's order of memory.</param>
    /// <param name="result">Receives the weights in the same order.</param>
    public unsafe void Forward(float* alpha, float* result)
    {
        SoftStep[] steps = Steps();
        float* weights = DenseMemory.Floats(Weight);
        ForEachRun(
            (channel, first, count) =>
                ExponentRounding.Forward(weights + first, alpha + first, result + first, count, steps[channel], Top));
    }

    /// <summary>Computes the gradients of α and of v, at the values of the last forward pass.</summary>
    /// <param name="alpha">The rounding variables.</param>
    /// <param name="gradient">
    /// The gradient of the fake-quantized weights, in the order of memory of <paramref name="alpha"/>; becomes that of
    /// α.
    /// </param>
    public unsafe void Backward(float* alpha, float* gradient)
    {
        SoftStep[] steps = Steps();
        double[] sums = new double[steps.Length];
        float* weights = DenseMemory.Floats(Weight);
        ForEachRun(
            (channel, first, count) =>
                sums[channel] += ExponentRounding.Backward(
                    weights + first, alpha + first, gradient + first, gradient + first, count, steps[channel], Top));
        Gradient ??= new float[steps.Length];
        for (int c = 0; c < sums.Length; c++)
            Gradient[c] += (float)(sums[c] * steps[c].Slope);
    }

    /// <summary>The grid of each channel at the present v.</summary>
    public SoftStep[] Steps()
    {
        var steps = new SoftStep[_channels.Length];
        for (int c = 0; c < steps.Length; c++)
        {
            ExponentTable channel = _channels[c];
            Vector256<float> sigmoid = LearnedRounding.Sigmoid(Vector256.Create(V[c]));
            float h = LearnedRounding.Rectify(sigmoid).ToScalar();
            double scale = Math.ScaleB(Math.Pow(2, h), channel.Floor);
            float below = channel.ZeroPoint(channel.Floor), change = channel.ZeroPoint(channel.Floor + 1) - below;
            // With s = 2^(E + h), ds/dh = s · ln 2; the zero point changes evenly with h.
            steps[c] = new(
                (float)scale,
                MathF.Round(below + h * change),
                change / MathF.Log(2),
                (float)(scale * Math.Log(2)) * LearnedRounding.Slope(sigmoid).ToScalar());
        }
        return steps;
    }

    /// <summary>
    /// What rounding to nearest does to the weight with the present exponents: Σ((1 − h)·error(E) + h·error(E + 1)),
    /// relative to the sum of the least errors, those of exponents that are not learned from included. Soft rounding
    /// does not show it.
    /// </summary>
    /// <param name="gradient">Gets <paramref name="factor"/> times the gradient of v added.</param>
    /// <param name="factor">What the gradient is multiplied with.</param>
    public unsafe double RoundingError(float* gradient, double factor)
    {
        double least = _channels.Sum(static c => c.Errors.Min()), sum = 0;
        // Where every weight lies on a grid, there is nothing to choose.
        if (!(least > 0))
            return 0;
        for (int c = 0; c < _channels.Length; c++)
        {
            Vector256<float> sigmoid = LearnedRounding.Sigmoid(Vector256.Create(V[c]));
            float h = LearnedRounding.Rectify(sigmoid).ToScalar();
            double below = _channels[c].Error(_channels[c].Floor), above = _channels[c].Error(_channels[c].Floor + 1);
            sum += (below + h * (above - below)) / least;
            gradient[c] += (float)(factor * (above - below) / least) * LearnedRounding.Slope(sigmoid).ToScalar();
        }
        return sum;
    }

    /// <summary>
    /// The nearer of the two exponents of each channel, with the zero point that has the least error there.
    /// </summary>
    /// <returns>Step and zero point of each channel, and how many h had settled at 0 or 1.</returns>
    public ((float Scale, float ZeroPoint)[] Grids, int Settled) Harden()
    {
        var grids = new (float, float)[_channels.Length];
        int settled = 0;
        for (int c = 0; c < grids.Length; c++)
        {
            float h = LearnedRounding.Rectify(LearnedRounding.Sigmoid(Vector256.Create(V[c]))).ToScalar();
            settled += Math.Min(h, 1 - h) <= Settled ? 1 : 0;
            int exponent = _channels[c].Floor + (h >= 0.5f ? 1 : 0);
            grids[c] = (PowerOfTwo.Step(exponent), _channels[c].ZeroPoint(exponent));
        }
        return (grids, settled);
    }

    /// <summary>Calls <paramref name="body"/> for each run of weights of one channel that lie side by side.</summary>
    private void ForEachRun(Action<int, long, long> body)
    {
        long runs = Weight.NumberOfElements / Inner;
        for (long run = 0L; run < runs; run++)
            body((int)(run % _channels.Length), run * Inner, Inner);
    }
}

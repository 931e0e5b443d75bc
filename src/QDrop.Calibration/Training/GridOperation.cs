using QDrop.Calibration.Learning;
using QDrop.Native;
using QDrop.Quantizers;
using QDrop.Threading;
using static TorchSharp.torch;

namespace QDrop.Calibration.Training;

/// <summary>Quantization while training. The grid keeps its gradients itself.</summary>
/// <param name="x">What is quantized, dense.</param>
/// <param name="pass">The forward pass.</param>
internal sealed class GridOperation(Tensor x, GridPass pass) : TapedOperation(x)
{
    /// <inheritdoc/>
    public override Tensor Backward(Tensor gradient) => pass.Backward(Input, gradient);
}

/// <summary>What one forward pass through a grid leaves for the backward pass.</summary>
internal abstract unsafe class GridPass
{
    /// <summary>Gradients that a chunk gives the grid.</summary>
    protected abstract int GradientCount { get; }

    /// <summary>Quantizes what is dense; the result has the same memory order.</summary>
    public Tensor Forward(Tensor x)
    {
        Tensor y = DenseMemory.EmptyLike(x);
        float* from = DenseMemory.Floats(x), to = DenseMemory.Floats(y);
        Chunks.ForEach(x.NumberOfElements, (_, first, count) => Forward(from + first, to + first, count));
        GC.KeepAlive(x);
        return y;
    }

    /// <summary>The gradient of what was quantized; the grid gets its own.</summary>
    public Tensor Backward(Tensor x, Tensor outputGradient)
    {
        Tensor ordered = DenseMemory.InOrderOf(outputGradient, x);
        Tensor result = DenseMemory.EmptyLike(x);
        long length = x.NumberOfElements;
        double[] parts = new double[Chunks.Count(length) * GradientCount];
        float* values = DenseMemory.Floats(x), from = DenseMemory.Floats(ordered), to = DenseMemory.Floats(result);
        Chunks.ForEach(
            length,
            (chunk, first, count) =>
                Backward(
                    values + first,
                    from + first,
                    to + first,
                    count,
                    parts.AsSpan(chunk * GradientCount, GradientCount)));
        GC.KeepAlive(x);
        GC.KeepAlive(ordered);
        if (!ReferenceEquals(ordered, outputGradient))
            ordered.Dispose();
        // In the order of the chunks, whatever the number of threads.
        double[] sums = new double[GradientCount];
        for (int i = 0; i < parts.Length; i++)
            sums[i % GradientCount] += parts[i];
        Finish(sums);
        return result;
    }

    protected abstract void Forward(float* x, float* y, int count);

    protected abstract void Backward(float* x, float* gradient, float* result, int count, Span<double> sums);

    protected abstract void Finish(ReadOnlySpan<double> sums);
}

/// <summary>The most likely grid point (arXiv 2109.02100).</summary>
/// <param name="quantizer">Gets the gradients.</param>
/// <param name="parts">The grids of this step.</param>
/// <param name="weights">What the gradient is made of.</param>
/// <param name="rectify">Whether ReLU is part of the pass.</param>
internal sealed unsafe class CategoricalPass(
    TrainedQuantizer quantizer, GridPart[] parts, EstimatorWeights weights, bool rectify) : GridPass
{
    private readonly GridStep[] _steps = Array.ConvertAll(parts, p => quantizer.StepOf(p.Bits));
    private readonly float _alpha = quantizer.Step.Alpha;

    /// <inheritdoc/>
    protected override int GradientCount => 2 + parts.Length;

    /// <inheritdoc/>
    protected override void Forward(float* x, float* y, int count)
    {
        for (int part = 0; part < parts.Length; part++)
            CategoricalQuantization.Forward(x, y, count, _steps[part], parts[part], rectify, add: part > 0);
    }

    /// <inheritdoc/>
    protected override void Backward(float* x, float* gradient, float* result, int count, Span<double> sums)
    {
        Span<double> own = stackalloc double[2];
        for (int part = 0; part < parts.Length; part++)
        {
            own.Clear();
            sums[2 + part] = CategoricalQuantization.Backward(
                x, gradient, result, count, _steps[part], parts[part], rectify, weights, own, add: part > 0);
            sums[0] += own[0] * _steps[part].Alpha / _alpha;
            sums[1] += own[1] * _steps[part].Alpha / _alpha;
        }
    }

    /// <inheritdoc/>
    protected override void Finish(ReadOnlySpan<double> sums) => quantizer.Add(sums, parts);
}

/// <summary>
/// Rounding to nearest with the straight-through gradients of learned step size quantization (arXiv 1902.08153).
/// </summary>
/// <param name="quantizer">Gets the gradients.</param>
/// <param name="rectify">Whether ReLU is part of the pass.</param>
internal sealed unsafe class LsqPass(TrainedQuantizer quantizer, bool rectify) : GridPass
{
    private readonly float _scale = quantizer.Step.Alpha,
        _zeroPoint = quantizer.Grid.ZeroPoint,
        _top = (1 << quantizer.Grid.Bits) - 1;

    /// <inheritdoc/>
    protected override int GradientCount => 1;

    /// <inheritdoc/>
    protected override void Forward(float* x, float* y, int count) =>
        FakeQuantization.Forward(x, y, count, _scale, _zeroPoint, _top, [], rectify);

    /// <inheritdoc/>
    protected override void Backward(float* x, float* gradient, float* result, int count, Span<double> sums) =>
        sums[0] = FakeQuantization.Backward(x, gradient, result, count, _scale, _zeroPoint, _top, [], rectify);

    /// <inheritdoc/>
    protected override void Finish(ReadOnlySpan<double> sums) => quantizer.Add(sums, []);
}

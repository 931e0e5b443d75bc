using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QDrop.Calibration.Learning;
using QDrop.Native;
using static TorchSharp.torch;

namespace QDrop.Calibration.Training;

/// <summary>Changes one parameter of a model along its gradient, in one pass over memory.</summary>
/// <param name="parameter">The parameter, float32 and dense.</param>
/// <param name="settings">How.</param>
internal sealed unsafe class ParameterOptimizer(Tensor parameter, TrainingSettings settings)
{
    private readonly float _decay = parameter.dim() > 1 ? (float)settings.WeightDecay : 0;
    private readonly Adam? _adam =
        settings.Optimizer == TrainingOptimizer.Adam ? new(parameter.NumberOfElements) : null;
    private readonly float[] _momentum = new float[
        settings.Optimizer == TrainingOptimizer.Adam ? 0 : parameter.NumberOfElements
    ];

    /// <summary>Steps done, by which Adam corrects its means; 0 without it.</summary>
    public long Steps => _adam?.Steps ?? 0;

    /// <summary>Means of gradients, and with Adam of their squares.</summary>
    public (float[] First, float[] Second) Means => _adam?.Means ?? (_momentum, []);

    /// <summary>Goes on from a state.</summary>
    public void Restore(ReadOnlySpan<float> first, ReadOnlySpan<float> second, long steps)
    {
        if (_adam is null)
            first.CopyTo(_momentum);
        else
            _adam.Restore(first, second, steps);
    }

    /// <summary>
    /// One step along the gradient that the last backward pass left, after which there is none. A parameter that the
    /// pass did not use stays as it is.
    /// </summary>
    public void Step(double learningRate)
    {
        using Tensor? gradient = parameter.grad;
        if (gradient is null)
            return;
        Tensor ordered = DenseMemory.InOrderOf(gradient, parameter);
        float* at = DenseMemory.Floats(parameter), slope = DenseMemory.Floats(ordered);
        if (_adam is null)
            Descend(at, slope, (float)learningRate, (float)settings.Momentum);
        else
            _adam.Step(at, slope, learningRate, _decay);
        if (!ReferenceEquals(ordered, gradient))
            ordered.Dispose();
        parameter.grad = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Descend(float* at, float* gradient, float rate, float momentum)
    {
        fixed (float* first = _momentum)
        {
            int i = 0;
            for (; i <= _momentum.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                Vector256<float> slope = Vector256.Load(gradient + i) + Vector256.Load(at + i) * _decay;
                Vector256<float> mean = Vector256.Load(first + i) * momentum + slope;
                mean.Store(first + i);
                (Vector256.Load(at + i) - (slope + mean * momentum) * rate).Store(at + i);
            }
            for (; i < _momentum.Length; i++)
            {
                float slope = gradient[i] + at[i] * _decay;
                first[i] = first[i] * momentum + slope;
                at[i] -= (slope + first[i] * momentum) * rate;
            }
        }
    }
}

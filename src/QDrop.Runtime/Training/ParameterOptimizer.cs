using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Training;

/// <summary>Changes one parameter of a model along its gradient, in one pass over memory.</summary>
/// <param name="parameter">The parameter, float32 and dense.</param>
/// <param name="settings">How.</param>
internal sealed unsafe class ParameterOptimizer(Tensor parameter, TrainingSettings settings)
{
    private const double Beta1 = 0.9, Beta2 = 0.999;
    private const float Epsilon = 1e-8f;

    private readonly bool _adam = settings.Optimizer == TrainingOptimizer.Adam;
    private readonly float _decay = parameter.dim() > 1 ? (float)settings.WeightDecay : 0;
    private readonly float[] _first = new float[parameter.NumberOfElements];
    private readonly float[] _second = new float[settings.Optimizer == TrainingOptimizer.Adam ? parameter.NumberOfElements : 0];
    private long _steps;

    /// <summary>Steps done, by which Adam corrects its means.</summary>
    public long Steps => _steps;

    /// <summary>Means of gradients, and with Adam of their squares.</summary>
    public (float[] First, float[] Second) Means => (_first, _second);

    /// <summary>Goes on from a state.</summary>
    public void Restore(ReadOnlySpan<float> first, ReadOnlySpan<float> second, long steps)
    {
        first.CopyTo(_first);
        second.CopyTo(_second);
        _steps = steps;
    }

    /// <summary>One step along the gradient that the last backward pass left, after which it is 0.</summary>
    public void Step(double learningRate)
    {
        using Tensor? gradient = parameter.grad;
        if (gradient is null)
            return;
        Tensor ordered = DenseMemory.InOrderOf(gradient, parameter);
        _steps++;
        float* at = DenseMemory.Floats(parameter), slope = DenseMemory.Floats(ordered);
        if (_adam)
            Adam(at, slope, learningRate);
        else
            Sgd(at, slope, (float)learningRate, (float)settings.Momentum);
        if (!ReferenceEquals(ordered, gradient))
        {
            gradient.zero_();
            ordered.Dispose();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sgd(float* at, float* gradient, float rate, float momentum)
    {
        fixed (float* first = _first)
        {
            var i = 0;
            for (; i <= _first.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var slope = Vector256.Load(gradient + i) + Vector256.Load(at + i) * _decay;
                var mean = Vector256.Load(first + i) * momentum + slope;
                mean.Store(first + i);
                (Vector256.Load(at + i) - (slope + mean * momentum) * rate).Store(at + i);
                Vector256<float>.Zero.Store(gradient + i);
            }
            for (; i < _first.Length; i++)
            {
                var slope = gradient[i] + at[i] * _decay;
                first[i] = first[i] * momentum + slope;
                at[i] -= (slope + first[i] * momentum) * rate;
                gradient[i] = 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Adam(float* at, float* gradient, double learningRate)
    {
        var rate = (float)(learningRate / (1 - Math.Pow(Beta1, _steps)));
        var correction = (float)Math.Sqrt(1 - Math.Pow(Beta2, _steps));
        var kept = (float)(1 - learningRate * _decay);
        fixed (float* first = _first, second = _second)
        {
            var i = 0;
            for (; i <= _first.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var slope = Vector256.Load(gradient + i);
                var mean = Vector256.Load(first + i) * (float)Beta1 + slope * (float)(1 - Beta1);
                var square = Vector256.Load(second + i) * (float)Beta2 + slope * slope * (float)(1 - Beta2);
                mean.Store(first + i);
                square.Store(second + i);
                (Vector256.Load(at + i) * kept - mean * rate / (Vector256.Sqrt(square) / correction + Vector256.Create(Epsilon))).Store(at + i);
                Vector256<float>.Zero.Store(gradient + i);
            }
            for (; i < _first.Length; i++)
            {
                first[i] = first[i] * (float)Beta1 + gradient[i] * (float)(1 - Beta1);
                second[i] = second[i] * (float)Beta2 + gradient[i] * gradient[i] * (float)(1 - Beta2);
                at[i] = at[i] * kept - first[i] * rate / (MathF.Sqrt(second[i]) / correction + Epsilon);
                gradient[i] = 0;
            }
        }
    }
}

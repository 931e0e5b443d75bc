using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Reconstruction;

/// <summary>The state of Adam (arXiv 1412.6980) for one parameter; arithmetic and order of operations are libtorch's.</summary>
/// <param name="count">Elements of the parameter.</param>
internal sealed unsafe class Adam(long count)
{
    private const double Beta1 = 0.9, Beta2 = 0.999;
    private const float Epsilon = 1e-8f;

    private readonly float[] _first = new float[count];
    private readonly float[] _second = new float[count];

    /// <summary>Steps done, by which the means are corrected.</summary>
    public long Steps { get; private set; }

    /// <summary>The means of gradients and of their squares.</summary>
    public (float[] First, float[] Second) Means => (_first, _second);

    /// <summary>Goes on from a state.</summary>
    public void Restore(ReadOnlySpan<float> first, ReadOnlySpan<float> second, long steps)
    {
        first.CopyTo(_first);
        second.CopyTo(_second);
        Steps = steps;
    }

    /// <summary>One step, after which the gradient is 0.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="decay">Weight decay, apart from the gradient (arXiv 1711.05101).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Step(float* parameter, float* gradient, double learningRate, float decay = 0)
    {
        Steps++;
        var rate = (float)-(learningRate / (1 - Math.Pow(Beta1, Steps)));
        var correction = (float)Math.Sqrt(1 - Math.Pow(Beta2, Steps));
        var kept = (float)(1 - learningRate * decay);
        fixed (float* first = _first, second = _second)
        {
            var i = 0;
            for (; i <= _first.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var slope = Vector256.Load(gradient + i);
                var mean = Vector256.Load(first + i) * (float)Beta1 + slope * (float)(1 - Beta1);
                var square = Vector256.Load(second + i) * (float)Beta2 + slope * slope * (float)(1 - Beta2);
                var size = Vector256.Sqrt(square) / correction + Vector256.Create(Epsilon);
                mean.Store(first + i);
                square.Store(second + i);
                (Vector256.Load(parameter + i) * kept + mean / size * rate).Store(parameter + i);
                Vector256<float>.Zero.Store(gradient + i);
            }
            for (; i < _first.Length; i++)
            {
                first[i] = first[i] * (float)Beta1 + gradient[i] * (float)(1 - Beta1);
                second[i] = second[i] * (float)Beta2 + gradient[i] * gradient[i] * (float)(1 - Beta2);
                parameter[i] = parameter[i] * kept + first[i] / (MathF.Sqrt(second[i]) / correction + Epsilon) * rate;
                gradient[i] = 0;
            }
        }
    }
}

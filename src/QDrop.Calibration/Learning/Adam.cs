using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Calibration.Learning;

/// <summary>
/// The state of Adam (arXiv 1412.6980) for one parameter; arithmetic and order of operations are libtorch's.
/// </summary>
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

    /// <summary>One step.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="decay">Weight decay, apart from the gradient (arXiv 1711.05101).</param>
    public void Step(float* parameter, float* gradient, double learningRate, float decay = 0) =>
        Step(parameter, gradient, 0, _first.Length, Next(learningRate, decay));

    /// <summary>Begins a step that is done part by part.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="decay">Weight decay, apart from the gradient.</param>
    public AdamStep Next(double learningRate, float decay = 0)
    {
        Steps++;
        return new(
            (float)-(learningRate / (1 - Math.Pow(Beta1, Steps))),
            (float)Math.Sqrt(1 - Math.Pow(Beta2, Steps)),
            (float)(1 - learningRate * decay));
    }

    /// <summary>A part of a step.</summary>
    /// <param name="parameter">The part of the parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="start">The part's first element.</param>
    /// <param name="count">Its number of elements.</param>
    /// <param name="step">The step.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Step(float* parameter, float* gradient, int start, int count, AdamStep step)
    {
        (float rate, float correction, float kept) = (step.Rate, step.Correction, step.Kept);
        fixed (float* firsts = _first, seconds = _second)
        {
            float* first = firsts + start, second = seconds + start;
            int i = 0;
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var slope = Vector256.Load(gradient + i);
                Vector256<float> mean = Vector256.Load(first + i) * (float)Beta1 + slope * (float)(1 - Beta1);
                Vector256<float> square =
                    Vector256.Load(second + i) * (float)Beta2 + slope * slope * (float)(1 - Beta2);
                Vector256<float> size = Vector256.Sqrt(square) / correction + Vector256.Create(Epsilon);
                mean.Store(first + i);
                square.Store(second + i);
                (Vector256.Load(parameter + i) * kept + mean / size * rate).Store(parameter + i);
            }
            for (; i < count; i++)
            {
                first[i] = first[i] * (float)Beta1 + gradient[i] * (float)(1 - Beta1);
                second[i] = second[i] * (float)Beta2 + gradient[i] * gradient[i] * (float)(1 - Beta2);
                parameter[i] = parameter[i] * kept + first[i] / (MathF.Sqrt(second[i]) / correction + Epsilon) * rate;
            }
        }
    }
}

/// <summary>What is the same for all elements of a step.</summary>
/// <param name="Rate">The learning rate, corrected for the mean's start at 0, with the step's sign.</param>
/// <param name="Correction">The correction of the square root of the mean of squares.</param>
/// <param name="Kept">What weight decay leaves of a parameter.</param>
internal readonly record struct AdamStep(float Rate, float Correction, float Kept);

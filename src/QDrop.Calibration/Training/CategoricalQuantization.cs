using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Calibration.Training;

/// <summary>
/// Quantization to the grid point of the largest probability (arXiv 2109.02100). With x in steps of the grid, u = x /
/// α, and T = α / σ, grid point k has the probability p_k = S((k + ½ − u)·T) − S((k − ½ − u)·T), S the logistic
/// function, normalised over what is kept.
/// </summary>
/// <remarks>
/// Over a run of neighbours the sum of p telescopes: with a = (high + ½ − u)·T and b = (low − ½ − u)·T it is S(a) −
/// S(b), which is (1 − e^−(a − b)) / ((1 + e^−a)(1 + e^b)), where the numerator does not depend on u and nothing
/// cancels. Its denominator is 1 + e^−(a − b) + e^−a + e^b. Far from what is kept both numerator and denominator of the
/// normalised probability vanish, so both are multiplied by e^r, r the distance from the cell of the grid point that is
/// chosen: then nothing underflows.
/// </remarks>
internal static unsafe class CategoricalQuantization
{
    // What is so far away, in units of σ, has no part in anything; e^60 and what it is multiplied by are still float32
    // numbers.
    private const float Farthest = 60;

    // So far outside the grid, in units of σ, all derivatives have vanished.
    private const float Outside = 40;

    /// <summary>
    /// Quantizes <paramref name="count"/> elements: each becomes α times the kept grid point with the largest
    /// probability, which is the nearest.
    /// </summary>
    /// <param name="x">The elements.</param>
    /// <param name="y">Receives the quantized elements.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="step">α and σ.</param>
    /// <param name="part">The kept grid points, and what the result is multiplied by.</param>
    /// <param name="rectify">Whether negative elements are taken for 0 first, as ReLU does.</param>
    /// <param name="add">Whether the result is added to <paramref name="y"/>.</param>
    /// <remarks>
    /// Of two grid points of a run that are equally likely the even one is taken, as rounding does; of two in different
    /// runs the lower.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(
        float* x, float* y, int count, GridStep step, GridPart part, bool rectify, bool add = false)
    {
        ReadOnlySpan<GridRun> runs = part.Runs;
        Vector256<float> scale = Vector256.Create(step.Alpha), size = Vector256.Create(step.Alpha * part.Share);
        var floor = Vector256.Create(rectify ? 0 : float.NegativeInfinity);
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> u = Vector256.MaxNative(floor, Vector256.Load(x + i)) / scale;
            Vector256<float> value = Choose(u, runs) * size;
            (add ? Vector256.Load(y + i) + value : value).Store(y + i);
        }
        for (; i < count; i++)
        {
            Vector256<float> u = Vector256.MaxNative(floor, Vector256.Create(x[i])) / scale;
            float value = (Choose(u, runs) * size).ToScalar();
            y[i] = add ? y[i] + value : value;
        }
    }

    /// <summary>Gradients of <paramref name="count"/> elements by the multi-class straight-through estimator.</summary>
    /// <param name="x">The elements that were quantized.</param>
    /// <param name="gradient">Gradient of the quantized elements.</param>
    /// <param name="result">Receives the gradient of <paramref name="x"/>.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="step">α and σ.</param>
    /// <param name="part">The kept grid points, and what the quantized elements were multiplied by.</param>
    /// <param name="rectify">Whether the forward pass took negative elements for 0.</param>
    /// <param name="weights">What the elements' gradient is made of.</param>
    /// <param name="sums">Gets the gradients of α and of σ added.</param>
    /// <param name="add">Whether the gradient is added to <paramref name="result"/>.</param>
    /// <returns>The gradient of the part's share.</returns>
    /// <remarks>
    /// Of the indicators of all grid points only that of the chosen one has a gradient: that of its normalised
    /// probability π. With g = α·k it is g·∂π/∂x for an element, k + g·∂π/∂α for α and g·∂π/∂σ for σ. Where k is 0 that
    /// is nothing at all, and an element would stay there for good: it gets the gradient of its quantized value
    /// unchanged, as long as it lies within the grid. Where a straight-through part is added for elements, k follows x
    /// / α, and α gets −x / α beside k.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Backward(
        float* x,
        float* gradient,
        float* result,
        int count,
        GridStep step,
        GridPart part,
        bool rectify,
        EstimatorWeights weights,
        Span<double> sums,
        bool add = false)
    {
        ReadOnlySpan<GridRun> runs = part.Runs;
        Vector256<float> scale = Vector256.Create(step.Alpha), size = Vector256.Create(part.Share);
        var floor = Vector256.Create(rectify ? 0 : float.NegativeInfinity);
        Span<Mass> masses = stackalloc Mass[runs.Length + 1];
        for (int run = 0; run < runs.Length; run++)
            masses[run] = new Mass(runs[run].Low - 0.5f, runs[run].High + 0.5f, step.Sharpness);
        masses[^1] = new Mass(-0.5f, 0.5f, step.Sharpness);
        var derivative = new Derivative(step, runs, masses);
        // Where the chosen probability has no part in anything, nothing depends on it or on σ.
        bool derives = weights.Chosen != 0;
        Vector256<float> ofAlpha = default, ofSigma = default, ofShare = default;
        Span<float> ends = stackalloc float[3 * Vector256<float>.Count];
        ends.Clear();
        int i = 0;
        for (; i < count; i += Vector256<float>.Count)
        {
            int left = count - i;
            bool whole = left >= Vector256<float>.Count;
            Vector256<float> value, flow;
            if (whole)
            {
                (value, flow) = (Vector256.Load(x + i), Vector256.Load(gradient + i));
            }
            else
            {
                // Elements past the end are zeros without a gradient.
                new ReadOnlySpan<float>(x + i, left).CopyTo(ends);
                new ReadOnlySpan<float>(gradient + i, left).CopyTo(ends[Vector256<float>.Count..]);
                (value, flow) = (
                    Vector256.Create<float>(ends), Vector256.Create<float>(ends[Vector256<float>.Count..]));
            }
            flow &= Vector256.GreaterThan(value, floor);
            Vector256<float> u = Vector256.MaxNative(floor, value) / scale;
            Vector256<float> inside =
                Vector256.GreaterThanOrEqual(u, derivative.Min) & Vector256.LessThanOrEqual(u, derivative.Max);
            u = derivative.Near(u);
            Vector256<float> level = Choose(u, runs), ofU = default, ofT = default;
            if (derives)
                derivative.At(u, level, out ofU, out ofT);
            ofShare += flow * level;
            ofAlpha +=
                flow
                * (level * (Vector256<float>.One - (ofU * u + ofT) * weights.Chosen) - (u * weights.Straight & inside));
            ofSigma += flow * level * ofT;
            var atZero = Vector256.Equals(level, Vector256<float>.Zero);
            Vector256<float> straight =
                Vector256.ConditionalSelect(atZero, Vector256<float>.One, Vector256.Create(weights.Straight)) & inside;
            Vector256<float> slope = flow * (level * ofU * weights.Chosen + straight) * size;
            if (whole)
            {
                (add ? Vector256.Load(result + i) + slope : slope).Store(result + i);
            }
            else
            {
                slope.CopyTo(ends[(2 * Vector256<float>.Count)..]);
                for (int j = 0; j < left; j++)
                    result[i + j] = ends[2 * Vector256<float>.Count + j] + (add ? result[i + j] : 0);
            }
        }
        sums[0] += Vector256.Sum(ofAlpha) * part.Share;
        // What was summed up is T⁻¹·∂π/∂(T⁻¹): σ = α / T.
        sums[1] += Vector256.Sum(ofSigma) * step.Sharpness * part.Share;
        return Vector256.Sum(ofShare) * step.Alpha;
    }

    /// <summary>The chosen grid point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Choose(Vector256<float> u, ReadOnlySpan<GridRun> runs)
    {
        var rounded = Vector256.Round(u);
        Vector256<float> level = Nearest(rounded, runs[0]);
        if (runs.Length == 1)
            return level;
        var distance = Vector256.Abs(u - level);
        foreach (GridRun run in runs[1..])
        {
            Vector256<float> other = Nearest(rounded, run);
            var nearer = Vector256.LessThan(Vector256.Abs(u - other), distance);
            distance = Vector256.ConditionalSelect(nearer, Vector256.Abs(u - other), distance);
            level = Vector256.ConditionalSelect(nearer, other, level);
        }
        return level;
    }

    // With the limit as first operand a NaN passes through.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Nearest(Vector256<float> rounded, GridRun run) =>
        Vector256.MinNative(
            Vector256.Create((float)run.High), Vector256.MaxNative(Vector256.Create((float)run.Low), rounded));

    /// <summary>r: how far the element lies outside the cell of a grid point, in units of σ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Shift(Vector256<float> distance, Vector256<float> sharpness) =>
        Vector256.Max(Vector256<float>.Zero, (distance - Vector256.Create(0.5f)) * sharpness);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Far(Vector256<float> exponent, Vector256<float> shift) =>
        Vector256.Exp(Vector256.Min(exponent - shift, Vector256.Create(Farthest)));

    /// <summary>Derivatives of the chosen normalised probability.</summary>
    /// <param name="step">α and σ.</param>
    /// <param name="runs">The kept grid points.</param>
    /// <param name="masses">What is the same for all elements: of the runs, and then of a single cell around 0.</param>
    private readonly ref struct Derivative(GridStep step, ReadOnlySpan<GridRun> runs, ReadOnlySpan<Mass> masses)
    {
        private readonly ReadOnlySpan<Mass> _masses = masses;
        private readonly Vector256<float> _sharpness = Vector256.Create(step.Sharpness),
            _reach = Vector256.Create(Outside / step.Sharpness);

        /// <summary>Where the lowest cell begins.</summary>
        public Vector256<float> Min { get; } = Vector256.Create(runs[0].Low - 0.5f);

        /// <summary>Where the highest cell ends.</summary>
        public Vector256<float> Max { get; } = Vector256.Create(runs[^1].High + 0.5f);

        /// <summary>Elements in steps of the grid, those far outside brought so near that all is a number.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Near(Vector256<float> u) =>
            Vector256.MinNative(Max + _reach, Vector256.MaxNative(Min - _reach, u));

        /// <summary>Derivatives at some elements.</summary>
        /// <param name="u">The elements in steps of the grid.</param>
        /// <param name="level">The chosen grid points.</param>
        /// <param name="ofU">∂π/∂u.</param>
        /// <param name="ofT">∂π/∂t·t, where t = 1 / T = σ / α.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At(Vector256<float> u, Vector256<float> level, out Vector256<float> ofU, out Vector256<float> ofT)
        {
            Vector256<float> shift = Shift(Vector256.Abs(u - level), _sharpness);
            // Within the grid, where most elements are, there is nothing to shift.
            var within = Vector256.Equals(shift, Vector256<float>.Zero);
            Vector256<float> least = Vector256.EqualsAll(shift, Vector256<float>.Zero)
                ? Vector256<float>.One
                : Vector256.ConditionalSelect(within, Vector256<float>.One, Vector256.Exp(-shift));
            Vector256<float> likely = _masses[^1]
                .At(u - level, _sharpness, shift, least, out Vector256<float> logU, out Vector256<float> logT);
            Vector256<float> all = default, allU = default, allT = default;
            foreach (ref readonly Mass run in _masses[..^1])
            {
                Vector256<float> mass = run.At(
                    u, _sharpness, shift, least, out Vector256<float> runU, out Vector256<float> runT);
                all += mass;
                allU += mass * runU;
                allT += mass * runT;
            }
            Vector256<float> probability = likely / all;
            ofU = probability * (logU - allU / all);
            ofT = probability * (logT - allT / all);
        }
    }

    /// <summary>
    /// The probability of what lies between two borders, and what of it is the same for all elements.
    /// </summary>
    private readonly struct Mass
    {
        private readonly float _low, _high, _rest, _restSpan;

        /// <param name="low">Lower border, in steps of the grid.</param>
        /// <param name="high">Upper border.</param>
        /// <param name="sharpness">T.</param>
        public Mass(float low, float high, float sharpness)
        {
            (_low, _high) = (low, high);
            _rest = MathF.Exp(-(high - low) * sharpness);
            _restSpan = _rest * (high - low) * sharpness;
        }

        /// <summary>
        /// The probability times e^r, and the derivatives of its logarithm with respect to u and, times t, to t.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> At(
            Vector256<float> u,
            Vector256<float> sharpness,
            Vector256<float> shift,
            Vector256<float> least,
            out Vector256<float> logU,
            out Vector256<float> logT)
        {
            Vector256<float> above = (u - Vector256.Create(_high)) * sharpness,
                below = (Vector256.Create(_low) - u) * sharpness;
            Vector256<float> overAbove = Far(above, shift), overBelow = Far(below, shift);
            Vector256<float> inverse = Vector256<float>.One / (least * (1 + _rest) + overAbove + overBelow);
            logU = (overBelow - overAbove) * sharpness * inverse;
            // t·∂/∂t of an exponent that is proportional to 1 / t is the exponent with the other sign.
            logT =
                (above * overAbove + below * overBelow - least * _restSpan) * inverse
                - Vector256.Create(_restSpan / (1 - _rest));
            return inverse * (1 - _rest);
        }
    }
}

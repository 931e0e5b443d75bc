using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>
/// Functions of float32 as polynomials and fused multiply-adds, one after the other, so that every instruction set
/// gives the same bits.
/// </summary>
internal static class FloatFunctions
{
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts, of which the first has few digits: its multiples by small whole numbers are exact.
    private const float Ln2High = 0.693145752f;
    private const float Ln2Low = 1.42860677e-6f;

    /// <summary>eˣ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Exp<TLanes, TFloat, TInt>(TFloat x)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        // Beyond these, results are infinite, or less than half of the least number. NaN stays NaN.
        TFloat y = TLanes.FastAtMost(
            TLanes.Broadcast(89f), TLanes.FastAtLeast(TLanes.Broadcast(-104f), x));
        TFloat part = Reduce<TLanes, TFloat, TInt>(y, out TInt exponent);
        TFloat power = TLanes.Add(Minus1<TLanes, TFloat, TInt>(part), TLanes.Broadcast(1f));

        // In two steps: the whole power of two may be out of range where the result is not.
        TInt half = TLanes.Half(exponent);
        power = TLanes.Multiply(power, TLanes.PowerOfTwo(half));
        return TLanes.Multiply(power, TLanes.PowerOfTwo(TLanes.Subtract(exponent, half)));
    }

    /// <summary>eˣ − 1, for x from −87 to 87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Expm1<TLanes, TFloat, TInt>(TFloat x)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        TFloat part = Reduce<TLanes, TFloat, TInt>(x, out TInt exponent);
        TFloat scale = TLanes.PowerOfTwo(exponent);
        return TLanes.FusedMultiplyAdd(
            Minus1<TLanes, TFloat, TInt>(part), scale, TLanes.Subtract(scale, TLanes.Broadcast(1f)));
    }

    /// <summary>The hyperbolic tangent, (e²ˣ − 1) / (e²ˣ + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Tanh<TLanes, TFloat, TInt>(TFloat x)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        // From 10 on it is 1.
        TFloat twice = TLanes.FastAtMost(TLanes.Broadcast(20f), TLanes.Abs(TLanes.Add(x, x)));
        TFloat power = Expm1<TLanes, TFloat, TInt>(twice);
        return TLanes.CopySign(TLanes.Divide(power, TLanes.Add(power, TLanes.Broadcast(2f))), x);
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Sigmoid<TLanes, TFloat, TInt>(TFloat x)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        TFloat one = TLanes.Broadcast(1f);
        return TLanes.Divide(
            one, TLanes.Add(one, Exp<TLanes, TFloat, TInt>(TLanes.Subtract(TLanes.FloatZero, x))));
    }

    /// <summary>The Gauss error function.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloat Erf<TLanes, TFloat, TInt>(TFloat x)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        // −ln(1 − erf(t)) / t is a polynomial, fitted for t from 0 to 4: erf then has a relative error of 4e-9. From 4
        // on erf is 1.
        TFloat t = TLanes.FastAtMost(TLanes.Broadcast(4f), TLanes.Abs(x));
        TFloat q = TLanes.Broadcast(-9.256488738e-6f);
        q = TLanes.FusedMultiplyAdd(q, t, TLanes.Broadcast(1.176430742e-4f));
        q = TLanes.FusedMultiplyAdd(q, t, TLanes.Broadcast(-6.328425370e-4f));
        q = TLanes.FusedMultiplyAdd(q, t, TLanes.Broadcast(1.667036093e-3f));
        q = TLanes.FusedMultiplyAdd(q, t, TLanes.Broadcast(-1.604024437e-4f));
        q = TLanes.FusedMultiplyAdd(q, t, TLanes.Broadcast(-1.915306225e-2f));
        q = TLanes.FusedMultiplyAdd(q, t, TLanes.Broadcast(0.1027778313f));
        q = TLanes.FusedMultiplyAdd(q, t, TLanes.Broadcast(0.6366193891f));
        q = TLanes.FusedMultiplyAdd(q, t, TLanes.Broadcast(1.128379226f));
        TFloat power = Expm1<TLanes, TFloat, TInt>(TLanes.Multiply(TLanes.Subtract(TLanes.FloatZero, t), q));
        return TLanes.CopySign(power, x);
    }

    /// <summary>x less the nearest multiple of ln 2, which it gives, too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloat Reduce<TLanes, TFloat, TInt>(TFloat x, out TInt multiple)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        multiple = TLanes.Round(TLanes.Multiply(x, TLanes.Broadcast(Log2E)));
        TFloat n = TLanes.ToFloat(multiple);
        x = TLanes.FusedMultiplyAdd(n, TLanes.Broadcast(-Ln2High), x);
        return TLanes.FusedMultiplyAdd(n, TLanes.Broadcast(-Ln2Low), x);
    }

    /// <summary>eˣ − 1 by its series, for x from −0.35 to 0.35: what is left out is less than 2^−27.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloat Minus1<TLanes, TFloat, TInt>(TFloat x)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        TFloat sum = TLanes.Broadcast(1f / 5040);
        sum = TLanes.FusedMultiplyAdd(sum, x, TLanes.Broadcast(1f / 720));
        sum = TLanes.FusedMultiplyAdd(sum, x, TLanes.Broadcast(1f / 120));
        sum = TLanes.FusedMultiplyAdd(sum, x, TLanes.Broadcast(1f / 24));
        sum = TLanes.FusedMultiplyAdd(sum, x, TLanes.Broadcast(1f / 6));
        sum = TLanes.FusedMultiplyAdd(sum, x, TLanes.Broadcast(0.5f));
        return TLanes.FusedMultiplyAdd(TLanes.Multiply(sum, x), x, x);
    }

    /// <summary>eˣ.</summary>
    public readonly struct Exponential : IFloatFunction
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TFloat Of<TLanes, TFloat, TInt>(TFloat x)
            where TLanes : struct, ILanes<TFloat, TInt>
            where TFloat : struct
            where TInt : struct => Exp<TLanes, TFloat, TInt>(x);
    }

    /// <summary>The hyperbolic tangent.</summary>
    public readonly struct HyperbolicTangent : IFloatFunction
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TFloat Of<TLanes, TFloat, TInt>(TFloat x)
            where TLanes : struct, ILanes<TFloat, TInt>
            where TFloat : struct
            where TInt : struct => Tanh<TLanes, TFloat, TInt>(x);
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public readonly struct Logistic : IFloatFunction
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TFloat Of<TLanes, TFloat, TInt>(TFloat x)
            where TLanes : struct, ILanes<TFloat, TInt>
            where TFloat : struct
            where TInt : struct => Sigmoid<TLanes, TFloat, TInt>(x);
    }

    /// <summary>x / (1 + e⁻ˣ).</summary>
    public readonly struct Silu : IFloatFunction
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TFloat Of<TLanes, TFloat, TInt>(TFloat x)
            where TLanes : struct, ILanes<TFloat, TInt>
            where TFloat : struct
            where TInt : struct => TLanes.Multiply(x, Sigmoid<TLanes, TFloat, TInt>(x));
    }

    /// <summary>The Gauss error function.</summary>
    public readonly struct GaussError : IFloatFunction
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TFloat Of<TLanes, TFloat, TInt>(TFloat x)
            where TLanes : struct, ILanes<TFloat, TInt>
            where TFloat : struct
            where TInt : struct => Erf<TLanes, TFloat, TInt>(x);
    }

    /// <summary>x / 2 · (1 + erf(x / √2)).</summary>
    public readonly struct Gelu : IFloatFunction
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TFloat Of<TLanes, TFloat, TInt>(TFloat x)
            where TLanes : struct, ILanes<TFloat, TInt>
            where TFloat : struct
            where TInt : struct
        {
            // max(x, 0) − |x| / 2 · (1 − erf(|x| / √2)). The logarithm of the last factor to the base 2, by |x|, is
            // a polynomial, fitted up to 4√2. Behind that any factor will do that is small enough.
            TFloat size = TLanes.FastAtMost(TLanes.Broadcast(20f), TLanes.Abs(x));
            TFloat u = TLanes.FastAtMost(TLanes.Broadcast(5.65685425f), size);
            TFloat logarithm = TLanes.Broadcast(5.901818271e-7f);
            logarithm = TLanes.FusedMultiplyAdd(logarithm, u, TLanes.Broadcast(-1.060769271e-5f));
            logarithm = TLanes.FusedMultiplyAdd(logarithm, u, TLanes.Broadcast(8.069845442e-5f));
            logarithm = TLanes.FusedMultiplyAdd(logarithm, u, TLanes.Broadcast(-3.006280933e-4f));
            logarithm = TLanes.FusedMultiplyAdd(logarithm, u, TLanes.Broadcast(4.090821495e-5f));
            logarithm = TLanes.FusedMultiplyAdd(logarithm, u, TLanes.Broadcast(6.908006902e-3f));
            logarithm = TLanes.FusedMultiplyAdd(logarithm, u, TLanes.Broadcast(-5.242385955e-2f));
            logarithm = TLanes.FusedMultiplyAdd(logarithm, u, TLanes.Broadcast(-0.4592238126f));
            logarithm = TLanes.FusedMultiplyAdd(logarithm, u, TLanes.Broadcast(-1.151104104f));
            logarithm = TLanes.FastAtLeast(TLanes.Broadcast(-126f), TLanes.Multiply(logarithm, size));
            TInt whole = TLanes.Round(logarithm);
            TFloat rest = TLanes.Subtract(logarithm, TLanes.ToFloat(whole));
            TFloat power = TLanes.Broadcast(1.547410684e-4f);
            power = TLanes.FusedMultiplyAdd(power, rest, TLanes.Broadcast(1.340035361e-3f));
            power = TLanes.FusedMultiplyAdd(power, rest, TLanes.Broadcast(9.618012162e-3f));
            power = TLanes.FusedMultiplyAdd(power, rest, TLanes.Broadcast(0.0555032749f));
            power = TLanes.FusedMultiplyAdd(power, rest, TLanes.Broadcast(0.2402265127f));
            power = TLanes.FusedMultiplyAdd(power, rest, TLanes.Broadcast(0.6931472065f));
            power = TLanes.FusedMultiplyAdd(power, rest, TLanes.Broadcast(1f));
            TFloat factor = TLanes.Multiply(power, TLanes.PowerOfTwo(whole));
            return TLanes.FusedMultiplyAdd(
                TLanes.Multiply(size, TLanes.Broadcast(-0.5f)), factor, TLanes.FastAtLeast(TLanes.FloatZero, x));
        }
    }

    /// <summary>x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))).</summary>
    public readonly struct TanhGelu : IFloatFunction
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TFloat Of<TLanes, TFloat, TInt>(TFloat x)
            where TLanes : struct, ILanes<TFloat, TInt>
            where TFloat : struct
            where TInt : struct
        {
            TFloat half = TLanes.Multiply(x, TLanes.Broadcast(0.5f));
            TFloat cube = TLanes.Multiply(TLanes.Multiply(x, x), x);
            TFloat inner = TLanes.Multiply(
                TLanes.FusedMultiplyAdd(cube, TLanes.Broadcast(0.044715f), x), TLanes.Broadcast(0.797884561f));
            return TLanes.FusedMultiplyAdd(half, Tanh<TLanes, TFloat, TInt>(inner), half);
        }
    }
}

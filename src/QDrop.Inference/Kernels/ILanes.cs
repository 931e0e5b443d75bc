namespace QDrop.Kernels;

/// <summary>
/// The operations on float32 and int32 that kernels are made of, for one width of vectors. Each gives the same bits in
/// every width: what rounds does so once, to nearest and even.
/// </summary>
/// <typeparam name="TFloat">A vector of float32.</typeparam>
/// <typeparam name="TInt">A vector of as many int32.</typeparam>
internal unsafe interface ILanes<TFloat, TInt>
    where TFloat : struct
    where TInt : struct
{
    /// <summary>Number of values in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Zeros.</summary>
    static abstract TInt Zero { get; }

    /// <summary>Zeros.</summary>
    static abstract TFloat FloatZero { get; }

    /// <summary>Reads floats.</summary>
    static abstract TFloat Load(float* source);

    /// <summary>Reads integers.</summary>
    static abstract TInt Load(int* source);

    /// <summary>Reads bytes, each into an integer of its own.</summary>
    static abstract TInt Load(byte* source);

    /// <summary>Writes floats.</summary>
    static abstract void Store(TFloat value, float* target);

    /// <summary>Writes integers.</summary>
    static abstract void Store(TInt value, int* target);

    /// <summary>Writes the lowest byte of each integer.</summary>
    static abstract void Store(TInt value, byte* target);

    /// <summary>The same float in each lane.</summary>
    static abstract TFloat Broadcast(float value);

    /// <summary>The same integer in each lane.</summary>
    static abstract TInt Broadcast(int value);

    /// <summary>Product and sum, rounded once.</summary>
    static abstract TFloat FusedMultiplyAdd(TFloat left, TFloat right, TFloat addend);

    /// <summary>Sum of floats.</summary>
    static abstract TFloat Add(TFloat left, TFloat right);

    /// <summary>Product of floats.</summary>
    static abstract TFloat Multiply(TFloat left, TFloat right);

    /// <summary>The value, or the limit where the value is less.</summary>
    static abstract TFloat AtLeast(TFloat value, TFloat limit);

    /// <summary>The value, or the limit where the value is greater.</summary>
    static abstract TFloat AtMost(TFloat value, TFloat limit);

    /// <summary>As <see cref="AtLeast"/>, but 0 may come with any sign.</summary>
    static abstract TFloat FastAtLeast(TFloat value, TFloat limit);

    /// <summary>As <see cref="AtMost"/>, but 0 may come with any sign.</summary>
    static abstract TFloat FastAtMost(TFloat value, TFloat limit);

    /// <summary>Integers as floats.</summary>
    static abstract TFloat ToFloat(TInt value);

    /// <summary>The nearest integers, even ones in the middle. All are in the range of int32.</summary>
    static abstract TInt Round(TFloat value);

    /// <summary>Sum of integers.</summary>
    static abstract TInt Add(TInt left, TInt right);

    /// <summary>Difference of integers.</summary>
    static abstract TInt Subtract(TInt left, TInt right);

    /// <summary>Product of integers, modulo 2^32.</summary>
    static abstract TInt Multiply(TInt left, TInt right);

    /// <summary>Product of integers in the range of int16, the left one not negative.</summary>
    static abstract TInt MultiplySmall(TInt left, TInt right);

    /// <summary>Difference of floats.</summary>
    static abstract TFloat Subtract(TFloat left, TFloat right);

    /// <summary>Quotient of floats.</summary>
    static abstract TFloat Divide(TFloat left, TFloat right);

    /// <summary>The value, or the limit where the value is not greater or no number.</summary>
    static abstract TFloat AtLeastNumber(TFloat value, TFloat limit);

    /// <summary>The first choice where a value is less than a limit, else the second one.</summary>
    static abstract TFloat IfLess(TFloat value, TFloat limit, TFloat then, TFloat otherwise);

    /// <summary>Values without their sign.</summary>
    static abstract TFloat Abs(TFloat value);

    /// <summary>Values with the signs of others.</summary>
    static abstract TFloat CopySign(TFloat value, TFloat sign);

    /// <summary>Powers of two; exponents are from −126 to 127.</summary>
    static abstract TFloat PowerOfTwo(TInt exponent);

    /// <summary>Integers divided by 2, rounded down.</summary>
    static abstract TInt Half(TInt value);
}

namespace QDrop.Kernels;

/// <summary>
/// How a kernel multiplies codes by weights: 4 bytes by 4 bytes, or 2 words by 2 words, in each lane of 32 bits. Sums
/// are of int32, or of two int16 in each lane that <see cref="Widen"/> adds up.
/// </summary>
/// <typeparam name="TVector">A vector.</typeparam>
internal unsafe interface IDot<TVector>
    where TVector : struct
{
    /// <summary>Lanes of 32 bits in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Whether product and sum are one instruction.</summary>
    static abstract bool IsFused { get; }

    /// <summary>Zeros.</summary>
    static abstract TVector Zero { get; }

    /// <summary>Reads a vector.</summary>
    static abstract TVector Load(void* source);

    /// <summary>Writes a vector.</summary>
    static abstract void Store(TVector value, int* target);

    /// <summary>Reads 4 bytes into each lane.</summary>
    static abstract TVector Broadcast(byte* source);

    /// <summary>Sums of the products in each lane.</summary>
    static abstract TVector Multiply(TVector codes, TVector weights);

    /// <summary>Adds products to sums.</summary>
    static abstract TVector Add(TVector sums, TVector products);

    /// <summary>Adds products of codes and weights to sums.</summary>
    static abstract TVector MultiplyAdd(TVector sums, TVector codes, TVector weights);

    /// <summary>Sums as int32.</summary>
    static abstract TVector Widen(TVector sums);

    /// <summary>Adds up what is int32.</summary>
    static abstract TVector AddWide(TVector left, TVector right);
}

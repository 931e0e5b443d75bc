namespace QDrop.Kernels;

/// <summary>A function of float32 that is computed for a vector at a time, the same for every width.</summary>
internal interface IFloatFunction
{
    /// <summary>Computes it.</summary>
    /// <typeparam name="TLanes">Vectors.</typeparam>
    /// <typeparam name="TFloat">A vector of float32.</typeparam>
    /// <typeparam name="TInt">A vector of int32.</typeparam>
    /// <param name="x">The arguments.</param>
    static abstract TFloat Of<TLanes, TFloat, TInt>(TFloat x)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct;
}

namespace QDrop.Kernels;

/// <summary>A faster way of an <see cref="Epilogue"/>, for whole tiles that become codes.</summary>
internal unsafe interface ICodeEpilogue
{
    /// <summary>Whether there is one.</summary>
    static abstract bool IsThere { get; }

    /// <summary>Whether sums are float32.</summary>
    static virtual bool TakesFloats => false;

    /// <summary>Applies an epilogue to 8 pixels and 16 channels.</summary>
    /// <typeparam name="TResidual">Whether there is a residual.</typeparam>
    /// <typeparam name="TZero">Whether any offset, zero point or least code is not 0.</typeparam>
    /// <param name="sums">Sums as [pixel, 16 channels].</param>
    /// <param name="epilogue">The epilogue.</param>
    /// <param name="pixel">Index of the first pixel.</param>
    /// <param name="channel">Index of the first channel.</param>
    static abstract void Apply<TResidual, TZero>(int* sums, ref EpilogueAddresses epilogue, int pixel, int channel)
        where TResidual : struct, IChoice
        where TZero : struct, IChoice;
}

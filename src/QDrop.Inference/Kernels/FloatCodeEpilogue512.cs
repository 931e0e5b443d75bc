using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>A whole tile of sums of float32 becomes codes, with AVX-512.</summary>
internal readonly unsafe struct FloatCodeEpilogue512 : ICodeEpilogue
{
    /// <inheritdoc/>
    public static bool IsThere => true;

    /// <inheritdoc/>
    public static bool TakesFloats => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TResidual, TZero>(int* sums, ref EpilogueAddresses epilogue, int pixel, int channel)
        where TResidual : struct, IChoice
        where TZero : struct, IChoice
    {
        nint stride = epilogue.Stride;
        nint start = (pixel * stride) + channel;
        nint width = TResidual.IsFloat ? sizeof(float) : sizeof(byte);
        var multiplier = Vector512.Load(epilogue.Multipliers + channel);
        var bias = Vector512.Load(epilogue.Biases + channel);
        float* values = (float*)sums;
        for (int p = 0; p < DotKernel.Pixels; p += 4)
        {
            CodeFinish512<TResidual, TZero>.Codes(
                Vector512.FusedMultiplyAdd(Vector512.Load(values), multiplier, bias),
                Vector512.FusedMultiplyAdd(Vector512.Load(values + 16), multiplier, bias),
                Vector512.FusedMultiplyAdd(Vector512.Load(values + 32), multiplier, bias),
                Vector512.FusedMultiplyAdd(Vector512.Load(values + 48), multiplier, bias),
                ref epilogue,
                channel,
                epilogue.Output + start,
                epilogue.Residual + (start * width));
            values += 4 * DotKernel.Channels;
            start += 4 * stride;
        }
    }
}

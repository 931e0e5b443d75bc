using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Kernels;

/// <summary>
/// The most frequent epilogue with AVX2: a whole tile of sums becomes codes. It gives what <see cref="EpilogueKernel"/>
/// gives, 2 pixels at once and with fewer instructions.
/// </summary>
internal readonly unsafe struct CodeEpilogue256 : ICodeEpilogue
{
    /// <inheritdoc/>
    public static bool IsThere => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TResidual, TZero>(int* sums, ref EpilogueAddresses epilogue, int pixel, int channel)
        where TResidual : struct, IChoice
        where TZero : struct, IChoice
    {
        nint stride = epilogue.Stride;
        nint start = (pixel * stride) + channel;
        byte* output = epilogue.Output + start;
        nint width = TResidual.IsFloat ? sizeof(float) : sizeof(byte);
        nint residualStride = stride * width;
        byte* residual = epilogue.Residual + (start * width);
        int high = channel + Vector256<int>.Count;
        for (int p = 0; p < DotKernel.Pixels; p += 2)
        {
            Vector256<int> a0 = Code<TResidual, TZero>(sums, ref epilogue, p, channel, residual);
            Vector256<int> b0 = Code<TResidual, TZero>(
                sums + Vector256<int>.Count, ref epilogue, p, high, residual + (Vector256<int>.Count * width));
            sums += DotKernel.Channels;
            residual += residualStride;
            Vector256<int> a1 = Code<TResidual, TZero>(sums, ref epilogue, p + 1, channel, residual);
            Vector256<int> b1 = Code<TResidual, TZero>(
                sums + Vector256<int>.Count, ref epilogue, p + 1, high, residual + (Vector256<int>.Count * width));
            sums += DotKernel.Channels;
            residual += residualStride;

            // Each half has channels 0 to 3 and 8 to 11, or the others, of both pixels.
            Vector256<byte> bytes = Avx2.PackUnsignedSaturate(
                Avx2.PackSignedSaturate(a0, b0),
                Avx2.PackSignedSaturate(a1, b1));
            Vector256<byte> codes = Avx2.PermuteVar8x32(
                bytes.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsByte();
            codes.GetLower().Store(output);
            codes.GetUpper().Store(output + stride);
            output += 2 * stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Code<TResidual, TZero>(
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel,
        byte* residual)
        where TResidual : struct, IChoice
        where TZero : struct, IChoice
    {
        var sum = Vector256.Load(sums);
        if (TZero.IsMade)
        {
            sum += Vector256.Load(epilogue.Offsets + channel);
            if (epilogue.Corrections is not null)
                sum += Vector256.Load(epilogue.Corrections + channel) * Vector256.Create(epilogue.CodeSums[pixel]);
        }
        var value = Vector256.FusedMultiplyAdd(
            Vector256.ConvertToSingle(sum),
            Vector256.Load(epilogue.Multipliers + channel),
            Vector256.Load(epilogue.Biases + channel));
        if (TResidual.IsFloat)
        {
            value += Vector256.Load((float*)residual);
        }
        else if (TResidual.IsMade)
        {
            Vector256<int> added = Lanes256.Load(residual);
            if (TZero.IsMade)
                added -= Vector256.Create(epilogue.ResidualZeroPoint);
            value += Vector256.ConvertToSingle(added) * Vector256.Create(epilogue.ResidualStep);
        }
        value *= Vector256.Load(epilogue.InverseSteps + channel);

        // Where 0 stands for 0, what is below it becomes 0 when 16 bits become 8.
        if (TZero.IsMade)
            value = Vector256.MaxNative(value, Vector256.Load(epilogue.Leasts + channel));
        value = Vector256.MinNative(value, Vector256.Load(epilogue.Greatests + channel));
        Vector256<int> code = Avx.ConvertToVector256Int32(value);
        return TZero.IsMade ? code + Vector256.Load(epilogue.ZeroPoints + channel) : code;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Kernels;

/// <summary>
/// Sums in registers become codes with AVX-512. It gives what <see cref="EpilogueKernel"/> gives, 4 pixels at once and
/// with fewer instructions.
/// </summary>
/// <typeparam name="TResidual">Whether there is a residual.</typeparam>
/// <typeparam name="TZero">Whether any offset, zero point or least code is not 0.</typeparam>
internal readonly unsafe struct CodeFinish512<TResidual, TZero> : IFinish<Vector512<int>>
    where TResidual : struct, IChoice
    where TZero : struct, IChoice
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(
        Vector512<int> s0,
        Vector512<int> s1,
        Vector512<int> s2,
        Vector512<int> s3,
        Vector512<int> s4,
        Vector512<int> s5,
        Vector512<int> s6,
        Vector512<int> s7,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
    {
        nint stride = epilogue.Stride;
        nint start = (pixel * stride) + channel;
        byte* output = epilogue.Output + start;
        nint width = TResidual.IsFloat ? sizeof(float) : sizeof(byte);
        byte* residual = epilogue.Residual + (start * width);
        if (TZero.IsMade && epilogue.Corrections is not null)
        {
            var correction = Vector512.Load(epilogue.Corrections + channel);
            int* codeSums = epilogue.CodeSums;
            s0 += correction * Vector512.Create(codeSums[0]);
            s1 += correction * Vector512.Create(codeSums[1]);
            s2 += correction * Vector512.Create(codeSums[2]);
            s3 += correction * Vector512.Create(codeSums[3]);
            s4 += correction * Vector512.Create(codeSums[4]);
            s5 += correction * Vector512.Create(codeSums[5]);
            s6 += correction * Vector512.Create(codeSums[6]);
            s7 += correction * Vector512.Create(codeSums[7]);
        }
        Four(s0, s1, s2, s3, ref epilogue, channel, output, residual);
        Four(s4, s5, s6, s7, ref epilogue, channel, output + (4 * stride), residual + (4 * stride * width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(
        Vector512<int> s0,
        Vector512<int> s1,
        Vector512<int> s2,
        Vector512<int> s3,
        ref EpilogueAddresses epilogue,
        int channel,
        byte* output,
        byte* residual)
    {
        nint stride = epilogue.Stride;
        var offset = Vector512.Load(epilogue.Offsets + channel);
        var multiplier = Vector512.Load(epilogue.Multipliers + channel);
        var bias = Vector512.Load(epilogue.Biases + channel);
        Vector512<float> y0 = Value(s0, offset, multiplier, bias);
        Vector512<float> y1 = Value(s1, offset, multiplier, bias);
        Vector512<float> y2 = Value(s2, offset, multiplier, bias);
        Vector512<float> y3 = Value(s3, offset, multiplier, bias);
        Codes(y0, y1, y2, y3, ref epilogue, channel, output, residual);
    }

    /// <summary>Makes codes of the values of 4 pixels.</summary>
    /// <param name="y0">Values of the first pixel.</param>
    /// <param name="y1">Values of the second pixel.</param>
    /// <param name="y2">Values of the third pixel.</param>
    /// <param name="y3">Values of the fourth pixel.</param>
    /// <param name="epilogue">The epilogue.</param>
    /// <param name="channel">Index of the first channel.</param>
    /// <param name="output">Receives the codes.</param>
    /// <param name="residual">What is added.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Codes(
        Vector512<float> y0,
        Vector512<float> y1,
        Vector512<float> y2,
        Vector512<float> y3,
        ref EpilogueAddresses epilogue,
        int channel,
        byte* output,
        byte* residual)
    {
        nint stride = epilogue.Stride;
        if (TResidual.IsFloat)
        {
            float* values = (float*)residual;
            y0 += Vector512.Load(values);
            y1 += Vector512.Load(values + stride);
            y2 += Vector512.Load(values + (2 * stride));
            y3 += Vector512.Load(values + (3 * stride));
        }
        else if (TResidual.IsMade)
        {
            var step = Vector512.Create(epilogue.ResidualStep);
            var residualZero = Vector512.Create(epilogue.ResidualZeroPoint);
            y0 += Residual(residual, residualZero, step);
            y1 += Residual(residual + stride, residualZero, step);
            y2 += Residual(residual + (2 * stride), residualZero, step);
            y3 += Residual(residual + (3 * stride), residualZero, step);
        }
        var inverse = Vector512.Load(epilogue.InverseSteps + channel);
        var least = Vector512.Load(epilogue.Leasts + channel);
        var greatest = Vector512.Load(epilogue.Greatests + channel);
        var zero = Vector512.Load(epilogue.ZeroPoints + channel);
        Store(
            Code(y0, inverse, least, greatest, zero),
            Code(y1, inverse, least, greatest, zero),
            Code(y2, inverse, least, greatest, zero),
            Code(y3, inverse, least, greatest, zero),
            output,
            stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Value(
        Vector512<int> sum,
        Vector512<int> offset,
        Vector512<float> multiplier,
        Vector512<float> bias) =>
        Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(TZero.IsMade ? sum + offset : sum), multiplier, bias);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Residual(byte* codes, Vector512<int> zero, Vector512<float> step)
    {
        Vector512<int> code = Lanes512.Load(codes);
        return Vector512.ConvertToSingle(TZero.IsMade ? code - zero : code) * step;
    }

    // Where 0 stands for 0, what is below it becomes 0 when 16 bits become 8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Code(
        Vector512<float> value,
        Vector512<float> inverse,
        Vector512<float> least,
        Vector512<float> greatest,
        Vector512<int> zero)
    {
        value *= inverse;
        if (TZero.IsMade)
            value = Vector512.MaxNative(value, least);
        Vector512<int> code = Avx512F.ConvertToVector512Int32(Vector512.MinNative(value, greatest));
        return TZero.IsMade ? code + zero : code;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector512<int> p0,
        Vector512<int> p1,
        Vector512<int> p2,
        Vector512<int> p3,
        byte* output,
        nint stride)
    {
        // Each part of 128 bits has 4 channels of 4 pixels, then 16 channels of one pixel.
        Vector512<int> bytes = Avx512BW.PackUnsignedSaturate(
            Avx512BW.PackSignedSaturate(p0, p1),
            Avx512BW.PackSignedSaturate(p2, p3)).AsInt32();
        Vector512<byte> codes = Avx512F.PermuteVar16x32(
            bytes,
            Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)).AsByte();
        if (stride == DotKernel.Channels)
        {
            codes.Store(output);
            return;
        }
        Avx512F.ExtractVector128(codes, 0).Store(output);
        Avx512F.ExtractVector128(codes, 1).Store(output + stride);
        Avx512F.ExtractVector128(codes, 2).Store(output + (2 * stride));
        Avx512F.ExtractVector128(codes, 3).Store(output + (3 * stride));
    }
}

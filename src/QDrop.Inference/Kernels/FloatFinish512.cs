using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>
/// Sums in registers become float32 with AVX-512. It gives what <see cref="EpilogueKernel"/> gives.
/// </summary>
/// <typeparam name="TResidual">Whether there is a residual.</typeparam>
internal readonly unsafe struct FloatFinish512<TResidual> : IFinish<Vector512<int>>
    where TResidual : struct, IChoice
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
        if (epilogue.Corrections is not null)
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
        nint stride = epilogue.Stride;
        nint start = (pixel * stride) + channel;
        float* output = (float*)epilogue.Output + start;
        byte* residual = epilogue.Residual + (start * (TResidual.IsFloat ? sizeof(float) : sizeof(byte)));
        nint residualStride = stride * (TResidual.IsFloat ? sizeof(float) : sizeof(byte));
        var offset = Vector512.Load(epilogue.Offsets + channel);
        var multiplier = Vector512.Load(epilogue.Multipliers + channel);
        var bias = Vector512.Load(epilogue.Biases + channel);
        One(s0, offset, multiplier, bias, ref epilogue, output, residual);
        One(s1, offset, multiplier, bias, ref epilogue, output + stride, residual + residualStride);
        One(s2, offset, multiplier, bias, ref epilogue, output + (2 * stride), residual + (2 * residualStride));
        One(s3, offset, multiplier, bias, ref epilogue, output + (3 * stride), residual + (3 * residualStride));
        output += 4 * stride;
        residual += 4 * residualStride;
        One(s4, offset, multiplier, bias, ref epilogue, output, residual);
        One(s5, offset, multiplier, bias, ref epilogue, output + stride, residual + residualStride);
        One(s6, offset, multiplier, bias, ref epilogue, output + (2 * stride), residual + (2 * residualStride));
        One(s7, offset, multiplier, bias, ref epilogue, output + (3 * stride), residual + (3 * residualStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One(
        Vector512<int> sum,
        Vector512<int> offset,
        Vector512<float> multiplier,
        Vector512<float> bias,
        ref EpilogueAddresses epilogue,
        float* output,
        byte* residual)
    {
        var value = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(sum + offset), multiplier, bias);
        if (TResidual.IsFloat)
        {
            value += Vector512.Load((float*)residual);
        }
        else if (TResidual.IsMade)
        {
            Vector512<int> code = Lanes512.Load(residual) - Vector512.Create(epilogue.ResidualZeroPoint);
            value += Vector512.ConvertToSingle(code) * Vector512.Create(epilogue.ResidualStep);
        }
        if (epilogue.IsClamped)
        {
            value = Lanes512.AtMost(
                Lanes512.AtLeast(value, Vector512.Create(epilogue.Low)), Vector512.Create(epilogue.High));
        }
        value.Store(output);
    }
}

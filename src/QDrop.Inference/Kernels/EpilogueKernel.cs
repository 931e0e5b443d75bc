using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>Applies an <see cref="Epilogue"/> to the sums of a tile.</summary>
internal static unsafe class EpilogueKernel
{
    /// <summary>Applies it to up to 8 pixels and 16 channels.</summary>
    /// <typeparam name="TLanes">Vectors.</typeparam>
    /// <typeparam name="TFloat">A vector of float32.</typeparam>
    /// <typeparam name="TInt">A vector of int32.</typeparam>
    /// <param name="sums">Sums as [pixel, 16 channels], of int32 or, without offsets, of float32.</param>
    /// <param name="epilogue">The epilogue.</param>
    /// <param name="pixel">Index of the first pixel.</param>
    /// <param name="pixels">Number of pixels.</param>
    /// <param name="channel">Index of the first channel.</param>
    /// <param name="channels">Number of channels.</param>
    public static void Apply<TLanes, TFloat, TInt>(
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int pixels,
        int channel,
        int channels)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        nint start = (pixel * epilogue.Stride) + channel;
        int width = epilogue.InverseSteps is null ? sizeof(float) : sizeof(byte);
        int residualWidth = epilogue.IsResidualFloat ? sizeof(float) : sizeof(byte);
        byte* residual = epilogue.Residual is null ? null : epilogue.Residual + (start * residualWidth);
        byte* output = epilogue.Output + (start * width);
        if (channels == DotKernel.Channels)
        {
            Apply<TLanes, TFloat, TInt>(
                sums, ref epilogue, channel, pixels, epilogue.Stride, residual, output);
        }
        else
        {
            // Vectors are of 16 channels: what is beyond the last one goes elsewhere.
            byte* someResidual = stackalloc byte[DotKernel.Pixels * DotKernel.Channels * sizeof(float)];
            byte* someOutput = stackalloc byte[DotKernel.Pixels * DotKernel.Channels * sizeof(float)];
            if (residual is not null)
            {
                for (int p = 0; p < pixels; p++)
                {
                    Unsafe.CopyBlockUnaligned(
                        someResidual + (p * DotKernel.Channels * residualWidth),
                        residual + (p * epilogue.Stride * residualWidth),
                        (uint)(channels * residualWidth));
                }
            }
            Apply<TLanes, TFloat, TInt>(
                sums,
                ref epilogue,
                channel,
                pixels,
                DotKernel.Channels,
                residual is null ? null : someResidual,
                someOutput);
            for (int p = 0; p < pixels; p++)
            {
                Unsafe.CopyBlockUnaligned(
                    output + (p * epilogue.Stride * width),
                    someOutput + (p * DotKernel.Channels * width),
                    (uint)(channels * width));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<TLanes, TFloat, TInt>(
        int* sums,
        ref EpilogueAddresses epilogue,
        int channel,
        int pixels,
        nint stride,
        byte* residual,
        byte* output)
        where TLanes : struct, ILanes<TFloat, TInt>
        where TFloat : struct
        where TInt : struct
    {
        TFloat residualStep = TLanes.Broadcast(epilogue.ResidualStep);
        TInt residualZero = TLanes.Broadcast(epilogue.ResidualZeroPoint);
        for (int lane = 0; lane < DotKernel.Channels; lane += TLanes.Count)
        {
            int c = channel + lane;
            TFloat multiplier = TLanes.Load(epilogue.Multipliers + c);
            TFloat bias = TLanes.Load(epilogue.Biases + c);
            bool isFloat = epilogue.Offsets is null;
            TInt offset = isFloat ? TLanes.Zero : TLanes.Load(epilogue.Offsets + c);
            bool isCorrected = epilogue.Corrections is not null;
            TInt correction = isCorrected ? TLanes.Load(epilogue.Corrections + c) : TLanes.Zero;
            bool isQuantized = epilogue.InverseSteps is not null;
            TFloat inverse = isQuantized ? TLanes.Load(epilogue.InverseSteps + c) : multiplier;
            TFloat least = isQuantized ? TLanes.Load(epilogue.Leasts + c) : TLanes.Broadcast(epilogue.Low);
            TFloat greatest = isQuantized ? TLanes.Load(epilogue.Greatests + c) : TLanes.Broadcast(epilogue.High);
            TInt zero = isQuantized ? TLanes.Load(epilogue.ZeroPoints + c) : TLanes.Zero;
            bool isClamped = epilogue.IsClamped;
            int* source = sums + lane;
            nint at = lane;
            for (int p = 0; p < pixels; p++)
            {
                TFloat value;
                if (isFloat)
                {
                    value = TLanes.Load((float*)source);
                }
                else
                {
                    TInt sum = TLanes.Add(TLanes.Load(source), offset);
                    if (isCorrected)
                        sum = TLanes.Add(sum, TLanes.Multiply(correction, TLanes.Broadcast(epilogue.CodeSums[p])));
                    value = TLanes.ToFloat(sum);
                }
                value = TLanes.FusedMultiplyAdd(value, multiplier, bias);
                if (residual is not null && epilogue.IsResidualFloat)
                {
                    value = TLanes.Add(value, TLanes.Load((float*)residual + at));
                }
                else if (residual is not null)
                {
                    TInt code = TLanes.Subtract(TLanes.Load(residual + at), residualZero);
                    value = TLanes.Add(value, TLanes.Multiply(TLanes.ToFloat(code), residualStep));
                }
                if (isQuantized)
                {
                    value = TLanes.Multiply(value, inverse);
                    value = TLanes.FastAtMost(TLanes.FastAtLeast(value, least), greatest);
                    TLanes.Store(TLanes.Add(TLanes.Round(value), zero), output + at);
                }
                else
                {
                    if (isClamped)
                        value = TLanes.AtMost(TLanes.AtLeast(value, least), greatest);
                    TLanes.Store(value, (float*)output + at);
                }
                source += DotKernel.Channels;
                at += stride;
            }
        }
    }
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Kernels;

/// <summary>Writes columns of elements of 32 bits as rows.</summary>
internal static unsafe class Transposition
{
    /// <summary>Writes rows side by side: the first elements of all of them, then the second ones, ….</summary>
    /// <param name="from">The rows.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="to">Receives them.</param>
    /// <param name="rows">Number of rows, at most 16.</param>
    /// <param name="length">Elements of a row.</param>
    public static void ToColumns(float* from, nint stride, float* to, int rows, int length)
    {
        int k = 0;
        if (Sse.IsSupported && rows == DotKernel.Channels)
        {
            for (; k <= length - 4; k += 4)
            {
                for (int c = 0; c < DotKernel.Channels; c += 4)
                    Four(from + (c * stride) + k, stride, to + ((nint)k * DotKernel.Channels) + c);
            }
        }
        for (; k < length; k++)
        {
            for (int c = 0; c < rows; c++)
                to[((nint)k * DotKernel.Channels) + c] = from[(c * stride) + k];
        }
    }

    private static void Four(float* from, nint stride, float* to)
    {
        var r0 = Vector128.Load(from);
        var r1 = Vector128.Load(from + stride);
        var r2 = Vector128.Load(from + (2 * stride));
        var r3 = Vector128.Load(from + (3 * stride));
        Vector128<float> low01 = Sse.UnpackLow(r0, r1), high01 = Sse.UnpackHigh(r0, r1);
        Vector128<float> low23 = Sse.UnpackLow(r2, r3), high23 = Sse.UnpackHigh(r2, r3);
        Sse.MoveLowToHigh(low01, low23).Store(to);
        Sse.MoveHighToLow(low23, low01).Store(to + DotKernel.Channels);
        Sse.MoveLowToHigh(high01, high23).Store(to + (2 * DotKernel.Channels));
        Sse.MoveHighToLow(high23, high01).Store(to + (3 * DotKernel.Channels));
    }
}

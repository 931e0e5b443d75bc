using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Kernels;

/// <summary>Looks bytes up in a table.</summary>
internal static unsafe class TableKernel
{
    /// <summary>Looks each byte up.</summary>
    /// <param name="table">256 bytes.</param>
    /// <param name="x">The bytes.</param>
    /// <param name="y">Receives what the table has for them.</param>
    /// <param name="isPlain">Whether no vectors are used.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map(ReadOnlySpan<byte> table, ReadOnlySpan<byte> x, Span<byte> y, bool isPlain = false)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(table.Length, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, x.Length);
        int i = 0;
        fixed (byte* t = table)
        fixed (byte* from = x)
        fixed (byte* to = y)
        {
            if (Avx512Vbmi.IsSupported && !isPlain)
            {
                var t0 = Vector512.Load(t);
                var t1 = Vector512.Load(t + 64);
                var t2 = Vector512.Load(t + 128);
                var t3 = Vector512.Load(t + 192);
                for (; i <= x.Length - Vector512<byte>.Count; i += Vector512<byte>.Count)
                {
                    var codes = Vector512.Load(from + i);
                    Vector512<byte> low = Avx512Vbmi.PermuteVar64x8x2(t0, codes, t1);
                    Vector512<byte> high = Avx512Vbmi.PermuteVar64x8x2(t2, codes, t3);
                    Vector512<byte> isHigh = Vector512.LessThan(codes.AsSByte(), Vector512<sbyte>.Zero).AsByte();
                    Vector512.ConditionalSelect(isHigh, high, low).Store(to + i);
                }
            }
            for (; i < x.Length; i++)
                to[i] = t[from[i]];
        }
    }
}

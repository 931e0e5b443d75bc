using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>An array that the garbage collector does not move, at an address that is a multiple of 64 bytes.</summary>
internal sealed unsafe class PinnedBuffer
{
    private const int Alignment = 64;

    private readonly byte[] _bytes;
    private readonly int _start;

    /// <summary>Makes a buffer of zeros.</summary>
    /// <param name="length">Its size in bytes.</param>
    public PinnedBuffer(int length)
    {
        _bytes = GC.AllocateArray<byte>(checked(length + Alignment), pinned: true);
        nint address = (nint)Unsafe.AsPointer(ref _bytes[0]);
        _start = (int)(-address & (Alignment - 1));
        Length = length;
    }

    /// <summary>Its size in bytes.</summary>
    public int Length { get; }

    /// <summary>Where it begins. It is there as long as this object is.</summary>
    public byte* Pointer => (byte*)Unsafe.AsPointer(ref _bytes[_start]);

    /// <summary>Its values.</summary>
    /// <typeparam name="T">Type of the values.</typeparam>
    public Span<T> Values<T>()
        where T : unmanaged => new(Pointer, Length / sizeof(T));

    /// <summary>A buffer with values, and zeros behind them.</summary>
    /// <typeparam name="T">Type of the values.</typeparam>
    /// <param name="values">The values.</param>
    /// <param name="slack">Number of zeros behind them, so that a vector can be read at the last value.</param>
    public static PinnedBuffer Of<T>(ReadOnlySpan<T> values, int slack)
        where T : unmanaged
    {
        var buffer = new PinnedBuffer(checked((values.Length + slack) * sizeof(T)));
        values.CopyTo(buffer.Values<T>());
        return buffer;
    }
}

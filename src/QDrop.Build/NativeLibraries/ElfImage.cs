using System.Buffers.Binary;
using System.Text;

namespace QDrop.Build.NativeLibraries;

/// <summary>
/// An ELF shared library of 64 bits, little endian, as the dynamic loader sees it: addresses, and the entries of its
/// dynamic section. Nothing in the file is trusted: whatever points outside of it is an <see
/// cref="ElfFormatException"/>.
/// </summary>
/// <remarks>
/// Layout: System V ABI, chapters 4 and 5, https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html.
/// </remarks>
internal sealed class ElfImage
{
    private const int HeaderSize = 64, ProgramHeaderSize = 56, DynamicEntrySize = 16;
    private const byte Class64 = 2, LittleEndian = 1;
    private const ushort SharedObject = 3;
    private const uint Loaded = 1, Dynamic = 2;

    /// <summary>More than libraries have; they bound the time that a hostile file can take.</summary>
    private const int MaxProgramHeaders = 1024, LongestName = 1 << 16;

    private readonly byte[] _bytes;
    private readonly List<Segment> _segments = [];
    private readonly Dictionary<long, ulong> _dynamic = [];

    private ElfImage(byte[] bytes) => _bytes = bytes;

    /// <summary>Bytes of the file.</summary>
    internal int Length => _bytes.Length;

    /// <summary>Reads the headers and the dynamic section.</summary>
    /// <param name="bytes">The file; it is kept, not copied.</param>
    /// <exception cref="ElfFormatException">
    /// The file is not an ELF shared library of 64 bits, little endian.
    /// </exception>
    internal static ElfImage Parse(byte[] bytes)
    {
        var image = new ElfImage(bytes);
        image.CheckHeader();
        image.ReadProgramHeaders();
        return image;
    }

    /// <summary>The value of an entry of the dynamic section; <see langword="null"/> where there is none.</summary>
    internal ulong? DynamicValue(ElfTag tag) => _dynamic.TryGetValue((long)tag, out ulong value) ? value : null;

    /// <summary>The place in the file of an address that the dynamic section names.</summary>
    internal int OffsetOf(ElfTag tag) => DynamicValue(tag) is { } address
        ? OffsetOf(address)
        : throw new ElfFormatException($"its dynamic section has no {tag}.");

    internal ushort UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, sizeof(ushort)));

    internal uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, sizeof(uint)));

    internal ulong UInt64(long offset) => BinaryPrimitives.ReadUInt64LittleEndian(At(offset, sizeof(ulong)));

    /// <summary>A name in the table of strings that the dynamic section names.</summary>
    internal string Text(uint index)
    {
        long start = OffsetOf(ElfTag.StringTable) + (long)index;
        int most = (int)Math.Max(0, Math.Min(LongestName, Length - start));
        int length = most > 0 ? _bytes.AsSpan((int)start, most).IndexOf((byte)0) : -1;
        return length >= 0
            ? Encoding.UTF8.GetString(_bytes, (int)start, length)
            : throw new ElfFormatException($"the name at {start} has no end.");
    }

    private void CheckHeader()
    {
        if (Length < HeaderSize || UInt32(0) != 0x464C457F)
            throw new ElfFormatException("it does not start as an ELF file does.");
        if (_bytes[4] != Class64)
            throw new ElfFormatException("it is not of 64 bits.");
        if (_bytes[5] != LittleEndian)
            throw new ElfFormatException("it is not little endian.");
        if (UInt16(16) != SharedObject)
            throw new ElfFormatException($"it is no shared library (ELF type {UInt16(16)}, expected {SharedObject}).");
    }

    private void ReadProgramHeaders()
    {
        int size = UInt16(54), count = UInt16(56);
        ulong start = UInt64(32);
        if (size != ProgramHeaderSize || count > MaxProgramHeaders || start > (ulong)Length)
            throw new ElfFormatException($"its program headers cannot be read ({count} of {size} bytes at {start}).");

        Segment? dynamic = null;
        for (int i = 0; i < count; i++)
        {
            long header = (long)start + ((long)i * ProgramHeaderSize);
            var segment = new Segment(UInt64(header + 16), UInt64(header + 8), UInt64(header + 32));
            switch (UInt32(header))
            {
                case Loaded:
                    _segments.Add(segment);
                    break;
                case Dynamic:
                    dynamic = segment;
                    break;
            }
        }

        ReadDynamicSection(dynamic ?? throw new ElfFormatException("it has no dynamic section."));
    }

    private void ReadDynamicSection(Segment section)
    {
        if (section.Offset > (ulong)Length || section.Size > (ulong)Length - section.Offset)
            throw new ElfFormatException("its dynamic section lies outside of the file.");
        long end = (long)(section.Offset + section.Size);
        for (long entry = (long)section.Offset; entry + DynamicEntrySize <= end; entry += DynamicEntrySize)
        {
            long tag = (long)UInt64(entry);
            if (tag == 0)
                return;
            _dynamic[tag] = UInt64(entry + 8);
        }
    }

    private int OffsetOf(ulong address)
    {
        foreach (Segment segment in _segments)
        {
            if (address < segment.Address || address - segment.Address >= segment.Size)
                continue;
            ulong within = address - segment.Address;
            if (segment.Offset <= (ulong)Length && within < (ulong)Length - segment.Offset)
                return (int)(segment.Offset + within);
        }

        throw new ElfFormatException($"the address 0x{address:x} is not in the file.");
    }

    private ReadOnlySpan<byte> At(long offset, int size) => offset >= 0 && offset <= Length - size
        ? _bytes.AsSpan((int)offset, size)
        : throw new ElfFormatException($"{size} bytes at {offset} are outside of its {Length} bytes.");

    /// <summary>A part of the file that is mapped into memory.</summary>
    private readonly struct Segment(ulong address, ulong offset, ulong size)
    {
        internal ulong Address { get; } = address;

        internal ulong Offset { get; } = offset;

        internal ulong Size { get; } = size;
    }
}

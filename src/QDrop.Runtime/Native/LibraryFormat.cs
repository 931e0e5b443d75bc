using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace QDrop.Native;

/// <summary>What a native library is for, as its first bytes say.</summary>
/// <param name="System">The operating system.</param>
/// <param name="Processors">
/// The processors; several in a universal binary of macOS, none that this code knows otherwise.
/// </param>
internal sealed record LibraryFormat(OSPlatform System, IReadOnlyList<Architecture> Processors)
{
    /// <summary>As much as holds the headers.</summary>
    private const int HeadSize = 4096;

    /// <summary>Whether this process can load it.</summary>
    internal bool Fits => System == ThisSystem && Processors.Contains(RuntimeInformation.ProcessArchitecture);

    /// <summary>Reads the head of a file; <see langword="null"/> if it is no library of a known format.</summary>
    internal static LibraryFormat? Of(string path)
    {
        byte[] head = new byte[HeadSize];
        try
        {
            using FileStream file = File.OpenRead(path);
            return Of(head.AsSpan(0, file.ReadAtLeast(head, HeadSize, throwOnEndOfStream: false)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the head of a file, padded or not.</summary>
    internal static LibraryFormat? Of(ReadOnlySpan<byte> head)
    {
        if (head.Length < 64)
            return null;
        return BinaryPrimitives.ReadUInt32BigEndian(head) switch
        {
            0x7F454C46 => new(OSPlatform.Linux, Elf(head)),
            0xCFFAEDFE => new(OSPlatform.OSX, MachO(BinaryPrimitives.ReadUInt32LittleEndian(head[4..]))),
            0xCAFEBABE => new(OSPlatform.OSX, Universal(head)),
            _ when head.StartsWith("MZ"u8) => Windows(head),
            _ => null,
        };
    }

    /// <summary>Such as <c>Linux on X64</c>.</summary>
    public override string ToString()
    {
        string processors = Processors.Count == 0 ? "another processor" : string.Join(" and ", Processors);
        return $"{SystemName(System)} on {processors}";
    }

    /// <summary>The system and processor of this process, in the same words.</summary>
    internal static string OfThisProcess => $"{SystemName(ThisSystem)} on {RuntimeInformation.ProcessArchitecture}";

    internal static OSPlatform ThisSystem => OperatingSystem.IsWindows() ? OSPlatform.Windows
        : OperatingSystem.IsMacOS() ? OSPlatform.OSX
        : OSPlatform.Linux;

    private static string SystemName(OSPlatform system) => system == OSPlatform.Windows ? "Windows"
        : system == OSPlatform.OSX ? "macOS"
        : "Linux";

    /// <summary>
    /// ELF: the byte order stands at 5, the machine at 18. Only little-endian machines run .NET's libtorch.
    /// </summary>
    private static IReadOnlyList<Architecture> Elf(ReadOnlySpan<byte> head) => head[5] != 1
        ? []
        : BinaryPrimitives.ReadUInt16LittleEndian(head[18..]) switch
        {
            3 => [Architecture.X86],
            40 => [Architecture.Arm],
            62 => [Architecture.X64],
            183 => [Architecture.Arm64],
            _ => [],
        };

    /// <summary>
    /// Portable executable: where its header is stands at 60; there, after the signature, the machine.
    /// </summary>
    private static LibraryFormat? Windows(ReadOnlySpan<byte> head)
    {
        int header = BinaryPrimitives.ReadInt32LittleEndian(head[60..]);
        if (header < 0 || header > head.Length - 6 || !head[header..].StartsWith("PE\0\0"u8))
            return null;
        IReadOnlyList<Architecture> processors = BinaryPrimitives.ReadUInt16LittleEndian(head[(header + 4)..]) switch
        {
            0x014C => [Architecture.X86],
            0x8664 => [Architecture.X64],
            0xAA64 => [Architecture.Arm64],
            _ => [],
        };
        return new(OSPlatform.Windows, processors);
    }

    private static IReadOnlyList<Architecture> MachO(uint cpu) => cpu switch
    {
        0x01000007 => [Architecture.X64],
        0x0100000C => [Architecture.Arm64],
        _ => [],
    };

    /// <summary>
    /// A universal binary: their number at 4, then 20 bytes for each, which begin with the processor; big endian.
    /// </summary>
    private static IReadOnlyList<Architecture> Universal(ReadOnlySpan<byte> head)
    {
        uint count = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(head[4..]), (uint)(head.Length - 8) / 20);
        List<Architecture> processors = [];
        for (int i = 0; i < count; i++)
            processors.AddRange(MachO(BinaryPrimitives.ReadUInt32BigEndian(head[(8 + (20 * i))..])));
        return processors;
    }
}

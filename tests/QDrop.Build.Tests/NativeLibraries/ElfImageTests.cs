using System.Buffers.Binary;
using QDrop.Build.NativeLibraries;
using Xunit;

namespace QDrop.Build.Tests.NativeLibraries;

/// <summary>
/// Files that are no ELF libraries, or hostile ones: each is refused with a reason, and none takes long.
/// </summary>
public sealed class ElfImageTests
{
    private const string Cpp = "libstdc++.so.6";

    private static readonly byte[] System = new ElfBuilder().Define("GLIBCXX_3.4").Build();

    [Fact]
    public void What_is_not_a_library_of_64_bits_little_endian_is_refused_with_the_reason()
    {
        Refused("does not start as an ELF file", []);
        Refused("does not start as an ELF file", [0x7f, (byte)'E', (byte)'L', (byte)'F']);
        Refused("does not start as an ELF file", new byte[4096]);
        Refused("does not start as an ELF file", [.. "MZ"u8, .. new byte[200]]);
        Refused("not of 64 bits", With(4, 1));
        Refused("not little endian", With(5, 2));
        Refused("no shared library (ELF type 2", With(16, 2));
        Refused("no dynamic section", With(64 + 56, 4));
        Refused("program headers cannot be read", With(57, 0xff));
        Refused("program headers cannot be read", With(54, 12));
        Refused("program headers cannot be read", With(39, 0x7f));
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_refused_or_needs_nothing_more()
    {
        byte[] whole = Library().Build();
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] part = whole[..length];
            Exception? e = Record.Exception(() => MissingVersions.Of(part, System));
            Assert.True(e is null or ElfFormatException, $"{length} bytes: {e}");
        }
    }

    [Fact]
    public void Any_byte_may_be_wrong()
    {
        byte[] whole = Library().Build();
        var random = new Random(12);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] wrong = (byte[])whole.Clone();
            for (int i = random.Next(1, 4); i > 0; i--)
                wrong[random.Next(wrong.Length)] = (byte)random.Next(256);
            Exception? e = Record.Exception(() => MissingVersions.Of(wrong, System).MarkedWeak());
            Assert.True(e is null or ElfFormatException, $"round {round}: {e}");
        }
    }

    [Theory]
    [InlineData(5, "not in the file")]
    [InlineData(6, "not in the file")]
    [InlineData(7, "not in the file")]
    [InlineData(8, "outside of the file")]
    [InlineData(0x6ffffff0, "not in the file")]
    [InlineData(0x6ffffffe, "not in the file")]
    [InlineData(0x6fffffff, "above 4096")]
    public void Tables_outside_of_the_file_are_refused(long tag, string reason)
    {
        ElfBuilder builder = Library();
        byte[] library = builder.Build();
        BinaryPrimitives.WriteInt64LittleEndian(library.AsSpan(builder.DynamicOffsets[tag]), long.MaxValue);

        Refused(reason, library);
    }

    /// <summary>A library that uses a symbol of a version that is missing, so that all its tables are read.</summary>
    private static ElfBuilder Library() => new ElfBuilder()
        .Need(Cpp, "GLIBCXX_3.4", "a", data: 1)
        .Need(Cpp, "GLIBCXX_3.4.32", "b", data: 1, calls: 1);

    private static byte[] With(int place, byte value)
    {
        byte[] library = Library().Build();
        library[place] = value;
        return library;
    }

    private static void Refused(string reason, byte[] library)
    {
        ElfFormatException e = Assert.Throws<ElfFormatException>(() => MissingVersions.Of(library, System));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }
}

using System.Buffers.Binary;
using System.Text;

namespace QDrop.Build.Tests;

/// <summary>
/// Makes small ELF shared libraries by hand: 64 bits, little endian, one segment, symbols with versions, relocations.
/// Written from the specification alone, so that it cannot share a mistake with the code that it tests.
/// </summary>
internal sealed class ElfBuilder
{
    /// <summary>The segment's address less its place in the file: the two must not be taken for each other.</summary>
    internal const int AddressBase = 0x40000;

    private const int HeaderSize = 64, ProgramHeaderSize = 56;

    private readonly List<(string Library, List<(string Name, ushort Flags, ushort Index)> Versions)> _needed = [];
    private readonly List<string> _defined = [];
    private readonly List<(string Name, ushort Version)> _symbols = [("", 0)];
    private readonly List<(int Symbol, bool IsCall)> _relocations = [];
    private ushort _nextIndex = 2;
    private (int Symbol, byte[] Code)? _export;

    /// <summary>Places in the file of the flags of each needed version; known once the file is built.</summary>
    internal Dictionary<string, int> FlagsOffsets { get; } = [];

    /// <summary>
    /// Places in the file of the values in the dynamic section, by tag; known once the file is built.
    /// </summary>
    internal Dictionary<long, int> DynamicOffsets { get; } = [];

    /// <summary>Whether relocations carry addends, as they do on x64 and Arm.</summary>
    internal bool HasAddends { get; init; } = true;

    /// <summary>A version needed of a library, with a symbol that is bound to it.</summary>
    /// <param name="library">The library's name.</param>
    /// <param name="version">The version's name.</param>
    /// <param name="symbol">The symbol's name.</param>
    /// <param name="data">Relocations of data that refer to the symbol.</param>
    /// <param name="calls">Relocations of calls that refer to it.</param>
    /// <param name="flags">The version's flags.</param>
    internal ElfBuilder Need(
        string library, string version, string symbol, int data = 0, int calls = 0, ushort flags = 0)
    {
        if (_needed.FirstOrDefault(n => n.Library == library) is not { Library: not null } entry)
            _needed.Add(entry = (library, []));
        entry.Versions.Add((version, flags, _nextIndex));
        _symbols.Add((symbol, _nextIndex++));
        _relocations.AddRange(Enumerable.Repeat((_symbols.Count - 1, false), data));
        _relocations.AddRange(Enumerable.Repeat((_symbols.Count - 1, true), calls));
        return this;
    }

    /// <summary>The processor that the library is for: x86-64, or another number of the specification.</summary>
    internal ushort Machine { get; init; } = 62;

    /// <summary>A function that the library exports, in machine code; the loader finds it.</summary>
    internal ElfBuilder Export(string name, byte[] code)
    {
        _symbols.Add((name, 1));
        _export = (_symbols.Count - 1, code);
        return this;
    }

    /// <summary>A version that the library defines.</summary>
    internal ElfBuilder Define(string version)
    {
        _defined.Add(version);
        return this;
    }

    internal byte[] Build()
    {
        List<byte> strings = [0];
        Dictionary<string, uint> texts = new() { [""] = 0 };
        var file = new List<byte>(new byte[HeaderSize + (2 * ProgramHeaderSize)]);
        List<(long Tag, long Value)> dynamic = [];

        Table(0x6ffffffe, () => Marked(_needed).ForEach(n => NeedEntry(n.Item, n.IsLast)), _needed.Count);
        dynamic.Add((0x6fffffff, _needed.Count));
        Table(0x6ffffffc, () => Marked(_defined).ForEach(d => DefineEntry(d.Item, d.IsLast)), _defined.Count);
        dynamic.Add((0x6ffffffd, _defined.Count));
        int code = file.Count;
        file.AddRange(_export?.Code ?? []);
        Table(6, () => { for (int i = 0; i < _symbols.Count; i++) Symbol(i); }, 1);
        // A hash table with one bucket, which has the exported symbol alone.
        Table(4, () => Words4([1, (uint)_symbols.Count, (uint)(_export?.Symbol ?? 0), .. new uint[_symbols.Count]]), 1);
        dynamic.Add((11, 24));
        Table(0x6ffffff0, () => { foreach ((string _, ushort version) in _symbols) Words2(version); }, 1);
        Relocations(HasAddends ? 7 : 17, HasAddends ? 8 : 18, isCall: false);
        Relocations(23, 2, isCall: true);

        // The strings come last, for all that is before adds to them.
        dynamic.Add((5, file.Count + AddressBase));
        dynamic.Add((10, strings.Count));
        file.AddRange(strings);
        Align(8);
        int start = file.Count;
        foreach ((long tag, long value) in dynamic.Append((0, 0)))
        {
            DynamicOffsets[tag] = file.Count + 8;
            Words8(tag, value);
        }

        byte[] bytes = [.. file];
        WriteHeaders(bytes, start, bytes.Length - start);
        return bytes;

        void Table(long tag, Action write, int count)
        {
            if (count == 0)
                return;
            Align(8);
            dynamic.Add((tag, file.Count + AddressBase));
            write();
        }

        void Symbol(int number)
        {
            bool isExport = _export?.Symbol == number;
            Words4(Text(_symbols[number].Name));
            // A global function, in section 1, which need not exist.
            Words2((ushort)(isExport ? 0x12 : 0), (ushort)(isExport ? 1 : 0));
            Words8(isExport ? code + AddressBase : 0, isExport ? _export!.Value.Code.Length : 0);
        }

        void NeedEntry((string Library, List<(string Name, ushort Flags, ushort Index)> Versions) entry, bool last)
        {
            Words2(1, (ushort)entry.Versions.Count);
            Words4(Text(entry.Library), 16, last ? 0u : (uint)(16 + (16 * entry.Versions.Count)));
            foreach (((string? name, ushort flags, ushort index), bool lastVersion) in Marked(entry.Versions))
            {
                Words4(0);
                FlagsOffsets[name] = file.Count;
                Words2(flags, index);
                Words4(Text(name), lastVersion ? 0u : 16u);
            }
        }

        void DefineEntry(string name, bool last)
        {
            Words2(1, 0, 0, 1);
            Words4(0, 20, last ? 0u : 28u, Text(name), 0);
        }

        void Relocations(long tag, long sizeTag, bool isCall)
        {
            var entries = _relocations.Where(r => r.IsCall == isCall).ToList();
            if (entries.Count == 0)
                return;
            long[] addend = HasAddends ? [0] : [];
            Table(tag, () => entries.ForEach(r => Words8([0, ((long)r.Symbol << 32) | 6, .. addend])), 1);
            dynamic.Add((sizeTag, entries.Count * (HasAddends ? 24 : 16)));
            if (isCall)
                dynamic.Add((20, HasAddends ? 7 : 17));
        }

        uint Text(string text)
        {
            if (texts.TryGetValue(text, out uint offset))
                return offset;
            texts[text] = offset = (uint)strings.Count;
            strings.AddRange([.. Encoding.UTF8.GetBytes(text), 0]);
            return offset;
        }

        void Align(int size) => file.AddRange(new byte[(size - (file.Count % size)) % size]);

        void Words2(params ushort[] values) => Words(sizeof(ushort), values.Select(static v => (long)v));

        void Words4(params uint[] values) => Words(sizeof(uint), values.Select(static v => (long)v));

        void Words8(params long[] values) => Words(sizeof(long), values);

        void Words(int size, IEnumerable<long> values) =>
            file.AddRange(values.SelectMany(v => Enumerable.Range(0, size).Select(i => (byte)(v >> (8 * i)))));
    }

    private static List<(T Item, bool IsLast)> Marked<T>(List<T> items) =>
        [.. items.Select((item, i) => (item, i == items.Count - 1))];

    private void WriteHeaders(byte[] file, int dynamicOffset, int dynamicSize)
    {
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), 3); // a shared library
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), Machine);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(32), HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), ProgramHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), 2);
        WriteProgramHeader(file.AsSpan(HeaderSize), 1, 0, file.Length);
        WriteProgramHeader(file.AsSpan(HeaderSize + ProgramHeaderSize), 2, dynamicOffset, dynamicSize);
    }

    private static void WriteProgramHeader(Span<byte> header, int type, long offset, long size)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header, type);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], 7); // to be read, written (the loader does) and executed
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], offset + AddressBase);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], size);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], size);
        BinaryPrimitives.WriteInt64LittleEndian(header[48..], 0x1000);
    }
}

namespace QDrop.Build.NativeLibraries;

/// <summary>Versions of symbols: those that a library defines, and those that it needs of others.</summary>
/// <remarks>Layout: Linux Standard Base, "Symbol Versioning".</remarks>
internal static class ElfVersions
{
    /// <summary>Set where the loader may go on without the version (<c>VER_FLG_WEAK</c>).</summary>
    internal const ushort Weak = 2;

    /// <summary>Set in the version of a symbol that only programs linked earlier may use.</summary>
    private const ushort Hidden = 0x8000;

    /// <summary>
    /// More than any library defines, or needs of others; it bounds the time that a hostile file can take.
    /// </summary>
    private const int MaxEntries = 4096;

    /// <summary>Names of the versions that the library defines, its own name among them.</summary>
    internal static ISet<string> Defined(ElfImage image)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        if (image.DynamicValue(ElfTag.DefinedVersions) is null)
            return names;
        long entry = image.OffsetOf(ElfTag.DefinedVersions);
        for (int left = Count(image, ElfTag.DefinedVersionsCount); left > 0; left--)
        {
            // Of an entry's names the first is its own, the others are versions that it follows.
            if (image.UInt16(entry + 6) > 0)
                names.Add(image.Text(image.UInt32(entry + image.UInt32(entry + 12))));
            if (image.UInt32(entry + 16) is not (> 0 and var next))
                break;
            entry += next;
        }

        return names;
    }

    /// <summary>Versions that the library needs of one other, in the order of the file.</summary>
    /// <param name="image">The library.</param>
    /// <param name="library">The other's name, such as <c>libstdc++.so.6</c>.</param>
    internal static IReadOnlyList<NeededVersion> Needed(ElfImage image, string library)
    {
        List<NeededVersion> versions = [];
        if (image.DynamicValue(ElfTag.NeededVersions) is null)
            return versions;
        long entry = image.OffsetOf(ElfTag.NeededVersions);
        for (int left = Count(image, ElfTag.NeededVersionsCount); left > 0; left--)
        {
            if (image.Text(image.UInt32(entry + 4)) == library)
                AddVersions(image, entry + image.UInt32(entry + 8), image.UInt16(entry + 2), versions);
            if (image.UInt32(entry + 12) is not (> 0 and var next))
                break;
            entry += next;
        }

        return versions;
    }

    /// <summary>
    /// The version that a symbol is bound to: a <see cref="NeededVersion.Index"/>, or one that the library defines.
    /// </summary>
    internal static ushort OfSymbol(ElfImage image, uint symbol) =>
        (ushort)(image.UInt16(image.OffsetOf(ElfTag.SymbolVersions) + (2L * symbol)) & ~Hidden);

    private static int Count(ElfImage image, ElfTag tag) => image.DynamicValue(tag) is <= MaxEntries and var count
        ? (int)count
        : throw new ElfFormatException($"its {tag} is missing or above {MaxEntries}.");

    private static void AddVersions(ElfImage image, long entry, int count, List<NeededVersion> versions)
    {
        for (int left = Math.Min(count, MaxEntries - versions.Count); left > 0; left--)
        {
            ushort index = (ushort)(image.UInt16(entry + 6) & ~Hidden);
            string name = image.Text(image.UInt32(entry + 8));
            versions.Add(new NeededVersion(name, index, image.UInt16(entry + 4), (int)entry + 4));
            if (image.UInt32(entry + 12) is not (> 0 and var next))
                break;
            entry += next;
        }
    }
}

/// <summary>A version that a library needs of another.</summary>
/// <param name="name">Its name, such as <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="index">The number by which symbols refer to it.</param>
/// <param name="flags">Its flags.</param>
/// <param name="flagsOffset">Where its flags, two bytes, stand in the file.</param>
internal sealed class NeededVersion(string name, ushort index, ushort flags, int flagsOffset)
{
    internal string Name { get; } = name;

    internal ushort Index { get; } = index;

    internal ushort Flags { get; } = flags;

    internal int FlagsOffset { get; } = flagsOffset;

    /// <summary>Whether the loader goes on where the version is missing.</summary>
    internal bool IsWeak => (Flags & ElfVersions.Weak) != 0;
}

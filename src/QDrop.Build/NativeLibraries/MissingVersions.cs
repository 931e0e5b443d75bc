using System.Buffers.Binary;

namespace QDrop.Build.NativeLibraries;

/// <summary>
/// Versions that a library needs of the C++ library and that the one of the system, an older one, does not define. The
/// loader then refuses the library, whether it uses a symbol of the version or not.
/// </summary>
/// <remarks>
/// Compilers from GCC 13 on bind every library that includes <c>&lt;iostream&gt;</c> to GLIBCXX_3.4.32, by a symbol
/// that tells old and new libstdc++ apart and that is never called. Such a need may be marked weak: then the loader
/// goes on without the version.
/// </remarks>
internal sealed class MissingVersions
{
    /// <summary>The name of the C++ library under which others need it.</summary>
    internal const string CppLibrary = "libstdc++.so.6";

    private readonly byte[] _library;
    private readonly IReadOnlyList<NeededVersion> _versions;
    private readonly IReadOnlyList<(string Name, ushort Version)> _used;

    private MissingVersions(
        byte[] library, IReadOnlyList<NeededVersion> versions, IReadOnlyList<(string Name, ushort Version)> used)
    {
        _library = library;
        _versions = versions;
        _used = used;
    }

    /// <summary>
    /// Names of the versions; none where the system has all, or where the loader may go on without them.
    /// </summary>
    internal IEnumerable<string> Names => _versions.Select(static v => v.Name);

    internal bool Any => _versions.Count > 0;

    /// <summary>
    /// Symbols of these versions that the library really uses. Where there is one, it cannot run on this system.
    /// </summary>
    internal IReadOnlyList<string> SymbolsInUse => [.. _used.Select(static u => u.Name)];

    /// <summary>Names of the versions of these symbols.</summary>
    internal IEnumerable<string> VersionsInUse =>
        _versions.Where(v => _used.Any(u => u.Version == v.Index)).Select(static v => v.Name);

    /// <summary>Compares what a library needs with what the system's C++ library defines.</summary>
    /// <param name="library">The library's bytes.</param>
    /// <param name="cppLibrary">The bytes of the system's C++ library.</param>
    /// <exception cref="ElfFormatException">One of them is no ELF shared library.</exception>
    internal static MissingVersions Of(byte[] library, byte[] cppLibrary)
    {
        var image = ElfImage.Parse(library);
        ISet<string> defined = ElfVersions.Defined(ElfImage.Parse(cppLibrary));
        var missing = ElfVersions.Needed(image, CppLibrary).Where(v => !v.IsWeak && !defined.Contains(v.Name)).ToList();
        return new MissingVersions(library, missing, missing.Count == 0 ? [] : InUse(image, missing));
    }

    /// <summary>The library with the need for these versions marked weak.</summary>
    internal byte[] MarkedWeak()
    {
        byte[] marked = (byte[])_library.Clone();
        foreach (NeededVersion version in _versions)
        {
            Span<byte> flags = marked.AsSpan(version.FlagsOffset, sizeof(ushort));
            BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(version.Flags | ElfVersions.Weak));
        }

        return marked;
    }

    private static IReadOnlyList<(string Name, ushort Version)> InUse(
        ElfImage image, IReadOnlyList<NeededVersion> missing)
    {
        HashSet<ushort> indices = [.. missing.Select(static v => v.Index)];
        return [.. ElfRelocations.Symbols(image).Distinct()
            .Select(symbol => (Symbol: symbol, Version: ElfVersions.OfSymbol(image, symbol)))
            .Where(s => indices.Contains(s.Version))
            .Select(s => (ElfRelocations.NameOf(image, s.Symbol), s.Version))];
    }
}

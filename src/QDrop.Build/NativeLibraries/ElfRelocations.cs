namespace QDrop.Build.NativeLibraries;

/// <summary>
/// Relocations: the places that the loader fills with addresses of symbols. A symbol without one is never called.
/// </summary>
internal static class ElfRelocations
{
    private const int SymbolSize = 24;

    /// <summary>The numbers of all symbols that relocations refer to, each as often as it occurs.</summary>
    internal static IEnumerable<uint> Symbols(ElfImage image)
    {
        bool callsHaveAddends = image.DynamicValue(ElfTag.CallRelocationsKind) != (ulong)ElfTag.Relocations;
        return Table(image, ElfTag.RelocationsWithAddends, ElfTag.RelocationsWithAddendsSize, hasAddends: true)
            .Concat(Table(image, ElfTag.Relocations, ElfTag.RelocationsSize, hasAddends: false))
            .Concat(Table(image, ElfTag.CallRelocations, ElfTag.CallRelocationsSize, callsHaveAddends))
            .Where(static symbol => symbol != 0);
    }

    /// <summary>The name of a symbol.</summary>
    internal static string NameOf(ElfImage image, uint symbol) =>
        image.Text(image.UInt32(image.OffsetOf(ElfTag.SymbolTable) + ((long)SymbolSize * symbol)));

    private static IEnumerable<uint> Table(ElfImage image, ElfTag table, ElfTag size, bool hasAddends)
    {
        if (image.DynamicValue(table) is null)
            yield break;
        long start = image.OffsetOf(table);
        ulong bytes = image.DynamicValue(size) ?? 0;
        if (bytes > (ulong)(image.Length - start))
            throw new ElfFormatException($"its table {table} of {bytes} bytes lies outside of the file.");

        // Each is an address, then the symbol's number in the upper half of eight bytes; then the addend, if it has
        // one.
        int step = hasAddends ? 24 : 16;
        for (long entry = start; entry + step <= start + (long)bytes; entry += step)
            yield return (uint)(image.UInt64(entry + 8) >> 32);
    }
}

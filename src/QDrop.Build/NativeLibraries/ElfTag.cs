namespace QDrop.Build.NativeLibraries;

/// <summary>Entries of the dynamic section that are read here.</summary>
internal enum ElfTag : long
{
    /// <summary>Bytes of the relocations of procedure calls (<c>DT_PLTRELSZ</c>).</summary>
    CallRelocationsSize = 2,

    /// <summary>The table of strings (<c>DT_STRTAB</c>).</summary>
    StringTable = 5,

    /// <summary>The table of symbols (<c>DT_SYMTAB</c>).</summary>
    SymbolTable = 6,

    /// <summary>Relocations with addends (<c>DT_RELA</c>).</summary>
    RelocationsWithAddends = 7,

    /// <summary>Bytes of the relocations with addends (<c>DT_RELASZ</c>).</summary>
    RelocationsWithAddendsSize = 8,

    /// <summary>Relocations without addends (<c>DT_REL</c>).</summary>
    Relocations = 17,

    /// <summary>Bytes of the relocations without addends (<c>DT_RELSZ</c>).</summary>
    RelocationsSize = 18,

    /// <summary>Whether relocations of procedure calls have addends: 7 or 17 (<c>DT_PLTREL</c>).</summary>
    CallRelocationsKind = 20,

    /// <summary>Relocations of procedure calls (<c>DT_JMPREL</c>).</summary>
    CallRelocations = 23,

    /// <summary>The version of each symbol (<c>DT_VERSYM</c>).</summary>
    SymbolVersions = 0x6ffffff0,

    /// <summary>Versions that the library defines (<c>DT_VERDEF</c>).</summary>
    DefinedVersions = 0x6ffffffc,

    /// <summary>The number of versions that the library defines (<c>DT_VERDEFNUM</c>).</summary>
    DefinedVersionsCount = 0x6ffffffd,

    /// <summary>Versions that the library needs of others (<c>DT_VERNEED</c>).</summary>
    NeededVersions = 0x6ffffffe,

    /// <summary>The number of libraries of which versions are needed (<c>DT_VERNEEDNUM</c>).</summary>
    NeededVersionsCount = 0x6fffffff,
}

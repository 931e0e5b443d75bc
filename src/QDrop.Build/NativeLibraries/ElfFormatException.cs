namespace QDrop.Build.NativeLibraries;

/// <summary>
/// A file is no ELF shared library that this code can read. The message says what was found and what was expected.
/// </summary>
internal sealed class ElfFormatException(string message) : Exception(message);

namespace QDrop.Build.NativeLibraries;

/// <summary>
/// Tells before the worker starts whether TorchSharp's native library asks for a newer C++ library than the system has.
/// </summary>
internal static class BindingCheck
{
    private const string Binding = "libLibTorchSharp.so";

    /// <summary>
    /// What is wrong with the library on this system, as a code and a message; <see langword="null"/> if nothing is.
    /// </summary>
    /// <param name="libraries">Full paths of native libraries that the program gets.</param>
    /// <param name="cppLibrary">The C++ library of the system; by default the one that its loader finds.</param>
    internal static (string Code, string Message)? Fault(IEnumerable<string> libraries, string? cppLibrary)
    {
        if (libraries.FirstOrDefault(static l => Path.GetFileName(l) == Binding && File.Exists(l)) is not { } binding)
            return null;
        cppLibrary = string.IsNullOrEmpty(cppLibrary) ? SystemCppLibrary.Find() : cppLibrary;
        if (cppLibrary is null)
            return null;
        try
        {
            var missing = MissingVersions.Of(File.ReadAllBytes(binding), File.ReadAllBytes(cppLibrary));
            return Fault(missing, binding, cppLibrary);
        }
        catch (ElfFormatException)
        {
            // The worker's loader says what is wrong with the file.
            return null;
        }
    }

    /// <summary>The message of QDROP113 for a library that uses what the system does not have.</summary>
    internal static string CannotAdapt(MissingVersions missing, string binding, string cppLibrary) =>
        $"'{binding}' cannot be made to load with the C++ library of this system, '{cppLibrary}': " +
        $"it uses {string.Join(", ", missing.SymbolsInUse.Take(3))} of {string.Join(", ", missing.VersionsInUse)}, " +
        "which is newer. Build and run on a newer system.";

    private static (string Code, string Message)? Fault(MissingVersions missing, string binding, string cppLibrary)
    {
        if (!missing.Any)
            return null;
        if (missing.SymbolsInUse.Count > 0)
            return (Codes.BindingNotAdaptable, CannotAdapt(missing, binding, cppLibrary));
        return (
            Codes.OlderCppLibrary,
            "TorchSharp's native library does not load on this system, whose C++ library (libstdc++) is too old " +
            $"to have {string.Join(", ", missing.Names)}. " +
            "Set <QDropOlderLibstdcxx>true</QDropOlderLibstdcxx> in the project: then the program " +
            "gets a copy that does without. Or build on a newer system.");
    }
}

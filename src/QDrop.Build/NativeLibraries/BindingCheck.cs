namespace QDrop.Build.NativeLibraries;

/// <summary>Tells before the worker starts whether TorchSharp's native library asks for a newer C++ library than the system has.</summary>
internal static class BindingCheck
{
    private const string Binding = "libLibTorchSharp.so";

    /// <summary>The versions that are missing, as text; <see langword="null"/> where there are none.</summary>
    /// <param name="libraries">Full paths of native libraries that the program gets.</param>
    /// <param name="cppLibrary">The C++ library of the system; by default the one that its loader finds.</param>
    internal static string? MissingVersions(IEnumerable<string> libraries, string? cppLibrary)
    {
        if (libraries.FirstOrDefault(static l => Path.GetFileName(l) == Binding && File.Exists(l)) is not { } binding)
            return null;
        cppLibrary = string.IsNullOrEmpty(cppLibrary) ? SystemCppLibrary.Find() : cppLibrary;
        if (cppLibrary is null)
            return null;
        try
        {
            var missing = NativeLibraries.MissingVersions.Of(File.ReadAllBytes(binding), File.ReadAllBytes(cppLibrary));
            return missing.Any ? string.Join(", ", missing.Names) : null;
        }
        catch (ElfFormatException)
        {
            // The worker's loader says what is wrong with the file.
            return null;
        }
    }
}

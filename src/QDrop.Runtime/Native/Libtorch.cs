using System.Runtime.InteropServices;
using TorchSharp;

namespace QDrop.Native;

/// <summary>
/// Loads libtorch and TorchSharp's native library before TorchSharp does, by full path and in order, and says what is
/// wrong where that is not possible.
/// </summary>
/// <remarks>
/// Left to itself, TorchSharp gives the system's loader names: with another libtorch on the machine (Debian's, one of
/// Python's on <c>LD_LIBRARY_PATH</c>) the loader may take some libraries from here and some from there, and the
/// process crashes. What is loaded already is found by its name. And where TorchSharp cannot load its library, it first
/// copies libtorch, half a gigabyte, and then says that a reference is missing, whatever the cause.
/// </remarks>
internal static class Libtorch
{
    private static readonly Lock Gate = new();

    // A fact about the process, as loaded libraries are.
    private static bool _isLoaded;

    /// <summary>Loads the libraries, unless an earlier call did.</summary>
    /// <exception cref="QDropException">
    /// QDROP278: there is no libtorch. QDROP279: it is of another version than TorchSharp needs. QDROP290: it is for
    /// another system or processor. QDROP291: the system's C++ library is too old. QDROP270: it does not load for
    /// another reason.
    /// </exception>
    internal static void Load() => Load([]);

    /// <summary>Loads the libraries, unless an earlier call did.</summary>
    /// <param name="files">
    /// Full paths of native libraries, which are preferred to those in the program's folders.
    /// </param>
    /// <inheritdoc cref="Load()"/>
    internal static void Load(IReadOnlyCollection<string> files)
    {
        lock (Gate)
        {
            if (_isLoaded)
                return;
            OneDnn.UseSafeCode();
            Load(new LibraryFiles(files), LibraryNames.Here);
            _isLoaded = true;
        }
    }

    private static void Load(LibraryFiles files, LibraryNames names)
    {
        string? libtorch = files.Fitting(names.Cpu);
        if (libtorch is null)
            CheckThatNoneIsThere(files);

        // CUDA's libraries are many, and loaded in an order of their own that TorchSharp knows.
        if (files.Fitting(names.Cuda) is not null)
            return;

        if (libtorch is null)
            UseLoaded(names);
        else
            LoadBeside(libtorch, names);
        LoadBinding(files, names);
    }

    /// <summary>A file of the name that does not fit is an error of its own.</summary>
    private static void CheckThatNoneIsThere(LibraryFiles files)
    {
        if (LibraryNames.CpuOnAnySystem.SelectMany(files.Named).FirstOrDefault() is not { } other)
            return;
        if (LibraryFormat.Of(other) is not { } format)
        {
            throw new QDropException(
                Codes.LibtorchNotLoaded,
                $"'{other}' is no library that a system could load. " +
                "Restore the project's packages again (dotnet restore --force).");
        }

        throw new QDropException(
            Codes.LibtorchForeign,
            $"'{other}' is for {format}, but this process runs as {LibraryFormat.OfThisProcess}. Add the package " +
            $"{LibtorchPackage.Name} to the project, version {LibtorchPackage.Version}, or run as the former.");
    }

    /// <summary>
    /// Without a file of its own the program may have loaded a libtorch itself, or its environment names one.
    /// </summary>
    private static void UseLoaded(LibraryNames names)
    {
        if (!NativeLibrary.TryLoad(names.Cpu, typeof(torch).Assembly, searchPath: null, out nint handle))
        {
            throw new QDropException(
                Codes.LibtorchMissing,
                "The program has no libtorch, which computes for TorchSharp. " +
                $"Add the package {LibtorchPackage.Name} to the project, version {LibtorchPackage.Version}, " +
                "or one for CUDA of that version.");
        }

        LibtorchPackage.CheckVersion(handle, names.Cpu + ", which this system's loader finds,");
    }

    /// <summary>Each needs those before it.</summary>
    private static void LoadBeside(string libtorch, LibraryNames names)
    {
        string folder = Path.GetDirectoryName(libtorch)!;
        if (names.Threads is { } threads)
        {
            foreach (string file in Directory.GetFiles(folder, threads).Order(StringComparer.Ordinal))
                LoadFile(file);
        }

        if (File.Exists(Path.Combine(folder, names.Core)))
            LoadFile(Path.Combine(folder, names.Core));
        LibtorchPackage.CheckVersion(LoadFile(libtorch), $"'{libtorch}'");
        if (File.Exists(Path.Combine(folder, names.All)))
            LoadFile(Path.Combine(folder, names.All));
    }

    private static void LoadBinding(LibraryFiles files, LibraryNames names)
    {
        if (files.Fitting(names.Binding) is { } binding)
            LoadFile(binding);
        else if (!NativeLibrary.TryLoad(names.Binding, typeof(torch).Assembly, searchPath: null, out _))
            throw NoBinding(names.Binding);
    }

    private static QDropException NoBinding(string name) => new(
        Codes.LibtorchForeign,
        $"TorchSharp has no native library for {LibraryFormat.OfThisProcess} ({name}), so its models do not run " +
        "here. It has one for Windows on X64 and Arm64, Linux on X64 and macOS on Arm64.");

    private static nint LoadFile(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw LoaderMessage.Explain(path, e);
        }
    }
}

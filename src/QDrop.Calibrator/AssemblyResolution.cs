using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using QDrop.Protocol;

namespace QDrop.Calibrator;

/// <summary>
/// Finds what the user's assembly needs and the host does not know: project references and single files, which at this
/// point of the build are not yet beside the program, and of libraries everything.
/// </summary>
internal static class AssemblyResolution
{
    /// <summary>
    /// Resolves from the request's references from now on, and gives the user's code the base directory of its program.
    /// </summary>
    internal static void Install(WorkerRequest request)
    {
        AppContext.SetData(
            "APP_CONTEXT_BASE_DIRECTORY",
            Path.TrimEndingDirectorySeparator(request.BaseDirectory) + Path.DirectorySeparatorChar);

        // The first of a name wins, as in the program's folder. Satellite assemblies share their names: one for each
        // culture's folder.
        var files = request.References.Append(request.Assembly).Where(File.Exists).ToList();
        var assemblies = files
            .Where(static f => IsLibrary(f) && !f.EndsWith(".resources.dll", StringComparison.OrdinalIgnoreCase))
            .GroupBy(static f => Path.GetFileNameWithoutExtension(f), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static g => g.Key, static g => g.First(), StringComparer.OrdinalIgnoreCase);
        var satellites = files
            .Where(static f => f.EndsWith(".resources.dll", StringComparison.OrdinalIgnoreCase))
            .GroupBy(
                static f =>
                    Path.Combine(Path.GetFileName(Path.GetDirectoryName(f)) ?? "", Path.GetFileNameWithoutExtension(f)),
                StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static g => g.Key, static g => g.First(), StringComparer.OrdinalIgnoreCase);
        // A package may have a library of one name for several processors: the one that loads is right.
        ILookup<string, string> natives = files.ToLookup(
            static f => Path.GetFileName(f), StringComparer.OrdinalIgnoreCase);

        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Find(name) is { } path ? context.LoadFromAssemblyPath(path) : null;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
        {
            foreach (string path in NativeNames(name).SelectMany(candidate => natives[candidate]))
            {
                if (NativeLibrary.TryLoad(path, out nint handle))
                    return handle;
            }

            return 0;
        };

        string? Find(AssemblyName name) => name.Name is not { } simple
            ? null
            : string.IsNullOrEmpty(name.CultureName)
                ? assemblies.GetValueOrDefault(simple) ?? Own(simple)
                : satellites.GetValueOrDefault(Path.Combine(name.CultureName, simple));
    }

    /// <summary>The engine, which comes with this program. Where the user's program has one, that is taken.</summary>
    private static string? Own(string name)
    {
        string path = Path.Combine(Path.GetDirectoryName(typeof(AssemblyResolution).Assembly.Location)!, name + ".dll");
        return File.Exists(path) ? path : null;
    }

    private static bool IsLibrary(string file) => Path.GetExtension(file).ToLowerInvariant() is ".dll" or ".exe";

    private static IEnumerable<string> NativeNames(string name)
    {
        string file = Path.GetFileName(name);
        return [file, file + ".dll", "lib" + file + ".so", file + ".so", "lib" + file + ".dylib", file + ".dylib"];
    }
}

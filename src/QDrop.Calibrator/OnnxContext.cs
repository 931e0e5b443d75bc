using System.Reflection;
using System.Runtime.Loader;
using QDrop.Programs;

namespace QDrop.Calibrator;

/// <summary>
/// Writes programs as ONNX with libraries apart from those of the user's program: TorchSharp brings an older version of
/// one of them.
/// </summary>
internal sealed class OnnxContext() : AssemblyLoadContext("QDrop.Export")
{
    private const string Writer = "QDrop.Export", Libraries = "onnx";

    private static readonly string Folder = Path.GetDirectoryName(typeof(OnnxContext).Assembly.Location)!;

    /// <summary>The program of an artifact as ONNX.</summary>
    /// <param name="artifact">Full path of the artifact.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="samples">Some of the inputs that the model was calibrated with.</param>
    /// <exception cref="QDropException">QDROP255, QDROP256: it has no program, or one that cannot be written.</exception>
    internal static byte[] Write(string artifact, OnnxOptions options, IReadOnlyList<Constant> samples)
    {
        // The writer's types are others here than there: so are its options.
        Func<string, string, string, bool, IReadOnlyList<Constant>, byte[]> write = new OnnxContext().LoadFromAssemblyName(new AssemblyName(Writer))
            .GetType("QDrop.ArtifactExport", throwOnError: true)!
            .GetMethod(nameof(Write), BindingFlags.Static | BindingFlags.NonPublic)!
            .CreateDelegate<Func<string, string, string, bool, IReadOnlyList<Constant>, byte[]>>();
        return write(artifact, options.Weights.ToString(), options.Format.ToString(), options.Exact, samples);
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string file = assemblyName.Name + ".dll", library = Path.Combine(Folder, Libraries, file);
        return assemblyName.Name == Writer ? LoadFromAssemblyPath(Path.Combine(Folder, file))
            : File.Exists(library) ? LoadFromAssemblyPath(library)
            : null;
    }
}

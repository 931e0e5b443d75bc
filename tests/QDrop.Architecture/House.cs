using System.Reflection;

namespace QDrop.Architecture;

/// <summary>
/// The rooms of <c>src</c>, from the top down. What stands in one may use what stands in those after it.
/// </summary>
internal static class House
{
    /// <summary>Folders relative to <c>src</c>: a project's name alone is what lies directly in it.</summary>
    public static readonly IReadOnlyList<string> Rooms =
    [
        // The worker of the build.
        "QDrop.Calibrator",

        // The task of the build.
        "QDrop.Build",
        "QDrop.Build/NativeLibraries",

        // The engine.
        "QDrop.Calibration",
        "QDrop.Calibration/Reports",
        "QDrop.Calibration/Reports/Page",
        "QDrop.Calibration/Reports/Documents",
        "QDrop.Calibration/Training",
        "QDrop.Calibration/Reconstruction",
        "QDrop.Calibration/BitWidths",
        "QDrop.Calibration/Insight",
        "QDrop.Calibration/Checkpoints",
        "QDrop.Calibration/Execution",
        "QDrop.Calibration/Inputs",
        "QDrop.Calibration/Learning",
        "QDrop.Calibration/Ranges",
        "QDrop.Calibration/Memory",
        "QDrop.Calibration/Weights",
        "QDrop.Calibration/Weights/PyTorch",

        // What a program with a twin loads.
        "QDrop.Runtime/Models",
        "QDrop.Runtime/Twins",
        "QDrop.Runtime/Operations",
        "QDrop.Runtime/Layers/Families",
        "QDrop.Runtime/Layers",
        "QDrop.Runtime/Artifacts",
        "QDrop.Runtime/Inputs",
        "QDrop.Runtime/Quantizers",
        "QDrop.Runtime/Settings",
        "QDrop.Runtime/Annotations",
        "QDrop.Runtime/Native",
        "QDrop.Runtime/Recording",
        "QDrop.Runtime/Safetensors",
        "QDrop.Runtime/Threading",

        // Programs as ONNX.
        "QDrop.Export",
        "QDrop.Export/Operators",
        "QDrop.Export/Grids",
        "QDrop.Export/Graphs",
        "QDrop.Export/Options",

        // What a program without libtorch loads.
        "QDrop.Inference",
        "QDrop.Inference/Execution",
        "QDrop.Inference/Artifacts",
        "QDrop.Inference/Integers",
        "QDrop.Inference/Operations",
        "QDrop.Inference/Programs",
        "QDrop.Inference/Kernels",
        "QDrop.Inference/Quantizers",
        "QDrop.Inference/Safetensors",
        "QDrop.Inference/Errors",

        // The source of models, which is compiled in the projects that use them.
        "QDrop.Models/ResNets",
        "QDrop.Models/MobileNets",
        "QDrop.Models/Inceptions",
        "QDrop.Models/Vgg",
        "QDrop.Models/AlexNet",

        // Code fixes, then the generator and its analyzers.
        "QDrop.CodeFixes",
        "QDrop.Generators",
        "QDrop.Generators/Analysis",
        "QDrop.Generators/Emission",
        "QDrop.Generators/Advice",
        "QDrop.Generators/Lowering",
        "QDrop.Generators/Gathering",
        "QDrop.Generators/Mappings",
        "QDrop.Generators/Models",
        "QDrop.Generators/Diagnostics",
        "QDrop.Generators/Helpers",

        // Linked into several of the projects.
        "Shared/Protocol",
        "Shared",
    ];

    /// <summary>The assemblies of <c>src</c>, with their symbols beside them.</summary>
    public static IReadOnlyList<string> Assemblies { get; } = [.. Find()];

    /// <summary>The repository's root.</summary>
    public static string Root => Metadata("RepositoryRoot");

    /// <summary>TorchSharp's assembly, which the code of <c>src</c> uses.</summary>
    public static string TorchSharp => Metadata("TorchSharp");

    private static IEnumerable<string> Find()
    {
        foreach (string project in Directory
                .EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
                .Order())
        {
            string name = Path.GetFileNameWithoutExtension(project);
            string outputs = Path.Combine(Path.GetDirectoryName(project)!, "bin", Metadata("Configuration"));
            yield return Directory
                .EnumerateFiles(outputs, name + ".dll", SearchOption.AllDirectories)
                .FirstOrDefault(f => File.Exists(Path.ChangeExtension(f, ".pdb")))
                ?? throw new FileNotFoundException(
                    $"{name} is not built: expected {name}.dll and its symbols under '{outputs}'.");
        }
    }

    private static string Metadata(string key) =>
        typeof(House).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;
}

using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace QDrop.Artifacts;

/// <summary>What a quantized model is and how it came to be.</summary>
internal sealed record Manifest
{
    /// <summary>Version of the artifact's format.</summary>
    public int FormatVersion { get; init; } = Artifact.FormatVersion;

    /// <summary>Full name of the model's class.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256, in hexadecimal, of the code of the model.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The settings of quantization.</summary>
    public required QuantizationSettings Settings { get; init; }

    /// <summary>The units of reconstruction, in the order in which they were reconstructed.</summary>
    public required IReadOnlyList<UnitState> Units { get; init; }

    /// <summary>
    /// The places in loops of <c>forward</c> that have quantizers in each pass, and how often a call reaches them: more
    /// than once.
    /// </summary>
    public IReadOnlyDictionary<string, int> Passes { get; init; } = new Dictionary<string, int>();

    /// <summary>
    /// The names of the activation quantizers at each place of the model's code, by the place's address;
    /// <see langword="null"/> where every call reaches every place once, so that a name has one place.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Places { get; init; }

    /// <summary>
    /// For the code of each module with loops in loops, by its address: how often places in loops are reached before
    /// each pass of a loop around another one. <see langword="null"/> if there is none.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>>? Loops { get; init; }

    /// <summary>
    /// SHA-256, in hexadecimal, of the float weights: of names, types, shapes and values in the order of names.
    /// </summary>
    public required string WeightsHash { get; init; }

    /// <summary>SHA-256, in hexadecimal, of the calibration inputs.</summary>
    public required string CalibrationHash { get; init; }

    /// <summary>Versions of the libraries that made it.</summary>
    public required LibraryVersions Versions { get; init; }
}

/// <summary>A unit of reconstruction: layers and activation quantizers that were learned together.</summary>
/// <param name="Name">The unit's name: that of its module, or of its only layer.</param>
/// <param name="IsBlock">Whether it is a block of several layers.</param>
/// <param name="Layers">Names of its quantized layers.</param>
/// <param name="Activations">Names of its activation quantizers.</param>
internal sealed record UnitState(
    string Name, bool IsBlock, IReadOnlyList<string> Layers, IReadOnlyList<string> Activations);

/// <summary>Versions of the libraries that made a quantized model.</summary>
/// <param name="QDrop">This library.</param>
/// <param name="TorchSharp">The TorchSharp assembly.</param>
/// <param name="Libtorch">libtorch, as TorchSharp reports it.</param>
/// <param name="Runtime">The .NET runtime, such as <c>.NET 10.0.1</c>.</param>
internal sealed record LibraryVersions(string QDrop, string TorchSharp, string Libtorch, string Runtime)
{
    /// <summary>Those of this process.</summary>
    /// <returns>The versions.</returns>
    public static LibraryVersions Current() => new(
        VersionOf(typeof(Artifact)), VersionOf(typeof(Tensor)), __version__, RuntimeInformation.FrameworkDescription);

    private static string VersionOf(Type type) => type.Assembly.GetName().Version?.ToString(3) ?? "unknown";
}

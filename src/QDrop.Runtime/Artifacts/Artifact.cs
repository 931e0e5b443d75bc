using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Artifacts;

/// <summary>
/// Reads and writes quantized models: safetensors files with weights packed to their bit width and a manifest in the
/// metadata. The format is described in <c>docs/artifact-format.md</c>.
/// </summary>
internal static class Artifact
{
    /// <summary>The version of the format that this library writes and reads.</summary>
    public const int FormatVersion = 1;

    internal const string Format = "qdrop";
    internal const string FormatKey = "format";
    internal const string VersionKey = "format_version";
    internal const string ManifestKey = "manifest";
    internal const string HashKey = "sha256";

    internal const string AdviceIfNewer =
        "Update the package QDrop.Runtime, or build the model with the version that the program uses.";

    internal const string ActivationScales = "activations.scale";
    internal const string ActivationExponents = "activations.exponent";
    internal const string ActivationZeroPoints = "activations.zero_point";
    internal const string FloatPrefix = "float.";

    /// <summary>
    /// Writes a quantized model: aside, then renamed, so that the path holds the whole artifact or what was there
    /// before. The same state gives the same bytes.
    /// </summary>
    /// <param name="path">The file; its folder is created if need be, a file of that name replaced.</param>
    /// <param name="state">The quantized model. Its tensors stay the caller's.</param>
    /// <exception cref="ArgumentException">
    /// The state's parts do not agree, as <see cref="Read"/> would find.
    /// </exception>
    /// <exception cref="QDropException">
    /// QDROP260: the file cannot be written, for instance because the disk is full.
    /// </exception>
    public static void Write(string path, QuantizedModelState state)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(state);
        if (StateCheck.Problem(state) is { } problem)
            throw new ArgumentException($"The quantized model cannot be written: {problem}", nameof(state));

        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = ArtifactWriter.Tensors(state);
        string manifest = ArtifactWriter.Document(state).ToJson();
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>
        {
            [FormatKey] = Format,
            [VersionKey] = FormattableString.Invariant($"{FormatVersion}"),
            [ManifestKey] = manifest,
            [HashKey] = TensorHash.Of(tensors, manifest),
        });
    }

    /// <summary>Reads a quantized model. Everything is checked before anything is returned.</summary>
    /// <param name="path">The artifact.</param>
    /// <returns>The quantized model; the caller disposes its tensors.</returns>
    /// <exception cref="QDropException">
    /// QDROP250: truncated, corrupted or inconsistent. QDROP251: not an artifact. QDROP252: of a newer format.
    /// QDROP254: no such file.
    /// </exception>
    public static QuantizedModelState Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ArtifactReader.Read(path);
    }

    internal static string LevelsName(string layer) => $"quantized.{layer}.levels";

    internal static string ScaleName(string layer) => $"quantized.{layer}.scale";

    internal static string ExponentName(string layer) => $"quantized.{layer}.exponent";

    internal static string ZeroPointName(string layer) => $"quantized.{layer}.zero_point";

    internal static string BiasName(string layer) => $"quantized.{layer}.bias";
}

using System.Text.Json;
using System.Text.Json.Serialization;
using QDrop.Artifacts;
using QDrop.CompilerServices;
using QDrop.Layers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Checkpoints;

/// <summary>
/// All that decides the bytes of a calibration's result: a checkpoint of another origin is of no use.
/// </summary>
/// <param name="Model">Full name of the model's class.</param>
/// <param name="Fingerprint">Hash of the model's code.</param>
/// <param name="Settings">The settings, as JSON.</param>
/// <param name="WeightsHash">Hash of the float weights.</param>
/// <param name="CalibrationHash">Hash of the calibration inputs.</param>
/// <param name="Versions">The libraries that compute.</param>
/// <param name="Threads">Threads that libtorch computes with: its sums may depend on them.</param>
internal sealed record CheckpointOrigin(
    string Model,
    string Fingerprint,
    string Settings,
    string WeightsHash,
    string CalibrationHash,
    string Versions,
    int Threads)
{
    /// <summary>
    /// The layers' bit widths. What a budget chooses them by is measured again when a calibration goes on.
    /// </summary>
    public string BitWidths { get; init; } = "";

    /// <summary>That of a calibration in this process.</summary>
    public static CheckpointOrigin Of(
        QuantizedModelDescriptor descriptor,
        QuantizationSettings settings,
        string weightsHash,
        string calibrationHash,
        IReadOnlyList<QuantizedLayer> layers) =>
        new(
            descriptor.Name,
            descriptor.Fingerprint,
            JsonSerializer.Serialize(settings, ManifestJson.Default.QuantizationSettings),
            weightsHash,
            calibrationHash,
            // With deterministic compilation the version of an assembly's module is a hash of its contents.
            $"{LibraryVersions.Current()} {typeof(CheckpointOrigin).Module.ModuleVersionId} "
                + $"{typeof(Tensor).Module.ModuleVersionId}",
            get_num_threads())
        {
            BitWidths = string.Join(' ', layers.Select(static l => l.Weight.Bits)),
        };

    /// <summary>
    /// What makes another origin another one, to follow "it is of"; <see langword="null"/> if nothing does.
    /// </summary>
    public string? DifferenceOf(CheckpointOrigin other)
    {
        if (other.Model != Model)
            return $"the model {other.Model}, not {Model}";
        if (other.Fingerprint != Fingerprint)
            return "other code of the model";
        if (other.Settings != Settings)
            return $"other settings ({other.Settings})";
        if (other.WeightsHash != WeightsHash)
            return "other weights";
        if (other.CalibrationHash != CalibrationHash)
            return "other calibration inputs";
        if (other.Versions != Versions)
            return $"other versions ({other.Versions})";
        if (other.BitWidths != BitWidths)
            return $"other bit widths of the layers ({other.BitWidths})";
        return other.Threads != Threads ? $"a calibration with {other.Threads} threads, not {Threads}" : null;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CheckpointOrigin))]
[JsonSerializable(typeof(List<UnitReport>))]
internal sealed partial class CheckpointJson : JsonSerializerContext;

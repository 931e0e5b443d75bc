using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using QDrop.Reconstruction;

namespace QDrop.Artifacts;

/// <summary>
/// Writes the report beside an artifact: JSON with the settings, every unit's error and time, every layer's bits and size, the
/// compression, and hashes and versions. <c>docs/artifact-format.md</c> describes it.
/// </summary>
public static class CalibrationReportFile
{
    /// <summary>Writes the report, aside and then renamed.</summary>
    /// <param name="path">The file; its folder is created if need be, a file of that name replaced.</param>
    /// <param name="artifactPath">The artifact, already written.</param>
    /// <param name="state">The quantized model.</param>
    /// <param name="units">The units in the order in which they were reconstructed.</param>
    /// <param name="cost">How much of the model is quantized.</param>
    /// <exception cref="QDropException">QDROP260: the file cannot be written.</exception>
    public static void Write(string path, string artifactPath, QuantizedModelState state, IReadOnlyList<UnitReport> units, ModelCost cost)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(artifactPath);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(units);
        ArgumentNullException.ThrowIfNull(cost);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(Report(artifactPath, state, units, cost), Json.ReportDocument);
        AtomicFile.Write(path, stream => stream.Write(json));
    }

    /// <summary>What a report says of how much of the model is quantized.</summary>
    internal static ModelCost ReadCost(string path) => JsonSerializer.Deserialize(File.ReadAllBytes(path), Json.ReportDocument)!.Cost;

    /// <summary>Readable paths and names: the file is not put into a web page.</summary>
    private static ReportJson Json => new(new JsonSerializerOptions(ReportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static ReportDocument Report(string artifactPath, QuantizedModelState state, IReadOnlyList<UnitReport> units, ModelCost cost)
    {
        var layers = state.Layers.Select(Layer).ToList();
        long artifactBytes = new FileInfo(artifactPath).Length;
        long biases = state.Layers.Sum(static l => l.Bias?.numel() ?? 0);
        long stayFloat = state.FloatTensors.Values.Sum(static t => t.numel() * SafetensorsTypes.SizeOf(t.dtype));
        long weights = layers.Sum(static l => l.Weights);
        long floatBytes = checked(((weights + biases) * sizeof(float)) + stayFloat);
        long packed = layers.Sum(static l => l.PackedBytes);
        var manifest = state.Manifest;
        return new ReportDocument(
            Format: "qdrop-report",
            FormatVersion: 1,
            manifest.Model,
            manifest.Fingerprint,
            Path.GetFileName(artifactPath),
            new ReportSize(floatBytes, artifactBytes, Ratio(floatBytes, artifactBytes), weights, packed, Ratio(8 * packed, weights)),
            new ModelCost(Share(cost.QuantizedShare), [.. cost.FloatLayers.Select(static l => l with { Share = Share(l.Share) })]),
            manifest.Settings,
            [.. units.Select(static u => new ReportUnit(u.Name, u.IsBlock, u.Layers, u.Iterations, Finite(u.ErrorBefore), Finite(u.ErrorAfter), Math.Round(u.Seconds, 3)))],
            layers,
            [.. state.Activations],
            Math.Round(units.Sum(static u => u.Seconds), 3),
            manifest.WeightsHash,
            manifest.CalibrationHash,
            manifest.Versions);
    }

    private static ReportLayer Layer(QuantizedLayerState layer)
    {
        long weights = layer.Levels.numel();
        return new ReportLayer(layer.Name, layer.Bits, layer.Levels.shape, weights, weights * sizeof(float), BitPacking.PackedLength(weights, layer.Bits));
    }

    /// <summary>JSON has no NaN and no infinity.</summary>
    private static double? Finite(double error) => double.IsFinite(error) ? error : null;

    private static double Share(double share) => Math.Round(share, 4);

    private static double Ratio(long dividend, long divisor) => divisor == 0 ? 0 : Math.Round((double)dividend / divisor, 3);
}

/// <summary>The report's contents.</summary>
internal sealed record ReportDocument(
    string Format,
    int FormatVersion,
    string Model,
    string Fingerprint,
    string Artifact,
    ReportSize Size,
    ModelCost Cost,
    QuantizationSettings Settings,
    IReadOnlyList<ReportUnit> Units,
    IReadOnlyList<ReportLayer> Layers,
    IReadOnlyList<ActivationState> Activations,
    double Seconds,
    string WeightsHash,
    string CalibrationHash,
    LibraryVersions Versions);

/// <summary>Sizes: <c>FloatBytes</c> are those of the same tensors with every weight and bias in float32.</summary>
internal sealed record ReportSize(long FloatBytes, long ArtifactBytes, double Compression, long Weights, long PackedBytes, double BitsPerWeight);

/// <summary>A unit, its mean squared error before (rounded to nearest) and after reconstruction.</summary>
internal sealed record ReportUnit(
    string Name, bool IsBlock, IReadOnlyList<string> Layers, int Iterations, double? ErrorBefore, double? ErrorAfter, double Seconds);

/// <summary>A quantized layer.</summary>
internal sealed record ReportLayer(string Name, int Bits, IReadOnlyList<long> Shape, long Weights, long FloatBytes, long PackedBytes);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, NewLine = "\n")]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class ReportJson : JsonSerializerContext;

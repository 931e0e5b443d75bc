using System.Text.Json.Serialization;
using QDrop.Artifacts;

namespace QDrop.Calibration.Reports.Documents;

/// <summary>The report's contents. What is not finite is null.</summary>
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
    ReportInsight? Insight,
    double Seconds,
    IReadOnlyDictionary<string, double> Phases,
    string WeightsHash,
    string CalibrationHash,
    LibraryVersions Versions)
{
    /// <summary>Which bit widths the budget gave, where there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetOutcome? Budget { get; init; }

    /// <summary>How training went; left out where the model was not trained.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingReport? Training { get; init; }

    /// <summary>What runs without libtorch; left out in an artifact that does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportProgram? Program { get; init; }

    /// <summary>The places in loops that have quantizers in each pass, and how often a call reaches them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, int>? Passes { get; init; }
}

/// <summary>Sizes: <c>FloatBytes</c> are those of the same tensors with every weight and bias in float32.</summary>
internal sealed record ReportSize(
    long FloatBytes, long ArtifactBytes, double Compression, long Weights, long PackedBytes, double BitsPerWeight);

/// <summary>
/// The program: how many operations it has and which share of the products of numbers is computed in integers; or why
/// there is none.
/// </summary>
internal sealed record ReportProgram(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Operations,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? IntegerShare,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? WhyNot);

/// <summary>
/// A unit, its mean squared error and its signal-to-quantization-noise ratio in dB, before (rounded to nearest) and
/// after reconstruction.
/// </summary>
internal sealed record ReportUnit(
    string Name,
    bool IsBlock,
    IReadOnlyList<string> Layers,
    int Iterations,
    double? ErrorBefore,
    double? ErrorAfter,
    double? SqnrBefore,
    double? SqnrAfter,
    double Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Norm = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? SettledExponents = null)
{
    /// <summary>What depends on the number of threads; left out where nothing was tried.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ThreadDependent { get; init; }

    /// <summary>Whether rounding to nearest was kept, because what was learned was worse.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KeptNearest { get; init; }
}

/// <summary>A quantized layer.</summary>
internal sealed record ReportLayer(
    string Name, int Bits, IReadOnlyList<long> Shape, long Weights, long FloatBytes, long PackedBytes);

/// <summary>What was measured of the calibrated model; the members are those of <see cref="ModelInsight"/>.</summary>
internal sealed record ReportInsight(
    int Samples,
    double? OutputSqnr,
    IReadOnlyList<ReportLayerInsight> Layers,
    IReadOnlyList<ReportActivationInsight> Activations,
    IReadOnlyList<BitAdvice> Advice);

/// <summary>What was measured of a layer; the members are those of <see cref="LayerInsight"/>.</summary>
internal sealed record ReportLayerInsight(
    string Name,
    string Unit,
    int Bits,
    double? SqnrBefore,
    double? SqnrAfter,
    double? Sensitivity,
    int? RaisedBits,
    double? Gain,
    IReadOnlyList<long> Histogram);

/// <summary>
/// What was measured of an activation quantizer; the members are those of <see cref="ActivationInsight"/>.
/// </summary>
internal sealed record ReportActivationInsight(
    string Name, int Bits, double? Clipped, double? Sensitivity, int? RaisedBits, double? Gain);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    NewLine = "\n")]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class ReportJson : JsonSerializerContext;

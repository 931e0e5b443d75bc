using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using QDrop.Artifacts;
using QDrop.Calibration.Reports.Documents;
using QDrop.Models;
using QDrop.Operations;
using QDrop.Programs;
using QDrop.Safetensors;

namespace QDrop.Calibration;

/// <summary>
/// Writes the report beside an artifact: JSON with the settings, every unit's error and time, every layer's bits and
/// size, what was measured of the calibrated model, the compression, and hashes and versions.
/// <c>docs/artifact-format.md</c> describes it.
/// </summary>
internal static class CalibrationReportFile
{
    /// <summary>Writes the report, aside and then renamed.</summary>
    /// <param name="path">The file; its folder is created if need be, a file of that name replaced.</param>
    /// <param name="report">What it says.</param>
    /// <exception cref="QDropException">QDROP260: the file cannot be written.</exception>
    public static void Write(string path, ReportDocument report)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(report, Json);
        AtomicFile.Write(path, stream => stream.Write(json));
    }

    /// <summary>What a report says.</summary>
    /// <param name="artifactPath">The artifact, already written.</param>
    /// <param name="outcome">What calibration gave.</param>
    public static ReportDocument Document(string artifactPath, CalibrationOutcome outcome)
    {
        QuantizedModelState state = outcome.State;
        var layers = state.Layers.Select(Layer).ToList();
        long artifactBytes = new FileInfo(artifactPath).Length;
        long biases = state.Layers.Sum(static l => l.Bias?.numel() ?? 0);
        long stayFloat = state.FloatTensors.Values.Sum(static t => t.numel() * SafetensorsTypes.SizeOf(t.dtype));
        long weights = layers.Sum(static l => l.Weights);
        long floatBytes = checked(((weights + biases) * sizeof(float)) + stayFloat);
        long packed = layers.Sum(static l => l.PackedBytes);
        Manifest manifest = state.Manifest;
        return new ReportDocument(
            Format: "qdrop-report",
            FormatVersion: 1,
            manifest.Model,
            manifest.Fingerprint,
            Path.GetFileName(artifactPath),
            new ReportSize(
                floatBytes,
                artifactBytes,
                Ratio(floatBytes, artifactBytes),
                weights,
                packed,
                Ratio(8 * packed, weights)),
            new ModelCost(
                Share(outcome.Cost.QuantizedShare),
                [.. outcome.Cost.FloatLayers.Select(static l => l with { Share = Share(l.Share) })]),
            manifest.Settings,
            [.. outcome.Units.Select(Unit)],
            layers,
            [.. state.Activations],
            outcome.Insight is null ? null : Insight(outcome.Insight),
            Math.Round(outcome.Units.Sum(static u => u.Seconds), 3),
            outcome.Profile.Seconds.ToDictionary(
                static p => JsonNamingPolicy.CamelCase.ConvertName(p.Key.ToString()),
                static p => Math.Round(p.Value, 3)),
            manifest.WeightsHash,
            manifest.CalibrationHash,
            manifest.Versions)
        {
            Budget = outcome.Budget,
            Training = outcome.Training is null ? null : Training(outcome.Training),
            Passes = manifest.Passes.Count == 0 ? null : manifest.Passes,
            Program = Program(state),
        };
    }

    private static ReportProgram? Program(QuantizedModelState state)
    {
        if (state.Program is not { Graph: { } graph } program)
            return state.Program is { WhyNot: { } whyNot } ? new(null, null, whyNot) : null;
        ProgramData data = ProgramRecording.DataOf(state.Layers, state.Activations, state.FloatTensors)
            .With(program.Constants);
        using var runnable = new QuantizedProgram(state.Manifest.Model, Vocabulary.Bind(graph, data), data);
        return new(
            graph.Operations.Count(static o => o.Name != "constant"),
            Share(runnable.IntegerShare(runnable.ExampleShapes())),
            null);
    }

    /// <summary>What a report says of how much of the model is quantized.</summary>
    public static ModelCost ReadCost(string path) => JsonSerializer.Deserialize(File.ReadAllBytes(path), Json)!.Cost;

    /// <summary>Readable paths and names: the file is not put into a web page.</summary>
    private static JsonTypeInfo<ReportDocument> Json { get; } =
        (JsonTypeInfo<ReportDocument>)new JsonSerializerOptions(ReportJson.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = ReportJson.Default.WithAddedModifier(SettingsJson.OmitDefaults),
        }.GetTypeInfo(typeof(ReportDocument));

    private static ReportUnit Unit(UnitReport unit) =>
        new(
            unit.Name,
            unit.IsBlock,
            unit.Layers,
            unit.Iterations,
            Finite(unit.ErrorBefore),
            Finite(unit.ErrorAfter),
            Decibels(unit.SqnrBefore),
            Decibels(unit.SqnrAfter),
            Math.Round(unit.Seconds, 3),
            // Squares are what every report means that says nothing else.
            unit.Norm == 2
                ? null
                : Finite(Math.Round(unit.Norm, 3)),
            Finite(Math.Round(unit.SettledExponents, 3)))
        {
            ThreadDependent = unit.ThreadDependent,
            KeptNearest = unit.KeptNearest,
        };

    private static ReportLayer Layer(QuantizedLayerState layer)
    {
        long weights = layer.Levels.numel();
        return new ReportLayer(
            layer.Name,
            layer.Bits,
            layer.Levels.shape,
            weights,
            weights * sizeof(float),
            BitPacking.PackedLength(weights, layer.Bits));
    }

    private static ReportInsight Insight(ModelInsight insight) =>
        new(
            insight.Samples,
            Decibels(insight.OutputSqnr),
            [
                .. insight.Layers.Select(static l => new ReportLayerInsight(
                    l.Name,
                    l.Unit,
                    l.Bits,
                    Decibels(l.SqnrBefore),
                    Decibels(l.SqnrAfter),
                    Decibels(l.Sensitivity),
                    l.RaisedBits,
                    Decibels(l.Gain ?? double.NaN),
                    l.Histogram)),
            ],
            [
                .. insight.Activations.Select(static a => new ReportActivationInsight(
                    a.Name,
                    a.Bits,
                    Finite(Math.Round(a.Clipped, 6)),
                    Decibels(a.Sensitivity),
                    a.RaisedBits,
                    Decibels(a.Gain ?? double.NaN))),
            ],
            [.. insight.Advice.Select(static a => a with { Gain = Math.Round(a.Gain, 3) })]);

    private static TrainingReport Training(TrainingReport training) =>
        training with
        {
            Epochs =
            [
                .. training.Epochs.Select(static e =>
                    e with
                    {
                        Seconds = Math.Round(e.Seconds, 3),
                        WeightBits = Math.Round(e.WeightBits, 3),
                        ActivationBits = e.ActivationBits is { } bits ? Math.Round(bits, 3) : null,
                    }),
            ],
        };

    private static double? Decibels(double ratio) => Finite(Math.Round(ratio, 3));

    /// <summary>JSON has no NaN and no infinity.</summary>
    private static double? Finite(double error) => double.IsFinite(error) ? error : null;

    private static double Share(double share) => Math.Round(share, 4);

    private static double Ratio(long dividend, long divisor) =>
        divisor == 0 ? 0 : Math.Round((double)dividend / divisor, 3);
}

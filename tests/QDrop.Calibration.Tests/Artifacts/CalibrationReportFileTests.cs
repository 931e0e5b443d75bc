using System.Text.Json;
using QDrop.Artifacts;
using QDrop.Calibration;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

public sealed class CalibrationReportFileTests
{
    [Fact]
    public void The_report_says_what_was_done_and_how_large_it_is()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TempFolder();
        QuantizedModelState state = SampleState.Create();
        Artifact.Write(folder["m.qdrop.safetensors"], state);
        UnitReport[] done =
        [
            new("stem", false, ["stem"], 100, 2.5, 0.5, 1.25) { SignalPower = 50 },
            new("block", true, ["block.conv1", "block.up"], 100, double.NaN, double.PositiveInfinity, 2),
            new("fc", false, ["fc"], 100, 0.25, 0.25, 0) { KeptNearest = true },
        ];
        var computed = new ModelCost(0.75, [new LayerCost("head.lstm", 0.2), new LayerCost("head.fc", 0.05)]);
        var outcome = new CalibrationOutcome(state, done, computed)
        {
            Insight = new ModelInsight(
                64,
                12.34567,
                [new LayerInsight("stem", "stem", 2, double.NaN, double.PositiveInfinity, 7.5, [1, 2, 3, 4], 4, 0.8)],
                [new ActivationInsight("stem", 4, 0.0123, double.NegativeInfinity, 6, 1.25)],
                [new BitAdvice("Some.Namespace.Model", "stem", 4, ["stem"], [], 0.8, 5, "[Quantize(W = 4)]")]),
        };
        outcome.SaveReport(folder["m.qdrop.json"], folder["m.qdrop.safetensors"]);

        Assert.Equal(2, Directory.GetFileSystemEntries(folder.Root).Length);
        using var report = JsonDocument.Parse(File.ReadAllBytes(folder["m.qdrop.json"]));
        JsonElement root = report.RootElement;
        Assert.Equal("qdrop-report", root.GetProperty("format").GetString());
        Assert.Equal("Some.Namespace.Model", root.GetProperty("model").GetString());
        Assert.Equal("m.qdrop.safetensors", root.GetProperty("artifact").GetString());
        Assert.Equal("Brecq", root.GetProperty("settings").GetProperty("method").GetString());
        Assert.Equal(3.25, root.GetProperty("seconds").GetDouble());

        // 108 + 144 + 60 + 21 weights, 4 + 3 + 3 biases, 3 floats, one int64 and two bools.
        JsonElement size = root.GetProperty("size");
        long artifactBytes = new FileInfo(folder["m.qdrop.safetensors"]).Length;
        Assert.Equal(333, size.GetProperty("weights").GetInt64());
        Assert.Equal(108 + 54 + 15 + 14, size.GetProperty("packedBytes").GetInt64());
        Assert.Equal((4 * (333 + 10)) + 12 + 8 + 2, size.GetProperty("floatBytes").GetInt64());
        Assert.Equal(artifactBytes, size.GetProperty("artifactBytes").GetInt64());
        Assert.Equal((double)((4 * (333 + 10)) + 22) / artifactBytes, size.GetProperty("compression").GetDouble(), 3);
        Assert.Equal(8.0 * 191 / 333, size.GetProperty("bitsPerWeight").GetDouble(), 3);

        var units = root.GetProperty("units").EnumerateArray().ToList();
        Assert.Equal(["stem", "block", "fc"], units.Select(static u => u.GetProperty("name").GetString()));
        Assert.Equal(0.5, units[0].GetProperty("errorAfter").GetDouble());
        Assert.Equal(JsonValueKind.Null, units[1].GetProperty("errorBefore").ValueKind);
        Assert.Equal(0.25, units[2].GetProperty("errorAfter").GetDouble());
        Assert.True(units[2].GetProperty("keptNearest").GetBoolean());
        Assert.False(units[0].TryGetProperty("keptNearest", out _));

        Assert.Equal(
            (13.01, 20.0),
            (units[0].GetProperty("sqnrBefore").GetDouble(), units[0].GetProperty("sqnrAfter").GetDouble()));
        Assert.Equal(JsonValueKind.Null, units[1].GetProperty("sqnrAfter").ValueKind);
        Assert.Equal(0, root.GetProperty("phases").GetProperty("weightRanges").GetDouble());

        JsonElement insight = root.GetProperty("insight");
        Assert.Equal(
            (64, 12.346), (insight.GetProperty("samples").GetInt32(), insight.GetProperty("outputSqnr").GetDouble()));
        JsonElement stem = insight.GetProperty("layers")[0];
        Assert.Equal(
            [JsonValueKind.Null, JsonValueKind.Null],
            new[] { "sqnrBefore", "sqnrAfter" }.Select(name => stem.GetProperty(name).ValueKind));
        Assert.Equal(
            (7.5, 4, 0.8),
            (
                stem.GetProperty("sensitivity").GetDouble(),
                stem.GetProperty("raisedBits").GetInt32(),
                stem.GetProperty("gain").GetDouble()));
        Assert.Equal([1L, 2, 3, 4], stem.GetProperty("histogram").EnumerateArray().Select(static n => n.GetInt64()));
        Assert.Equal(0.0123, insight.GetProperty("activations")[0].GetProperty("clipped").GetDouble());
        Assert.Equal(JsonValueKind.Null, insight.GetProperty("activations")[0].GetProperty("sensitivity").ValueKind);
        Assert.Equal(
            (6, 1.25),
            (
                insight.GetProperty("activations")[0].GetProperty("raisedBits").GetInt32(),
                insight.GetProperty("activations")[0].GetProperty("gain").GetDouble()));
        Assert.Equal("[Quantize(W = 4)]", insight.GetProperty("advice")[0].GetProperty("line").GetString());

        JsonElement cost = root.GetProperty("cost");
        Assert.Equal(0.75, cost.GetProperty("quantizedShare").GetDouble());
        Assert.Equal(
            ("head.lstm", 0.2),
            (
                cost.GetProperty("floatLayers")[0].GetProperty("name").GetString(),
                cost.GetProperty("floatLayers")[0].GetProperty("share").GetDouble()));
        Assert.Equal(0.05, CalibrationReportFile.ReadCost(folder["m.qdrop.json"]).FloatLayers[1].Share);

        JsonElement layer = root.GetProperty("layers")[1];
        Assert.Equal(
            ("block.conv1", 3, 54L),
            (
                layer.GetProperty("name").GetString(),
                layer.GetProperty("bits").GetInt32(),
                layer.GetProperty("packedBytes").GetInt64()));
        Assert.Equal(128, root.GetProperty("activations")[2].GetProperty("zeroPoint").GetDouble());
        Assert.Equal(state.Manifest.WeightsHash, root.GetProperty("weightsHash").GetString());
    }
}

using System.Text.Json;
using QDrop.Artifacts;
using QDrop.Reconstruction;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

public sealed class CalibrationReportFileTests
{
    [Fact]
    public void The_report_says_what_was_done_and_how_large_it_is()
    {
        using var scope = NewDisposeScope();
        using var folder = new TempFolder();
        var state = SampleState.Create();
        Artifact.Write(folder["m.qdrop.safetensors"], state);
        CalibrationReportFile.Write(
            folder["m.qdrop.json"],
            folder["m.qdrop.safetensors"],
            state,
            [
                new UnitReport("stem", false, ["stem"], 100, 2.5, 0.5, 1.25),
                new UnitReport("block", true, ["block.conv1", "block.up"], 100, double.NaN, double.PositiveInfinity, 2),
                new UnitReport("fc", false, ["fc"], 0, 0.25, 0.25, 0),
            ],
            new ModelCost(0.75, [new LayerCost("head.lstm", 0.2), new LayerCost("head.fc", 0.05)]));

        Assert.Equal(2, Directory.GetFileSystemEntries(folder.Root).Length);
        using var report = JsonDocument.Parse(File.ReadAllBytes(folder["m.qdrop.json"]));
        var root = report.RootElement;
        Assert.Equal("qdrop-report", root.GetProperty("format").GetString());
        Assert.Equal("Some.Namespace.Model", root.GetProperty("model").GetString());
        Assert.Equal("m.qdrop.safetensors", root.GetProperty("artifact").GetString());
        Assert.Equal("Brecq", root.GetProperty("settings").GetProperty("method").GetString());
        Assert.Equal(3.25, root.GetProperty("seconds").GetDouble());

        // 108 + 144 + 60 + 21 weights, 4 + 6 + 3 biases, 3 floats, one int64 and two bools.
        var size = root.GetProperty("size");
        long artifactBytes = new FileInfo(folder["m.qdrop.safetensors"]).Length;
        Assert.Equal(333, size.GetProperty("weights").GetInt64());
        Assert.Equal(108 + 54 + 15 + 14, size.GetProperty("packedBytes").GetInt64());
        Assert.Equal((4 * (333 + 13)) + 12 + 8 + 2, size.GetProperty("floatBytes").GetInt64());
        Assert.Equal(artifactBytes, size.GetProperty("artifactBytes").GetInt64());
        Assert.Equal((double)((4 * (333 + 13)) + 22) / artifactBytes, size.GetProperty("compression").GetDouble(), 3);
        Assert.Equal(8.0 * 191 / 333, size.GetProperty("bitsPerWeight").GetDouble(), 3);

        var units = root.GetProperty("units").EnumerateArray().ToList();
        Assert.Equal(["stem", "block", "fc"], units.Select(static u => u.GetProperty("name").GetString()));
        Assert.Equal(0.5, units[0].GetProperty("errorAfter").GetDouble());
        Assert.Equal(JsonValueKind.Null, units[1].GetProperty("errorBefore").ValueKind);
        Assert.Equal(0.25, units[2].GetProperty("errorAfter").GetDouble());

        var cost = root.GetProperty("cost");
        Assert.Equal(0.75, cost.GetProperty("quantizedShare").GetDouble());
        Assert.Equal(("head.lstm", 0.2), (cost.GetProperty("floatLayers")[0].GetProperty("name").GetString(), cost.GetProperty("floatLayers")[0].GetProperty("share").GetDouble()));
        Assert.Equal(0.05, CalibrationReportFile.ReadCost(folder["m.qdrop.json"]).FloatLayers[1].Share);

        var layer = root.GetProperty("layers")[1];
        Assert.Equal(("block.conv1", 3, 54L), (layer.GetProperty("name").GetString(), layer.GetProperty("bits").GetInt32(), layer.GetProperty("packedBytes").GetInt64()));
        Assert.Equal(128, root.GetProperty("activations")[2].GetProperty("zeroPoint").GetDouble());
        Assert.Equal(state.Manifest.WeightsHash, root.GetProperty("weightsHash").GetString());
    }
}

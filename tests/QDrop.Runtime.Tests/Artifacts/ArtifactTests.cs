using QDrop.Artifacts;
using QDrop.Safetensors;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

public sealed class ArtifactTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_model_comes_back_as_it_was()
    {
        QuantizedModelState state = SampleState.Create();
        Artifact.Write(_folder["a.qdrop.safetensors"], state);
        QuantizedModelState read = Artifact.Read(_folder["a.qdrop.safetensors"]);

        Assert.Equal(state.Manifest.Settings, read.Manifest.Settings);
        Assert.Equal(state.Manifest.Versions, read.Manifest.Versions);
        Assert.Equal(
            (
                state.Manifest.FormatVersion,
                state.Manifest.Model,
                state.Manifest.Fingerprint,
                state.Manifest.WeightsHash,
                state.Manifest.CalibrationHash),
            (
                read.Manifest.FormatVersion,
                read.Manifest.Model,
                read.Manifest.Fingerprint,
                read.Manifest.WeightsHash,
                read.Manifest.CalibrationHash));
        Assert.Equal(state.Manifest.Units.Count, read.Manifest.Units.Count);
        foreach ((UnitState? expected, UnitState? actual) in state.Manifest.Units.Zip(read.Manifest.Units))
        {
            Assert.Equal((expected.Name, expected.IsBlock), (actual.Name, actual.IsBlock));
            Assert.Equal(expected.Layers, actual.Layers);
            Assert.Equal(expected.Activations, actual.Activations);
        }

        Assert.Equal(state.Layers.Count, read.Layers.Count);
        foreach ((QuantizedLayerState? expected, QuantizedLayerState? actual) in state.Layers.Zip(read.Layers))
        {
            Assert.Equal(
                (expected.Name, expected.Bits, expected.ChannelAxis), (actual.Name, actual.Bits, actual.ChannelAxis));
            Same(expected.Levels, actual.Levels);
            Same(expected.Scale, actual.Scale);
            Same(expected.ZeroPoint, actual.ZeroPoint);
            Assert.Equal(expected.Bias is null, actual.Bias is null);
            if (expected.Bias is not null)
                Same(expected.Bias, actual.Bias!);
        }

        Assert.Equal(state.Activations, read.Activations);
        Assert.Equal(state.FloatTensors.Keys.Order(), read.FloatTensors.Keys.Order());
        foreach ((string? name, Tensor? tensor) in state.FloatTensors)
            Same(tensor, read.FloatTensors[name]);
    }

    [Fact]
    public void The_same_state_gives_the_same_bytes()
    {
        Artifact.Write(_folder["a"], SampleState.Create());
        QuantizedModelState again = SampleState.Create();
        Artifact.Write(_folder["b"], again with { FloatTensors = again.FloatTensors.Reverse().ToDictionary() });
        Artifact.Write(_folder["c"], Artifact.Read(_folder["a"]));
        Assert.Equal(File.ReadAllBytes(_folder["a"]), File.ReadAllBytes(_folder["b"]));
        Assert.Equal(File.ReadAllBytes(_folder["a"]), File.ReadAllBytes(_folder["c"]));
    }

    [Fact]
    public void Weights_take_their_bits_and_no_more()
    {
        Artifact.Write(_folder["a"], SampleState.Create());
        Dictionary<string, Tensor> tensors = SafetensorsFile.Read(_folder["a"]).Tensors;
        Assert.Equal([108], tensors["quantized.stem.levels"].shape); // 4·3·3·3 weights of 8 bits
        Assert.Equal([54], tensors["quantized.block.conv1.levels"].shape); // 144 of 3
        Assert.Equal([15], tensors["quantized.block.up.levels"].shape); // 60 of 2
        Assert.Equal([14], tensors["quantized.fc.levels"].shape); // 21 of 5: 105 bits
    }

    [Fact]
    public void The_places_of_quantizers_are_read_as_they_were_written()
    {
        QuantizedModelState state = SampleState.Create();
        Manifest manifest = state.Manifest with
        {
            Places = new Dictionary<string, IReadOnlyList<string>> { ["stem"] = ["", "stem"], ["up#2/up.add"] = [] },
            Loops = new Dictionary<string, IReadOnlyList<int>> { [""] = [0, 6], ["up#2/"] = [0] },
        };
        Artifact.Write(_folder["a"], state with { Manifest = manifest });
        Manifest read = Artifact.Read(_folder["a"]).Manifest;
        Assert.Equal(manifest.Places, read.Places);
        Assert.Equal(manifest.Loops, read.Loops);
        Artifact.Write(_folder["a"], state);
        read = Artifact.Read(_folder["a"]).Manifest;
        Assert.Null(read.Places);
        Assert.Null(read.Loops);
    }

    [Fact]
    public void A_model_without_quantizers_can_be_stored()
    {
        var state = new QuantizedModelState(
            SampleState.Manifest() with
            {
                Units = [],
            },
            [],
            [],
            new Dictionary<string, Tensor>());
        Artifact.Write(_folder["a"], state);
        QuantizedModelState read = Artifact.Read(_folder["a"]);
        Assert.Empty(read.Layers);
        Assert.Empty(read.Activations);
        Assert.Empty(read.FloatTensors);
    }

    [Fact]
    public void What_was_read_outlives_the_reading_but_not_the_scope_of_the_caller()
    {
        Artifact.Write(_folder["a"], SampleState.Create());
        Tensor levels;
        using (NewDisposeScope())
        {
            levels = Artifact.Read(_folder["a"]).Layers[0].Levels;
            Assert.False(levels.IsInvalid);
        }

        Assert.True(levels.IsInvalid);
    }

    [Fact]
    public void A_missing_artifact_is_named()
    {
        QDropException error = Assert.Throws<QDropException>(() => Artifact.Read(_folder["none.qdrop.safetensors"]));
        Assert.Equal("QDROP254", error.Code);
        Assert.Contains(_folder["none.qdrop.safetensors"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_are_foreign()
    {
        Refused(_folder.Write("a", "PK\x03\x04 and some more"u8), "QDROP251");
        Refused(_folder.Write("a", "not a model at all"u8), "QDROP251");
        SafetensorsFile.Write(_folder["a"], new Dictionary<string, Tensor> { ["w"] = tensor(1f) });
        Refused(_folder["a"], "QDROP251");
        SafetensorsFile.Write(
            _folder["a"],
            new Dictionary<string, Tensor> { ["w"] = tensor(1f) },
            new Dictionary<string, string> { ["format"] = "pt" });
        Refused(_folder["a"], "QDROP251");
    }

    [Fact]
    public void A_newer_format_asks_for_an_update()
    {
        Rewrite(metadata => metadata["format_version"] = "2");
        string message = Refused(_folder["a"], "QDROP252");
        Assert.Contains("version 2", message, StringComparison.Ordinal);
        Assert.Contains("Update", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"settings\":{", "\"settings\":{\"width\":4,", "'width'")]
    [InlineData("\"layers\":[{", "\"layers\":[{\"sparse\":true,", "'sparse'")]
    [InlineData("{\"model\":", "{\"signature\":{},\"model\":", "'signature'")]
    public void A_member_that_is_not_known_is_of_a_newer_version(string old, string @new, string named)
    {
        Rewrite(metadata =>
        {
            Assert.Contains(old, metadata["manifest"], StringComparison.Ordinal);
            metadata["manifest"] = metadata["manifest"].Replace(old, @new, StringComparison.Ordinal);
        });
        string message = Refused(_folder["a"], "QDROP252");
        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.Contains("Update", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("1.0")]
    public void A_version_that_is_no_version_is_corrupted(string version)
    {
        Rewrite(metadata => metadata["format_version"] = version);
        Refused(_folder["a"], "QDROP250");
    }

    [Theory]
    [InlineData("format_version")]
    [InlineData("manifest")]
    [InlineData("sha256")]
    public void Missing_metadata_are_named(string key)
    {
        Rewrite(metadata => metadata.Remove(key));
        Assert.Contains($"'{key}'", Refused(_folder["a"], "QDROP250"), StringComparison.Ordinal);
    }

    // Each with the hash made right, so that the check behind it is what refuses.
    [Theory]
    [InlineData("\"bits\":3", "\"bits\":4", "does not fit its 54 bytes")]
    [InlineData("\"bits\":3", "\"bits\":9", "9 bits; expected 2 to 8")]
    [InlineData("\"bits\":3", "\"bits\":1", "1 bits; expected 2 to 8")]
    [InlineData("\"shape\":[4,4,3,3]", "\"shape\":[4,4,3,4]", "does not fit its 54 bytes")]
    [InlineData("\"shape\":[4,4,3,3]", "\"shape\":[-4,-4,3,3]", "does not fit its 54 bytes")]
    [InlineData("\"shape\":[4,4,3,3]", "\"shape\":[4611686018427387904,4,3,3]", "does not fit its 54 bytes")]
    [InlineData("\"shape\":[4,4,3,3]", "\"shape\":[2,8,3,3]", "expected [2], one for each channel")]
    [InlineData(
        "\"channelAxis\":1", "\"channelAxis\":0", "the scales of layer 'block.up' have shape [3]; expected [5]")]
    [InlineData("\"channelAxis\":1", "\"channelAxis\":4", "channel axis 4")]
    [InlineData("\"name\":\"fc\",\"bits\"", "\"name\":\"stem\",\"bits\"", "no tensor 'quantized.stem.levels'")]
    [InlineData("\"hasBias\":true", "\"hasBias\":false", "that its manifest does not mention")]
    [InlineData("\"hasBias\":false", "\"hasBias\":true", "no tensor 'quantized.block.conv1.bias'")]
    [InlineData(
        "{\"name\":\"block\",\"bits\":8}",
        "{\"name\":\"block.conv1\",\"bits\":8}",
        "two of activation quantizer 'block.conv1'")]
    [InlineData(
        "{\"name\":\"block\",\"bits\":8}",
        "{\"name\":\"block\",\"bits\":7}",
        "zero point 128; expected a whole number from 0 to 127")]
    [InlineData(",{\"name\":\"block\",\"bits\":8}", "", "its manifest has 2 activation quantizers")]
    [InlineData("\"layers\":[\"fc\"]", "\"layers\":[\"fc2\"]", "unit 'fc' lists layer 'fc2'")]
    [InlineData(
        "\"activations\":[\"stem\"]", "\"activations\":[\"head\"]", "unit 'stem' lists activation quantizer 'head'")]
    [InlineData("\"layers\":[\"fc\"]", "\"layers\":[null]", "null where a value belongs")]
    [InlineData(
        "\"weightsHash\"",
        "\"places\":{\"stem#2\":[\"\",\"stem#2\"]},\"weightsHash\"",
        "place 'stem#2' has activation quantizer 'stem#2', which is not there")]
    [InlineData("\"weightsHash\"", "\"places\":{\"stem\":[null]},\"weightsHash\"", "null where a value belongs")]
    [InlineData("\"weightsHash\"", "\"loops\":{\"\":null},\"weightsHash\"", "null where a value belongs")]
    [InlineData("\"drop\":0.25", "\"drop\":1.25", "Drop = 1.25")]
    [InlineData("\"w\":3", "\"w\":3,\"w\":4", "manifest cannot be read")]
    [InlineData("\"method\":\"Brecq\"", "\"method\":\"Other\"", "manifest cannot be read")]
    [InlineData("\"model\":\"Some.Namespace.Model\",", "", "manifest cannot be read")]
    [InlineData("\"model\":\"Some.Namespace.Model\"", "\"model\":null", "manifest cannot be read")]
    public void A_manifest_that_does_not_agree_with_the_tensors_is_refused(string old, string @new, string expected)
    {
        Rewrite(metadata =>
        {
            Assert.Contains(old, metadata["manifest"], StringComparison.Ordinal);
            int at = metadata["manifest"].IndexOf(old, StringComparison.Ordinal);
            metadata["manifest"] = metadata["manifest"].Remove(at, old.Length).Insert(at, @new);
        });
        Assert.Contains(expected, Refused(_folder["a"], "QDROP250"), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_cannot_be_are_refused()
    {
        Replaced("quantized.stem.scale", tensor(new float[] { 1, float.NaN, 1, 1 }), "scale NaN");
        Replaced("quantized.stem.scale", tensor(new float[] { 1, 0, 1, 1 }), "scale 0");
        Replaced(
            "quantized.stem.scale",
            tensor(new float[] { 1, float.PositiveInfinity, 1, 1 }),
            "expected a finite number above 0");
        Replaced("quantized.stem.scale", tensor(new float[] { 1, 1, 1 }), "expected [4], one for each channel");
        Replaced("quantized.stem.scale", tensor(new double[] { 1, 1, 1, 1 }), "expected Float32");
        Replaced(
            "quantized.block.up.zero_point",
            tensor(new byte[] { 0, 1, 4 }),
            "zero point 4; expected a whole number from 0 to 3");
        Replaced("quantized.fc.bias", tensor(new float[] { 1, float.NegativeInfinity, 1 }), "not finite");
        Replaced("quantized.fc.bias", tensor(new float[] { 1, 1 }), "does not fit 3 channels");
        Replaced(
            "quantized.fc.levels", tensor(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff }), "unused bits");
        Replaced("quantized.fc.levels", tensor(new byte[13]), "does not fit its 13 bytes");
        Replaced("activations.scale", tensor(new float[] { 1, -1, 1 }), "scale -1");
        Replaced("activations.scale", tensor(new float[] { 1, 1 }), "3 activation quantizers");
        Replaced("stray", tensor(1f), "that its manifest does not mention");

        void Replaced(string name, Tensor value, string expected)
        {
            Rewrite(static _ => { }, tensors => tensors[name] = value);
            Assert.Contains(expected, Refused(_folder["a"], "QDROP250"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_state_that_does_not_agree_is_not_written()
    {
        QuantizedModelState state = SampleState.Create();
        QuantizedLayerState layer = state.Layers[1];
        NotWritten(state with { Layers = [layer with { Bits = 2 }] }, "levels above 3");
        NotWritten(state with { Layers = [layer, layer] }, "two of layer");
        NotWritten(
            state with
            {
                Layers = [layer with { ZeroPoint = tensor(new float[] { 0, 0.5f, 0, 0 }) }],
            },
            "zero point 0.5");
        NotWritten(
            state with
            {
                Layers = [layer with { ZeroPoint = tensor(new float[] { 0, 8, 0, 0 }) }],
            },
            "zero point 8");
        NotWritten(state with { Activations = [new ActivationState("a", 4, float.NaN, 0)] }, "scale NaN");
        NotWritten(state with { Activations = [] }, "lists activation quantizer");
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));

        void NotWritten(QuantizedModelState wrong, string expected) =>
            Assert.Contains(
                expected,
                Assert.Throws<ArgumentException>(() => Artifact.Write(_folder["a"], wrong)).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void An_artifact_in_a_folder_that_cannot_be_is_an_error()
    {
        string file = _folder.Write("file", [1]);
        Assert.Equal(
            "QDROP260",
            Assert.Throws<QDropException>(() => Artifact.Write(Path.Combine(file, "a"), SampleState.Create())).Code);
    }

    /// <summary>Writes the sample with other metadata or tensors, its hash made right again.</summary>
    private void Rewrite(
        Action<Dictionary<string, string>> edit, Action<Dictionary<string, Tensor>>? editTensors = null)
    {
        Artifact.Write(_folder["a"], SampleState.Create());
        (Dictionary<string, Tensor>? tensors, Dictionary<string, string>? metadata) = SafetensorsFile.Read(
            _folder["a"]);
        editTensors?.Invoke(tensors);
        edit(metadata);
        if (metadata.ContainsKey("sha256") && metadata.TryGetValue("manifest", out string? manifest))
            metadata["sha256"] = TensorHash.Of(tensors, manifest);
        SafetensorsFile.Write(_folder["a"], tensors, metadata);
    }

    private static string Refused(string path, string code)
    {
        QDropException error = Assert.Throws<QDropException>(() => Artifact.Read(path));
        Assert.True(code == error.Code, error.Code + ": " + error.Message);
        return error.Message;
    }

    private static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.bytes.ToArray(), actual.bytes.ToArray());
    }
}

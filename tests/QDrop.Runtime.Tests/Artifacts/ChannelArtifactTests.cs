using QDrop.Artifacts;
using QDrop.Safetensors;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

/// <summary>Activation quantizers with a grid for each channel in artifacts.</summary>
public sealed class ChannelArtifactTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_was_written_is_read()
    {
        QuantizedModelState state = SampleState.WithChannels();
        Artifact.Write(_folder["a"], state);
        QuantizedModelState read = Artifact.Read(_folder["a"]);

        Assert.Equal(state.Activations, read.Activations);
        Assert.Equal(state.Manifest.Settings, read.Manifest.Settings);
        // A quantizer's own scale is that of the channel with the widest grid.
        Assert.Equal((2f, 7f), (read.Activations[1].Scale, read.Activations[1].ZeroPoint));
        Artifact.Write(_folder["b"], read);
        Assert.Equal(File.ReadAllBytes(_folder["a"]), File.ReadAllBytes(_folder["b"]));
    }

    [Fact]
    public void Channels_are_named_where_there_are_any()
    {
        Artifact.Write(_folder["one"], SampleState.Create());
        Artifact.Write(_folder["many"], SampleState.WithChannels());
        (Dictionary<string, Tensor> _, Dictionary<string, string>? one) = SafetensorsFile.Read(_folder["one"]);
        (Dictionary<string, Tensor>? tensors, Dictionary<string, string>? many) = SafetensorsFile.Read(_folder["many"]);

        Assert.DoesNotContain("hannels\"", one["manifest"], StringComparison.Ordinal);
        Assert.Contains("\"activationsPerChannel\":true", many["manifest"], StringComparison.Ordinal);
        Assert.Equal([7], tensors["activations.scale"].shape);
    }

    [Theory]
    [InlineData("\"channels\":5", "\"channels\":4", "3 activation quantizers with 6 grids")]
    [InlineData("\"channels\":5", "\"channels\":2147483647", "grids in all")]
    [InlineData("\"channels\":5", "\"channels\":0", "at least one channel")]
    [InlineData("\"channels\":5", "\"channels\":-5", "at least one channel")]
    [InlineData(",\"channels\":5", "", "no channels along axis 1")]
    [InlineData("\"channelAxis\":1,\"channels\":5", "\"channels\":5", "5 channels along axis none")]
    [InlineData("\"channelAxis\":1,\"channels\":5", "\"channelAxis\":-1,\"channels\":5", "channel axis -1")]
    [InlineData("\"bits\":4,\"channelAxis\"", "\"bits\":3,\"channelAxis\"", "zero point 15")]
    public void A_manifest_that_does_not_agree_with_the_grids_is_refused(string old, string @new, string expected)
    {
        Rewrite((metadata, _) =>
        {
            Assert.Contains(old, metadata["manifest"], StringComparison.Ordinal);
            metadata["manifest"] = metadata["manifest"].Replace(old, @new, StringComparison.Ordinal);
        });
        Assert.Contains(expected, Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Grids_that_cannot_be_are_refused()
    {
        Rewrite((_, tensors) => tensors["activations.scale"] = tensor(new float[] { 1, 1, 1, 0, 1, 1, 1 }));
        Assert.Contains("'block.conv1' has scale 0", Refused(), StringComparison.Ordinal);
        Rewrite((_, tensors) => tensors["activations.zero_point"] = tensor(new byte[] { 0, 0, 0, 0, 16, 0, 0 }));
        Assert.Contains("'block.conv1' has zero point 16", Refused(), StringComparison.Ordinal);
        Rewrite((_, tensors) => tensors["activations.zero_point"] = tensor(new byte[] { 0, 0, 0 }));
        Assert.Contains("7 grids", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        Artifact.Write(_folder["a"], SampleState.WithChannels());
        byte[] whole = File.ReadAllBytes(_folder["a"]);
        for (int length = 0; length < whole.Length; length += 23)
        {
            _folder.Write("a", whole.AsSpan(0, length));
            Refused();
        }
    }

    [Fact]
    public void Channels_that_do_not_agree_are_not_written()
    {
        QuantizedModelState state = SampleState.WithChannels();
        NotWritten(new ChannelGrids(1, [1, 2], [0]), "2 scales and 1 zero points");
        NotWritten(new ChannelGrids(-1, [1], [0]), "channel axis -1");
        NotWritten(new ChannelGrids(1, [1, float.NaN], [0, 0]), "scale NaN");
        NotWritten(new ChannelGrids(1, [1, 1], [0, 0.5f]), "zero point 0.5");

        void NotWritten(ChannelGrids channels, string expected)
        {
            QuantizedModelState wrong = state with
            {
                Activations =
                [
                    state.Activations[0],
                    state.Activations[1] with
                    {
                        Channels = channels,
                    },
                    state.Activations[2],
                ],
            };
            Assert.Contains(
                expected,
                Assert.Throws<ArgumentException>(() => Artifact.Write(_folder["a"], wrong)).Message,
                StringComparison.Ordinal);
        }
    }

    private void Rewrite(Action<Dictionary<string, string>, Dictionary<string, Tensor>> edit)
    {
        Artifact.Write(_folder["a"], SampleState.WithChannels());
        (Dictionary<string, Tensor>? tensors, Dictionary<string, string>? metadata) = SafetensorsFile.Read(
            _folder["a"]);
        edit(metadata, tensors);
        metadata["sha256"] = TensorHash.Of(tensors, metadata["manifest"]);
        SafetensorsFile.Write(_folder["a"], tensors, metadata);
    }

    private string Refused()
    {
        QDropException error = Assert.Throws<QDropException>(() => Artifact.Read(_folder["a"]));
        Assert.True(error.Code == "QDROP250", error.Code + ": " + error.Message);
        return error.Message;
    }
}

using QDrop.Artifacts;
using QDrop.Safetensors;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

/// <summary>Scales that are powers of two in artifacts, which have their exponents.</summary>
public sealed class ExponentArtifactTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Scale.PowerOfTwo)]
    [InlineData(Scale.NearestPowerOfTwo)]
    public void What_was_written_is_read(Scale scale)
    {
        QuantizedModelState state = Powers(scale);
        Artifact.Write(_folder["a"], state);
        QuantizedModelState read = Artifact.Read(_folder["a"]);

        Assert.Equal(state.Activations, read.Activations);
        Assert.Equal(state.Manifest.Settings, read.Manifest.Settings);
        foreach ((QuantizedLayerState? one, QuantizedLayerState? other) in state.Layers.Zip(read.Layers))
        {
            Assert.Equal(one.Scale.data<float>().ToArray(), other.Scale.data<float>().ToArray());
            Assert.Equal(Enumerable.Range(0, (int)one.Scale.shape[0]).Select(Exponent), other.Exponents());
        }
        Assert.Equal([-126], read.Activations[0].Exponents()!);
        Artifact.Write(_folder["b"], read);
        Assert.Equal(File.ReadAllBytes(_folder["a"]), File.ReadAllBytes(_folder["b"]));
    }

    [Fact]
    public void Exponents_stand_in_the_place_of_scales()
    {
        Artifact.Write(_folder["free"], SampleState.Create());
        Artifact.Write(_folder["powers"], Powers(Scale.PowerOfTwo));
        (Dictionary<string, Tensor>? tensors, Dictionary<string, string> _) = SafetensorsFile.Read(_folder["free"]);
        (Dictionary<string, Tensor>? exponents, Dictionary<string, string> _) = SafetensorsFile.Read(_folder["powers"]);
        Assert.DoesNotContain(tensors.Keys, IsOf("exponent"));
        Assert.All(exponents.Where(t => IsOf("exponent")(t.Key)), t => Assert.Equal(ScalarType.Int8, t.Value.dtype));
        Assert.DoesNotContain(exponents.Keys, IsOf("scale"));

        static Predicate<string> IsOf(string kind) => name => name.EndsWith(kind, StringComparison.Ordinal);
    }

    [Fact]
    public void How_exponents_were_learned_and_the_power_of_errors_are_kept()
    {
        QuantizedModelState state = Powers(Scale.PowerOfTwo);
        QuantizationSettings settings = state.Manifest.Settings with
        {
            Norm = 1.5,
            Exponents = new()
            {
                Share = 0.3,
                Reach = 5,
                Weight = 3,
                ActivationLearningRate = 0,
            },
        };
        Artifact.Write(_folder["a"], state with { Manifest = state.Manifest with { Settings = settings } });
        Assert.Equal(settings, Artifact.Read(_folder["a"]).Manifest.Settings);
    }

    [Fact]
    public void A_scale_that_is_no_power_of_two_is_not_written()
    {
        QuantizedModelState state = Powers(Scale.PowerOfTwo);
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            Artifact.Write(
                _folder["a"],
                state with
                {
                    Activations = [state.Activations[0], new ActivationState("odd", 4, 0.3f, 0), state.Activations[2]],
                }));
        Assert.Contains("'odd' has scale 0.3; expected a power of two", error.Message, StringComparison.Ordinal);
        Assert.Null(new ActivationState("odd", 4, 0.3f, 0).Exponents());
    }

    [Fact]
    public void An_exponent_that_there_is_not_is_refused()
    {
        Artifact.Write(_folder["a"], Powers(Scale.PowerOfTwo));
        (Dictionary<string, Tensor>? tensors, Dictionary<string, string>? metadata) = SafetensorsFile.Read(
            _folder["a"]);
        tensors["quantized.fc.exponent"] = tensor(new float[] { 0, 127, 1 }).to_type(ScalarType.Int8);
        metadata["sha256"] = TensorHash.Of(tensors, metadata["manifest"]);
        SafetensorsFile.Write(_folder["b"], tensors, metadata);
        QDropException error = Assert.Throws<QDropException>(() => Artifact.Read(_folder["b"]));
        Assert.Equal("QDROP250", error.Code);
        Assert.Contains("'fc' has an exponent of 127; expected -126 to 119", error.Message, StringComparison.Ordinal);
    }

    private static int Exponent(int channel) => channel * 40 - 126;

    private static QuantizedModelState Powers(Scale scale)
    {
        QuantizedModelState state = SampleState.Create();
        return state with
        {
            Manifest = state.Manifest with { Settings = state.Manifest.Settings with { Scale = scale } },
            Layers =
            [
                .. state.Layers.Select(l =>
                    l with
                    {
                        Scale = tensor([
                            .. Enumerable.Range(0, (int)l.Scale.shape[0]).Select(c => MathF.ScaleB(1, Exponent(c))),
                        ]),
                    }),
            ],
            Activations = [.. state.Activations.Select((a, i) => a with { Scale = MathF.ScaleB(1, i * 100 - 126) })],
        };
    }
}

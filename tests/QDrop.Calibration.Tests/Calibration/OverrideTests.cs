using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>What attributes on parts of a model change.</summary>
public sealed class OverrideTests() : CalibrationTest(seed: 7)
{
    private static QuantizationSettings Settings => ResidualNet.Descriptor.Settings with { Iterations = 3 };

    private static CalibrationOutcome Calibrate(QuantizationSettings settings, params QuantizationOverride[] overrides)
    {
        using var model = new ResidualNet();
        return ModelQuantizer.Quantize(
            ResidualNet.Descriptor with
            {
                Overrides = overrides,
            },
            settings,
            model,
            randn(48, 3, 16, 16));
    }

    [Fact]
    public void Bit_widths_of_a_field_hold_for_the_layer_in_it_the_first_and_the_last_included()
    {
        CalibrationOutcome outcome = Calibrate(
            Settings with
            {
                W = 2,
                A = 3,
            },
            new(typeof(ResidualNet), "conv1") { W = 5, A = 6 },
            new(typeof(ResidualNet), "linear") { W = 4 },
            new(typeof(ResidualBlock), "conv2") { W = 7 });
        Assert.Equal([5, 2, 7, 2, 7, 4], outcome.State.Layers.Select(l => l.Bits));
        Assert.Equal([6, 3, 3, 3, 8], outcome.State.Activations.Select(a => a.Bits));
    }

    [Fact]
    public void Bit_widths_of_a_class_hold_for_all_in_it_and_the_innermost_counts()
    {
        CalibrationOutcome outcome = Calibrate(
            Settings with
            {
                W = 2,
                A = 3,
            },
            new(typeof(ResidualBlock)) { W = 6, A = 5 },
            new(typeof(ResidualNet), "layers") { W = 4 },
            new(typeof(ResidualBlock), "conv2") { W = 3 });
        Assert.Equal([8, 6, 3, 6, 3, 8], outcome.State.Layers.Select(l => l.Bits));
        Assert.Equal([3, 5, 5, 5, 5], outcome.State.Activations.Select(a => a.Bits));
    }

    [Fact]
    public void A_method_of_a_class_decides_what_is_learned_and_what_is_a_unit()
    {
        CalibrationOutcome outcome = Calibrate(
            Settings,
            new QuantizationOverride(typeof(ResidualBlock)) { Method = Method.AdaRound },
            new(typeof(ResidualNet), "linear") { Method = Method.Nearest });
        Assert.Equal(
            ["conv1", "layers.0.conv1", "layers.0.conv2", "layers.1.conv1", "layers.1.conv2", "linear"],
            outcome.Units.Select(u => u.Name));
        Assert.Equal([3, 3, 3, 3, 3, 0], outcome.Units.Select(u => u.Iterations));
    }

    [Fact]
    public void A_layer_that_is_rounded_to_nearest_is_so_within_a_block_that_learns()
    {
        QuantizationSettings settings = Settings with { W = 2, Iterations = 40, LearningRate = 0.1 };
        manual_seed(1);
        CalibrationOutcome learned = Calibrate(settings);
        manual_seed(1);
        CalibrationOutcome kept = Calibrate(
            settings, new QuantizationOverride(typeof(ResidualBlock), "conv1") { Method = Method.Nearest });
        manual_seed(1);
        CalibrationOutcome nearest = Calibrate(settings with { Method = Method.Nearest });
        Assert.Equal(Levels(nearest, 1), Levels(kept, 1));
        Assert.NotEqual(Levels(nearest, 1), Levels(learned, 1));
        Assert.NotEqual(Levels(nearest, 2), Levels(kept, 2));

        static byte[] Levels(CalibrationOutcome outcome, int layer) =>
            outcome.State.Layers[layer].Levels.data<byte>().ToArray();
    }

    [Fact]
    public void A_layer_in_full_precision_keeps_its_weights_and_what_the_next_layer_reads_is_quantized()
    {
        using var model = new ResidualNet();
        QuantizedModelDescriptor descriptor = ResidualNet.Descriptor with
        {
            Overrides = [new(typeof(ResidualNet), "conv1") { FullPrecision = true }],
        };
        Tensor inputs = randn(48, 3, 16, 16);
        CalibrationOutcome outcome = ModelQuantizer.Quantize(descriptor, Settings with { W = 8, A = 8 }, model, inputs);
        Assert.Equal("layers.0.conv1", outcome.State.Layers[0].Name);
        Assert.Contains("conv1.weight", outcome.State.FloatTensors.Keys);
        Assert.Contains("bn1.running_mean", outcome.State.FloatTensors.Keys);
        Assert.Equal("conv1.output", outcome.State.Activations[0].Name);
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        using IDisposable guard = no_grad();
        using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(descriptor, path);
        Tensor expected = model.call(inputs), found = loaded.call(inputs);
        Assert.InRange((found - expected).norm().ToDouble() / expected.norm().ToDouble(), 1e-6, 0.05);
    }

    [Fact]
    public void A_class_in_full_precision_has_no_quantized_layers()
    {
        CalibrationOutcome outcome = Calibrate(
            Settings, new QuantizationOverride(typeof(ResidualBlock)) { FullPrecision = true });
        Assert.Equal(["conv1", "linear"], outcome.State.Layers.Select(l => l.Name));
        Assert.Equal(["conv1", "linear"], outcome.Units.Select(u => u.Name));
        // The stem's, and one for each block's value.
        Assert.Equal(3, outcome.State.Activations.Count);
    }

    [Fact]
    public void A_module_with_several_inputs_in_full_precision_runs_as_it_is()
    {
        using var model = new PairNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            PairNet.Descriptor with
            {
                Overrides = [new(typeof(PairNet), "exchange") { FullPrecision = true }],
            },
            PairNet.Descriptor.Settings,
            model,
            PairNet.Inputs(70));
        Assert.DoesNotContain("exchange", outcome.Units.Select(u => u.Name));
        Assert.Contains("exchange.first.weight", outcome.State.FloatTensors.Keys);
    }

    [Fact]
    public void A_bit_width_out_of_range_is_an_error() =>
        Assert.Equal(
            "QDROP004",
            Assert
                .Throws<QDropException>(() =>
                    Calibrate(Settings, new QuantizationOverride(typeof(ResidualNet), "conv1") { W = 9 }))
                .Code);

    [Fact]
    public void A_member_is_found_under_whatever_name_its_module_is_registered()
    {
        using var model = new Renamed();
        using var context = new QuantizationContext(
            model,
            [
                new(typeof(Renamed), nameof(Renamed.Decoder)) { W = 3 },
                new(typeof(Renamed), "_encoder") { W = 5 },
                new(typeof(Renamed), "_heads") { FullPrecision = true },
            ]);
        Assert.Equal([3, 5, null], new[] { "decoder.0", "encoder", "last" }.Select(context.Overrides.W));
        Assert.Equal([true, true, false], new[] { "head0", "head1", "last" }.Select(context.Overrides.IsFullPrecision));
    }

    private sealed class Renamed : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _encoder = nn.Linear(4, 4);
        private readonly nn.Module<Tensor, Tensor>[] _heads = [nn.Linear(4, 4), nn.Linear(4, 4)];

        public Renamed() : base(nameof(Renamed))
        {
            register_module("encoder", _encoder);
            register_module("decoder", Decoder);
            register_module("head0", _heads[0]);
            register_module("head1", _heads[1]);
            register_module("last", nn.Linear(4, 4));
        }

        public nn.Module<Tensor, Tensor> Decoder { get; } = nn.Sequential(nn.Linear(4, 4));

        public override Tensor forward(Tensor input) =>
            throw new InvalidOperationException("only the modules' names are looked at");
    }
}

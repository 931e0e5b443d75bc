using QDrop.Calibration;
using QDrop.Calibration.Execution;
using QDrop.CompilerServices;
using QDrop.Tests.Modules;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Calibration;

/// <summary>How much of a model is quantized, in multiply-accumulates.</summary>
public sealed class CostTests() : CalibrationTest(seed: 7)
{
    [Fact]
    public void Everything_is_quantized_where_nothing_is_left_float()
    {
        ModelCost cost = Calibrate();
        Assert.Equal(1, cost.QuantizedShare);
        Assert.Empty(cost.FloatLayers);
    }

    [Fact]
    public void What_stays_float_is_named_with_its_share()
    {
        // Positions times inputs times outputs times kernel: 16 x 16 in the stem and the first block, 8 x 8 in the
        // second.
        double stem = 256 * 3 * 8 * 9,
            first = 2 * 256 * 8 * 8 * 9,
            second = (64 * 8 * 16 * 9) + (64 * 16 * 16 * 9),
            head = 16 * 10;
        double all = stem + first + second + head;
        ModelCost cost = Calibrate(
            new(typeof(ResidualNet), "conv1") { FullPrecision = true },
            new(typeof(ResidualNet), "linear") { FullPrecision = true });
        Assert.Equal((first + second) / all, cost.QuantizedShare, 1e-9);
        Assert.Equal(["conv1", "linear"], cost.FloatLayers.Select(l => l.Name));
        Assert.Equal(stem / all, cost.FloatLayers[0].Share, 1e-9);
        Assert.Equal(head / all, cost.FloatLayers[1].Share, 1e-9);
    }

    [Fact]
    public void Layers_of_every_kind_are_counted()
    {
        using Linear linear = Linear(4, 6);
        using LSTM lstm = LSTM(4, 5, numLayers: 2);
        using GRU gru = GRU(4, 5);
        using LSTMCell cell = LSTMCell(4, 5);
        using GRUCell grucell = GRUCell(4, 5);
        using Bilinear pair = Bilinear(4, 3, 6);
        using MultiheadAttention attention = MultiheadAttention(4, 2);
        using ConvTranspose2d up = ConvTranspose2d(2, 3, 2, stride: 2);
        using var all = new Layers(linear, lstm, gru, cell, grucell, pair, attention, up);
        Tensor x = randn(7, 2, 4), row = randn(2, 4);
        using var cost = new FloatCost(all);
        linear.call(x);
        lstm.call(x, null);
        gru.call(x, null!);
        // TorchSharp hands an empty state on, which libtorch refuses.
        cell.call(row, (zeros(2, 5), zeros(2, 5)));
        grucell.call(row, zeros(2, 5));
        pair.call(row, randn(2, 3));
        attention.call(x, x, x, null, false, null);
        up.call(randn(1, 2, 3, 3));
        Assert.Equal(
            new Dictionary<string, long>
            {
                ["all.0"] = 14 * 24,
                // Four gates, from input and state, in two layers.
                ["all.1"] = 14 * 4 * 5 * (4 + 5 + 5 + 5),
                ["all.2"] = 14 * 3 * 5 * (4 + 5),
                ["all.3"] = 2 * 4 * 5 * (4 + 5),
                ["all.4"] = 2 * 3 * 5 * (4 + 5),
                ["all.5"] = 2 * 4 * 3 * 6,
                ["all.6"] = 14 * 4 * 4 * 4,
                ["all.7"] = 9 * 2 * 3 * 4,
            },
            cost.Counts);
    }

    /// <summary>A list of modules registers them where it is itself a part of a module.</summary>
    private sealed class Layers : Module
    {
        public readonly ModuleList<Module> all;

        public Layers(params Module[] modules) : base(nameof(Layers))
        {
            all = ModuleList(modules);
            RegisterComponents();
        }
    }

    private static ModelCost Calibrate(params QuantizationOverride[] overrides)
    {
        using var model = new ResidualNet();
        QuantizationSettings settings = ResidualNet.Descriptor.Settings with { Method = Method.Nearest };
        return ModelQuantizer
            .Quantize(ResidualNet.Descriptor with { Overrides = overrides }, settings, model, randn(48, 3, 16, 16))
            .Cost;
    }
}

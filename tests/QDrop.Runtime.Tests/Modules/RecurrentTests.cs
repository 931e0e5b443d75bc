using QDrop.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>The quantized counterparts of TorchSharp's recurrent layers.</summary>
public sealed class RecurrentTests : IDisposable
{
    private const long Length = 7, Batch = 2, Size = 5, Hidden = 6;

    private readonly DisposeScope _scope = NewDisposeScope();

    public RecurrentTests()
    {
        set_num_threads(1);
        manual_seed(6);
    }

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string, long, bool, bool, bool> Variants
    {
        get
        {
            var data = new TheoryData<string, long, bool, bool, bool>();
            foreach (string kind in new[] { "LSTM", "GRU", "tanh", "relu" })
            {
                for (int options = 0; options < 16; options++)
                    data.Add(kind, (options & 8) > 0 ? 3 : 1, (options & 4) > 0, (options & 2) > 0, (options & 1) > 0);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void With_quantizers_off_it_gives_what_the_module_gives(
        string kind, long layers, bool bidirectional, bool batchFirst, bool bias)
    {
        using Module module = Make(kind, layers, bidirectional, batchFirst, bias);
        QuantizedRecurrent recurrent = Quantized(module, out _);
        using IDisposable guard = no_grad();
        long states = layers * (bidirectional ? 2 : 1);
        Tensor x = batchFirst ? randn(Batch, Length, Size) : randn(Length, Batch, Size);
        Tensor h = randn(states, Batch, Hidden), c = randn(states, Batch, Hidden);
        Same(module, recurrent, x, null, null);
        Same(module, recurrent, x, h, c);
        Same(module, recurrent, x.transpose(0, 1).contiguous().transpose(0, 1), h, c);
        Same(module, recurrent, x.narrow(batchFirst ? 1 : 0, 0, 1), h, c);
    }

    [Theory]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    [InlineData("tanh")]
    public void Dropout_between_layers_is_for_training_only(string kind)
    {
        using Module module = kind switch
        {
            "LSTM" => LSTM(Size, Hidden, 2, dropout: 0.5),
            "GRU" => GRU(Size, Hidden, 2, dropout: 0.5),
            _ => RNN(Size, Hidden, 2, dropout: 0.5),
        };
        QuantizedRecurrent recurrent = Quantized(module, out _);
        Assert.True(module.training);
        module.eval();
        using IDisposable guard = no_grad();
        Same(module, recurrent, randn(Length, Batch, Size), null, null);
    }

    [Fact]
    public void A_weight_of_zeros_is_left_as_it_is_and_the_function_is_found()
    {
        using RNN module = RNN(Size, Hidden, nonLinearity: NonLinearities.ReLU);
        foreach (Parameter parameter in module.parameters())
            init.zeros_(parameter);
        QuantizedRecurrent recurrent = Quantized(module, out _);
        Assert.All(module.parameters(), static p => Assert.Equal(0, p.abs().max().item<float>()));
        using IDisposable guard = no_grad();
        foreach (Parameter parameter in module.parameters())
            init.uniform_(parameter, -0.7, 0.7);
        recurrent = Quantized(module, out _);
        Same(module, recurrent, randn(Length, Batch, Size), null, null);
    }

    [Fact]
    public void Products_are_quantized_layers_and_a_quantizer_is_for_the_states_of_all_steps()
    {
        using Module module = Make("LSTM", 2, true, false, true);
        QuantizedRecurrent recurrent = Quantized(module, out QuantizationContext context);
        using IDisposable guard = no_grad();
        recurrent.call(randn(Length, Batch, Size), ((Tensor, Tensor)?)null);
        recurrent.call(randn(Length, Batch, Size), ((Tensor, Tensor)?)null);
        Assert.Equal(
            [
                "layer.ih_l0", "layer.hh_l0", "layer.ih_l0_reverse", "layer.hh_l0_reverse",
                "layer.ih_l1", "layer.hh_l1", "layer.ih_l1_reverse", "layer.hh_l1_reverse",
            ],
            context.Layers.Select(l => l.Name));
        Assert.Equal(
            [
                "layer.state_l0", "layer.state_l0_reverse", "layer.input_l1", "layer.state_l1", "layer.state_l1_reverse",
                "layer.final", "layer.output",
            ],
            context.Activations.Select(a => a.Name));
        // Two runs; four gates; both directions; the second layer's input is both outputs of the first.
        Assert.Equal(
            2 * Length * Batch * 4 * Hidden * 2 * (Size + Hidden + (2 * Hidden) + Hidden),
            context.Layers.Sum(l => l.MultiplyAccumulates));
    }

    [Theory]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    [InlineData("relu")]
    public void Hidden_states_are_quantized_before_each_product_and_stay_float_between_steps(string kind)
    {
        using Module module = Make(kind, 1, false, false, true);
        QuantizedRecurrent recurrent = Quantized(module, out QuantizationContext context);
        using IDisposable guard = no_grad();
        Tensor x = randn(Length, Batch, Size);
        Run(recurrent, kind, x, null, null);
        context.Activations.Single(a => a.Name == "layer.state_l0").Restore(3, 0.25f, 3);
        // One step at a time, the state rounded where it is multiplied only.
        Tensor[] found = Run(recurrent, kind, x, null, null);
        var weights = module.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        Tensor h = zeros(Batch, Hidden), c = zeros(Batch, Hidden);
        for (int t = 0; t < Length; t++)
        {
            Tensor q = h.div(0.25f).round().add(3).clamp(0, 7).sub(3).mul(0.25f);
            Tensor input = x[t].matmul(weights["weight_ih_l0"].t()) + weights["bias_ih_l0"];
            Tensor hidden = q.matmul(weights["weight_hh_l0"].t()) + weights["bias_hh_l0"];
            (h, c) = kind == "LSTM" ? Lstm((input + hidden).chunk(4, 1), c)
                : kind == "GRU" ? (Gru(input.chunk(3, 1), hidden.chunk(3, 1), h), c)
                : ((input + hidden).relu(), c);
            Near(h, found[0][t]);
        }
        static (Tensor, Tensor) Lstm(Tensor[] g, Tensor c)
        {
            Tensor next = sigmoid(g[1]) * c + sigmoid(g[0]) * tanh(g[2]);
            return (sigmoid(g[3]) * tanh(next), next);
        }

        static Tensor Gru(Tensor[] i, Tensor[] h, Tensor state)
        {
            Tensor z = sigmoid(i[1] + h[1]);
            return (1 - z) * tanh(i[2] + sigmoid(i[0] + h[0]) * h[2]) + z * state;
        }
    }

    [Fact]
    public void Last_states_of_the_last_layer_are_its_quantized_outputs()
    {
        using Module module = Make("GRU", 2, true, true, true);
        QuantizedRecurrent recurrent = Quantized(module, out QuantizationContext context);
        using IDisposable guard = no_grad();
        Tensor x = randn(Batch, Length, Size);
        recurrent.call(x, (Tensor?)null);
        context.Activations.Single(a => a.Name == "layer.output").Restore(3, 0.25f, 3);
        context.Activations.Single(a => a.Name == "layer.final").Restore(3, 0.5f, 3);
        (Tensor y, Tensor last) = recurrent.call(x, (Tensor?)null);
        Assert.Equal(y.mul(4), y.mul(4).round());
        Assert.Equal(last[..2].mul(2), last[..2].mul(2).round());
        Assert.Equal(last[2], y.select(1, -1).narrow(-1, 0, Hidden));
        Assert.Equal(last[3], y.select(1, 0).narrow(-1, Hidden, Hidden));
    }

    private static Module Make(string kind, long layers, bool bidirectional, bool batchFirst, bool bias)
    {
        Module module = kind switch
        {
            "LSTM" => LSTM(Size, Hidden, layers, bias, batchFirst, bidirectional: bidirectional),
            "GRU" => GRU(Size, Hidden, layers, bias, batchFirst, bidirectional: bidirectional),
            _ => RNN(Size, Hidden, layers, kind == "relu" ? NonLinearities.ReLU : NonLinearities.Tanh, bias,
                batchFirst, bidirectional: bidirectional),
        };
        foreach (Parameter parameter in module.parameters())
            init.uniform_(parameter, -0.5, 0.5);
        return module;
    }

    private static QuantizedRecurrent Quantized(Module module, out QuantizationContext context)
    {
        context = new QuantizationContext(new Holder(module));
        return new(new RecurrentUnit(context, context.PathOf(module), Feeds.Next, module));
    }

    private static Tensor[] Run(QuantizedRecurrent recurrent, string kind, Tensor x, Tensor? h, Tensor? c)
    {
        if (kind != "LSTM")
        {
            (Tensor y, Tensor last) = recurrent.call(x, h);
            return [y, last];
        }
        (Tensor output, Tensor hidden, Tensor cell) = recurrent.call(x, h is null ? null : (h, c!));
        return [output, hidden, cell];
    }

    private static void Same(Module module, QuantizedRecurrent recurrent, Tensor x, Tensor? h, Tensor? c)
    {
        if (module is LSTM lstm)
        {
            (Tensor y, Tensor hidden, Tensor cell) = lstm.call(x, h is null ? null : (h, c!));
            Near([y, hidden, cell], Run(recurrent, "LSTM", x, h, c));
            return;
        }
        (Tensor output, Tensor last) = ((IModule<Tensor, Tensor, (Tensor, Tensor)>)module).call(x, h!);
        Near([output, last], Run(recurrent, "", x, h, c));
    }

    private static void Near(Tensor[] expected, Tensor[] found)
    {
        foreach ((Tensor own, Tensor other) in expected.Zip(found))
            Near(own, other);
    }

    private static void Near(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.shape, found.shape);
        Assert.InRange((found - expected).abs().max().item<float>() / expected.abs().max().item<float>(), 0, 1e-6f);
    }

    private sealed class Holder : Module<Tensor, Tensor>
    {
        public Holder(Module layer) : base(nameof(Holder)) => register_module("layer", layer);

        public override Tensor forward(Tensor input) => input;
    }
}

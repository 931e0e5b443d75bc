using QDrop.CompilerServices;
using QDrop.Layers;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>The quantized counterparts of TorchSharp's encoders and decoders.</summary>
public sealed class TransformerTests : IDisposable
{
    private const long Length = 5, Batch = 3, Features = 12;

    private readonly DisposeScope _scope = NewDisposeScope();

    public TransformerTests()
    {
        set_num_threads(1);
        manual_seed(8);
    }

    public void Dispose() => _scope.Dispose();

    public static TheoryData<long, string> Forms => new()
    {
        { 1, nameof(Activations.ReLU) },
        { 2, nameof(Activations.GELU) },
        { 4, nameof(Activations.ReLU) },
        { 12, nameof(Activations.GELU) },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_layer_of_an_encoder_gives_what_the_module_gives(long heads, string activation)
    {
        using TransformerEncoderLayer module = TransformerEncoderLayer(
            Features, heads, 16, activation: Enum.Parse<Activations>(activation));
        QuantizedTransformer quantized = Quantized(module, out _);
        using IDisposable guard = no_grad();
        Tensor x = randn(Length, Batch, Features);
        Near(module.call(x), quantized.call(x));
        foreach ((Tensor? mask, Tensor? padding) in Masks(Length))
            Near(module.call(x, mask!, padding!), quantized.call(x, mask, padding));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void An_encoder_gives_what_the_module_gives(long heads, string activation)
    {
        using TransformerEncoder module = TransformerEncoder(
            TransformerEncoderLayer(Features, heads, 16, activation: Enum.Parse<Activations>(activation)), 3);
        QuantizedTransformer quantized = Quantized(module, out _);
        using IDisposable guard = no_grad();
        Tensor x = randn(Length, Batch, Features);
        Near(module.call(x), quantized.call(x, null, null));
        foreach ((Tensor? mask, Tensor? padding) in Masks(Length))
            Near(module.call(x, mask!, padding!), quantized.call(x, mask, padding));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_layer_of_a_decoder_gives_what_the_module_gives(long heads, string activation)
    {
        using TransformerDecoderLayer module = TransformerDecoderLayer(
            Features, heads, 16, activation: Enum.Parse<Activations>(activation));
        SameDecoder(module);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_decoder_gives_what_the_module_gives(long heads, string activation)
    {
        using TransformerDecoder module = TransformerDecoder(
            TransformerDecoderLayer(Features, heads, 16, activation: Enum.Parse<Activations>(activation)), 2);
        SameDecoder(module);
    }

    [Fact]
    public void Weights_that_do_not_tell_the_form_are_left_as_they_are()
    {
        using TransformerEncoderLayer module = TransformerEncoderLayer(Features, 3, 16, activation: Activations.GELU);
        foreach (Parameter parameter in module.parameters())
            init.zeros_(parameter);
        QuantizedTransformer quantized = Quantized(module, out _);
        Assert.All(module.parameters(), static p => Assert.Equal(0, p.abs().max().item<float>()));
        foreach (Parameter parameter in module.parameters())
            init.uniform_(parameter, -0.5, 0.5);
        quantized = Quantized(module, out _);
        using IDisposable guard = no_grad();
        Tensor x = randn(Length, Batch, Features);
        Near(module.call(x), quantized.call(x));
    }

    /// <summary>As for attention alone, of all weights or of those of the attention.</summary>
    [Theory]
    [InlineData(12, 4, 1)]
    [InlineData(16, 2, 2)]
    [InlineData(64, 8, 1)]
    [InlineData(128, 4, 2)]
    public void The_form_is_found_whatever_the_size_of_the_weights(long features, long heads, int layers)
    {
        foreach (double factor in new[] { 0, 1e-12, 1e-6, 1e-3, 1, 10, 30, 1e3, 1e12 })
        {
            foreach (Activations activation in new[] { Activations.ReLU, Activations.GELU })
            {
                using DisposeScope scope = NewDisposeScope();
                Module[] modules =
                [
                    TransformerEncoder(TransformerEncoderLayer(features, heads, 16, activation: activation), layers),
                    TransformerDecoder(TransformerDecoderLayer(features, heads, 16, activation: activation), layers),
                ];
                foreach (Module module in modules)
                {
                    using IDisposable guard = no_grad();
                    foreach ((string name, Parameter parameter) in module.named_parameters())
                    {
                        if (layers == 2 || name.EndsWith("in_proj_weight", StringComparison.Ordinal))
                            parameter.mul_(factor);
                    }
                    var form = TransformerForm.Of("layer", module, TransformerLayer.AllOf("layer", module));
                    Assert.True(heads == form.Heads, $"{form.Heads} heads with factor {factor}");
                    using Tensor negative = form.Activation(tensor(new[] { -0.5f }));
                    Assert.Equal(activation == Activations.GELU, negative.item<float>() < -0.1);
                    module.Dispose();
                }
            }
        }
    }

    [Fact]
    public void It_has_the_layers_and_quantizers_of_what_it_is_made_of()
    {
        using TransformerDecoder module = TransformerDecoder(TransformerDecoderLayer(Features, 3, 16), 2);
        QuantizedTransformer quantized = Quantized(module, out QuantizationContext context);
        using IDisposable guard = no_grad();
        Tensor x = randn(Length, Batch, Features);
        quantized.call(x, x, null, null, null, null);
        string[] layers =
            ["self_attn.in_proj", "self_attn.out_proj", "multihead_attn.in_proj", "multihead_attn.out_proj", "linear1",
                "linear2"],
            activations =
            [
                "self_attn.query", "self_attn.key", "self_attn.value", "self_attn.weights", "self_attn.mixed",
                "norm1.output", "multihead_attn.query", "multihead_attn.key", "multihead_attn.value",
                "multihead_attn.weights", "multihead_attn.mixed", "norm2.output", "linear1.output", "norm3.output",
            ];
        Assert.Equal(
            [.. layers.Select(static l => "layer.layers.0." + l), .. layers.Select(static l => "layer.layers.1." + l)],
            context.Layers.Select(static l => l.Name));
        Assert.Equal(
            [
                .. activations.Select(static l => "layer.layers.0." + l),
                .. activations.Select(static l => "layer.layers.1." + l),
            ],
            context.Activations.Select(static l => l.Name));
    }

    private static void SameDecoder(IModule<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor> module)
    {
        QuantizedTransformer quantized = Quantized((Module)module, out _);
        using IDisposable guard = no_grad();
        Tensor x = randn(Length, Batch, Features), memory = randn(Length + 2, Batch, Features);
        foreach ((Tensor? mask, Tensor? padding) in Masks(Length))
        {
            foreach ((Tensor? memoryMask, Tensor? memoryPadding) in Masks(Length + 2))
            {
                Near(
                    module.call(x, memory, mask!, memoryMask!, padding!, memoryPadding!),
                    quantized.call(x, memory, mask, memoryMask, padding, memoryPadding));
            }
        }
    }

    private static IEnumerable<(Tensor? Mask, Tensor? Padding)> Masks(long keys)
    {
        Tensor later = ones(Length, keys, dtype: ScalarType.Bool).triu(1),
            padding = arange(keys).unsqueeze(0).ge(tensor(new long[] { keys, 3, keys - 1 }).unsqueeze(1));
        yield return (null, null);
        yield return (zeros(Length, keys).masked_fill(later, double.NegativeInfinity), null);
        yield return (later, padding);
        yield return (null, padding);
    }

    private static QuantizedTransformer Quantized(Module module, out QuantizationContext context)
    {
        context = new QuantizationContext(new Holder(module));
        bool training = module.training;
        var quantized = new QuantizedTransformer(context, Feeds.Next, module);
        Assert.Equal(training, module.training);
        // Dropout is for training.
        module.eval();
        return quantized;
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

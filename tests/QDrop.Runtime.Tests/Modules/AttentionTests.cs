using QDrop.Modules;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Runtime.Tests.Modules;

/// <summary>The quantized counterpart of TorchSharp's multi-head attention.</summary>
public sealed class AttentionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public AttentionTests()
    {
        set_num_threads(1);
        manual_seed(5);
    }

    public void Dispose() => _scope.Dispose();

    public static TheoryData<long, bool, bool, bool, long?, long?> Variants => new()
    {
        { 4, true, false, false, null, null },
        { 1, true, false, false, null, null },
        { 12, false, false, false, null, null },
        { 3, true, true, false, null, null },
        { 2, true, false, true, null, null },
        { 6, true, true, true, 5, 7 },
        { 4, false, false, false, 5, null },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void With_quantizers_off_it_gives_what_the_module_gives(long heads, bool bias, bool addBias, bool addZero, long? keyLength, long? valueLength)
    {
        using MultiheadAttention module = MultiheadAttention(12, heads, bias: bias, add_bias_kv: addBias, add_zero_attn: addZero, kdim: keyLength, vdim: valueLength);
        foreach (Parameter parameter in module.parameters())
            init.uniform_(parameter, -0.7, 0.7);
        QuantizedAttention attention = Quantized(module, out _);
        using var guard = no_grad();
        Tensor query = randn(5, 2, 12), key = randn(6, 2, keyLength ?? 12), value = randn(6, 2, valueLength ?? 12);
        Same(module.call(query, key, value), attention.call(query, key, value, null, true, null));
        Tensor padding = zeros(2, 6, dtype: ScalarType.Bool), causal = ones(5, 6, dtype: ScalarType.Bool).triu(1);
        padding[1, 5] = tensor(true);
        Same(module.call(query, key, value, padding, true, causal), attention.call(query, key, value, padding, true, causal));
        Tensor added = randn(2 * heads, 5, 6);
        Same(module.call(query, key, value, null, true, added), attention.call(query, key, value, null, true, added));
        Assert.Null(attention.call(query, key, value, null, false, null).Item2);
    }

    [Fact]
    public void Attention_of_a_sequence_to_itself_gives_what_the_module_gives()
    {
        using MultiheadAttention module = MultiheadAttention(8, 2);
        QuantizedAttention attention = Quantized(module, out _);
        using var guard = no_grad();
        Tensor x = randn(5, 3, 8);
        Same(module.call(x, x, x), attention.call(x, x, x, null, true, null));
    }

    [Fact]
    public void Weights_that_do_not_tell_the_number_of_heads_are_left_as_they_are()
    {
        using MultiheadAttention module = MultiheadAttention(8, 4);
        Parameter output = module.named_parameters().Single(p => p.name == "out_proj.weight").parameter;
        init.zeros_(output);
        QuantizedAttention attention = Quantized(module, out _);
        using var guard = no_grad();
        Assert.Equal(0, output.abs().max().item<float>());
        Assert.True(module.training);
        init.uniform_(output, -1, 1);
        Tensor x = randn(5, 3, 8);
        // The weights averaged over the heads tell their number.
        module.eval();
        Near(module.call(x, x, x).Item2, attention.call(x, x, x, null, true, null).Item2);
    }

    [Fact]
    public void Projections_are_quantized_layers_and_both_products_have_quantized_operands()
    {
        using MultiheadAttention module = MultiheadAttention(8, 2);
        QuantizedAttention attention = Quantized(module, out QuantizationContext context);
        using var guard = no_grad();
        Tensor x = randn(5, 3, 8);
        attention.call(x, x, x, null, true, null);
        Assert.Equal(["attention.in_proj", "attention.out_proj"], context.Layers.Select(l => l.Name));
        Assert.Equal(["attention.query", "attention.key", "attention.value", "attention.weights", "attention.mixed", "attention.output"], context.Activations.Select(a => a.Name));
    }

    [Fact]
    public void Query_key_and_value_of_other_lengths_have_layers_of_their_own()
    {
        using MultiheadAttention module = MultiheadAttention(8, 2, kdim: 3, vdim: 5);
        QuantizedAttention attention = Quantized(module, out QuantizationContext context);
        using var guard = no_grad();
        attention.call(randn(5, 3, 8), randn(4, 3, 3), randn(4, 3, 5), null, true, null);
        Assert.Equal(["attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.out_proj"], context.Layers.Select(l => l.Name));
    }

    private static QuantizedAttention Quantized(MultiheadAttention module, out QuantizationContext context)
    {
        context = new QuantizationContext(new Holder(module));
        return new QuantizedAttention(context, Feeds.Next, module);
    }

    private static void Same(Tuple<Tensor, Tensor> expected, Tuple<Tensor, Tensor> found)
    {
        Near(expected.Item1, found.Item1);
        Near(expected.Item2, found.Item2);
    }

    private static void Near(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.shape, found.shape);
        Assert.InRange((found - expected).abs().max().item<float>() / expected.abs().max().item<float>(), 0, 1e-5f);
    }

    private sealed class Holder : Module<Tensor, Tensor>
    {
        public readonly MultiheadAttention attention;

        public Holder(MultiheadAttention attention) : base(nameof(Holder))
        {
            this.attention = attention;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => attention.call(input, input, input).Item1;
    }
}

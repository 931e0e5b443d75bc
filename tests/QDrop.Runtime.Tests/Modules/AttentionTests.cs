using QDrop.CompilerServices;
using QDrop.Layers;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

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

    /// <summary>
    /// Keys and values of other lengths have one length: libtorch's C++ module, which TorchSharp calls, refuses two.
    /// </summary>
    public static TheoryData<long, bool, bool, bool, long?> Variants => new()
    {
        { 4, true, false, false, null },
        { 1, true, false, false, null },
        { 12, false, false, false, null },
        { 3, true, true, false, null },
        { 2, true, false, true, null },
        { 6, true, true, true, 5 },
        { 4, false, false, false, 5 },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void With_quantizers_off_it_gives_what_the_module_gives(long heads, bool bias, bool addBias, bool addZero,
        long? keyLength)
    {
        using MultiheadAttention module = MultiheadAttention(12, heads, bias: bias, add_bias_kv: addBias,
            add_zero_attn: addZero, kdim: keyLength, vdim: keyLength);
        foreach (Parameter parameter in module.parameters())
            init.uniform_(parameter, -0.7, 0.7);
        QuantizedAttention attention = Quantized(module, out _);
        using IDisposable guard = no_grad();
        Tensor query = randn(5, 2, 12), key = randn(6, 2, keyLength ?? 12), value = randn(6, 2, keyLength ?? 12);
        Same(module.call(query, key, value), attention.call(query, key, value, null, true, null));
        Tensor padding = zeros(2, 6, dtype: ScalarType.Bool), causal = ones(5, 6, dtype: ScalarType.Bool).triu(1);
        padding[1, 5] = tensor(true);
        // The C++ module adds a mask to the scores whatever its type: truth values as 0 and 1.
        Tensor hiding = zeros(5, 6).masked_fill(causal, double.NegativeInfinity);
        Tensor wide = randn(5, 6, ScalarType.Float64);
        foreach (Tensor mask in new[] { causal, causal.to(ScalarType.Byte), randn(5, 6), hiding, wide })
        {
            Tuple<Tensor, Tensor> expected = module.call(query, key, value, padding, true, mask);
            Same(expected, attention.call(query, key, value, padding, true, mask));
        }
        Assert.Null(attention.call(query, key, value, null, false, null).Item2);
    }

    [Fact]
    public void Attention_of_a_sequence_to_itself_gives_what_the_module_gives()
    {
        using MultiheadAttention module = MultiheadAttention(8, 2);
        QuantizedAttention attention = Quantized(module, out _);
        using IDisposable guard = no_grad();
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
        using IDisposable guard = no_grad();
        Assert.Equal(0, output.abs().max().item<float>());
        Assert.True(module.training);
        init.uniform_(output, -1, 1);
        Tensor x = randn(5, 3, 8);
        // The weights averaged over the heads tell their number.
        module.eval();
        Near(module.call(x, x, x).Item2, attention.call(x, x, x, null, true, null).Item2);
    }

    public static TheoryData<long, long> Sizes => new()
    {
        { 1, 1 }, { 2, 2 }, { 5, 1 }, { 6, 3 }, { 16, 2 }, { 16, 4 }, { 20, 4 }, { 24, 3 }, { 32, 4 }, { 32, 32 },
        { 64, 8 }, { 96, 12 }, { 128, 4 }, { 128, 8 }, { 256, 8 }, { 256, 1 }, { 768, 12 },
    };

    /// <summary>
    /// Tiny projections give every head the same weights, large ones a softmax of one key, so that the model's own
    /// weights do not tell.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_number_of_heads_is_found_whatever_the_size_of_the_weights(long embedding, long heads)
    {
        double[] factors = [0, 1e-12, 1e-9, 1e-6, 1e-3, 0.1, 1, 10, 30, 1e3, 1e6, 1e12];
        for (int i = 0; i < factors.Length; i++)
        {
            // Alternately, so that all are there with small and with large factors.
            for (int variant = i % 2; variant < 8; variant += embedding > 256 ? 5 : 2)
            {
                using DisposeScope scope = NewDisposeScope();
                (bool bias, bool addBias, bool addZero) = ((variant & 1) == 0, (variant & 2) != 0, (variant & 4) != 0);
                using MultiheadAttention module = MultiheadAttention(
                    embedding, heads, dropout: 0.5, bias: bias, add_bias_kv: addBias, add_zero_attn: addZero);
                using IDisposable guard = no_grad();
                foreach ((string name, Parameter parameter) in module.named_parameters())
                {
                    if (variant >= 4 || name == "in_proj_weight")
                        parameter.mul_(factors[i]);
                }
                Tensor[] before = [.. module.parameters().Select(static p => p.clone())];
                (long, bool) found = AttentionParameters.Of("attention", module).Probe("attention", module);
                Assert.True((heads, addZero) == found, $"{found} with factor {factors[i]}, variant {variant}");
                Assert.All(
                    module.parameters().Zip(before), static p => Assert.True(p.First.eq(p.Second).all().ToBoolean()));
            }
        }
    }

    [Theory]
    [InlineData(1e9, 0)]
    [InlineData(0, 1e9)]
    [InlineData(1e-12, 1e-12)]
    public void The_number_of_heads_is_found_whatever_the_size_of_the_biases(double projected, double last)
    {
        using MultiheadAttention module = MultiheadAttention(24, 3);
        using IDisposable guard = no_grad();
        foreach ((string name, Parameter parameter) in module.named_parameters())
        {
            if (name == "in_proj_bias")
                init.uniform_(parameter, -projected, projected);
            else if (name == "out_proj.bias")
                init.uniform_(parameter, -last, last);
        }
        Assert.Equal((3, false), AttentionParameters.Of("attention", module).Probe("attention", module));
    }

    [Fact]
    public void Projections_are_quantized_layers_and_both_products_have_quantized_operands()
    {
        using MultiheadAttention module = MultiheadAttention(8, 2);
        QuantizedAttention attention = Quantized(module, out QuantizationContext context);
        using IDisposable guard = no_grad();
        Tensor x = randn(5, 3, 8);
        attention.call(x, x, x, null, true, null);
        Assert.Equal(["attention.in_proj", "attention.out_proj"], context.Layers.Select(l => l.Name));
        Assert.Equal(
            [
                "attention.query",
                "attention.key",
                "attention.value",
                "attention.weights",
                "attention.mixed",
                "attention.output",
            ],
            context.Activations.Select(a => a.Name));
    }

    [Fact]
    public void Query_key_and_value_of_other_lengths_have_layers_of_their_own()
    {
        using MultiheadAttention module = MultiheadAttention(8, 2, kdim: 3, vdim: 3);
        QuantizedAttention attention = Quantized(module, out QuantizationContext context);
        using IDisposable guard = no_grad();
        attention.call(randn(5, 3, 8), randn(4, 3, 3), randn(4, 3, 3), null, true, null);
        Assert.Equal(
            ["attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.out_proj"],
            context.Layers.Select(l => l.Name));
    }

    [Fact]
    public void A_module_that_TorchSharp_does_not_run_is_refused()
    {
        using MultiheadAttention module = MultiheadAttention(8, 2, kdim: 3, vdim: 5);
        QDropException refusal = Assert.Throws<QDropException>(() => Quantized(module, out _));
        Assert.Equal("QDROP232", refusal.Code);
        Assert.Contains("Expected kdim and vdim to be equal", refusal.Message, StringComparison.Ordinal);
        Assert.True(module.training);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sequences_that_are_seen_from_another_memory_order_give_the_same_bits(bool toItself)
    {
        using MultiheadAttention module = MultiheadAttention(12, 3);
        QuantizedAttention attention = Quantized(module, out _);
        using IDisposable guard = no_grad();
        Tensor query = randn(3, 7, 12).transpose(0, 1), key = toItself ? query : randn(3, 7, 12).transpose(0, 1);
        Tensor expected = module.call(query, key, key).Item1;
        Tensor found = attention.call(query, key, key, null, true, null).Item1;
        Assert.Equal(expected.data<float>().ToArray(), found.data<float>().ToArray());
    }

    private static QuantizedAttention Quantized(MultiheadAttention module, out QuantizationContext context)
    {
        context = new QuantizationContext(new Holder(module));
        return QuantizedAttention.Of(context, Feeds.Next, module);
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

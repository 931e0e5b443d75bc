using TorchSharp.Modules;
using static TorchSharp.Tests.NN.Attention.AttentionReference;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN.Attention;

public sealed class AttentionTests
{
    private const int Width = 6, Heads = 2, Queries = 4, Keys = 5, Batch = 2;

    [Theory]
    [InlineData("none")]
    [InlineData("truth")]
    [InlineData("numbers")]
    [InlineData("per head")]
    [InlineData("padding")]
    public void Attention_follows_its_formula_under_every_mask(string masked)
    {
        using DisposeScope scope = NewDisposeScope();
        MultiheadAttention attention = Double(nn.MultiheadAttention(Width, Heads));
        nn.init.normal_(attention.state_dict()["in_proj_bias"]);
        Tensor query = Random(Queries, Batch, Width), key = Random(Keys, Batch, Width), value = Random(Keys, Batch, Width);
        Tensor truth = tensor(new bool[Queries * Keys].Select((_, i) => i % 3 == 1).ToArray()).reshape(Queries, Keys);
        Tensor numbers = Random(masked == "per head" ? [Batch * Heads, Queries, Keys] : [Queries, Keys]);
        Tensor padding = tensor(new[] { false, false, false, true, true, false, true, false, false, false }).reshape(Batch, Keys);
        (Tensor output, Tensor weights) = masked switch
        {
            "truth" => attention.call(query, key, value, attn_mask: truth),
            "numbers" or "per head" => attention.call(query, key, value, attn_mask: numbers),
            "padding" => attention.call(query, key, value, padding),
            _ => attention.call(query, key, value),
        };
        for (int n = 0; n < Batch; n++)
        {
            double Mask(int head, int i, int j) => masked switch
            {
                "truth" => truth[i, j].item<bool>() ? double.NegativeInfinity : 0,
                "numbers" => numbers[i, j].item<double>(),
                "per head" => numbers[n * Heads + head, i, j].item<double>(),
                "padding" => padding[n, j].item<bool>() ? double.NegativeInfinity : 0,
                _ => 0,
            };
            (double[][] expected, double[][] expectedWeights) = Reference(attention, Rows(query, n), Rows(key, n), Rows(value, n), Mask);
            Near.Assert([.. expected.SelectMany(row => row)], output.select(1, n), 1e-12);
            Near.Assert([.. expectedWeights.SelectMany(row => row)], weights[n], 1e-12);
        }
    }

    [Fact]
    public void Keys_and_values_may_have_other_widths()
    {
        using DisposeScope scope = NewDisposeScope();
        MultiheadAttention attention = Double(nn.MultiheadAttention(Width, Heads, kdim: 3, vdim: 7));
        Tensor query = Random(Queries, 1, Width), key = Random(Keys, 1, 3), value = Random(Keys, 1, 7);
        Dictionary<string, Tensor> state = attention.state_dict();
        (double[][] mixed, _) = AttendWithHeads(Linear(Rows(query, 0), Rows(state["q_proj_weight"])), Linear(Rows(key, 0), Rows(state["k_proj_weight"])), Linear(Rows(value, 0), Rows(state["v_proj_weight"])), Heads, (_, _, _) => 0);
        double[][] expected = Linear(mixed, Rows(state["out_proj.weight"]));
        Near.Assert([.. expected.SelectMany(row => row)], attention.call(query, key, value).Item1, 1e-12);
        Assert.DoesNotContain("in_proj_weight", state.Keys);
    }

    [Fact]
    public void Added_keys_are_a_learned_one_and_a_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        MultiheadAttention attention = Double(nn.MultiheadAttention(Width, Heads, add_bias_kv: true, add_zero_attn: true));
        Tensor query = Random(Queries, 1, Width), key = Random(Keys, 1, Width);
        Dictionary<string, Tensor> state = attention.state_dict();
        double[][] weights = Rows(state["in_proj_weight"]), zero = [new double[Width]];
        double[][] k = [.. Linear(Rows(key, 0), weights[Width..(2 * Width)]), Near.Values(state["bias_k"]), .. zero];
        double[][] v = [.. Linear(Rows(key, 0), weights[(2 * Width)..]), Near.Values(state["bias_v"]), .. zero];
        (double[][] mixed, double[][] expectedWeights) = AttendWithHeads(Linear(Rows(query, 0), weights[..Width]), k, v, Heads, (_, _, j) => j == 0 ? double.NegativeInfinity : 0);
        Tensor mask = tensor(new[] { true, false, false, false, false }).reshape(1, Keys);
        (Tensor output, Tensor actualWeights) = attention.call(query, key, key, mask, attn_mask: zeros([Queries, Keys], dtype: ScalarType.Float64));
        Near.Assert([.. Linear(mixed, Rows(state["out_proj.weight"])).SelectMany(row => row)], output, 1e-12);
        Near.Assert([.. expectedWeights.SelectMany(row => row)], actualWeights, 1e-12);
    }

    [Fact]
    public void An_encoder_layer_follows_the_paper()
    {
        using DisposeScope scope = NewDisposeScope();
        TransformerEncoderLayer layer = Double(nn.TransformerEncoderLayer(Width, Heads, 9, dropout: 0));
        Tensor source = Random(Queries, Batch, Width), mask = Causal();
        Tensor output = layer.call(source, mask);
        for (int n = 0; n < Batch; n++)
            Near.Assert([.. EncoderLayer(layer.state_dict(), "", Rows(source, n), CausalMask).SelectMany(row => row)], output.select(1, n), 1e-11);
        Near.Assert(Near.Values(layer.call(source, null, null)), layer.call(source), 0);
    }

    [Fact]
    public void An_encoder_stacks_independent_copies_of_its_layer()
    {
        using DisposeScope scope = NewDisposeScope();
        TransformerEncoderLayer layer = Double(nn.TransformerEncoderLayer(Width, Heads, 9, dropout: 0));
        TransformerEncoder encoder = nn.TransformerEncoder(layer, 2);
        Tensor source = Random(Queries, 1, Width);
        Near.Assert(Near.Values(layer.call(layer.call(source))), encoder.call(source), 0);
        nn.init.normal_(encoder.state_dict()["layers.1.linear1.weight"]);
        double[][] first = EncoderLayer(layer.state_dict(), "", Rows(source, 0), (_, _, _) => 0);
        double[][] second = EncoderLayer(encoder.state_dict(), "layers.1.", first, (_, _, _) => 0);
        Near.Assert([.. second.SelectMany(row => row)], encoder.call(source), 1e-11);
    }

    [Fact]
    public void A_decoder_layer_attends_to_itself_and_to_the_memory()
    {
        using DisposeScope scope = NewDisposeScope();
        TransformerDecoderLayer layer = Double(nn.TransformerDecoderLayer(Width, Heads, 9, dropout: 0));
        Tensor target = Random(Queries, 1, Width), memory = Random(Keys, 1, Width);
        Dictionary<string, Tensor> state = layer.state_dict();
        double[][] x = Rows(target, 0), m = Rows(memory, 0);
        double[][] first = LayerNorm(Add(x, Multihead(state, "self_attn.", x, x, x, CausalMask).Output));
        double[][] second = LayerNorm(Add(first, Multihead(state, "multihead_attn.", first, m, m, (_, _, _) => 0).Output));
        double[][] third = LayerNorm(Add(second, FeedForward(state, "", second)));
        Near.Assert([.. third.SelectMany(row => row)], layer.call(target, memory, Causal()), 1e-11);
        TransformerDecoder decoder = nn.TransformerDecoder(layer, 2);
        Near.Assert(Near.Values(layer.call(layer.call(target, memory), memory)), decoder.call(target, memory), 0);
    }

    [Fact]
    public void A_transformer_encodes_then_decodes_each_with_a_last_norm()
    {
        using DisposeScope scope = NewDisposeScope();
        Transformer transformer = Double(nn.Transformer(Width, Heads, 1, 1, 9, dropout: 0));
        Tensor source = Random(Keys, 1, Width), target = Random(Queries, 1, Width);
        Dictionary<string, Tensor> state = transformer.state_dict();
        double[][] memory = LayerNorm(EncoderLayer(state, "encoder.layers.0.", Rows(source, 0), (_, _, _) => 0)), x = Rows(target, 0);
        double[][] first = LayerNorm(Add(x, Multihead(state, "decoder.layers.0.self_attn.", x, x, x, (_, _, _) => 0).Output));
        double[][] second = LayerNorm(Add(first, Multihead(state, "decoder.layers.0.multihead_attn.", first, memory, memory, (_, _, _) => 0).Output));
        double[][] expected = LayerNorm(LayerNorm(Add(second, FeedForward(state, "decoder.layers.0.", second))));
        Near.Assert([.. expected.SelectMany(row => row)], transformer.call(source, target), 1e-11);
        Assert.Contains("encoder.norm.weight", state.Keys);
    }

    [Fact]
    public void Impossible_sizes_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => nn.MultiheadAttention(6, 4));
        MultiheadAttention attention = nn.MultiheadAttention(6, 2);
        Assert.Throws<ArgumentException>(() => attention.call(zeros(4, 6), zeros(4, 6), zeros(4, 6)));
    }

    [Fact]
    public void Calls_leave_only_their_results_and_no_weights_where_none_are_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        Transformer transformer = nn.Transformer(Width, Heads, 1, 1, 9);
        MultiheadAttention attention = nn.MultiheadAttention(Width, Heads);
        Tensor source = randn(Queries, Batch, Width);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        transformer.call(source, source).Dispose();
        (Tensor output, Tensor weights) = attention.call(source, source, source, need_weights: false);
        output.Dispose();
        Assert.Null(weights);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static T Double<T>(T module) where T : nn.Module => module.to(ScalarType.Float64);

    private static Tensor Random(params long[] shape) => randn(shape, dtype: ScalarType.Float64);

    private static Tensor Causal() => ones([Queries, Queries], dtype: ScalarType.Bool).triu(1);

    private static double CausalMask(int head, int i, int j) => j > i ? double.NegativeInfinity : 0;

    private static double[][] Rows(Tensor sequence, int n) => Rows(sequence.select(1, n));

    private static double[][] Rows(Tensor matrix) => [.. Enumerable.Range(0, (int)matrix.size(0)).Select(i => Near.Values(matrix[i]))];

    private static (double[][] Output, double[][] Weights) Reference(MultiheadAttention attention, double[][] q, double[][] k, double[][] v, Func<int, int, int, double> mask) =>
        Multihead(attention.state_dict(), "", q, k, v, mask);

    private static (double[][] Output, double[][] Weights) Multihead(Dictionary<string, Tensor> state, string prefix, double[][] q, double[][] k, double[][] v, Func<int, int, int, double> mask)
    {
        double[][] weight = Rows(state[prefix + "in_proj_weight"]);
        double[] bias = Near.Values(state[prefix + "in_proj_bias"]);
        (double[][] mixed, double[][] weights) = AttendWithHeads(Linear(q, weight[..Width], bias[..Width]), Linear(k, weight[Width..(2 * Width)], bias[Width..(2 * Width)]), Linear(v, weight[(2 * Width)..], bias[(2 * Width)..]), Heads, mask);
        return (Linear(mixed, Rows(state[prefix + "out_proj.weight"]), Near.Values(state[prefix + "out_proj.bias"])), weights);
    }

    private static double[][] FeedForward(Dictionary<string, Tensor> state, string prefix, double[][] rows) =>
        Linear(Relu(Linear(rows, Rows(state[prefix + "linear1.weight"]), Near.Values(state[prefix + "linear1.bias"]))), Rows(state[prefix + "linear2.weight"]), Near.Values(state[prefix + "linear2.bias"]));

    private static double[][] EncoderLayer(Dictionary<string, Tensor> state, string prefix, double[][] rows, Func<int, int, int, double> mask)
    {
        double[][] middle = LayerNorm(Add(rows, Multihead(state, prefix + "self_attn.", rows, rows, rows, mask).Output));
        return LayerNorm(Add(middle, FeedForward(state, prefix, middle)));
    }
}

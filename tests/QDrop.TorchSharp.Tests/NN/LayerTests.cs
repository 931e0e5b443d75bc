using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class LayerTests
{
    [Fact]
    public void Linear_is_a_product_with_the_transposed_weight_plus_bias()
    {
        using DisposeScope scope = NewDisposeScope();
        using Linear layer = nn.Linear(nn.Parameter(Samples.Of([1, 2, 3, 4, 5, 6], 2, 3)), nn.Parameter(Samples.Of([10, 20])));
        Samples.Close([10 + 1 - 3, 20 + 4 - 6], layer.forward(Samples.Of([1, 0, -1], 1, 3)));
        Assert.Equal((3L, 2L), (layer.in_features, layer.out_features));
        using Linear plain = nn.Linear(4, 2, hasBias: false);
        Assert.Null(plain.bias);
        Assert.All(Samples.Values(plain.weight), value => Assert.InRange(value, -0.5f, 0.5f));
    }

    [Fact]
    public void Flatten_and_unflatten_undo_each_other()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Samples.Wave(2, 3, 4);
        Tensor flat = nn.Flatten().forward(input);
        Assert.Equal([2, 12], flat.shape);
        Samples.Close(input, nn.Unflatten(1, [3, 4]).forward(flat));
    }

    [Fact]
    public void Identity_gives_a_handle_of_its_own_to_the_same_values()
    {
        using Identity identity = nn.Identity();
        Tensor input = Samples.Wave(3);
        using Tensor output = identity.forward(input);
        Assert.NotSame(input, output);
        float[] x = Samples.Values(input);
        input.Dispose();
        Assert.Equal(x, Samples.Values(output));
    }

    public static TheoryData<string> Dropouts => ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d"];

    [Theory]
    [MemberData(nameof(Dropouts))]
    public void Dropout_zeroes_or_scales_in_training_and_does_nothing_in_evaluation(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        (nn.Module<Tensor, Tensor> module, long[] shape, int channel) = kind switch
        {
            "Dropout" => (nn.Dropout(0.25), new long[] { 100, 40 }, 1),
            "Dropout1d" => ((nn.Module<Tensor, Tensor>)nn.Dropout1d(0.25), new long[] { 1000, 4 }, 4),
            "Dropout2d" => (nn.Dropout2d(0.25), new long[] { 10, 100, 2, 2 }, 4),
            _ => (nn.Dropout3d(0.25), new long[] { 10, 100, 2, 2, 1 }, 4),
        };
        float[] values = Samples.Values(module.forward(ones(shape)));
        Assert.All(values, value => Assert.True(value == 0 || Math.Abs(value - 4 / 3f) < 1e-6, $"{value}"));
        Assert.All(values.Chunk(channel), group => Assert.All(group, value => Assert.Equal(group[0], value)));
        // A quarter of 4,000 values (or 1,000 groups of them): ±5 standard deviations.
        Assert.InRange(values.Count(value => value == 0) / 4000.0, 0.18, 0.32);
        module.eval();
        Samples.Close(ones(shape), module.forward(ones(shape)));
    }

    [Fact]
    public void Alpha_dropout_keeps_mean_and_variance()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        float[] values = Samples.Values(nn.AlphaDropout(0.2).forward(randn(200, 100)));
        double mean = values.Average();
        Assert.InRange(mean, -0.05, 0.05);
        Assert.InRange(values.Average(value => (value - mean) * (value - mean)), 0.93, 1.07);
        Assert.Equal([2, 3, 4], nn.FeatureAlphaDropout(0.5).forward(ones(2, 3, 4)).shape);
    }

    [Fact]
    public void Embedding_looks_up_rows_and_leaves_the_padding_row_zero_and_untrained()
    {
        using DisposeScope scope = NewDisposeScope();
        using Embedding embedding = nn.Embedding(5, 2, padding_idx: 1);
        Tensor output = embedding.forward(tensor(new long[] { 4, 1, 4 }));
        float[] table = Samples.Values(embedding.weight);
        Assert.Equal([table[8], table[9], 0, 0, table[8], table[9]], Samples.Values(output));
        output.sum().backward();
        Samples.Close([0, 0, 0, 0, 0, 0, 0, 0, 2, 2], embedding.weight.grad!);
    }

    [Fact]
    public void Embedding_from_pretrained_copies_the_table_and_freezes_it()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor table = Samples.Of([3, 4, 0, 1], 2, 2);
        using Embedding embedding = nn.Embedding_from_pretrained(table, max_norm: 1);
        Assert.False(embedding.weight.requires_grad);
        Samples.Close([0.6, 0.8, 0, 1], embedding.forward(tensor(new long[] { 0, 1 })), 1e-4);
        Samples.Close([3, 4, 0, 1], table);
    }

    [Fact]
    public void EmbeddingBag_reduces_bags_of_rows()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor table = Samples.Of([1, 2, 3, 4, 5, 6], 3, 2);
        using EmbeddingBag mean = nn.EmbeddingBag_from_pretrained(table);
        Samples.Close([2, 3, 5, 6], mean.call(tensor(new long[] { 0, 1, 2, 2 }, [2, 2])));
        Samples.Close([1, 2, 4, 5], mean.call(tensor(new long[] { 0, 1, 2 }), tensor(new long[] { 0, 1 })));
        using EmbeddingBag sum = nn.EmbeddingBag_from_pretrained(table, mode: EmbeddingBagMode.Sum);
        Samples.Close([1 * 2 + 5 * 3, 2 * 2 + 6 * 3], sum.call(tensor(new long[] { 0, 2 }, [1, 2]), null, Samples.Of([2, 3], 1, 2)));
        Assert.Throws<ArgumentException>(() => mean.call(tensor(new long[] { 0, 1 })));
    }

    [Fact]
    public void Bilinear_is_a_quadratic_form_per_output()
    {
        using DisposeScope scope = NewDisposeScope();
        using Bilinear layer = nn.Bilinear(2, 2, 1);
        float[] a = Samples.Values(layer.weight);
        float b = Samples.Values(layer.bias!)[0];
        Samples.Close([1 * a[0] * 3 + 1 * a[1] * 4 + 2 * a[2] * 3 + 2 * a[3] * 4 + b], layer.forward(Samples.Of([1, 2], 1, 2), Samples.Of([3, 4], 1, 2)));
    }

    [Fact]
    public void Distances_are_those_of_geometry()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = Samples.Of([3, 4], 1, 2), b = Samples.Of([4, 3], 1, 2);
        Samples.Close([24 / 25.0], nn.CosineSimilarity().forward(a, b));
        Samples.Close([Math.Sqrt(2)], nn.PairwiseDistance().forward(a, b), 1e-4);
        Samples.Close([2], nn.PairwiseDistance(1).forward(a, b), 1e-4);
    }

    [Fact]
    public void One_hot_marks_the_class()
    {
        using DisposeScope scope = NewDisposeScope();
        Samples.Close([0, 1, 0, 1, 0, 0], nn.functional.one_hot(tensor(new long[] { 1, 0 }), 3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attention_weighs_values_by_the_softmax_of_scaled_scores(bool causal)
    {
        using DisposeScope scope = NewDisposeScope();
        const int Length = 4, Width = 3;
        Tensor query = Samples.Wave(2, Length, Width), key = Samples.Wave(2, Length, Width) * 0.7, value = Samples.Wave(2, Length, 2) - 0.5;
        (float[] q, float[] k, float[] v) = (Samples.Values(query), Samples.Values(key), Samples.Values(value));
        var expected = new List<double>();
        for (int b = 0; b < 2; b++)
            for (int i = 0; i < Length; i++)
            {
                double[] scores = [.. Enumerable.Range(0, Length).Select(j => causal && j > i
                    ? 0 : Math.Exp(Enumerable.Range(0, Width).Sum(d => q[(b * Length + i) * Width + d] * k[(b * Length + j) * Width + d]) / Math.Sqrt(Width)))];
                for (int d = 0; d < 2; d++) expected.Add(Enumerable.Range(0, Length).Sum(j => scores[j] / scores.Sum() * v[(b * Length + j) * 2 + d]));
            }

        Samples.Close([.. expected], nn.functional.scaled_dot_product_attention(query, key, value, is_casual: causal));
        if (!causal) return;
        Tensor mask = tensor(new[] { true, false, false, false, true, true, false, false, true, true, true, false, true, true, true, true }, [Length, Length]);
        Samples.Close([.. expected], nn.functional.scaled_dot_product_attention(query, key, value, mask));
        Tensor added = mask.logical_not().to(float32) * -1e9;
        Samples.Close([.. expected], nn.functional.scaled_dot_product_attention(query, key, value, added));
    }
}

using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>Both matrix products of attention have quantized operands.</summary>
[Collection("torch")]
public sealed class AttentionTests
{
    [Fact]
    public void Queries_keys_values_and_weights_of_scaled_dot_product_attention_are_quantized()
    {
        var run = GeneratorRun.Of(
            Forwards.Source(
                "private readonly Module<Tensor, Tensor> q = Linear(8, 8), k = Linear(8, 8), v = Linear(8, 8);",
                "x = relu(conv1.forward(x)); x = scaled_dot_product_attention(q.forward(x), k.forward(x), "
                    + "v.forward(x)); return conv2.forward(x);"));
        Assert.Empty(run.Diagnostics);
        (IReadOnlyDictionary<string, int> weights, IReadOnlyDictionary<string, int> activations) = Twins.Calibrate(
            run, "Models.Net", 4, 4, 8, 8);
        Assert.Equal(["conv1", "conv2", "k", "q", "v"], weights.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                "conv1.output",
                "k.output",
                "q.output",
                "scaled_dot_product_attention.output",
                "v.output",
                "weights.output",
            ],
            activations.Keys.Order(StringComparer.Ordinal));
    }
}

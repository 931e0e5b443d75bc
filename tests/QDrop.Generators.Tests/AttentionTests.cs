using QDrop.Calibration;
using QDrop.Generators.Tests.Helpers;
using static TorchSharp.torch;

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

    /// <summary>
    /// Attention of a sequence to itself projects it once, attention to others three times: the report's runs do the
    /// same, whichever they compare.
    /// </summary>
    [Theory]
    [InlineData("x, x, x", Granularity.Block)]
    [InlineData("x, x, x", Granularity.Layer)]
    [InlineData("x, x + 1, x", Granularity.Block)]
    [InlineData("x, x, x + 1", Granularity.Layer)]
    [InlineData("x, memory, memory", Granularity.Block)]
    public void Attention_that_the_model_calls_itself_is_in_the_report(string arguments, Granularity granularity)
    {
        using var model = new SmallModel(
            """
            private readonly Linear a = Linear(8, 16), head = Linear(16, 4);
            private readonly MultiheadAttention m = MultiheadAttention(16, 4);
            """,
            $$"""
            x = a.forward(x).transpose(0, 1);
            var memory = x * 2;
            var (y, w) = m.forward({{arguments}}, null, true, null);
            return head.forward(y.mean(new long[] { 0 }));
            """);
        model.Settings = model.Settings with { Granularity = granularity };
        CalibrationOutcome outcome = model.StaysNear(randn(24, 5, 8), insight: true);
        Assert.All(outcome.Insight!.Layers, static l => Assert.InRange(l.SqnrAfter, 20, 100));
        Assert.Contains(outcome.Insight.Layers, static l => l.Name == "m.in_proj");
    }
}

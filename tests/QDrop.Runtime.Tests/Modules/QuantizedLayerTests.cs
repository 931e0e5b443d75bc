using QDrop.Layers;
using QDrop.Layers.Families;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>A float layer behind its quantizer.</summary>
public sealed class QuantizedLayerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string, Module<Tensor, Tensor>, long[], long> Costs => new()
    {
        // Positions of the output times the weights that each of them meets.
        { "linear", Linear(6, 4), [3, 6], 3 * 4 * 6 },
        { "linear, sequences", Linear(6, 4), [3, 5, 6], 3 * 5 * 4 * 6 },
        { "convolution", Conv2d(3, 8, 3, padding: 1), [2, 3, 5, 5], 2 * 8 * 5 * 5 * 3 * 9 },
        { "depthwise convolution", Conv2d(4, 4, 3, groups: 4), [1, 4, 5, 5], 4 * 3 * 3 * 9 },
        { "depthwise transposed convolution", ConvTranspose2d(4, 4, 2, groups: 4), [1, 4, 5, 5], 4 * 5 * 5 * 4 },
        { "transposed convolution", ConvTranspose2d(4, 2, 2, stride: 2), [1, 4, 5, 5], 4 * 5 * 5 * 2 * 4 },
    };

    [Theory]
    [MemberData(nameof(Costs))]
    public void Multiply_accumulates_are_counted_over_all_runs(
        string name, Module<Tensor, Tensor> module, long[] shape, long cost)
    {
        using var layer = new QuantizedLayer(LayerFamilies.SourceOf(name, module), batchNorm: null);
        Assert.Equal(0, layer.MultiplyAccumulates);
        layer.Forward(zeros(shape));
        Assert.Equal(cost, layer.MultiplyAccumulates);
        layer.Forward(zeros(shape));
        Assert.Equal(2 * cost, layer.MultiplyAccumulates);
    }

    [Fact]
    public void A_layer_whose_parameters_ended_with_a_dispose_scope_is_refused()
    {
        Module<Tensor, Tensor> embedding;
        using (NewDisposeScope())
            embedding = Embedding(4, 3);
        QDropException refusal = Assert.Throws<QDropException>(() => LayerFamilies.SourceOf("table", embedding));
        Assert.Equal("QDROP232", refusal.Code);
        Assert.Contains("end with the dispose scope", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_weight_of_an_embedding_outlives_the_scope_in_which_it_is_read()
    {
        using Embedding embedding = Embedding(4, 3);
        LayerSource source;
        using (NewDisposeScope())
            source = LayerFamilies.SourceOf("table", embedding);
        Assert.Equal([4, 3], source.Weight.shape);
    }
}

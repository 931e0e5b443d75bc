using QDrop.Layers;
using QDrop.Layers.Families;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Borders = TorchSharp.PaddingModes;

namespace QDrop.Tests.Modules;

/// <summary>
/// What a quantized layer computes with the float weight and bias is what the layer computes, bit for bit.
/// </summary>
public sealed class LayerSourceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public LayerSourceTests()
    {
        set_num_threads(1);
        manual_seed(4);
    }

    public void Dispose() => _scope.Dispose();

    /// <summary>A layer, and the shape of its input.</summary>
    private static readonly Dictionary<string, (Func<Module<Tensor, Tensor>> Layer, long[] Shape)> Layers = new()
    {
        ["linear"] = (static () => Linear(6, 4), [3, 6]),
        ["linear of one sample"] = (static () => Linear(6, 4), [6]),
        ["linear of sequences without a bias"] = (static () => Linear(6, 4, hasBias: false), [3, 5, 6]),
        ["conv1d"] = (static () => Conv1d(4, 6, 3, 2, padding: 1, dilation: 2, Borders.Circular, groups: 2), [2, 4, 9]),
        ["conv1d, same"] = (static () => Conv1d(4, 6, 4, padding: Padding.Same, bias: false), [2, 4, 9]),
        ["conv2d"] = (static () => Conv2d(4, 6, 3, stride: 2, padding: 1, bias: false), [2, 4, 7, 9]),
        ["conv2d, uneven"] = (static () => Conv2d(4, 6, (3, 2), (2, 1), (0, 2), (1, 2)), [2, 4, 7, 9]),
        ["conv2d, depthwise"] = (static () => Conv2d(4, 4, 3, padding: 1, groups: 4), [2, 4, 7, 9]),
        ["conv2d, reflected"] = (static () => Conv2d(4, 6, 3, padding: 2, padding_mode: Borders.Reflect), [2, 4, 7, 9]),
        ["conv2d, replicated"] =
            (static () => Conv2d(4, 6, 3, padding: 2, padding_mode: Borders.Replicate), [2, 4, 7, 9]),
        ["conv2d, same and uneven"] =
            (static () => Conv2d(4, 6, (4, 3), padding: Padding.Same, padding_mode: Borders.Circular), [2, 4, 7, 9]),
        ["conv2d, valid"] = (static () => Conv2d(4, 6, 3, padding: Padding.Valid), [2, 4, 7, 9]),
        ["conv2d of one sample"] = (static () => Conv2d(4, 6, 3, padding: 1), [4, 7, 9]),
        ["conv3d"] = (static () => Conv3d(2, 4, 3, stride: 2, padding: 1), [2, 2, 5, 7, 6]),
        ["conv_transpose1d"] =
            (static () => ConvTranspose1d(4, 6, 3, 2, padding: 1, output_padding: 1, dilation: 2), [2, 4, 9]),
        ["conv_transpose2d"] =
            (static () => ConvTranspose2d(4, 6, 3, 2, padding: 1, output_padding: 1, bias: false), [2, 4, 7, 9]),
        ["conv_transpose1d in groups"] = (static () => ConvTranspose1d(4, 6, 3, 2, groups: 2), [2, 4, 9]),
        ["conv_transpose2d in groups"] =
            (static () => ConvTranspose2d(6, 9, 3, 2, padding: 1, output_padding: 1, groups: 3), [2, 6, 5, 7]),
        ["conv_transpose2d, depthwise"] =
            (static () => ConvTranspose2d(4, 4, (3, 2), stride: (2, 2), groups: 4, bias: false), [2, 4, 5, 7]),
        ["conv_transpose3d in groups"] = (static () => ConvTranspose3d(4, 2, 2, stride: 2, groups: 2), [1, 4, 3, 4, 5]),
        ["conv_transpose3d"] = (static () => ConvTranspose3d(2, 4, 3, stride: 2), [2, 2, 3, 4, 5]),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_layer_is_computed_as_TorchSharp_computes_it(string name)
    {
        (Func<Module<Tensor, Tensor>> create, long[] shape) = Layers[name];
        using Module<Tensor, Tensor> layer = create();
        Same(layer, randn(shape));
        // Seen from another memory order.
        if (shape.Length > 2)
            Same(layer, randn([.. shape.Reverse()]).permute([.. shape.Select((_, d) => shape.Length - 1L - d)]));
    }

    [Fact]
    public void An_embedding_gives_its_rows()
    {
        using Module<Tensor, Tensor> embedding = Embedding(5, 3, padding_idx: 1);
        Same(embedding, tensor(new long[] { 1, 4, 0, 2, 4, 1 }).view(2, 3));
        Same(embedding, tensor(3L));
    }

    private static void Same(Module<Tensor, Tensor> layer, Tensor x)
    {
        LayerSource source = LayerFamilies.SourceOf("layer", layer);
        using IDisposable guard = no_grad();
        // A quantizer gives a weight that requires no gradient.
        Tensor expected = layer.call(x), found = source.Apply(x, source.Weight.detach(), source.Bias?.detach());
        Assert.Equal(expected.shape, found.shape);
        Assert.True(expected.eq(found).all().item<bool>());
    }
}

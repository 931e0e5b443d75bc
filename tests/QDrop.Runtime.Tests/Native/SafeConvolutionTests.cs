using QDrop.Layers;
using QDrop.Layers.Families;
using QDrop.Native;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Native;

/// <summary>
/// Kernels of one element with a stride, on values in channels_last order. Where oneDNN writes past a buffer, the
/// test's process ends.
/// </summary>
public sealed class SafeConvolutionTests
{
    private static readonly Dictionary<string, Func<int, Convolution>> Layers = new()
    {
        ["conv1d"] = static n => Conv1d(n, 8, 1, stride: 2),
        ["conv2d"] = static n => Conv2d(n, 8, 1, stride: 2),
        ["conv2d, two strides, no bias"] = static n => Conv2d(n, 8, (1, 1), stride: (1, 2), bias: false),
        ["conv2d, groups"] = static n => Conv2d(2 * n, 8, 1, stride: 2, groups: 2),
        ["conv2d, padded"] = static n => Conv2d(n, 8, 1, stride: 2, padding: 1),
        ["conv_transpose1d"] = static n => ConvTranspose1d(8, n, 1, stride: 2, output_padding: 1),
        ["conv_transpose2d"] = static n => ConvTranspose2d(8, n, 1, stride: 2, output_padding: 1),
        ["conv_transpose2d, wider"] = static n => ConvTranspose2d(8, n, 1, stride: 3, bias: false),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_and_gradients_are_those_of_the_layer_in_double(string name)
    {
        Libtorch.Load();
        Assert.All([3, 4, 12, 20], channels => Check(name, channels));
    }

    private static void Check(string name, int channels)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        Convolution layer = Layers[name](channels);
        Tensor x = Input(layer);

        LayerSource source = LayerFamilies.SourceOf("layer", layer);
        Tensor[] found = Run(x, layer.weight!, layer.bias, source.Apply);
        layer.to(float64);
        Tensor[] expected = Run(x.@double(), layer.weight!, layer.bias, (x, _, _) => layer.call(x));

        Assert.All(found.Zip(expected), static pair =>
        {
            Assert.Equal(pair.Second.shape, pair.First.shape);
            double error = (pair.First - pair.Second).abs().max().item<double>();
            Assert.InRange(error / pair.Second.abs().max().item<double>(), 0, 1e-4);
        });
    }

    [Fact]
    public void One_stride_stands_for_both_dimensions()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand(2, 3, 6, 6), weight = rand(4, 3, 1, 1).requires_grad_(true);
        Tensor found = SafeConvolution.Conv2d(x, weight, null, [2], [0], [1], 1);
        Assert.Equal([2, 4, 3, 3], found.shape);
    }

    /// <summary>A batch in channels_last order.</summary>
    private static Tensor Input(Convolution layer) => layer.kernel_size.Length == 1
        ? randn(8, 32, layer.in_channels).permute(0, 2, 1)
        : randn(8, 32, 32, layer.in_channels).permute(0, 3, 1, 2);

    /// <summary>Output, and gradients of input and weight.</summary>
    private static Tensor[] Run(
        Tensor x, Tensor weight, Tensor? bias, Func<Tensor, Tensor, Tensor?, Tensor> convolution)
    {
        Tensor input = x.detach().requires_grad_(true);
        Tensor output = convolution(input, weight, bias);
        (output * output).sum().backward();
        Tensor gradient = weight.grad!.clone();
        weight.grad = null;
        return [output.detach(), input.grad!, gradient];
    }
}

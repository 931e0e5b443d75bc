using QDrop.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Native;

public sealed class OneDnnTests
{
    /// <summary>Numbers of channels that are no multiples of a vector's width, and one that is.</summary>
    [Theory, InlineData(3, 4), InlineData(4, 4), InlineData(12, 12), InlineData(24, 24), InlineData(16, 16)]
    public void Convolutions_are_right_on_this_machine(int inputs, int outputs)
    {
        Libtorch.Load();
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        Tensor x = randn(8, inputs, 8, 8), weight = randn(outputs, inputs, 3, 3), gradient = randn(8, outputs, 8, 8);

        Tensor[] found = Convolution(x, weight, gradient);
        Tensor[] expected = Convolution(x.@double(), weight.@double(), gradient.@double());

        Assert.All(found.Zip(expected), static pair =>
            Assert.InRange((pair.First - pair.Second).abs().max().item<double>(), 0, 1e-3));
    }

    [Theory]
    [InlineData(null, true, true)]
    [InlineData("", true, true)]
    [InlineData("AVX512_CORE", true, false)]
    [InlineData(null, false, false)]
    public void The_variable_is_set_on_unsafe_machines_where_the_user_has_not(string? given, bool isUnsafe, bool needs) =>
        Assert.Equal(needs, OneDnn.Needs(given, isUnsafe));

    /// <summary>Output, and gradients of input and weight.</summary>
    private static Tensor[] Convolution(Tensor x, Tensor weight, Tensor gradient)
    {
        Tensor input = x.detach().requires_grad_(true), kernel = weight.detach().requires_grad_(true);
        Tensor output = nn.functional.conv2d(input, kernel, padding: [1, 1]);
        output.backward([gradient]);
        return [output.detach(), input.grad!, kernel.grad!];
    }
}

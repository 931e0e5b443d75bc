using System.Text.Json;
using QDrop.Layers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

public sealed class BatchNormFoldingTests
{
    [Fact]
    public void Weight_and_bias_are_those_of_the_published_implementation()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Section("batchnorm_fold");
        (Tensor? weight, Tensor? bias) = BatchNormFolding.Fold(
            golden.Tensor("weight"),
            null,
            golden.Tensor("gamma"),
            golden.Tensor("beta"),
            golden.Tensor("mean"),
            golden.Tensor("var"),
            golden.Number("eps"));
        Near.Equal(golden.Floats("folded_weight"), weight);
        Near.Equal(golden.Floats("folded_bias"), bias);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_convolution_and_its_batch_norm_become_one_convolution(bool affine)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        Tensor x = randn([2L, 3L, 5L, 5L]),
            w = randn([4L, 3L, 3L, 3L]),
            b = randn([4L]),
            mean = randn([4L]),
            var = rand([4L]) + 0.5;
        Tensor? gamma = affine ? randn([4L]) : null, beta = affine ? randn([4L]) : null;
        Tensor expected =
            (nn.functional.conv2d(x, w, b) - mean.view(1, 4, 1, 1)) / (var + 1e-3).sqrt().view(1, 4, 1, 1);
        if (affine)
            expected = expected * gamma!.view(1, 4, 1, 1) + beta!.view(1, 4, 1, 1);

        (Tensor? weight, Tensor? bias) = BatchNormFolding.Fold(w, b, gamma, beta, mean, var, 1e-3);

        Near.Equal(Near.Values(expected), nn.functional.conv2d(x, weight, bias), 1e-4, 1e-5);
    }

    [Fact]
    public void A_transposed_convolution_has_its_output_channels_in_the_second_dimension()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        Tensor x = randn([2L, 3L, 5L, 5L]), w = randn([3L, 4L, 3L, 3L]), mean = randn([4L]), var = rand([4L]) + 0.5;
        Tensor expected =
            (nn.functional.conv_transpose2d(x, w) - mean.view(1, 4, 1, 1)) / (var + 1e-3).sqrt().view(1, 4, 1, 1);
        (Tensor? weight, Tensor? bias) = BatchNormFolding.Fold(w, null, null, null, mean, var, 1e-3, 1);
        Near.Equal(Near.Values(expected), nn.functional.conv_transpose2d(x, weight, bias), 1e-4, 1e-5);
    }

    [Fact]
    public void Another_number_of_channels_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() =>
            BatchNormFolding.Fold(zeros([4L, 3L]), null, null, null, zeros([3L]), ones([3L]), 1e-5));
    }
}

using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN.Utils;

public sealed class UtilsTests
{
    [Theory]
    [InlineData(1.0, 2.0, 13.0)]
    [InlineData(50.0, 2.0, 13.0)]
    [InlineData(6.0, 1.0, 19.0)]
    [InlineData(6.0, double.PositiveInfinity, 12.0)]
    public void Gradients_are_clipped_by_their_common_norm(double max, double type, double norm)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter[] parameters = [WithGradient(3, 0), WithGradient(-4), WithGradient(0, 12), new Parameter(zeros(2))];
        Assert.Equal(norm, nn.utils.clip_grad_norm_(parameters, max, type), 5);
        double factor = Math.Min(1, max / (norm + 1e-6));
        Near.Assert([3 * factor, 0], parameters[0].grad!, 1e-6);
        Near.Assert([-4 * factor], parameters[1].grad!, 1e-6);
        Near.Assert([0, 12 * factor], parameters[2].grad!, 1e-6);
    }

    [Fact]
    public void Gradients_are_clipped_by_value()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter parameter = WithGradient(3, -0.5f, -7);
        nn.utils.clip_grad_value_([parameter, new Parameter(zeros(2))], 1.5);
        Near.Assert([1.5, -0.5, -1.5], parameter.grad!, 0);
    }

    [Fact]
    public void Nothing_to_clip_has_norm_zero() => Assert.Equal(0, nn.utils.clip_grad_norm_([], 1));

    [Fact]
    public void Parameters_become_a_vector_and_come_back()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter matrix = new(arange(6, ScalarType.Float32).reshape(2, 3)), scalar = new(tensor(9f));
        Tensor vector = nn.utils.parameters_to_vector([matrix, scalar]);
        Near.Assert([0, 1, 2, 3, 4, 5, 9], vector, 0);
        nn.utils.vector_to_parameters(vector * 2, [matrix, scalar]);
        Near.Assert([0, 2, 4, 6, 8, 10], matrix, 0);
        Near.Assert([18], scalar, 0);
        Assert.True(matrix.is_leaf);
        Assert.Throws<ArgumentException>(() => nn.utils.vector_to_parameters(vector, [matrix]));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_fused_convolution_does_what_convolution_and_batch_norm_did(bool bias, bool affine)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Random(2, 3, 6, 6), weight = Random(4, 3, 3, 3), mean = Random(4), variance = Random(4).abs();
        Tensor? shift = bias ? Random(4) : null, gain = affine ? Random(4) : null, offset = affine ? Random(4) : null;
        (Parameter fusedWeight, Parameter fusedBias) = nn.utils.fuse_conv_bn_weights(weight, shift, mean, variance, 1e-3, gain, offset);
        Tensor expected = Normalize(nn.functional.conv2d(input, weight, shift), mean, variance, gain, offset, [1, 4, 1, 1]);
        Near.Assert(Near.Values(expected), nn.functional.conv2d(input, fusedWeight, fusedBias), 1e-12);
    }

    [Fact]
    public void A_fused_transposed_convolution_scales_its_second_dimension()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Random(2, 3, 6, 6), weight = Random(3, 4, 3, 3), mean = Random(4), variance = Random(4).abs(), gain = Random(4), offset = Random(4);
        (Parameter fusedWeight, Parameter fusedBias) = nn.utils.fuse_conv_bn_weights(weight, null, mean, variance, 1e-3, gain, offset, transpose: true);
        Tensor expected = Normalize(nn.functional.conv_transpose2d(input, weight), mean, variance, gain, offset, [1, 4, 1, 1]);
        Near.Assert(Near.Values(expected), nn.functional.conv_transpose2d(input, fusedWeight, fusedBias), 1e-12);
    }

    [Fact]
    public void A_fused_linear_layer_does_what_layer_and_batch_norm_did()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Random(5, 3), weight = Random(4, 3), bias = Random(4), mean = Random(4), variance = Random(4).abs(), gain = Random(4), offset = Random(4);
        (Parameter fusedWeight, Parameter fusedBias) = nn.utils.fuse_linear_bn_weights(weight, bias, mean, variance, 1e-3, gain, offset);
        Tensor expected = Normalize(nn.functional.linear(input, weight, bias), mean, variance, gain, offset, [1, 4]);
        Near.Assert(Near.Values(expected), nn.functional.linear(input, fusedWeight, fusedBias), 1e-12);
    }

    private static Tensor Normalize(Tensor value, Tensor mean, Tensor variance, Tensor? gain, Tensor? offset, long[] shape)
    {
        Tensor normal = (value - mean.reshape(shape)) / (variance.reshape(shape) + 1e-3).sqrt();
        if (gain is not null) normal *= gain.reshape(shape);
        return offset is null ? normal : normal + offset.reshape(shape);
    }

    private static Tensor Random(params long[] shape) => randn(shape, dtype: ScalarType.Float64);

    private static Parameter WithGradient(params float[] gradient)
    {
        var parameter = new Parameter(zeros(gradient.Length));
        (parameter * tensor(gradient)).sum().backward();
        return parameter;
    }
}

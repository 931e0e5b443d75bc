using QDrop.Native;
using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Less common functions of several tensors.</content>
public static partial class Ops
{
    /// <summary>Sum of products over named dimensions.</summary>
    [Lowers(typeof(torch), "einsum", Kind = OpKind.Join)]
    public static Tensor einsum(string equation, params Tensor[] tensors) =>
        Note.None(torch.einsum(equation, tensors), nameof(einsum));

    /// <summary>
    /// Matrix products of two batches, added to a tensor. TorchSharp hands its arguments over in another order than it
    /// says: β times the third is added to α times the product of the first two.
    /// </summary>
    [Lowers(typeof(torch.Tensor), "baddbmm", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "baddbmm", Kind = OpKind.Join)]
    public static Tensor baddbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
        Note.As(
            input.baddbmm(batch1, batch2, beta, alpha),
            $"add(mul({batch2}, {beta}), mul(matmul({input}, {batch1}), {alpha}))");

    /// <summary>What a linear layer computes.</summary>
    [Lowers(typeof(functional), "linear", Kind = OpKind.Join)]
    public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) =>
        Note.As(functional.linear(input, weights, bias), $"linear({input}, {weights}, {bias})");

    /// <summary>A convolution in one dimension.</summary>
    [Lowers(typeof(functional), "conv1d", Kind = OpKind.Join)]
    public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null,
        long? padding = null, long? dilation = null, long groups = 1) => Note.As(
            SafeConvolution.Conv1d(input, weight, bias, stride ?? 1, padding ?? 0, dilation ?? 1, groups),
            $"conv({input}, {weight}, {bias}, stride=[{stride ?? 1}], padding=[{padding ?? 0}], "
                + $"dilation=[{dilation ?? 1}], groups={groups})");

    /// <summary>A convolution in two dimensions.</summary>
    [Lowers(typeof(functional), "conv2d", Kind = OpKind.Join)]
    public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null,
        long[]? padding = null, long[]? dilation = null, long groups = 1) => Note.As(
            SafeConvolution.Conv2d(
            input, weight, bias, strides ?? [1, 1], padding ?? [0, 0], dilation ?? [1, 1], groups),
            $"conv({input}, {weight}, {bias}, stride={Sizes(strides, 2)}, padding={Sizes(padding, 2)}, "
                + $"dilation={Sizes(dilation, 2)}, groups={groups})");

    /// <summary>A convolution in three dimensions.</summary>
    [Lowers(typeof(functional), "conv3d", Kind = OpKind.Join)]
    public static Tensor conv3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null,
        long[]? padding = null, long[]? dilation = null, long groups = 1) => Note.As(
            functional.conv3d(input, weight, bias, strides, padding, dilation, groups),
            $"conv({input}, {weight}, {bias}, stride={Sizes(strides, 3)}, padding={Sizes(padding, 3)}, "
                + $"dilation={Sizes(dilation, 3)}, groups={groups})");

    /// <summary>Products of each element of a vector with each of another.</summary>
    [Lowers(typeof(torch.Tensor), "outer", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "outer", Kind = OpKind.Join)]
    public static Tensor outer(Tensor input, Tensor vec2) => Note.As(
        input.outer(vec2), $"mul(reshape({input}, shape=[-1, 1]), {vec2})");

    /// <summary>The greater of two tensors, element by element.</summary>
    [Lowers(typeof(torch.Tensor), "max", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "max", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "maximum", Kind = OpKind.Join)]
    public static Tensor max(Tensor input, Tensor other) => Note.As(input.max(other), $"maximum({input}, {other})");

    /// <summary>The lesser of two tensors, element by element.</summary>
    [Lowers(typeof(torch.Tensor), "min", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "min", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "minimum", Kind = OpKind.Join)]
    public static Tensor min(Tensor input, Tensor other) => Note.As(input.min(other), $"minimum({input}, {other})");

    /// <summary>Power of two tensors, element by element.</summary>
    [Lowers(typeof(torch.Tensor), "pow", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "pow", Kind = OpKind.Join)]
    public static Tensor pow(Tensor left, Tensor exponent) => Note.As(left.pow(exponent), $"power({left}, {exponent})");

    /// <summary>Clips to ranges that differ from element to element.</summary>
    [Lowers(typeof(torch.Tensor), "clamp", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "clamp", Kind = OpKind.Join)]
    public static Tensor clamp(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp(min, max);

    /// <summary>Clips to ranges that differ from element to element, in place.</summary>
    [Lowers(typeof(torch.Tensor), "clamp_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "clamp_", Kind = OpKind.Join)]
    public static Tensor clamp_(Tensor input, Tensor? min = null, Tensor? max = null) =>
        Note.None(Own(input).clamp_(min, max), nameof(clamp_));
}

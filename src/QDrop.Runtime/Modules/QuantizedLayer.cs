using QDrop.Quantizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Types = TorchSharp.Modules;

namespace QDrop.Modules;

/// <summary>A convolution or linear layer with its batch norm folded in and its weights behind a quantizer.</summary>
public sealed class QuantizedLayer : IDisposable
{
    private readonly Func<Tensor, Tensor, Tensor?, Tensor> _apply;

    internal QuantizedLayer(string name, Module module, BatchNorm? batchNorm)
    {
        Name = name;
        BatchNorm = batchNorm;
        (Tensor weight, Tensor? bias, ChannelAxis, _apply) = Describe(module);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        if (batchNorm is null)
        {
            Weight = new WeightQuantizer(name, weight.detach(), ChannelAxis);
            Bias = bias?.detach().clone().DetachFromDisposeScope();
            return;
        }
        (Tensor foldedWeight, Tensor foldedBias) = BatchNormFolding.Fold(weight.detach(), bias?.detach(), batchNorm.weight?.detach(), batchNorm.bias?.detach(),
            batchNorm.running_mean!, batchNorm.running_var!, batchNorm.eps, ChannelAxis);
        Weight = new WeightQuantizer(name, foldedWeight, ChannelAxis);
        Bias = foldedBias.DetachFromDisposeScope();
    }

    internal QuantizedLayer(string name, Module module, BatchNorm? batchNorm, WeightQuantizer weight, Tensor? bias)
    {
        Name = name;
        BatchNorm = batchNorm;
        (_, _, ChannelAxis, _apply) = Describe(module);
        Weight = weight;
        Bias = bias?.clone().DetachFromDisposeScope();
    }

    /// <summary>The float layer's path in the model, such as <c>layer1.0.conv1</c>.</summary>
    public string Name { get; }

    /// <summary>The weights, float with the batch norm folded in, and their quantizer.</summary>
    public WeightQuantizer Weight { get; }

    /// <summary>The bias with the batch norm folded in, <c>[channels]</c>; <see langword="null"/> if the layer has none.</summary>
    public Tensor? Bias { get; }

    /// <summary>Dimension of the weight that counts output channels: 0, or 1 for a transposed convolution.</summary>
    public int ChannelAxis { get; }

    internal BatchNorm? BatchNorm { get; }

    /// <summary>Applies the layer with the weights that its quantizer gives.</summary>
    /// <param name="x">Input, as the float layer takes it.</param>
    /// <returns>Output, as the float layer and its batch norm give it.</returns>
    public Tensor Forward(Tensor x) => _apply(x, Weight.Value(), Bias);

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight.Dispose();
        Bias?.Dispose();
    }

    internal static Tensor WeightOf(Module module) => Describe(module).Weight;

    private static (Tensor Weight, Tensor? Bias, int ChannelAxis, Func<Tensor, Tensor, Tensor?, Tensor> Apply) Describe(Module module)
    {
        if (module is Linear linear)
            return (linear.weight, linear.bias, 0, static (x, w, b) => functional.linear(x, w, b));
        var convolution = (Convolution)module;
        if (convolution.transposed && convolution.groups > 1)
            throw new QDropException("QDROP232", $"{convolution.GetName()} with groups = {convolution.groups} cannot be quantized per output channel: expected groups = 1 in a transposed convolution. Use one group, or replace it by upsampling and a convolution.");
        long[] stride = convolution.stride, dilation = convolution.dilation, outputPadding = convolution.output_padding;
        long groups = convolution.groups;
        (long[] padding, Func<Tensor, Tensor>? pad) = PaddingOf(convolution);
        Func<Tensor, Tensor, Tensor?, Tensor> apply = module switch
        {
            Types.Conv1d => (x, w, b) => functional.conv1d(x, w, b, stride[0], padding[0], dilation[0], groups),
            Types.Conv2d => (x, w, b) => functional.conv2d(x, w, b, stride, padding, dilation, groups),
            Types.Conv3d => (x, w, b) => functional.conv3d(x, w, b, stride, padding, dilation, groups),
            Types.ConvTranspose1d => (x, w, b) => functional.conv_transpose1d(x, w, b, stride[0], padding[0], outputPadding[0], dilation[0], groups),
            Types.ConvTranspose2d => (x, w, b) => functional.conv_transpose2d(x, w, b, stride, padding, outputPadding, dilation, groups),
            _ => (x, w, b) => functional.conv_transpose3d(x, w, b, stride, padding, outputPadding, dilation, groups),
        };
        return (convolution.weight, convolution.bias, convolution.transposed ? 1 : 0, pad is null ? apply : (x, w, b) => apply(pad(x), w, b));
    }

    /// <summary>The padding that the convolution itself does, and what must be padded before it: borders that are not zero, or uneven ones.</summary>
    private static (long[] Padding, Func<Tensor, Tensor>? Pad) PaddingOf(Convolution convolution)
    {
        int dimensions = convolution.kernel_size.Length;
        long[] none = new long[dimensions];
        if (convolution.padding_type == Padding.Valid)
            return (none, null);
        bool same = convolution.padding_type == Padding.Same;
        var before = new long[dimensions];
        var after = new long[dimensions];
        for (int d = 0; d < dimensions; d++)
        {
            long total = same ? convolution.dilation[d] * (convolution.kernel_size[d] - 1) : 2 * convolution.padding[d];
            before[d] = total / 2;
            after[d] = total - before[d];
        }
        if (convolution.padding_mode == PaddingModes.Zeros && before.AsSpan().SequenceEqual(after))
            return (before, null);
        // functional.pad counts from the last dimension.
        long[] borders = [.. Enumerable.Range(0, dimensions).Reverse().SelectMany(d => new[] { before[d], after[d] })];
        PaddingModes mode = convolution.padding_mode == PaddingModes.Zeros ? PaddingModes.Constant : convolution.padding_mode;
        return (none, x => functional.pad(x, borders, mode));
    }
}

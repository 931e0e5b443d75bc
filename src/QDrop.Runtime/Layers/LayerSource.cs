using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Types = TorchSharp.Modules;

namespace QDrop.Layers;

/// <summary>A weight of the float model that is quantized, and what is computed with it.</summary>
/// <param name="Name">Path in the model, such as <c>layer1.0.conv1</c>.</param>
/// <param name="Weight">The weight.</param>
/// <param name="Bias">The bias, or none.</param>
/// <param name="ChannelAxis">The dimension of the weight that has a scale for each of its indices: output channels, rows of an embedding.</param>
/// <param name="Apply">Computes with an input, a weight and a bias.</param>
/// <param name="Parameters">Names in the model's <c>state_dict</c> of what the quantized layer replaces.</param>
/// <param name="Learns">
/// Whether reconstruction learns the rounding. Not of an embedding: what it gives are its rows themselves, to which rounding to nearest is closest.
/// </param>
internal sealed record LayerSource(string Name, Tensor Weight, Tensor? Bias, int ChannelAxis, Func<Tensor, Tensor, Tensor?, Tensor> Apply, IReadOnlyList<string> Parameters, bool Learns = true)
{
    /// <summary>That of a layer with one weight.</summary>
    /// <param name="name">The layer's path.</param>
    /// <param name="module">A module of the kind <see cref="LayerKind.Weighted"/>.</param>
    public static LayerSource Of(string name, Module module)
    {
        string[] parameters = [$"{name}.weight", $"{name}.bias"];
        return module switch
        {
            Linear linear => new(name, linear.weight, linear.bias, 0, LinearProduct.Of, parameters),
            Embedding embedding => new(name, RegisteredParameters.Of(name, embedding)["weight"], null, 0,
                static (x, w, _) => Rows(w, x), parameters, Learns: false),
            _ => OfConvolution(name, (Convolution)module, parameters),
        };
    }

    /// <summary>Looks a layer up by its name.</summary>
    /// <param name="modules">The model's modules by their path.</param>
    /// <param name="name">The layer's name.</param>
    /// <returns>The layer; <see langword="null"/> if the model has none of that name.</returns>
    public static LayerSource? Find(IReadOnlyDictionary<string, Module> modules, string name)
    {
        if (modules.TryGetValue(name, out Module? module))
            return LayerKinds.Of(module) == LayerKind.Weighted ? Of(name, module) : null;
        int dot = name.LastIndexOf('.');
        return dot > 0 && modules.TryGetValue(name[..dot], out Module? parent) && parent is MultiheadAttention attention
            ? AttentionParameters.Of(name[..dot], attention).Layers.FirstOrDefault(l => l.Name == name)
            : null;
    }

    /// <summary>Rows of a table <c>[n, d]</c>, for indices of any shape.</summary>
    private static Tensor Rows(Tensor table, Tensor indices) =>
        table.index_select(0, indices.flatten()).view([.. indices.shape, table.shape[1]]);

    private static LayerSource OfConvolution(string name, Convolution convolution, IReadOnlyList<string> parameters)
    {
        if (convolution.transposed && convolution.groups > 1)
            throw new QDropException(Codes.UnsupportedModule, $"'{name}', a {convolution.GetName()} with groups = {convolution.groups}, cannot be quantized per output channel: expected groups = 1 in a transposed convolution. Use one group, or replace it by upsampling and a convolution.");
        long[] stride = convolution.stride, dilation = convolution.dilation, outputPadding = convolution.output_padding;
        long groups = convolution.groups;
        (long[] padding, Func<Tensor, Tensor>? pad) = PaddingOf(convolution);
        Func<Tensor, Tensor, Tensor?, Tensor> apply = convolution switch
        {
            Types.Conv1d => (x, w, b) => functional.conv1d(x, w, b, stride[0], padding[0], dilation[0], groups),
            Types.Conv2d => (x, w, b) => functional.conv2d(x, w, b, stride, padding, dilation, groups),
            Types.Conv3d => (x, w, b) => functional.conv3d(x, w, b, stride, padding, dilation, groups),
            Types.ConvTranspose1d => (x, w, b) => functional.conv_transpose1d(x, w, b, stride[0], padding[0], outputPadding[0], dilation[0], groups),
            Types.ConvTranspose2d => (x, w, b) => functional.conv_transpose2d(x, w, b, stride, padding, outputPadding, dilation, groups),
            _ => (x, w, b) => functional.conv_transpose3d(x, w, b, stride, padding, outputPadding, dilation, groups),
        };
        return new(name, convolution.weight, convolution.bias, convolution.transposed ? 1 : 0, pad is null ? apply : (x, w, b) => apply(pad(x), w, b), parameters);
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
            // Without a padding type there are sizes.
            long total = same ? convolution.dilation[d] * (convolution.kernel_size[d] - 1) : 2 * convolution.padding![d];
            before[d] = total / 2;
            after[d] = total - before[d];
        }
        if (convolution.padding_mode == PaddingModes.Zeros && before.AsSpan().SequenceEqual(after))
            return (before, null);
        bool zeros = convolution.padding_mode == PaddingModes.Zeros;
        // functional.pad counts from the last dimension. TorchSharp's layers count from the first where padding is
        // "same" and not by zeros.
        IEnumerable<int> order = Enumerable.Range(0, dimensions);
        long[] borders = [.. (same && !zeros ? order : order.Reverse()).SelectMany(d => new[] { before[d], after[d] })];
        PaddingModes mode = zeros ? PaddingModes.Constant : convolution.padding_mode;
        return (none, x => functional.pad(x, borders, mode));
    }
}

using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// A layer of an encoder with its masks, which it takes although its type as a module has one input. Those of the same
/// layer are equal.
/// </summary>
/// <param name="Layer">The layer.</param>
internal sealed record MaskedLayer(TransformerEncoderLayer Layer) : IModule<Tensor, Tensor, Tensor, Tensor>
{
    /// <summary>Calls the layer with a mask <c>[T, T]</c> and a mask of padding <c>[N, T]</c>, or nulls.</summary>
    public Tensor call(Tensor src, Tensor src_mask, Tensor src_key_padding_mask) =>
        Layer.call(src, src_mask, src_key_padding_mask);
}

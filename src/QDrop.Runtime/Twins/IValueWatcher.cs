using QDrop.Layers;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>
/// Is shown values while a twin runs, and gives the tensors with which it goes on: the same, or others with the same
/// values. It may keep copies of them, and must not change them.
/// </summary>
internal interface IValueWatcher
{
    /// <summary>What a layer gives, its batch norm folded in, before its activation function.</summary>
    Tensor OnValue(QuantizedLayer layer, Tensor output);

    /// <summary>What goes into an activation quantizer.</summary>
    Tensor OnValue(ActivationQuantizer quantizer, Tensor input);
}

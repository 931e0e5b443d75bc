using QDrop.Layers;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>Is shown values while a twin runs. It may keep copies of them, and must not change them.</summary>
internal interface IValueWatcher
{
    /// <summary>What a layer gives, its batch norm folded in, before its activation function.</summary>
    void OnValue(QuantizedLayer layer, Tensor output);

    /// <summary>What goes into an activation quantizer.</summary>
    void OnValue(ActivationQuantizer quantizer, Tensor input);
}

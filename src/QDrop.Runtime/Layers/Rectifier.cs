using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>ReLU, however it is written: an activation quantizer takes it into its own pass over memory.</summary>
internal static class Rectifier
{
    /// <summary>Gets the function: one delegate for all, so that it is recognised by reference.</summary>
    public static Func<Tensor, Tensor> Function { get; } = static x => x.relu();
}

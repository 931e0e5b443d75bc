using QDrop.Recording;
using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>ReLU: an activation quantizer takes it into its own pass over memory.</summary>
internal static class Rectifier
{
    /// <summary>Gets ReLU, which chains use however the model writes it.</summary>
    public static Func<Tensor, Tensor> Function { get; } = static x => Note.As(x.relu(), $"relu({x})");
}

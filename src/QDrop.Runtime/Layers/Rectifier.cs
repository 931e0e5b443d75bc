using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>ReLU, however it is written: an activation quantizer takes it into its own pass over memory.</summary>
internal static class Rectifier
{
    /// <summary>ReLU.</summary>
    public static Func<Tensor, Tensor> Function { get; } = static x => x.relu();

    /// <summary>Whether a step is ReLU: TorchSharp's module, or the vocabulary's function.</summary>
    public static bool Is(Step step) => step.Module is TorchSharp.Modules.ReLU || (step is { Kind: OpKind.Activation, Function: not null } && step.Name is nameof(Ops.relu) or nameof(Ops.relu_));
}

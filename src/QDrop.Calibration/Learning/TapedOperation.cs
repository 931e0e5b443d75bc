using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>An operation of one tensor whose gradient autograd does not know; see <see cref="GradientTape"/>.</summary>
/// <param name="input">
/// The tensor. A handle of its own is kept, so that the caller, or the model's code, may dispose theirs before the
/// backward pass.
/// </param>
internal abstract class TapedOperation(Tensor input) : IDisposable
{
    /// <summary>The tensor that the operation was applied to.</summary>
    public Tensor Input { get; } = input.alias().DetachFromDisposeScope();

    /// <summary>Computes the gradients.</summary>
    /// <param name="gradient">The gradient of the operation's output.</param>
    /// <returns>
    /// The gradient of <see cref="Input"/>. Those of what else is learned are kept where they are learned.
    /// </returns>
    public abstract Tensor Backward(Tensor gradient);

    /// <inheritdoc/>
    public virtual void Dispose() => Input.Dispose();
}

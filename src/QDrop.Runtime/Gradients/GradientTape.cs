using static TorchSharp.torch;

namespace QDrop.Gradients;

/// <summary>
/// Carries gradients through operations that autograd does not know. Each cuts autograd's graph: its output is a leaf. The backward pass
/// goes through the operations in the reverse order of their creation. When it comes to one, what was made of its output has left a gradient
/// in the leaf; the operation computes that of its input, and autograd carries it on to the leaves before.
/// </summary>
/// <remarks>
/// A custom function of autograd would need callbacks that native code keeps, and would return gradients that nothing keeps from the
/// garbage collector while native code uses them. Here everything that native code uses is held by the tape or by a dispose scope.
/// </remarks>
internal sealed class GradientTape : IDisposable
{
    private readonly List<(TapedOperation Operation, Tensor Output)> _taped = [];

    /// <summary>Whether operations on this thread are recorded; not within <c>no_grad</c>.</summary>
    public static bool IsRecording => is_grad_enabled();

    /// <summary>Records an operation.</summary>
    /// <param name="operation">The operation; the tape disposes it.</param>
    /// <param name="output">What it gave, which is no part of autograd's graph yet. It becomes a leaf.</param>
    /// <returns>The output.</returns>
    public Tensor Record(TapedOperation operation, Tensor output)
    {
        output.requires_grad = true;
        _taped.Add((operation, output.alias().DetachFromDisposeScope()));
        return output;
    }

    /// <summary>Carries gradients back to all leaves, and forgets what was recorded.</summary>
    /// <param name="outputs">Where the gradients come from; each is part of a graph.</param>
    /// <param name="gradients">The gradient of each.</param>
    public void Backward(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> gradients)
    {
        try
        {
            for (int i = 0; i < outputs.Count; i++)
                Carry(outputs[i], gradients[i]);
            for (int i = _taped.Count - 1; i >= 0; i--)
            {
                (TapedOperation operation, Tensor output) = _taped[i];
                using Tensor? gradient = output.grad;
                // Nothing was made of the output that the loss depends on.
                if (gradient is null)
                    continue;
                // What is no longer needed is freed at once: the next operation then finds its memory in the processor's caches.
                output.grad = null;
                using Tensor inputGradient = operation.Backward(gradient);
                if (operation.Input.requires_grad)
                    Carry(operation.Input, inputGradient);
            }
        }
        finally
        {
            Clear();
        }
    }

    /// <summary>Forgets what was recorded.</summary>
    public void Clear()
    {
        foreach ((TapedOperation operation, Tensor output) in _taped)
        {
            operation.Dispose();
            output.Dispose();
        }
        _taped.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    /// <summary>Carries a gradient back from a tensor to the leaves before it.</summary>
    private static void Carry(Tensor tensor, Tensor gradient)
    {
        // Autograd would copy the gradient of a leaf.
        if (tensor.is_leaf && !HasGradient(tensor))
        {
            tensor.grad = gradient;
            return;
        }
        // Several operations may have inputs that autograd made of the same values; it goes back through these more than once then.
        autograd.backward([tensor], [gradient], retain_graph: true);
    }

    private static bool HasGradient(Tensor leaf)
    {
        using Tensor? gradient = leaf.grad;
        return gradient is not null;
    }
}

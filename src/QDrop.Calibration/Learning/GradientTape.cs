using QDrop.Native;
using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>
/// Carries gradients through operations that autograd does not know. Each cuts autograd's graph: its output is a leaf.
/// The backward pass goes through the operations in the reverse order of their creation. When it comes to one, what was
/// made of its output has left a gradient in the leaf; the operation computes that of its input, and autograd carries
/// it on to the leaves before.
/// </summary>
/// <remarks>
/// A custom function of autograd would need callbacks that native code keeps, and would return gradients that nothing
/// keeps from the garbage collector while native code uses them. Here everything that native code uses is held by the
/// tape or by a dispose scope. Gradients that autograd leaves in two leaves may be views of the same memory, as those
/// of both operands of a sum of views, and a later pass adds to what it finds there in place. So what a pass has left
/// is taken out of the leaves before the next, and summed here.
/// </remarks>
/// <param name="parameters">
/// Leaves of the model that are learned without being recorded; their gradients are left in them in the end.
/// </param>
internal sealed class GradientTape(IReadOnlyList<Tensor>? parameters = null) : IDisposable
{
    private readonly List<(TapedOperation Operation, Leaf Output)> _taped = [];

    /// <summary>Whether operations on this thread are recorded; not within <c>no_grad</c>.</summary>
    public static bool IsRecording => is_grad_enabled();

    /// <summary>Records an operation.</summary>
    /// <param name="operation">The operation; the tape disposes it.</param>
    /// <param name="output">What it gave, which is no part of autograd's graph yet. It becomes a leaf.</param>
    /// <returns>The output.</returns>
    public Tensor Record(TapedOperation operation, Tensor output)
    {
        output.requires_grad = true;
        _taped.Add((operation, new Leaf(output)));
        return output;
    }

    /// <summary>Carries gradients back to all leaves, and forgets what was recorded.</summary>
    /// <param name="outputs">Where the gradients come from; each is part of a graph.</param>
    /// <param name="gradients">The gradient of each.</param>
    public void Backward(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> gradients)
    {
        Leaf[] learned = [.. (parameters ?? []).Select(static p => new Leaf(p))];
        try
        {
            for (int i = 0; i < outputs.Count; i++)
                Carry(outputs[i], gradients[i], _taped.Count, learned);
            for (int i = _taped.Count - 1; i >= 0; i--)
            {
                (TapedOperation operation, Leaf output) = _taped[i];
                // Freed at once: the next operation then finds its memory in the processor's caches.
                using Tensor? gradient = output.Take();
                // Nothing was made of the output that the loss depends on.
                if (gradient is null)
                    continue;
                using Tensor inputGradient = operation.Backward(gradient);
                if (operation.Input.requires_grad)
                    Carry(operation.Input, inputGradient, i, learned);
            }
            foreach (Leaf leaf in learned)
                leaf.GiveBack();
        }
        finally
        {
            foreach (Leaf leaf in learned)
                leaf.Dispose();
            Clear();
        }
    }

    /// <summary>Forgets what was recorded.</summary>
    public void Clear()
    {
        foreach ((TapedOperation operation, Leaf output) in _taped)
        {
            operation.Dispose();
            output.Dispose();
        }
        _taped.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    /// <summary>Carries a gradient back from a tensor to the leaves before it.</summary>
    private void Carry(Tensor tensor, Tensor gradient, int pending, Leaf[] learned)
    {
        // Autograd would copy the gradient of a leaf.
        if (tensor.is_leaf)
            AddTo(tensor, gradient);
        else
            // Several operations may have inputs that autograd made of the same values; it goes back through these more
            // than once then.
            autograd.backward([tensor], [gradient], retain_graph: true);
        for (int i = 0; i < pending; i++)
            _taped[i].Output.Collect();
        foreach (Leaf leaf in learned)
            leaf.Collect();
    }

    private static void AddTo(Tensor leaf, Tensor gradient)
    {
        using Tensor? before = leaf.grad;
        leaf.grad = before is null ? gradient : before.Plus(gradient);
    }

    /// <summary>A leaf, and the sum of the gradients that have come to it.</summary>
    /// <param name="tensor">The leaf; a handle of its own is kept.</param>
    private sealed class Leaf(Tensor tensor) : IDisposable
    {
        private readonly Tensor _tensor = tensor.alias().DetachFromDisposeScope();
        private Tensor? _sum;

        /// <summary>Takes out of the leaf what a pass of autograd has left there.</summary>
        public void Collect()
        {
            Tensor? gradient = _tensor.grad;
            if (gradient is null)
                return;
            _tensor.grad = null;
            if (_sum is null)
            {
                _sum = gradient.DetachFromDisposeScope();
                return;
            }
            Tensor before = _sum;
            _sum = before.Plus(gradient).DetachFromDisposeScope();
            before.Dispose();
            gradient.Dispose();
        }

        /// <summary>The sum, which belongs to the caller; <see langword="null"/> where no gradient has come.</summary>
        public Tensor? Take()
        {
            Tensor? sum = _sum;
            _sum = null;
            return sum;
        }

        /// <summary>Leaves the sum in the leaf.</summary>
        public void GiveBack()
        {
            using Tensor? sum = Take();
            if (sum is not null)
                _tensor.grad = sum;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            _sum?.Dispose();
            _tensor.Dispose();
        }
    }
}

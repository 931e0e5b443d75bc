using QDrop.CompilerServices;
using QDrop.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Finds the tensors that quantized layers have, or that are folded into them, and that the model's code uses somewhere
/// else as well: a parameter that is multiplied with and whose norm is taken, a batch norm behind a convolution and
/// alone, a layer that is quantized in one place and not in another. The twin runs with other values in them, and where
/// it gives something else, it needs them.
/// </summary>
/// <param name="runner">Runs the twin.</param>
/// <param name="context">What the twins of the model share.</param>
/// <param name="inputs">What they run on.</param>
internal sealed class FloatUses(TwinRunner runner, QuantizationContext context, Bundle inputs)
{
    /// <summary>Finds them. All tensors of the model are afterwards as they were.</summary>
    /// <param name="model">The float model.</param>
    /// <returns>All their names.</returns>
    public IReadOnlySet<string> Find(nn.Module model)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        IReadOnlySet<string> held = StateBinding.HeldByLayers(model, context);
        ModelTensor[] candidates =
        [
            .. ModelTensor.Of(model).Where(t => t.Value.is_floating_point() && t.Names.Any(held.Contains)),
        ];
        using IDisposable guard = no_grad();
        IReadOnlyList<string> usual = Run();
        // Mostly, none of them is used.
        if (GivesTheSame(usual, candidates))
            return used;
        foreach (ModelTensor candidate in candidates)
        {
            if (!GivesTheSame(usual, [candidate]))
                used.UnionWith(candidate.Names);
        }
        return used;
    }

    private bool GivesTheSame(IReadOnlyList<string> usual, IReadOnlyList<ModelTensor> changed)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] kept = [.. changed.Select(static t => t.Value.detach().clone())];
        try
        {
            foreach (ModelTensor tensor in changed)
                tensor.Value.mul_(-1.7).add_(0.3);
            return Run().SequenceEqual(usual);
        }
        catch (QDropException)
        {
            // The code does not take the values, so it has seen them.
            return false;
        }
        finally
        {
            for (int i = 0; i < kept.Length; i++)
                changed[i].Value.copy_(kept[i]);
        }
    }

    /// <summary>What tells apart what goes into and comes out of the units, and what the model gives.</summary>
    private List<string> Run()
    {
        using DisposeScope scope = NewDisposeScope();
        var recorder = new Recorder(context);
        Bundle result = runner.Run(inputs, recorder);
        return [.. recorder.Digests, .. ValueDigests.Of(result)];
    }

    private sealed class Recorder(QuantizationContext context) : UnitExecutor
    {
        public List<string> Digests { get; } = [];

        /// <inheritdoc/>
        public override Bundle Run(Unit unit, Bundle inputs)
        {
            context.Current = unit;
            try
            {
                Digests.AddRange(ValueDigests.Of(inputs));
                Bundle outputs = unit.Compute(inputs);
                Digests.AddRange(ValueDigests.Of(outputs));
                return outputs;
            }
            finally
            {
                context.Current = null;
            }
        }
    }
}

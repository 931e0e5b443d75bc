using QDrop.Modules;
using static TorchSharp.torch;

namespace QDrop.Reconstruction;

/// <summary>
/// Records the units of a model in the order in which they run, and which earlier units' outputs each of them needs. What happens to a
/// value between units is the user's code, so libtorch is asked: every unit's output becomes a leaf of autograd's graph, and the
/// leaves that receive a gradient from a unit's input are the units that it needs.
/// </summary>
internal sealed class DiscoveryExecutor(QuantizationContext context) : UnitExecutor, IDisposable
{
    private readonly List<(Unit Unit, Tensor Output)> _leaves = [];
    private readonly Dictionary<Unit, HashSet<Unit>> _needs = [];

    /// <summary>The units, in the order in which they run.</summary>
    public IReadOnlyList<Unit> Units => [.. _leaves.Select(l => l.Unit)];

    /// <summary>The units whose outputs the input of a unit is made of.</summary>
    public IReadOnlySet<Unit> Needs(Unit unit) => _needs[unit];

    /// <inheritdoc/>
    public override Tensor Run(Unit unit, Tensor input)
    {
        var needs = new HashSet<Unit>();
        if (!_needs.TryAdd(unit, needs))
        {
            throw new QDropException("QDROP232", $"'{unit.Name}' runs more than once in one forward, so that it has no single input to be reconstructed on. "
                + "Give each use a module of its own.");
        }
        if (input.requires_grad)
        {
            autograd.backward(input.sum(), grad_tensors: null, retain_graph: true);
            foreach ((Unit earlier, Tensor output) in _leaves)
            {
                if (output.grad is null)
                    continue;
                needs.Add(earlier);
                output.grad = null;
            }
        }
        context.Current = unit;
        try
        {
            using var guard = no_grad();
            Tensor computed = unit.Compute(input.detach());
            _leaves.Add((unit, computed.detach().DetachFromDisposeScope()));
        }
        finally
        {
            context.Current = null;
        }
        Tensor leaf = _leaves[^1].Output.requires_grad_(true);
        // In-place operations of the user's code must not meet the leaf itself.
        return leaf.clone();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor output) in _leaves)
            output.Dispose();
    }
}

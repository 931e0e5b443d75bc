using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Records the units of a model in the order in which they run, and which earlier units' outputs each of them needs.
/// What happens to a value between units is the user's code, so libtorch is asked: every unit's output becomes a leaf
/// of autograd's graph, and the leaves that receive a gradient from a unit's inputs are the units that it needs. Whole
/// numbers and truth values have none: see <see cref="HiddenNeeds"/>.
/// </summary>
/// <param name="context">The twin's context.</param>
/// <param name="samples">Samples that run.</param>
internal sealed class DiscoveryExecutor(QuantizationContext context, long samples) : UnitExecutor, IDisposable
{
    private readonly List<Unit> _units = [];
    private readonly List<(Unit Unit, Tensor Output)> _leaves = [];
    private readonly Dictionary<Unit, HashSet<Unit>> _needs = [];
    private readonly Dictionary<Unit, bool[]> _hidden = [];
    private readonly Dictionary<Unit, Bundle> _outputs = [];

    /// <summary>The units, in the order in which they run.</summary>
    public IReadOnlyList<Unit> Units => _units;

    /// <summary>What went into and came out of the units.</summary>
    public UnitShapes Shapes { get; } = new();

    /// <summary>Whether samples depend on those beside them, which a run with others will show.</summary>
    public SampleDependence Dependence { get; } = new(samples);

    /// <summary>The units whose outputs the inputs of a unit are made of, as gradients tell.</summary>
    public IReadOnlySet<Unit> Needs(Unit unit) => _needs[unit];

    /// <summary>
    /// The units whose outputs the model's outputs are made of without another unit between, as gradients tell.
    /// </summary>
    public IReadOnlySet<Unit> NeedsOf(Bundle outputs) => Trace(outputs);

    /// <summary>Which of a unit's inputs have no gradient.</summary>
    public bool[] HiddenInputs(Unit unit) => _hidden[unit];

    /// <summary>Which tensors have no gradient.</summary>
    public static bool[] Hidden(Bundle bundle) => [.. bundle.Tensors.Select(static t => !t.requires_grad)];

    /// <summary>What a unit gave.</summary>
    public Bundle Outputs(Unit unit) => _outputs[unit];

    /// <inheritdoc/>
    public override Bundle Run(Unit unit, Bundle inputs)
    {
        _needs.Add(unit, Trace(inputs));
        _hidden.Add(unit, Hidden(inputs));
        context.Current = unit;
        try
        {
            using IDisposable guard = no_grad();
            Bundle outputs;
            using (NewDisposeScope())
            {
                // A unit that changes its input in place must not change what others see: it will not run where they
                // do.
                Bundle computed = unit.Compute(inputs.Copies());
                Shapes.Add(unit, inputs, computed);
                Dependence.Add(unit, samples, inputs, computed);
                outputs = computed.Select(static t => t.detach().clone().DetachFromDisposeScope());
            }
            _outputs.Add(unit, outputs);
            _units.Add(unit);
            // In-place operations of the user's code must not meet the leaf itself.
            using IDisposable gradients = enable_grad();
            return outputs.Select(t => (t.is_floating_point() ? Leaf(unit, t) : t).clone());
        }
        finally
        {
            context.Current = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor output in _outputs.Values.SelectMany(static o => o.Tensors))
            output.Dispose();
    }

    private Tensor Leaf(Unit unit, Tensor output)
    {
        output.requires_grad = true;
        _leaves.Add((unit, output));
        return output;
    }

    private HashSet<Unit> Trace(Bundle inputs)
    {
        var needs = new HashSet<Unit>();
        // Units run within what the user's forward says of gradients.
        using IDisposable gradients = enable_grad();
        // To the leaves only: the model's own parameters between units are not to get gradients.
        foreach (Tensor input in inputs.Tensors.Where(static t => t.requires_grad))
            autograd.backward(
                input.sum(), grad_tensors: null, retain_graph: true, inputs: [.. _leaves.Select(static l => l.Output)]);
        foreach ((Unit earlier, Tensor output) in _leaves)
        {
            if (output.grad is null)
                continue;
            needs.Add(earlier);
            output.grad = null;
        }
        return needs;
    }
}

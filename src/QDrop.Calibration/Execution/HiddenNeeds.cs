using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Finds which earlier units' outputs a unit's inputs are made of where gradients do not tell: whole numbers, truth
/// values and detached ones have none, nor has what was made from them. The model runs with other values in place of
/// units' outputs; where a unit's inputs then are others, it needs them. No unit is computed meanwhile, only the user's
/// code between them.
/// </summary>
/// <param name="runner">Runs the twin.</param>
/// <param name="discovery">What gradients tell, and what units gave.</param>
internal sealed class HiddenNeeds(TwinRunner runner, DiscoveryExecutor discovery)
{
    /// <summary>
    /// What is put in place of outputs: 0, which calibration gives for what it has freed, great numbers of both signs,
    /// and noise. A comparison, a rounding or the index of the greatest value may be the same for some of them, not for
    /// all.
    /// </summary>
    private static readonly (double Constant, double Noise)[] Values =
    [
        (0, 0), (1, 0), (1e4, 0), (-1e4, 0),
        .. Enumerable.Repeat((0.0, 1e4), 4),
        .. Enumerable.Repeat((0.0, 4.0), 4),
    ];

    /// <summary>Those of them that are different from element to element, one large and one small.</summary>
    private static readonly int[] Noise = [4, 8];

    private readonly Dictionary<Unit, HashSet<Unit>> _needs = discovery.Units.ToDictionary(
        static u => u, u => discovery.Needs(u).ToHashSet());
    private readonly HashSet<Unit> _resultNeeds = [];

    /// <summary>The units whose outputs the inputs of each unit are made of.</summary>
    public IReadOnlyDictionary<Unit, IReadOnlySet<Unit>> Needs =>
        _needs.ToDictionary(static n => n.Key, static IReadOnlySet<Unit> (n) => n.Value);

    /// <summary>The units whose outputs the model's outputs are made of without another unit between.</summary>
    public IReadOnlySet<Unit> ResultNeeds => _resultNeeds;

    /// <summary>Adds to what gradients tell.</summary>
    /// <param name="arguments">What the model ran on when it was discovered.</param>
    /// <param name="result">What it gave.</param>
    public void Find(Bundle arguments, Bundle result)
    {
        _resultNeeds.UnionWith(discovery.NeedsOf(result));
        bool[] hiddenResult = DiscoveryExecutor.Hidden(result);
        bool anyHidden =
            hiddenResult.Contains(true) || discovery.Units.Skip(1).Any(u => discovery.HiddenInputs(u).Contains(true));
        // A unit whose output nobody needs, as far as gradients tell, will have been computed for something.
        IReadOnlyList<Unit> suspects =
        [
            .. discovery.Units.Where(u => !_resultNeeds.Contains(u) && !_needs.Values.Any(n => n.Contains(u))),
        ];
        using IDisposable guard = no_grad();
        if (Run(arguments, new Probe(discovery, [], Same)) is not { } usual)
        {
            NeedAllBefore(hiddenResult);
            return;
        }
        if (!GradientsTellAll(arguments, usual)
            || (anyHidden
                && !Values
                    .Select((_, i) => i)
                    .All(i => HiddenStaysSame(arguments, usual, i, hiddenResult))))
            suspects = discovery.Units;
        foreach (Unit suspect in suspects)
        {
            for (int i = 0; i < Values.Length; i++)
            {
                if (Run(arguments, Other(i, [suspect])) is not { } other)
                {
                    NeedAllBefore(hiddenResult);
                    return;
                }
                foreach (Unit unit in discovery.Units.Where(u => !AreSame(usual.Inputs[u], other.Inputs[u])))
                    _needs[unit].Add(suspect);
                if (!AreSame(usual.Result, other.Result))
                    _resultNeeds.Add(suspect);
            }
        }
    }

    /// <summary>
    /// Whether nothing that gradients do not tell of changes with a unit's output: a value may flow to a unit by
    /// gradient through one unit, and without one past it.
    /// </summary>
    private bool GradientsTellAll(
        Bundle arguments, (IReadOnlyDictionary<Unit, string[]> Inputs, string[] Result) usual)
    {
        foreach (Unit unit in discovery.Units)
        {
            foreach (int value in Noise)
            {
                if (Run(arguments, Other(value, [unit])) is not { } other
                    || discovery.Units.Any(u => !_needs[u].Contains(unit) && !AreSame(usual.Inputs[u], other.Inputs[u]))
                    || (!_resultNeeds.Contains(unit) && !AreSame(usual.Result, other.Result)))
                    return false;
            }
        }
        return true;
    }

    /// <summary>
    /// Runs the model, units replaced; <see langword="null"/> where its code does not take the values.
    /// </summary>
    private (IReadOnlyDictionary<Unit, string[]> Inputs, string[] Result)? Run(Bundle arguments, Probe probe)
    {
        using DisposeScope scope = NewDisposeScope();
        try
        {
            Bundle result = runner.Run(arguments, probe);
            return discovery.Units.All(probe.Inputs.ContainsKey) ? (probe.Inputs, ValueDigests.Of(result)) : null;
        }
        catch (QDropException)
        {
            return null;
        }
    }

    private Probe Other(int value, IReadOnlyList<Unit> units)
    {
        var random = new Generator((ulong)value);
        return new Probe(discovery, [.. units], t => Filled(t, Values[value], random));
    }

    /// <summary>
    /// Whether what has no gradient is the same where other values stand in place of all units' outputs.
    /// </summary>
    private bool HiddenStaysSame(
        Bundle arguments,
        (IReadOnlyDictionary<Unit, string[]> Inputs, string[] Result) usual,
        int value,
        bool[] hiddenResult)
    {
        return Run(arguments, Other(value, discovery.Units)) is { } other
            && discovery.Units.All(u => AreSame(usual.Inputs[u], other.Inputs[u], discovery.HiddenInputs(u)))
            && AreSame(usual.Result, other.Result, hiddenResult);
    }

    private void NeedAllBefore(bool[] hiddenResult)
    {
        for (int k = 0; k < discovery.Units.Count; k++)
            _needs[discovery.Units[k]].UnionWith(discovery.Units.Take(k));
        if (hiddenResult.Contains(true))
            _resultNeeds.UnionWith(discovery.Units);
    }

    private static bool AreSame(string[] one, string[] other, bool[]? which = null) =>
        one.Length == other.Length
        && one.Zip(other).Where((_, i) => which?[i] != false).All(static p => p.First == p.Second);

    private static Tensor Same(Tensor tensor) => tensor.clone();

    /// <summary>
    /// A tensor of the same shape and order; whole numbers from 0 to just above the greatest, in case they are indices.
    /// </summary>
    private static Tensor Filled(Tensor like, (double Constant, double Noise) value, Generator random)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = rand(like.shape, dtype: ScalarType.Float32, generator: random)
            .sub_(0.5)
            .mul_(value.Noise)
            .add_(value.Constant);
        if (like.dtype == ScalarType.Bool)
            values = values.gt(0);
        else if (!like.is_floating_point())
            values = values.abs().remainder(like.max().to_type(ScalarType.Float32) + 2).floor();
        return like.clone().copy_(values).MoveToOuterDisposeScope();
    }

    /// <summary>Gives what units gave before, or other values, and notes what they are given.</summary>
    /// <param name="discovery">What units gave before.</param>
    /// <param name="replaced">The units that give other values.</param>
    /// <param name="other">Makes them.</param>
    private sealed class Probe(DiscoveryExecutor discovery, HashSet<Unit> replaced, Func<Tensor, Tensor> other)
        : UnitExecutor
    {
        private readonly Dictionary<Unit, string[]> _inputs = [];

        public IReadOnlyDictionary<Unit, string[]> Inputs => _inputs;

        /// <inheritdoc/>
        public override Bundle Run(Unit unit, Bundle inputs)
        {
            _inputs[unit] = ValueDigests.Of(inputs);
            return discovery.Outputs(unit).Select(replaced.Contains(unit) ? other : Same);
        }
    }
}

namespace QDrop.Calibration.BitWidths;

/// <summary>
/// What some layers can reach with a budget at best, if the last step of the last layer could be taken in part: the
/// linear relaxation, whose value is that of the Lagrangian one. All layers begin with their cheapest choice; then
/// steps along their hulls are taken, those that gain most for a unit of cost first.
/// </summary>
internal sealed class Relaxation
{
    /// <summary>Number of the layer, of each step in the order in which they are taken.</summary>
    private readonly int[] _layers;

    /// <summary>Cost and error after so many steps; one more than there are steps.</summary>
    private readonly long[] _costs;

    private readonly double[] _errors;

    /// <param name="hulls">Hulls of the layers.</param>
    /// <param name="layers">Numbers of the layers that count.</param>
    public Relaxation(IReadOnlyList<Choice[]> hulls, IReadOnlyList<int> layers)
    {
        // A layer's own steps gain less and less, and the sort is stable: they stay in order.
        (int Layer, Step Step)[] steps =
        [
            .. layers
                .SelectMany(l =>
                    Enumerable
                        .Range(1, hulls[l].Length - 1)
                        .Select(i => (Layer: l, Step: Step.Between(hulls[l][i - 1], hulls[l][i]))))
                .OrderByDescending(static s => s.Step.Gain),
        ];
        _layers = [.. steps.Select(static s => s.Layer)];
        (_costs, _errors) = (new long[steps.Length + 1], new double[steps.Length + 1]);
        _costs[0] = layers.Sum(l => hulls[l][0].Cost);
        // From the end, where errors are least, so that rounding is small beside them.
        _errors[^1] = layers.Sum(l => hulls[l][^1].Error);
        for (int i = 0; i < steps.Length; i++)
        {
            _costs[i + 1] = _costs[i] + steps[i].Step.Cost;
            _errors[^(i + 2)] = _errors[^(i + 1)] + steps[^(i + 1)].Step.Error;
        }
    }

    /// <summary>Cost of the cheapest choices.</summary>
    public long MinCost => _costs[0];

    /// <summary>Error of the cheapest choices.</summary>
    public double MaxError => _errors[0];

    /// <summary>
    /// Every cost at which the relaxation takes no step in part, and the error there: each is the best that its cost
    /// can buy.
    /// </summary>
    public IEnumerable<FrontierPoint> Supported =>
        _costs.Zip(_errors, static (cost, error) => new FrontierPoint(cost, error));

    /// <summary>How many steps a budget pays for in full.</summary>
    /// <param name="budget">At least <see cref="MinCost"/>.</param>
    public int StepsFor(long budget)
    {
        int found = Array.BinarySearch(_costs, budget);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>Cost and error after so many steps.</summary>
    public (long Cost, double Error) After(int steps) => (_costs[steps], _errors[steps]);

    /// <summary>What no assignment within the budget can err less than.</summary>
    /// <param name="budget">At least <see cref="MinCost"/>.</param>
    /// <param name="steps">What <see cref="StepsFor"/> gives for it.</param>
    public double Bound(long budget, int steps) =>
        steps == _layers.Length
            ? _errors[steps]
            : _errors[steps]
                - ((_errors[steps] - _errors[steps + 1])
                    * ((double)(budget - _costs[steps]) / (_costs[steps + 1] - _costs[steps])));

    /// <summary>The layers that are to take a step each, of the first steps.</summary>
    public IEnumerable<int> LayersOf(int steps) => _layers.Take(steps);

    /// <summary>
    /// What the first step gains that the budget does not pay for in full: the price of a unit of cost; 0 where it pays
    /// for all.
    /// </summary>
    public double Price(long budget)
    {
        int steps = StepsFor(budget);
        return steps == _layers.Length
            ? 0
            : (_errors[steps] - _errors[steps + 1]) / (_costs[steps + 1] - _costs[steps]);
    }
}

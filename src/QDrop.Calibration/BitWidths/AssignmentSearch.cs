namespace QDrop.Calibration.BitWidths;

/// <summary>The assignment of least error within a budget.</summary>
/// <param name="Choices">Number of each layer's choice.</param>
/// <param name="Cost">What it costs, at most the budget.</param>
/// <param name="Error">Its error, the sum of those of the layers.</param>
/// <param name="Gap">By how much another assignment could err less: 0, unless the search had to be cut short.</param>
/// <param name="Labels">Partial assignments that were looked at: how much work it was.</param>
internal sealed record Assignment(int[] Choices, long Cost, double Error, double Gap, long Labels);

/// <summary>
/// Chooses a bit width for each layer so that the sum of errors is least within a budget: a multiple-choice knapsack.
/// Exact: partial assignments ("labels") are extended layer by layer, and one is dropped only if another costs no more
/// and errs no more, or if its relaxation cannot come below the best assignment known. Each label completed by its
/// relaxation's whole steps is an assignment, so that the best one known is good from the start. The layers whose
/// choice is least clear at the budget's price come first: what is left to decide then is clear, and bounds are sharp
/// (D. Pisinger, A minimal algorithm for the multiple-choice knapsack problem, 1995).
/// </summary>
/// <remarks>Of our own: Google.OrTools would bring a native library of its own into every program.</remarks>
internal sealed class AssignmentSearch
{
    /// <summary>Labels in a list above which those with the worst bounds are given up.</summary>
    public const int MaxLabels = 30_000;

    /// <summary>
    /// Sums of the same numbers in another order differ by rounding: a share of the error of the cheapest choices that
    /// no bound has to tell apart.
    /// </summary>
    private const double Rounding = 1e-13;

    private readonly IReadOnlyList<Choice[]> _layers;
    private readonly long _budget;
    private readonly int _mostLabels;
    private readonly List<Choice[]> _hulls;
    private readonly int[] _order;
    private readonly Relaxation[] _rest;
    private readonly List<List<Label>> _stages = [];
    private double _leastDropped = double.PositiveInfinity;
    private Best _best;

    private AssignmentSearch(IReadOnlyList<Choice[]> layers, long budget, int mostLabels)
    {
        _layers = layers;
        _budget = budget;
        _mostLabels = mostLabels;
        _hulls = [.. layers.Select(static l => Choice.Hull(l))];
        double price = new Relaxation(_hulls, [.. Enumerable.Range(0, layers.Count)]).Price(budget);
        _order = [.. Enumerable.Range(0, layers.Count).OrderBy(l => Clearness(layers[l], price))];
        _rest = [.. Enumerable.Range(0, layers.Count + 1).Select(k => new Relaxation(_hulls, _order[k..]))];
    }

    private readonly record struct Label(long Cost, double Error, int Parent, int Choice);

    /// <summary>The best assignment so far: a label, completed by so many steps of its relaxation.</summary>
    private readonly record struct Best(long Cost, double Error, int Stage, int Label, int Steps)
    {
        public bool IsWorseThan(long cost, double error) => error < Error || (error == Error && cost < Cost);
    }

    /// <summary>Searches.</summary>
    /// <param name="layers">The efficient choices of each layer.</param>
    /// <param name="budget">At least the sum of the cheapest.</param>
    /// <param name="mostLabels">Labels in a list above which those with the worst bounds are given up.</param>
    /// <returns>The assignment of least error; among several, one of least cost.</returns>
    public static Assignment Run(IReadOnlyList<Choice[]> layers, long budget, int mostLabels = MaxLabels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, layers.Sum(static l => l[0].Cost));
        var search = new AssignmentSearch(layers, budget, mostLabels);
        search.Search();
        return search.Result();
    }

    /// <summary>
    /// By how much the layer's second-best choice is worse than its best, for a price of a unit of cost.
    /// </summary>
    private static double Clearness(Choice[] choices, double price)
    {
        double[] values = [.. choices.Select(c => c.Error + (price * c.Cost)).Order()];
        return values.Length == 1 ? double.PositiveInfinity : values[1] - values[0];
    }

    private void Search()
    {
        int steps = _rest[0].StepsFor(_budget);
        (long cost, double error) = _rest[0].After(steps);
        _best = new Best(cost, error, 0, 0, steps);
        _stages.Add([new Label(0, 0, -1, -1)]);
        for (int stage = 1; stage <= _layers.Count; stage++)
            _stages.Add(Extended(stage));
    }

    /// <summary>The labels with one more layer.</summary>
    private List<Label> Extended(int stage)
    {
        List<Label> before = _stages[^1];
        Relaxation rest = _rest[stage];
        double rounding = Rounding * _rest[0].MaxError, least = double.PositiveInfinity;
        (List<Label>? labels, List<double>? bounds) = (new List<Label>(), new List<double>());
        foreach (Candidate next in Candidate.InOrder(
                before.Count, _layers[_order[stage - 1]], i => before[i].Cost, i => before[i].Error))
        {
            long left = _budget - next.Cost;
            if (left < rest.MinCost)
                break;
            if (next.Error >= least)
                continue;
            least = next.Error;
            int steps = rest.StepsFor(left);
            double bound = next.Error + rest.Bound(left, steps);
            if (bound > _best.Error + rounding)
                continue;
            (long cost, double error) = rest.After(steps);
            if (_best.IsWorseThan(next.Cost + cost, next.Error + error))
                _best = new Best(next.Cost + cost, next.Error + error, stage, labels.Count, steps);
            labels.Add(new Label(next.Cost, next.Error, next.Parent, next.Choice));
            bounds.Add(bound);
        }
        return labels.Count <= _mostLabels ? labels : Cut(labels, bounds, stage);
    }

    /// <summary>Gives up the labels with the worst bounds.</summary>
    private List<Label> Cut(List<Label> labels, List<double> bounds, int stage)
    {
        int[] ranked = [.. Enumerable.Range(0, labels.Count).OrderBy(i => bounds[i])];
        _leastDropped = Math.Min(_leastDropped, bounds[ranked[_mostLabels]]);
        // The best one's label stays, to be found again.
        IEnumerable<int> kept = ranked.Take(_mostLabels);
        if (_best.Stage == stage)
            kept = kept.Append(_best.Label).Distinct();
        int[] inOrder = [.. kept.Order()];
        if (_best.Stage == stage)
            _best = _best with { Label = Array.BinarySearch(inOrder, _best.Label) };
        return [.. inOrder.Select(i => labels[i])];
    }

    private Assignment Result()
    {
        int[] steps = new int[_layers.Count];
        foreach (int layer in _rest[_best.Stage].LayersOf(_best.Steps))
            steps[layer]++;
        int[] choices = [.. _layers.Select((l, i) => Array.IndexOf(l, _hulls[i][steps[i]]))];
        for ((int stage, int label) = (_best.Stage, _best.Label); stage > 0; stage--)
        {
            choices[_order[stage - 1]] = _stages[stage][label].Choice;
            label = _stages[stage][label].Parent;
        }
        // Summed in the order of the layers, so that the same choices have the same error.
        return new Assignment(
            choices,
            choices.Select((c, l) => _layers[l][c].Cost).Sum(),
            choices.Select((c, l) => _layers[l][c].Error).Sum(),
            Math.Max(0, _best.Error - _leastDropped),
            _stages.Sum(static s => (long)s.Count));
    }
}

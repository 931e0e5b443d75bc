using QDrop.Calibration.Execution;
using QDrop.CompilerServices;
using QDrop.Layers;

namespace QDrop.Calibration.BitWidths;

/// <summary>
/// Gives each layer the bit width that a budget leaves for it: measured sensitivities, then the assignment of least
/// error.
/// </summary>
/// <param name="calibration">What the phases of the calibration share.</param>
/// <param name="units">The units, in the order in which they run.</param>
/// <param name="budget">The budget.</param>
internal sealed class BudgetAssignment(CalibrationContext calibration, IReadOnlyList<Unit> units, BitBudget budget)
{
    /// <summary>Points of the frontier that are listed.</summary>
    private const int MaxPoints = 400;

    private readonly QuantizationSettings _settings = calibration.Settings;
    private readonly IReadOnlyList<QuantizedLayer> _layers = calibration.Quantization.Layers;

    /// <summary>
    /// Does it. Weights and activations are not enabled afterwards, and the ranges of weights are to be searched.
    /// </summary>
    /// <exception cref="QDropException">
    /// The budget is out of reach (QDROP036), or errors cannot be measured (QDROP289).
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public BudgetOutcome Run()
    {
        using var measurement = new SensitivityMeasurement(calibration, units);
        var cost = new BudgetCost(budget, _layers.Sum(Weights), _layers.Sum(measurement.OperationsOf));
        CheckReach(cost, measurement);
        var errors = new List<IReadOnlyList<WidthError>>();
        foreach (QuantizedLayer layer in _layers)
        {
            calibration.Progress.Begin("sensitivity", layer.Name, errors.Count + 1, _layers.Count);
            errors.Add(measurement.Of(layer, Widths(layer)));
        }
        Choice[][] choices =
        [
            .. _layers.Select(
                (l, i) =>
                    Choice.Efficient(
                        errors[i]
                            .Select(e => new Choice(
                                e.Bits, cost.Of(Weights(l), measurement.OperationsOf(l), e.Bits), e.Error)))),
        ];
        calibration.Cancellation.ThrowIfCancellationRequested();
        Assignment assignment = AssignmentSearch.Run(choices, cost.Limit);
        for (int i = 0; i < _layers.Count; i++)
            _layers[i].Weight.Bits = choices[i][assignment.Choices[i]].Bits;
        var frontier = ParetoFrontier.Of(choices);
        return new BudgetOutcome(
            budget,
            measurement.Samples,
            [
                .. _layers.Select(
                    (l, i) =>
                        new LayerBits(
                            l.Name, Weights(l), measurement.OperationsOf(l), l.Weight.Bits, IsGiven(l), errors[i])),
            ],
            new(cost.Amount(assignment.Cost), assignment.Error),
            assignment.Gap,
            [.. Enumerable.Range(_settings.W, MaxWidth - _settings.W + 1).Select(Uniform)],
            [.. Listed(frontier.Points).Select(p => new BudgetPoint(cost.Amount(p.Cost), p.Error))],
            frontier.Complete && frontier.Points.Count <= MaxPoints);

        BudgetPoint Uniform(int bits)
        {
            int Width(int layer) => IsGiven(_layers[layer]) ? errors[layer][0].Bits : bits;
            return new(
                cost.Amount(_layers.Select((l, i) => cost.Of(Weights(l), measurement.OperationsOf(l), Width(i))).Sum()),
                errors.Select((e, i) => e.Single(w => w.Bits == Width(i)).Error).Sum(),
                bits);
        }
    }

    private int MaxWidth => _settings.LargestW;

    /// <summary>As many points as are listed, the first and the last among them.</summary>
    private static IEnumerable<FrontierPoint> Listed(IReadOnlyList<FrontierPoint> points) => points.Count <= MaxPoints
        ? points
        : Enumerable.Range(0, MaxPoints).Select(i => points[(int)((long)i * (points.Count - 1) / (MaxPoints - 1))]);

    private static long Weights(QuantizedLayer layer) => layer.Weight.Weight.numel();

    private bool IsGiven(QuantizedLayer layer) =>
        BitAssignment.Given(calibration.Quantization, _settings, layer) is not null;

    private IEnumerable<int> Widths(QuantizedLayer layer) =>
        BitAssignment.Given(calibration.Quantization, _settings, layer) is { } given
            ? [given]
            : Enumerable.Range(_settings.W, MaxWidth - _settings.W + 1);

    private void CheckReach(BudgetCost cost, SensitivityMeasurement measurement)
    {
        long Cost(QuantizedLayer layer, int bits) => cost.Of(Weights(layer), measurement.OperationsOf(layer), bits);
        long least = _layers.Sum(l => Cost(l, Widths(l).Min())), most = _layers.Sum(l => Cost(l, Widths(l).Max()));
        if (cost.Limit >= least && cost.Limit <= most)
            return;
        int given = _layers.Count(IsGiven);
        if (least == most)
        {
            throw new QDropException(
                Codes.Budget,
                $"Budget = \"{budget}\" leaves nothing to choose in '{calibration.Descriptor.Name}': {given} of "
                    + $"{_layers.Count} layers have a width of their own, by an attribute or as "
                    + $"the first or last one (FirstLast = {_settings.FirstLast}), and the others from W = "
                    + $"{_settings.W} to MaxW = {MaxWidth}. Expected layers that can have more than one width. Leave "
                    + "Budget and MaxW out, or raise MaxW, or "
                    + "take [Quantize(W = …)] off some parts.");
        }
        bool below = cost.Limit < least;
        throw new QDropException(
            Codes.Budget,
            $"Budget = \"{budget}\" is {(below ? "less than the smallest" : "more than the largest")} that "
                + $"'{calibration.Descriptor.Name}' can take with W = {_settings.W} and "
                + $"MaxW = {MaxWidth}: expected from \"{cost.Text(least, roundUp: true)}\" to "
                + $"\"{cost.Text(most, roundUp: false)}\". {given} of {_layers.Count} layers have a width of their "
                + "own, by an attribute or as "
                + $"the first or last one (FirstLast = {_settings.FirstLast}), and count. "
                + (below
                        ? "Raise the budget, or lower W or those widths."
                        : "Lower the budget, or raise MaxW; to give every layer one width, set W and leave Budget and "
                            + "MaxW out."));
    }
}

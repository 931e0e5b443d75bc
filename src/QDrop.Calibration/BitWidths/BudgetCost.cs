using QDrop.Artifacts;

namespace QDrop.Calibration.BitWidths;

/// <summary>What bit widths cost, in whole numbers, and how that is said in the budget's unit.</summary>
/// <param name="budget">The budget.</param>
/// <param name="weights">Number of all weights.</param>
/// <param name="operations">Multiply-accumulates of one input, of all layers.</param>
internal sealed class BudgetCost(BitBudget budget, long weights, long operations)
{
    /// <summary>Averages are said with four decimals.</summary>
    private const decimal Shift = 10_000;

    /// <summary>What a unit of an amount is in costs.</summary>
    private readonly long _scale = Math.Max(
        1,
        budget.Unit switch
        {
            BudgetUnit.Bits => weights,
            BudgetUnit.BitsPerMac => operations,
            _ => 1,
        });

    /// <summary>The greatest cost within the budget.</summary>
    public long Limit { get; } =
        (long)
            Math.Min(
                long.MaxValue / 2,
                Math.Floor(
                    budget.Amount
                        * Math.Max(
                            0,
                            budget.Unit switch
                            {
                                BudgetUnit.Bits => weights,
                                BudgetUnit.BitsPerMac => operations,
                                _ => 1,
                            })));

    /// <summary>What a layer costs.</summary>
    /// <param name="layerWeights">Number of its weights.</param>
    /// <param name="layerOperations">Its multiply-accumulates of one input.</param>
    /// <param name="bits">Its bit width.</param>
    public long Of(long layerWeights, long layerOperations, int bits) => budget.Unit switch
    {
        BudgetUnit.Bits => layerWeights * bits,
        BudgetUnit.Bytes => BitPacking.PackedLength(layerWeights, bits),
        _ => layerOperations * bits,
    };

    /// <summary>A cost in the budget's unit.</summary>
    public double Amount(long cost) => (double)cost / _scale;

    /// <summary>
    /// A cost in words. As a budget, what is rounded up suffices for the cost, and what is rounded down does not pay
    /// for more.
    /// </summary>
    public string Text(long cost, bool roundUp)
    {
        decimal amount = (decimal)cost / _scale * Shift;
        return new BitBudget((roundUp ? Math.Ceiling(amount) : Math.Floor(amount)) / Shift, budget.Unit).ToString();
    }
}

namespace QDrop.Calibration.BitWidths;

/// <summary>One of the bit widths that a layer can have.</summary>
/// <param name="Bits">The bit width.</param>
/// <param name="Cost">What it takes of the budget, 0 or more.</param>
/// <param name="Error">The error at the model's end, finite and 0 or more.</param>
internal readonly record struct Choice(int Bits, long Cost, double Error)
{
    /// <summary>
    /// The choices that are worth considering: every other one has one that costs no more and errs no more. More bits
    /// need not err less, and then cost for nothing.
    /// </summary>
    /// <param name="choices">At least one.</param>
    /// <returns>Those of ascending cost and falling error.</returns>
    public static Choice[] Efficient(IEnumerable<Choice> choices)
    {
        var kept = new List<Choice>();
        foreach (
            Choice choice in choices.OrderBy(static c => c.Cost).ThenBy(static c => c.Error).ThenBy(static c => c.Bits))
        {
            if (kept.Count == 0 || choice.Error < kept[^1].Error)
                kept.Add(choice);
        }
        return [.. kept];
    }

    /// <summary>
    /// The choices on the lower convex hull of error over cost: those that are best for some price of a unit of cost.
    /// </summary>
    /// <param name="efficient">Efficient choices.</param>
    /// <returns>
    /// Some of them, the first and the last included; each further step gains less for a unit of cost.
    /// </returns>
    public static Choice[] Hull(IReadOnlyList<Choice> efficient)
    {
        var hull = new List<Choice>();
        foreach (Choice choice in efficient)
        {
            while (hull.Count > 1 && Step.Between(hull[^2], hull[^1]).Gain <= Step.Between(hull[^1], choice).Gain)
                hull.RemoveAt(hull.Count - 1);
            hull.Add(choice);
        }
        return [.. hull];
    }
}

/// <summary>From one choice of a layer to the next one on its hull.</summary>
/// <param name="Cost">By how much the cost rises, above 0.</param>
/// <param name="Error">By how much the error falls, above 0.</param>
internal readonly record struct Step(long Cost, double Error)
{
    /// <summary>What is gained for a unit of cost.</summary>
    public double Gain => Error / Cost;

    /// <summary>The step between two choices.</summary>
    public static Step Between(Choice cheaper, Choice dearer) =>
        new(dearer.Cost - cheaper.Cost, cheaper.Error - dearer.Error);
}

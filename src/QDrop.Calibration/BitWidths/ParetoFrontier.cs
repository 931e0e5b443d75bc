namespace QDrop.Calibration.BitWidths;

/// <summary>A cost, and the least error that it can buy.</summary>
/// <param name="Cost">The cost.</param>
/// <param name="Error">The error.</param>
internal readonly record struct FrontierPoint(long Cost, double Error);

/// <summary>The best assignments for every budget there is.</summary>
/// <param name="Points">In order of ascending cost and falling error.</param>
/// <param name="Complete">
/// Whether these are all. Else they are those on the lower convex hull of all, which are the best that their costs can
/// buy, too.
/// </param>
internal sealed record ParetoFrontier(IReadOnlyList<FrontierPoint> Points, bool Complete)
{
    /// <summary>Points in a list above which only those on the hull are given.</summary>
    public const int MaxPoints = 20_000;

    /// <summary>Finds it: lists of points that no other is better than, merged layer by layer.</summary>
    /// <param name="layers">The efficient choices of each layer.</param>
    /// <param name="mostPoints">Points above which only those on the hull are given.</param>
    public static ParetoFrontier Of(IReadOnlyList<Choice[]> layers, int mostPoints = MaxPoints)
    {
        List<FrontierPoint> points = [new(0, 0)];
        foreach (Choice[] choices in layers)
        {
            points = Merged(points, choices);
            if (points.Count > mostPoints)
                return new ParetoFrontier(OnHull(layers), Complete: false);
        }
        return new ParetoFrontier(points, Complete: true);
    }

    private static List<FrontierPoint> Merged(List<FrontierPoint> points, Choice[] choices)
    {
        var merged = new List<FrontierPoint>();
        foreach (Candidate next in Candidate.InOrder(points.Count, choices, i => points[i].Cost, i => points[i].Error))
        {
            if (merged.Count == 0 || next.Error < merged[^1].Error)
                merged.Add(new(next.Cost, next.Error));
        }
        return merged;
    }

    private static List<FrontierPoint> OnHull(IReadOnlyList<Choice[]> layers)
    {
        var hulls = layers.Select(static l => Choice.Hull(l)).ToList();
        return [.. new Relaxation(hulls, [.. Enumerable.Range(0, hulls.Count)]).Supported];
    }
}

/// <summary>An assignment of some layers, to which a choice of a further one is added.</summary>
/// <param name="Cost">Cost of all of them.</param>
/// <param name="Error">Error of all of them.</param>
/// <param name="Parent">Number of the assignment without the further layer.</param>
/// <param name="Choice">Number of the further layer's choice.</param>
internal readonly record struct Candidate(long Cost, double Error, int Parent, int Choice)
{
    /// <summary>
    /// All that come of a list and a layer, in order of ascending cost and, where costs are alike, of ascending error.
    /// </summary>
    /// <param name="count">Length of the list, which is in such an order.</param>
    /// <param name="choices">The layer's choices.</param>
    /// <param name="cost">Cost of an entry.</param>
    /// <param name="error">Error of an entry.</param>
    public static IEnumerable<Candidate> InOrder(
        int count, Choice[] choices, Func<int, long> cost, Func<int, double> error)
    {
        int[] heads = new int[choices.Length];
        while (true)
        {
            Candidate? least = null;
            for (int c = 0; c < choices.Length; c++)
            {
                if (heads[c] == count)
                    continue;
                var next = new Candidate(
                    cost(heads[c]) + choices[c].Cost, error(heads[c]) + choices[c].Error, heads[c], c);
                if (least is not { } found
                    || next.Cost < found.Cost
                    || (next.Cost == found.Cost && next.Error < found.Error))
                    least = next;
            }
            if (least is not { } taken)
                yield break;
            heads[taken.Choice]++;
            yield return taken;
        }
    }
}

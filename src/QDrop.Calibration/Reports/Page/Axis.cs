namespace QDrop.Calibration.Reports.Page;

/// <summary>An axis with round numbers on it.</summary>
/// <param name="Low">Where it begins.</param>
/// <param name="High">Where it ends, above <paramref name="Low"/>.</param>
/// <param name="Ticks">The round numbers, in ascending order.</param>
internal sealed record Axis(double Low, double High, IReadOnlyList<double> Ticks)
{
    private const int MaxTicks = 6;

    /// <summary>The axis that covers a range.</summary>
    /// <param name="low">The least value, at most 0.</param>
    /// <param name="high">The greatest value, at least 0.</param>
    public static Axis Of(double low, double high)
    {
        if (high - low <= 0)
            high = 1;
        double power = Math.Pow(10, Math.Floor(Math.Log10((high - low) / MaxTicks)));
        double step = new[] { 1, 2, 5, 10, 20 }
            .Select(m => m * power)
            .First(s => Math.Ceiling(high / s) - Math.Floor(low / s) < MaxTicks);
        (double first, double last) = (Math.Floor(low / step), Math.Ceiling(high / step));
        return new Axis(
            first * step,
            last * step,
            [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => Math.Round((first + i) * step, 12))]);
    }
}

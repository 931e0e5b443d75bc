namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// The course of the rounding regulariser's β: none during the warm-up, then linearly from its start to its end (arXiv
/// 2004.10568).
/// </summary>
/// <param name="Iterations">Iterations in all.</param>
/// <param name="WarmUp">Share of the iterations, 0 to 1, without the regulariser.</param>
/// <param name="Start">β after the warm-up.</param>
/// <param name="End">β at the end.</param>
internal readonly record struct Temperature(int Iterations, double WarmUp, double Start, double End)
{
    /// <summary>Whether the regulariser is part of the loss in an iteration, counted from 1.</summary>
    public bool IsActive(int iteration) => iteration >= WarmUp * Iterations;

    /// <summary>β in an iteration, counted from 1.</summary>
    public double Beta(int iteration)
    {
        double warmUp = WarmUp * Iterations;
        if (iteration < warmUp)
            return Start;
        double left = Iterations > warmUp ? 1 - (iteration - warmUp) / (Iterations - warmUp) : 0;
        return End + (Start - End) * Math.Max(0, left);
    }
}

using QDrop.Calibration.Training;

namespace QDrop.Tests.Training;

/// <summary>
/// The probabilities of all grid points as the definition has them (arXiv 2109.02100, eq. 2), in double and term by
/// term.
/// </summary>
internal static class ExplicitProbabilities
{
    /// <summary>The normalised probability of each kept grid point.</summary>
    public static IReadOnlyDictionary<int, double> Of(double x, double alpha, double sigma, IReadOnlyList<GridRun> runs)
    {
        (int k, double p)[] kept = runs.SelectMany(r =>
                Enumerable.Range(r.Low, r.High - r.Low + 1).Select(k => (k, p: Probability(x, alpha, sigma, k))))
            .ToArray();
        double sum = kept.Sum(w => w.p);
        return kept.ToDictionary(w => w.k, w => w.p / sum);
    }

    /// <summary>The most likely grid point.</summary>
    public static int Mode(double x, double alpha, double sigma, IReadOnlyList<GridRun> runs) =>
        Of(x, alpha, sigma, runs).MaxBy(p => p.Value).Key;

    /// <summary>S((g + α/2 − x) / σ) − S((g − α/2 − x) / σ), written so that neither tail cancels.</summary>
    private static double Probability(double x, double alpha, double sigma, int k)
    {
        double high = (alpha * (k + 0.5) - x) / sigma, low = (alpha * (k - 0.5) - x) / sigma;
        return low > 0 ? Logistic(-low) - Logistic(-high) : Logistic(high) - Logistic(low);
    }

    private static double Logistic(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));
}

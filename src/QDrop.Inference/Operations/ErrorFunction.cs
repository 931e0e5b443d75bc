namespace QDrop.Operations;

/// <summary>The Gauss error function.</summary>
internal static class ErrorFunction
{
    /// <summary>2/√π ∫₀ˣ e^(−t²) dt, to about 15 digits.</summary>
    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (a >= 6)
            return double.IsNaN(x) ? x : Math.Sign(x);
        return a < 2.5 ? Series(x) : Math.Sign(x) * (1 - Fraction(a));
    }

    /// <summary>The series around 0, Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)), in the form whose terms have one sign.</summary>
    private static double Series(double x)
    {
        // erf x = 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · … · (2n + 1)).
        double square = x * x, term = x, sum = x;
        for (int n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
        {
            term *= 2 * square / ((2 * n) + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-square) * sum;
    }

    /// <summary>1 − erf by its continued fraction, for x of 2.5 and more.</summary>
    private static double Fraction(double x)
    {
        double tail = x;
        for (int n = 60; n >= 1; n--)
            tail = x + (n / 2.0 / tail);
        return Math.Exp(-x * x) / (tail * Math.Sqrt(Math.PI));
    }
}

namespace QDrop.Calibration.Training;

/// <summary>A number that Adam (arXiv 1412.6980) learns.</summary>
/// <param name="value">The number at the beginning.</param>
internal sealed class LearnedScalar(double value)
{
    /// <summary>Numbers in <see cref="State"/>.</summary>
    public const int StateLength = 4;

    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-12;

    private double _first, _second, _steps;

    /// <summary>The number.</summary>
    public double Value { get; private set; } = value;

    /// <summary>Everything that later steps depend on.</summary>
    public double[] State => [Value, _first, _second, _steps];

    /// <summary>Goes on from a state.</summary>
    public void Restore(ReadOnlySpan<double> state) =>
        (Value, _first, _second, _steps) = (state[0], state[1], state[2], state[3]);

    /// <summary>Adds to the number.</summary>
    public void Shift(double difference) => Value += difference;

    /// <summary>One step.</summary>
    public void Learn(double gradient, double learningRate)
    {
        _steps++;
        _first = Beta1 * _first + (1 - Beta1) * gradient;
        _second = Beta2 * _second + (1 - Beta2) * gradient * gradient;
        Value -=
            learningRate
            * (_first / (1 - Math.Pow(Beta1, _steps)))
            / (Math.Sqrt(_second / (1 - Math.Pow(Beta2, _steps))) + Epsilon);
    }
}

/// <summary>
/// A positive number whose logarithm is learned: it stays positive, and steps are shares of it, whatever its unit.
/// </summary>
/// <param name="value">The number at the beginning.</param>
internal sealed class LearnedLogarithm(double value)
{
    /// <summary>Numbers in <see cref="State"/>.</summary>
    public const int StateLength = LearnedScalar.StateLength;

    private readonly LearnedScalar _logarithm = new(Math.Log(value));

    /// <summary>The number.</summary>
    public double Value => Math.Exp(_logarithm.Value);

    /// <summary>Its gradient, 0 after each step.</summary>
    public double Gradient { get; set; }

    /// <summary>Everything that later steps depend on.</summary>
    public double[] State => _logarithm.State;

    /// <summary>Goes on from a state.</summary>
    public void Restore(ReadOnlySpan<double> state) => _logarithm.Restore(state);

    /// <summary>Multiplies the number.</summary>
    public void Multiply(double factor) => _logarithm.Shift(Math.Log(factor));

    /// <summary>One step.</summary>
    public void Learn(double learningRate)
    {
        _logarithm.Learn(Gradient * Value, learningRate);
        Gradient = 0;
    }
}

namespace QDrop;

/// <summary>When activation ranges are searched.</summary>
public enum CalibrationOrder
{
    /// <summary>All of them before reconstruction, with float weights.</summary>
    UpFront,

    /// <summary>Those of a unit just before its reconstruction, on inputs from the already quantized units.</summary>
    UnitByUnit,
}

/// <summary>Everything that decides the result of quantization, apart from model, weights and data.</summary>
public sealed record QuantizationSettings
{
    /// <summary>Bit width of weights, 2 to 8.</summary>
    public int W { get; init; } = 4;

    /// <summary>Bit width of activations, 2 to 8.</summary>
    public int A { get; init; } = 4;

    /// <summary>Bit width, 2 to 8, of the first and the last layer's weights and of the last layer's input.</summary>
    public int FirstLast { get; init; } = 8;

    /// <summary>Probability, 0 to 1, that the quantization of an activation element is dropped (arXiv 2203.05740).</summary>
    public double Drop { get; init; } = 0.5;

    /// <summary>How quantized weights are found.</summary>
    public Method Method { get; init; } = Method.QDrop;

    /// <summary>Iterations of reconstruction for each unit, at least 1.</summary>
    public int Iterations { get; init; } = 20_000;

    /// <summary>Inputs in one iteration, at least 1.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Inputs used for calibration, at least 1.</summary>
    public int Samples { get; init; } = 1_024;

    /// <summary>Inputs used for the search of activation ranges, at least 1.</summary>
    public int RangeSamples { get; init; } = 256;

    /// <summary>Weight λ of the rounding regulariser: 0.01, or 0.1 for depthwise-separable networks.</summary>
    public double Lambda { get; init; } = 0.01;

    /// <summary>Share of the iterations, 0 to 1, without the rounding regulariser.</summary>
    public double WarmUp { get; init; } = 0.2;

    /// <summary>β of the rounding regulariser after the warm-up.</summary>
    public double BetaStart { get; init; } = 20;

    /// <summary>β of the rounding regulariser at the end.</summary>
    public double BetaEnd { get; init; } = 2;

    /// <summary>Adam's learning rate for the rounding variables α.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Adam's first learning rate for activation scales; a cosine takes it to 0.</summary>
    public double ActivationLearningRate { get; init; } = 4e-5;

    /// <summary>When activation ranges are searched.</summary>
    public CalibrationOrder Order { get; init; } = CalibrationOrder.UpFront;

    /// <summary>Seed of every random choice.</summary>
    public long Seed { get; init; } = 1_005;

    /// <summary>Checks every value.</summary>
    /// <returns>These settings.</returns>
    /// <exception cref="QDropException">A value is out of its range; the message says which, what was found and what is allowed.</exception>
    public QuantizationSettings Validated()
    {
        Check(W is >= 2 and <= 8, "QDROP201", nameof(W), W, "a bit width from 2 to 8");
        Check(A is >= 2 and <= 8, "QDROP201", nameof(A), A, "a bit width from 2 to 8");
        Check(FirstLast is >= 2 and <= 8, "QDROP201", nameof(FirstLast), FirstLast, "a bit width from 2 to 8");
        Check(Drop is >= 0 and <= 1, "QDROP202", nameof(Drop), Drop, "a probability from 0 to 1");
        Check(Enum.IsDefined(Method), "QDROP203", nameof(Method), Method, "one of " + string.Join(", ", Enum.GetNames<Method>()));
        Check(Iterations >= 1, "QDROP203", nameof(Iterations), Iterations, "at least 1");
        Check(BatchSize >= 1, "QDROP203", nameof(BatchSize), BatchSize, "at least 1");
        Check(Samples >= 1, "QDROP203", nameof(Samples), Samples, "at least 1");
        Check(RangeSamples >= 1, "QDROP203", nameof(RangeSamples), RangeSamples, "at least 1");
        Check(Lambda >= 0, "QDROP203", nameof(Lambda), Lambda, "0 or more");
        Check(WarmUp is >= 0 and <= 1, "QDROP203", nameof(WarmUp), WarmUp, "a share from 0 to 1");
        Check(BetaEnd > 0 && BetaStart >= BetaEnd, "QDROP203", nameof(BetaStart), BetaStart, $"at least BetaEnd ({BetaEnd}), which must be above 0");
        Check(LearningRate > 0, "QDROP203", nameof(LearningRate), LearningRate, "above 0");
        Check(ActivationLearningRate >= 0, "QDROP203", nameof(ActivationLearningRate), ActivationLearningRate, "0 or more");
        Check(Enum.IsDefined(Order), "QDROP203", nameof(Order), Order, "one of " + string.Join(", ", Enum.GetNames<CalibrationOrder>()));
        return this;

        static void Check(bool valid, string code, string name, object found, string expected)
        {
            if (!valid)
                throw new QDropException(code, FormattableString.Invariant($"{name} = {found} cannot be used: expected {expected}."));
        }
    }
}

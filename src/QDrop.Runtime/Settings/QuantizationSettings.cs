using System.Text.Json.Serialization;

namespace QDrop;

/// <summary>Everything that decides the result of quantization, apart from model, weights and data.</summary>
public sealed partial record QuantizationSettings
{
    /// <summary>The paper's settings, which are the defaults (arXiv 2203.05740 and its published code).</summary>
    public static QuantizationSettings Paper { get; } = new();

    /// <summary>The paper's settings with 2,000 iterations instead of 20,000.</summary>
    public static QuantizationSettings Quick { get; } = new() { Iterations = 2_000 };

    /// <summary>Bit width of weights, 2 to 8; with <see cref="Budget"/> the smallest one.</summary>
    public int W { get; init; } = 4;

    /// <summary>
    /// How much the weights may take in all, so that each layer gets a width from <see cref="W"/> to <see cref="MaxW"/>; <see langword="null"/> where every layer has
    /// <see cref="W"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BitBudget? Budget { get; init; }

    /// <summary>The largest bit width of weights, <see cref="W"/> to 8, that <see cref="Budget"/> may be spent on; <see langword="null"/> for 8.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxW { get; init; }

    /// <summary><see cref="MaxW"/>, or what stands for it.</summary>
    internal int LargestW => MaxW ?? 8;

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

    /// <summary>How ranges of weights are chosen.</summary>
    public RangeObserver WeightObserver { get; init; } = RangeObserver.LeastError;

    /// <summary>How ranges of activations are chosen.</summary>
    public RangeObserver ActivationObserver { get; init; } = RangeObserver.LeastError;

    /// <summary>
    /// Share of the values, above 50 and at most 100 %, that is below the upper end of a range chosen by <see cref="RangeObserver.Percentile"/>; as many are above its
    /// lower end.
    /// </summary>
    public double Percentile { get; init; } = 99.99;

    /// <summary>Whether each output channel of a weight has a range of its own.</summary>
    public bool WeightsPerChannel { get; init; } = true;

    /// <summary>Whether each channel of an activation has a range of its own, not one for the whole tensor.</summary>
    public bool ActivationsPerChannel { get; init; }

    /// <summary>Whether 0 stays in the middle of the grids of weights.</summary>
    public bool SymmetricWeights { get; init; }

    /// <summary>Whether 0 stays in the middle of the grids of activations.</summary>
    public bool SymmetricActivations { get; init; }

    /// <summary>What is learned of the grids of activations.</summary>
    public ActivationLearning ActivationLearning { get; init; } = ActivationLearning.Lsq;

    /// <summary>What is reconstructed as one unit.</summary>
    public Granularity Granularity { get; init; } = Granularity.Block;

    /// <summary>How errors of a unit's output are weighted.</summary>
    public LossKind Loss { get; init; } = LossKind.MeanSquared;

    /// <summary>When activation ranges are searched.</summary>
    public CalibrationOrder Order { get; init; } = CalibrationOrder.UpFront;

    /// <summary>Which steps the grids of weights and activations may have.</summary>
    public Scale Scale { get; init; } = Scale.Free;

    /// <summary>How exponents are learned with <see cref="Scale.PowerOfTwo"/>; <see langword="null"/> for the defaults.</summary>
    public ExponentSettings? Exponents { get; init; }

    /// <summary>
    /// The power p, 1 to 4, of errors in the loss, or <see cref="QDrop.Norm.Auto"/>; <see langword="null"/> for 2.
    /// </summary>
    public double? Norm { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public long Seed { get; init; } = 1_005;

    /// <summary>How a model is trained with <see cref="Method.Cpq"/> or <see cref="Method.Lsq"/>; <see langword="null"/> stands for the defaults.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingSettings? Training { get; init; }

    /// <summary>These settings with what a preset decides: <see cref="Iterations"/>. The others stay as they are.</summary>
    /// <param name="preset">The preset.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such preset.</exception>
    public QuantizationSettings With(Preset preset) => preset switch
    {
        Preset.Paper => this with { Iterations = Paper.Iterations },
        Preset.Quick => this with { Iterations = Quick.Iterations },
        _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "There is no such preset."),
    };
}

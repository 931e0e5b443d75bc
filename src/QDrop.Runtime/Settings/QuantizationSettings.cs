using System.Text.Json.Serialization;

namespace QDrop;

/// <summary>Everything that decides the result of quantization, apart from model, weights and data.</summary>
public sealed record QuantizationSettings
{
    /// <summary>The paper's settings, which are the defaults (arXiv 2203.05740 and its published code).</summary>
    public static QuantizationSettings Paper { get; } = new();

    /// <summary>The paper's settings with 2,000 iterations instead of 20,000.</summary>
    public static QuantizationSettings Quick { get; } = new() { Iterations = 2_000 };

    /// <inheritdoc cref="QuantizeAttribute.W"/>
    public int W { get; init; } = 4;

    /// <summary>
    /// How much the weights may take in all, so that each layer gets a width from <see cref="W"/> to
    /// <see cref="MaxW"/>; <see langword="null"/> where every layer has <see cref="W"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BitBudget? Budget { get; init; }

    /// <summary>
    /// The largest bit width of weights, <see cref="W"/> to 8, that <see cref="Budget"/> may be spent on;
    /// <see langword="null"/> for 8.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxW { get; init; }

    /// <inheritdoc cref="QuantizeAttribute.A"/>
    public int A { get; init; } = 4;

    /// <inheritdoc cref="QuantizeAttribute.FirstLast"/>
    public int FirstLast { get; init; } = 8;

    /// <inheritdoc cref="QuantizeAttribute.Drop"/>
    public double Drop { get; init; } = 0.5;

    /// <inheritdoc cref="QuantizeAttribute.Method"/>
    public Method Method { get; init; } = Method.QDrop;

    /// <inheritdoc cref="QuantizeAttribute.Iterations"/>
    public int Iterations { get; init; } = 20_000;

    /// <inheritdoc cref="QuantizeAttribute.BatchSize"/>
    public int BatchSize { get; init; } = 32;

    /// <inheritdoc cref="QuantizeAttribute.Samples"/>
    public int Samples { get; init; } = 1_024;

    /// <inheritdoc cref="QuantizeAttribute.RangeSamples"/>
    public int RangeSamples { get; init; } = 256;

    /// <inheritdoc cref="QuantizeAttribute.Lambda"/>
    public double Lambda { get; init; } = 0.01;

    /// <inheritdoc cref="QuantizeAttribute.WarmUp"/>
    public double WarmUp { get; init; } = 0.2;

    /// <inheritdoc cref="QuantizeAttribute.BetaStart"/>
    public double BetaStart { get; init; } = 20;

    /// <inheritdoc cref="QuantizeAttribute.BetaEnd"/>
    public double BetaEnd { get; init; } = 2;

    /// <inheritdoc cref="QuantizeAttribute.LearningRate"/>
    public double LearningRate { get; init; } = 1e-3;

    /// <inheritdoc cref="QuantizeAttribute.ActivationLearningRate"/>
    public double ActivationLearningRate { get; init; } = 4e-5;

    /// <inheritdoc cref="QuantizeAttribute.WeightObserver"/>
    public RangeObserver WeightObserver { get; init; } = RangeObserver.MinError;

    /// <inheritdoc cref="QuantizeAttribute.ActivationObserver"/>
    public RangeObserver ActivationObserver { get; init; } = RangeObserver.MinError;

    /// <inheritdoc cref="QuantizeAttribute.Percentile"/>
    public double Percentile { get; init; } = 99.99;

    /// <inheritdoc cref="QuantizeAttribute.WeightsPerChannel"/>
    public bool WeightsPerChannel { get; init; } = true;

    /// <inheritdoc cref="QuantizeAttribute.ActivationsPerChannel"/>
    public bool ActivationsPerChannel { get; init; }

    /// <inheritdoc cref="QuantizeAttribute.ActivationsPerPass"/>
    public bool ActivationsPerPass { get; init; } = true;

    /// <inheritdoc cref="QuantizeAttribute.SymmetricWeights"/>
    public bool SymmetricWeights { get; init; }

    /// <inheritdoc cref="QuantizeAttribute.SymmetricActivations"/>
    public bool SymmetricActivations { get; init; }

    /// <inheritdoc cref="QuantizeAttribute.ActivationLearning"/>
    public ActivationLearning ActivationLearning { get; init; } = ActivationLearning.Lsq;

    /// <inheritdoc cref="QuantizeAttribute.Granularity"/>
    public Granularity Granularity { get; init; } = Granularity.Block;

    /// <inheritdoc cref="QuantizeAttribute.Loss"/>
    public LossKind Loss { get; init; } = LossKind.MeanSquared;

    /// <inheritdoc cref="QuantizeAttribute.Order"/>
    public CalibrationOrder Order { get; init; } = CalibrationOrder.UpFront;

    /// <inheritdoc cref="QuantizeAttribute.Scale"/>
    public Scale Scale { get; init; } = Scale.Free;

    /// <inheritdoc cref="QuantizeAttribute.Hardware"/>
    public bool Hardware { get; init; }

    /// <summary>
    /// How exponents are learned with <see cref="Scale.PowerOfTwo"/>; <see langword="null"/> for the defaults.
    /// </summary>
    public ExponentSettings? Exponents { get; init; }

    /// <summary>
    /// The power p, 1 to 4, of errors in the loss, or <see cref="QDrop.Norm.Auto"/>; <see langword="null"/> for 2.
    /// </summary>
    public double? Norm { get; init; }

    /// <inheritdoc cref="QuantizeAttribute.Seed"/>
    public long Seed { get; init; } = 1_005;

    /// <summary>
    /// How a model is trained with <see cref="Method.Cpq"/> or <see cref="Method.Lsq"/>; <see langword="null"/> stands
    /// for the defaults.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingSettings? Training { get; init; }

    /// <summary>Gets <see cref="MaxW"/>, or what stands for it.</summary>
    internal int LargestW => MaxW ?? 8;

    /// <summary>Gets how a model is trained.</summary>
    internal TrainingSettings TrainingOrDefault => Training ?? new();

    /// <summary>Gets how exponents are learned.</summary>
    internal ExponentSettings ExponentsOrDefault => Exponents ?? new();

    /// <summary>
    /// Gets whether something is learned of the grids of activations that quantize while learning. Fixed powers of two
    /// stay.
    /// </summary>
    internal bool LearnsActivations =>
        ActivationLearning != ActivationLearning.Fixed && Scale != Scale.NearestPowerOfTwo;

    /// <summary>
    /// Gets whether grids of activations begin at 0 where no value is negative, and have 0 in the middle elsewhere.
    /// </summary>
    internal bool GridsFollowSigns => Hardware;

    /// <summary>Gets the power of errors in the loss, or <see cref="QDrop.Norm.Auto"/>.</summary>
    internal double NormOrDefault => Norm ?? 2;

    /// <summary>Gets whether the method trains the model as a whole.</summary>
    internal bool Trains => Method.Traits.NeedsLabels;

    /// <summary>These settings with what <see cref="Hardware"/> decides.</summary>
    internal QuantizationSettings Effective() => !Hardware
        ? this
        : this with
        {
            WeightsPerChannel = false,
            SymmetricWeights = true,
            Scale = Scale == Scale.Free ? Scale.PowerOfTwo : Scale,
        };

    /// <summary>
    /// These settings with what a preset decides: <see cref="Iterations"/>. The others stay as they are.
    /// </summary>
    /// <param name="preset">The preset.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such preset.</exception>
    public QuantizationSettings With(Preset preset) => preset switch
    {
        Preset.Paper => this with { Iterations = Paper.Iterations },
        Preset.Quick => this with { Iterations = Quick.Iterations },
        _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "There is no such preset."),
    };

    /// <summary>Checks every value: that it is in its range, and that it goes with the others.</summary>
    /// <returns>These settings.</returns>
    /// <exception cref="QDropException">
    /// A value is out of its range, or contradicts another; the message says which, what was found and what is allowed.
    /// </exception>
    public QuantizationSettings Validated()
    {
        foreach (Setting setting in SettingsTable.All)
            setting.Check(this);
        if (Budget?.Fault is { } text)
            throw new QDropException(Codes.Budget, $"Budget = \"{Budget}\" cannot be used: {text}.");
        var rules = new SettingRules(new SettingValues(this));
        SettingFault? fault = SettingsTable.All.Select(rules.FaultOf)
            .FirstOrDefault(static f => f is not null and not { Code: Codes.SettingWithoutEffect });
        return fault is null ? this : throw Setting.Unusable(fault.Code, fault.Setting, fault.Found, fault.Expected);
    }
}

using System.Globalization;

namespace QDrop.Calibrator;

/// <summary>The settings that metadata of a <c>QDropModel</c> item and properties of the project can give, by name.</summary>
internal static class SettingNames
{
    /// <summary>Metadata that are no settings of quantization.</summary>
    internal static readonly IReadOnlyList<string> Others = ["Weights", "Calibration", "CalibrationData", "Insight"];

    /// <summary>The setting that gives values to others. What gives them one by one counts more, so it comes first.</summary>
    internal const string Preset = nameof(QDrop.Preset);

    private static readonly Dictionary<string, Func<QuantizationSettings, string, QuantizationSettings>> Setters = new(StringComparer.OrdinalIgnoreCase)
    {
        [Preset] = static (s, v) => s.With(Enumeration<Preset>(v)),
        [nameof(QuantizationSettings.W)] = static (s, v) => s with { W = Int(v) },
        [nameof(QuantizationSettings.MaxW)] = static (s, v) => s with { MaxW = Int(v) },
        [nameof(QuantizationSettings.Budget)] = static (s, v) => s with { Budget = BitBudget.Parse(v) },
        [nameof(QuantizationSettings.A)] = static (s, v) => s with { A = Int(v) },
        [nameof(QuantizationSettings.FirstLast)] = static (s, v) => s with { FirstLast = Int(v) },
        [nameof(QuantizationSettings.Drop)] = static (s, v) => s with { Drop = Double(v) },
        [nameof(QuantizationSettings.Method)] = static (s, v) => s with { Method = Enumeration<Method>(v) },
        [nameof(QuantizationSettings.Iterations)] = static (s, v) => s with { Iterations = Int(v) },
        [nameof(QuantizationSettings.BatchSize)] = static (s, v) => s with { BatchSize = Int(v) },
        [nameof(QuantizationSettings.Samples)] = static (s, v) => s with { Samples = Int(v) },
        [nameof(QuantizationSettings.RangeSamples)] = static (s, v) => s with { RangeSamples = Int(v) },
        [nameof(QuantizationSettings.Lambda)] = static (s, v) => s with { Lambda = Double(v) },
        [nameof(QuantizationSettings.WarmUp)] = static (s, v) => s with { WarmUp = Double(v) },
        [nameof(QuantizationSettings.BetaStart)] = static (s, v) => s with { BetaStart = Double(v) },
        [nameof(QuantizationSettings.BetaEnd)] = static (s, v) => s with { BetaEnd = Double(v) },
        [nameof(QuantizationSettings.LearningRate)] = static (s, v) => s with { LearningRate = Double(v) },
        [nameof(QuantizationSettings.ActivationLearningRate)] = static (s, v) => s with { ActivationLearningRate = Double(v) },
        [nameof(QuantizationSettings.WeightObserver)] = static (s, v) => s with { WeightObserver = Enumeration<RangeObserver>(v) },
        [nameof(QuantizationSettings.ActivationObserver)] = static (s, v) => s with { ActivationObserver = Enumeration<RangeObserver>(v) },
        [nameof(QuantizationSettings.Percentile)] = static (s, v) => s with { Percentile = Double(v) },
        [nameof(QuantizationSettings.WeightsPerChannel)] = static (s, v) => s with { WeightsPerChannel = Bool(v) },
        [nameof(QuantizationSettings.ActivationsPerChannel)] = static (s, v) => s with { ActivationsPerChannel = Bool(v) },
        [nameof(QuantizationSettings.SymmetricWeights)] = static (s, v) => s with { SymmetricWeights = Bool(v) },
        [nameof(QuantizationSettings.SymmetricActivations)] = static (s, v) => s with { SymmetricActivations = Bool(v) },
        [nameof(QuantizationSettings.ActivationLearning)] = static (s, v) => s with { ActivationLearning = Enumeration<ActivationLearning>(v) },
        [nameof(QuantizationSettings.Granularity)] = static (s, v) => s with { Granularity = Enumeration<Granularity>(v) },
        [nameof(QuantizationSettings.Loss)] = static (s, v) => s with { Loss = Enumeration<LossKind>(v) },
        [nameof(QuantizationSettings.Order)] = static (s, v) => s with { Order = Enumeration<CalibrationOrder>(v) },
        [nameof(QuantizationSettings.Scale)] = static (s, v) => s with { Scale = Enumeration<Scale>(v) },
        [nameof(QuantizationSettings.Norm)] = static (s, v) => s with { Norm = v.Equals(nameof(Norm.Auto), StringComparison.OrdinalIgnoreCase) ? Norm.Auto : Double(v) },
        [nameof(QuantizationSettings.Seed)] = static (s, v) => s with { Seed = Long(v) },
        [nameof(TrainingSettings.Epochs)] = Training(static (t, v) => t with { Epochs = Int(v) }),
        ["Training" + nameof(TrainingSettings.BatchSize)] = Training(static (t, v) => t with { BatchSize = Int(v) }),
        ["Training" + nameof(TrainingSettings.LearningRate)] = Training(static (t, v) => t with { LearningRate = Double(v) }),
        [nameof(TrainingSettings.Optimizer)] = Training(static (t, v) => t with { Optimizer = Enumeration<TrainingOptimizer>(v) }),
        [nameof(TrainingSettings.Momentum)] = Training(static (t, v) => t with { Momentum = Double(v) }),
        [nameof(TrainingSettings.WeightDecay)] = Training(static (t, v) => t with { WeightDecay = Double(v) }),
        [nameof(TrainingSettings.AlphaLearningRate)] = Training(static (t, v) => t with { AlphaLearningRate = Double(v) }),
        [nameof(TrainingSettings.SigmaLearningRate)] = Training(static (t, v) => t with { SigmaLearningRate = Double(v) }),
        [nameof(TrainingSettings.StraightThrough)] = Training(static (t, v) => t with { StraightThrough = Double(v) }),
        [nameof(TrainingSettings.ClusterGradient)] = Training(static (t, v) => t with { ClusterGradient = Double(v) }),
        [nameof(TrainingSettings.ActivationClusterGradient)] = Training(static (t, v) => t with { ActivationClusterGradient = Double(v) }),
        [nameof(TrainingSettings.DropBits)] = Training(static (t, v) => t with { DropBits = Double(v) }),
        [nameof(TrainingSettings.BitPenalty)] = Training(static (t, v) => t with { BitPenalty = Double(v) }),
        [nameof(TrainingSettings.GateLearningRate)] = Training(static (t, v) => t with { GateLearningRate = Double(v) }),
        [nameof(TrainingSettings.GateShare)] = Training(static (t, v) => t with { GateShare = Double(v) }),
    };

    /// <summary>All names that a <c>QDropModel</c> item understands.</summary>
    internal static IEnumerable<string> All => Setters.Keys.Concat(Others);

    /// <summary>Whether the name is that of a setting of quantization.</summary>
    internal static bool IsSetting(string name) => Setters.ContainsKey(name);

    /// <summary>Sets one value; its range is checked later.</summary>
    /// <exception cref="QDropException">QDROP106: the text is no value of the setting's type. QDROP036: it is no budget.</exception>
    internal static QuantizationSettings With(this QuantizationSettings settings, string name, string value)
    {
        try
        {
            return Setters[name](settings, value.Trim());
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new QDropException(Codes.NoValue, $"{name} = {value} cannot be used: {e.Message}", e);
        }
    }

    private static Func<QuantizationSettings, string, QuantizationSettings> Training(Func<TrainingSettings, string, TrainingSettings> set) =>
        (settings, value) => settings with { Training = set(settings.Training ?? new(), value) };

    private static int Int(string value) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new FormatException("expected a whole number.");

    private static long Long(string value) => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
        ? number
        : throw new FormatException("expected a whole number.");

    private static double Double(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        ? number
        : throw new FormatException("expected a number with a decimal point, such as 0.5.");

    private static bool Bool(string value) => bool.TryParse(value, out bool truth) ? truth : throw new FormatException("expected true or false.");

    private static T Enumeration<T>(string value)
        where T : struct, Enum => Enum.GetNames<T>().FirstOrDefault(n => n.Equals(value, StringComparison.OrdinalIgnoreCase)) is { } name
        ? Enum.Parse<T>(name)
        : throw new FormatException($"expected one of {string.Join(", ", Enum.GetNames<T>())}.");
}

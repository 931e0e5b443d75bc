using System.ComponentModel;

namespace QDrop;

/// <summary>
/// Marks a TorchSharp model for quantization, after training or by further training (<see cref="Method"/>). The class
/// must be <see langword="partial"/>; the generator adds its quantized twin, and <c>dotnet build</c> calibrates or
/// trains it. On a field, a property or a module class within such a model, the attribute overrides <see cref="W"/>,
/// <see cref="A"/> and <see cref="Method"/> there. With <see cref="Method.Cpq"/> and <see cref="Method.Lsq"/>, which
/// train the model as a whole, a part has no <see cref="Method"/> of its own, nor can a part alone be trained.
/// </summary>
/// <remarks>
/// Every property but the preset and those that name files and code is a setting: <see cref="QuantizationSettings"/>
/// has the same, and metadata of <c>QDropModel</c> items have the same names. What is said here of names, ranges,
/// defaults and places in the records holds for all of them.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Field | AttributeTargets.Property, Inherited = false)]
public sealed partial class QuantizeAttribute : Attribute
{
    private const string BitWidth = "a bit width from 2 to 8";
    private const string AtLeastOne = "at least 1";
    private const string Positive = "above 0";
    private const string NotNegative = "0 or more";

    /// <summary>Bit width of weights, 2 to 8; with <see cref="Budget"/> the smallest one.</summary>
    [DefaultValue(4), SettingRange(2, 8, BitWidth, Code = Codes.BitWidth)]
    public int W { get; set; } = 4;

    /// <summary>
    /// How much the weights may take in all, such as <c>"3.0 bits"</c> on average, <c>"120 KiB"</c> or
    /// <c>"2.5 bits/MAC"</c> (<see cref="BudgetUnit"/>): each layer gets a width from <see cref="W"/> to
    /// <see cref="MaxW"/>, chosen so that the errors at the model's end, measured layer by layer, have the smallest
    /// sum. Where a field's or property's attribute gives <see cref="W"/>, and for the first and last layer, the width
    /// stays what it is, and counts. Without a budget every layer has <see cref="W"/>.
    /// </summary>
    [SettingRule(SettingRelation.NotWith, nameof(Method), Trait = nameof(MethodTraitsAttribute.NeedsLabels),
        Expected = "none with {0}, which learns bit widths by BitPenalty")]
    public string? Budget { get; set; }

    /// <summary>
    /// The largest bit width of weights that <see cref="Budget"/> may be spent on, <see cref="W"/> to 8. Only beside
    /// <see cref="Budget"/>.
    /// </summary>
    [DefaultValue(8), SettingRange(2, 8, BitWidth, Code = Codes.BitWidth)]
    [SettingRule(SettingRelation.OnlyWith, nameof(Budget), Code = Codes.MaxW,
        Expected = "a Budget beside it, such as \"3.0 bits\", or no MaxW: without a budget every layer has W")]
    [SettingRule(SettingRelation.AtLeast, nameof(W), Code = Codes.MaxW, Instead = "8",
        Expected = "the budget chooses widths from W to MaxW")]
    public int MaxW { get; set; } = 8;

    /// <summary>Bit width of activations, 2 to 8.</summary>
    [DefaultValue(4), SettingRange(2, 8, BitWidth, Code = Codes.BitWidth)]
    public int A { get; set; } = 4;

    /// <summary>
    /// Bit width, 2 to 8, of the first and the last layer's weights and of the last layer's input.
    /// </summary>
    [DefaultValue(8), SettingRange(2, 8, BitWidth, Code = Codes.BitWidth)]
    public int FirstLast { get; set; } = 8;

    /// <summary>
    /// Probability, 0 to 1, that the quantization of an activation element is dropped during reconstruction
    /// (arXiv 2203.05740, section 4).
    /// </summary>
    [DefaultValue(0.5), SettingRange(0, 1, "a probability from 0 to 1", Code = Codes.Drop)]
    [SettingGroup(SettingGroups.Drop)]
    [SettingRule(SettingRelation.NotWith, nameof(Method), Trait = nameof(MethodTraitsAttribute.DropsAll), Except = "1",
        Expected = "1, or no Drop: {0} means Drop = 1", Instead = "1", IsOfAttribute = true)]
    public double Drop { get; set; } = 0.5;

    /// <summary>How quantized weights are found.</summary>
    [DefaultValue(Method.QDrop)]
    public Method Method { get; set; } = Method.QDrop;

    /// <summary>How thoroughly to search. A setting beside the preset takes precedence.</summary>
    [SettingGroup(SettingGroups.Reconstruction)]
    public Preset Preset { get; set; } = Preset.Paper;

    /// <summary>What is reconstructed as one unit: each layer, each block, or each stage of blocks.</summary>
    [DefaultValue(Granularity.Block)]
    [SettingGroup(SettingGroups.Blocks)]
    public Granularity Granularity { get; set; } = Granularity.Block;

    /// <summary>How reconstruction weights the errors of a unit's output.</summary>
    [DefaultValue(LossKind.MeanSquared)]
    [SettingGroup(SettingGroups.Reconstruction)]
    public LossKind Loss { get; set; } = LossKind.MeanSquared;

    /// <summary>What reconstruction learns of the grids of activations.</summary>
    [DefaultValue(ActivationLearning.Lsq)]
    [SettingGroup(SettingGroups.ActivationGrids)]
    [SettingRule(SettingRelation.NotWith, nameof(SymmetricActivations), Value = "true",
        Only = nameof(QDrop.ActivationLearning.LsqPlus),
        Expected = "Lsq or Fixed with {0}, whose zero point stays in the middle; LsqPlus would learn it")]
    [SettingRule(SettingRelation.OnlyWith, nameof(Scale), Value = nameof(QDrop.Scale.Free),
        Only = nameof(QDrop.ActivationLearning.LsqPlus), Code = Codes.LearnedOffset,
        Expected = "Lsq or Fixed with {0}: a learned offset does not stay a whole number of steps")]
    [SettingRule(SettingRelation.NotWith, nameof(Hardware), Value = "true",
        Only = nameof(QDrop.ActivationLearning.LsqPlus), Code = Codes.LearnedOffset,
        Expected = "Lsq or Fixed with {0}, whose steps are powers of two: a learned offset does not stay a whole "
            + "number of them")]
    [SettingRule(SettingRelation.NotWith, nameof(Scale), Value = nameof(QDrop.Scale.NearestPowerOfTwo),
        Code = Codes.SettingWithoutEffect, Expected = "{0}")]
    public ActivationLearning ActivationLearning { get; set; } = ActivationLearning.Lsq;

    /// <summary>
    /// Iterations of reconstruction for each unit, at least 1; 2,000 with <see cref="Preset.Quick"/>.
    /// </summary>
    [DefaultValue(20_000), SettingRange(1, int.MaxValue, AtLeastOne)]
    [SettingGroup(SettingGroups.Reconstruction)]
    public int Iterations { get; set; } = 20_000;

    /// <summary>Number of inputs for calibration, or for training, at least 1.</summary>
    [DefaultValue(1_024), SettingRange(1, int.MaxValue, AtLeastOne)]
    public int Samples { get; set; } = 1_024;

    /// <summary>Number of inputs for the search of activation ranges, at least 1.</summary>
    [DefaultValue(256), SettingRange(1, int.MaxValue, AtLeastOne)]
    public int RangeSamples { get; set; } = 256;

    /// <summary>Number of inputs in one iteration of reconstruction, at least 1.</summary>
    [DefaultValue(32), SettingRange(1, int.MaxValue, AtLeastOne)]
    [SettingGroup(
        SettingGroups.Ranges, Unless = nameof(ActivationObserver), Trait = nameof(ObserverTraitsAttribute.IsAverage))]
    public int BatchSize { get; set; } = 32;

    /// <summary>
    /// Weight λ of the rounding regulariser, 0 or more: 0.01, or 0.1 for depthwise-separable networks. The loss that it
    /// is added to does not depend on the size of the values.
    /// </summary>
    [DefaultValue(0.01), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingGroup(SettingGroups.Reconstruction)]
    public double Lambda { get; set; } = 0.01;

    /// <summary>Share of the iterations, 0 to 1, without the rounding regulariser.</summary>
    [DefaultValue(0.2), SettingRange(0, 1, "a share from 0 to 1")]
    [SettingGroup(SettingGroups.Reconstruction)]
    public double WarmUp { get; set; } = 0.2;

    /// <summary>β of the rounding regulariser after the warm-up, at least <see cref="BetaEnd"/>.</summary>
    [DefaultValue(20.0), SettingRange(0, double.MaxValue, Positive, ExcludesMin = true)]
    [SettingGroup(SettingGroups.Reconstruction)]
    [SettingRule(SettingRelation.AtLeast, nameof(BetaEnd))]
    public double BetaStart { get; set; } = 20;

    /// <summary>β of the rounding regulariser at the end, above 0.</summary>
    [DefaultValue(2.0), SettingRange(0, double.MaxValue, Positive, ExcludesMin = true)]
    [SettingGroup(SettingGroups.Reconstruction)]
    public double BetaEnd { get; set; } = 2;

    /// <summary>Adam's learning rate, above 0, for the rounding variables α.</summary>
    [DefaultValue(1e-3), SettingRange(0, double.MaxValue, Positive, ExcludesMin = true)]
    [SettingGroup(SettingGroups.Reconstruction)]
    public double LearningRate { get; set; } = 1e-3;

    /// <summary>
    /// Adam's first learning rate, 0 or more, for activation scales; a cosine takes it to 0. It is meant for a grid
    /// that is as wide as it has bits, and multiplied by the width of another one for each of its bits.
    /// </summary>
    [DefaultValue(4e-5), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingGroup(SettingGroups.ActivationGrids)]
    [SettingRule(SettingRelation.NotWith, nameof(ActivationLearning), Value = nameof(QDrop.ActivationLearning.Fixed),
        Code = Codes.SettingWithoutEffect, Expected = "{0}")]
    [SettingRule(SettingRelation.OnlyWith, nameof(Scale), Value = nameof(QDrop.Scale.Free),
        Code = Codes.SettingWithoutEffect, Expected = "{0}")]
    public double ActivationLearningRate { get; set; } = 4e-5;

    /// <summary>How ranges of weights are chosen.</summary>
    [DefaultValue(RangeObserver.MinError)]
    public RangeObserver WeightObserver { get; set; } = RangeObserver.MinError;

    /// <summary>How ranges of activations are chosen.</summary>
    [DefaultValue(RangeObserver.MinError)]
    public RangeObserver ActivationObserver { get; set; } = RangeObserver.MinError;

    /// <summary>
    /// Share of the values, above 50 and at most 100 %, that is below the upper end of a range chosen by
    /// <see cref="RangeObserver.Percentile"/>; as many are above its lower end.
    /// </summary>
    [DefaultValue(99.99)]
    [SettingRange(50, 100, "a share in percent above 50 and at most 100, such as 99.9", ExcludesMin = true)]
    [SettingRule(SettingRelation.OnlyWith, nameof(WeightObserver), Or = nameof(ActivationObserver),
        Value = nameof(Percentile), Code = Codes.SettingWithoutEffect, Expected = "{0}")]
    public double Percentile { get; set; } = 99.99;

    /// <summary>Whether each output channel of a weight has a range of its own.</summary>
    [DefaultValue(true)]
    [SettingGroup(SettingGroups.Ranges)]
    [SettingRule(SettingRelation.NotWith, nameof(Hardware), Value = "true", Only = "true",
        IsOfAttribute = true, Expected = "false with {0}, which has one grid for a weight", Instead = "false")]
    public bool WeightsPerChannel { get; set; } = true;

    /// <summary>Whether each channel of an activation has a range of its own, not one for the whole tensor.</summary>
    [DefaultValue(false)]
    [SettingRule(SettingRelation.NotWith, nameof(Method), Trait = nameof(MethodTraitsAttribute.NeedsLabels),
        Only = "true", Expected = "false with {0}, which learns one grid for an activation", Instead = "false")]
    [SettingRule(SettingRelation.NotWith, nameof(Hardware), Value = "true", Only = "true",
        Expected = "false with {0}, which has one grid for an activation", Instead = "false")]
    public bool ActivationsPerChannel { get; set; }

    /// <summary>
    /// Whether an activation in a loop of <c>forward</c> has a quantizer for each pass, as it has where the loop is
    /// written out; every call then needs as many passes. If not, one is for all passes, and its range is searched on
    /// the values of all of them.
    /// </summary>
    [DefaultValue(true)]
    public bool ActivationsPerPass { get; set; } = true;

    /// <summary>Whether 0 stays in the middle of the grids of weights.</summary>
    [DefaultValue(false)]
    [SettingGroup(SettingGroups.Ranges)]
    [SettingRule(SettingRelation.NotWith, nameof(Hardware), Value = "true", Only = "false",
        IsOfAttribute = true, Expected = "true with {0}, whose weights have no zero point", Instead = "true")]
    public bool SymmetricWeights { get; set; }

    /// <summary>Whether 0 stays in the middle of the grids of activations.</summary>
    [DefaultValue(false)]
    [SettingRule(SettingRelation.NotWith, nameof(Hardware), Value = "true", Only = "true",
        Expected = "false with {0}, which has unsigned grids where no value is negative, and symmetric ones elsewhere",
        Instead = "false")]
    public bool SymmetricActivations { get; set; }

    /// <summary>When activation ranges are searched.</summary>
    [DefaultValue(CalibrationOrder.UpFront)]
    [SettingGroup(SettingGroups.Ranges)]
    public CalibrationOrder Order { get; set; } = CalibrationOrder.UpFront;

    /// <summary>Which steps the grids of weights and activations may have: any, or powers of two.</summary>
    [DefaultValue(Scale.Free)]
    [SettingRule(SettingRelation.NotWith, nameof(Method), Trait = nameof(MethodTraitsAttribute.NeedsLabels),
        Except = nameof(QDrop.Scale.Free), Expected =
            "Free with {0}: folding the batch norms in the end changes the scales, which do not stay powers of two")]
    [SettingRule(SettingRelation.NotWith, nameof(Hardware), Value = "true", Only = nameof(QDrop.Scale.Free),
        IsOfAttribute = true, Expected = "PowerOfTwo or NearestPowerOfTwo with {0}")]
    public Scale Scale { get; set; } = Scale.Free;

    /// <summary>
    /// Whether the model is to become hardware, as FINN and hls4ml make it: each weight has one grid with 0 in the
    /// middle, steps are powers of two, learned if <see cref="Scale"/> says nothing else, the grid of an activation
    /// begins at 0 where no value is negative and has 0 in the middle elsewhere, what a layer reads that nothing has
    /// quantized, such as the model's inputs, is quantized to <see cref="FirstLast"/> bits, and biases are whole
    /// multiples of the products' steps. Then a program gives the twin's values exactly.
    /// </summary>
    [DefaultValue(false)]
    [SettingRule(SettingRelation.NotWith, nameof(Method), Trait = nameof(MethodTraitsAttribute.NeedsLabels),
        Only = "true", Expected =
            "false with {0}: folding the batch norms in the end changes the scales, which do not stay powers of two",
        Instead = "false")]
    public bool Hardware { get; set; }

    /// <summary>
    /// The power p, 1 to 4, of a unit's output errors in the loss of reconstruction, or <see cref="QDrop.Norm.Auto"/>:
    /// chosen for each unit by how its errors are distributed.
    /// </summary>
    [DefaultValue(2.0)]
    [SettingRange(1, 4, "a power from 1 to 4, or Auto", Also = QDrop.Norm.Auto, AlsoName = nameof(QDrop.Norm.Auto))]
    [SettingGroup(SettingGroups.Reconstruction)]
    [SettingRule(SettingRelation.NotWith, nameof(Loss), Value = nameof(LossKind.Fisher), Except = "2",
        Code = Codes.NormOfFisher, Expected = "no Norm, or 2, with {0}, which weights squared errors")]
    public double Norm { get; set; } = 2;

    /// <summary>Seed of every random choice.</summary>
    [DefaultValue(1_005L)]
    public long Seed { get; set; } = 1_005;

    /// <summary>
    /// File of the trained float weights, relative to the project: <c>.safetensors</c>; the <c>.index.json</c> of
    /// weights in several files; a checkpoint of PyTorch (<c>.pt</c>, <c>.pth</c>), of which tensors are read and no
    /// code is run; or <c>.dat</c> as TorchSharp's <c>Module.save</c> writes it. <c>Weights</c> of a <c>QDropModel</c>
    /// item in the project file takes precedence.
    /// </summary>
    public string? Weights { get; set; }

    /// <summary>
    /// A class that implements <see cref="ICalibrationSource"/> and has a public parameterless constructor. Without
    /// one, the item's <c>CalibrationData</c> must be a <c>.safetensors</c> file.
    /// </summary>
    public Type? Calibration { get; set; }

    /// <summary>File or folder for the calibration source, relative to the project.</summary>
    public string? CalibrationData { get; set; }

    /// <summary>
    /// Name of a static parameterless method of the class that makes the float model. Without one, the class must have
    /// a constructor that can be called without arguments.
    /// </summary>
    public string? Factory { get; set; }
}

using System.ComponentModel;

namespace QDrop;

/// <content>Settings of training and of exponents, which the records have in parts of their own.</content>
public sealed partial class QuantizeAttribute
{
    private const string Training = nameof(QuantizationSettings.Training);
    private const string Exponents = nameof(QuantizationSettings.Exponents);
    private const string LevelsToDrop = nameof(MethodTraitsAttribute.HasCategoricalGrids);
    private const string LearnsExponents = nameof(QDrop.Scale.PowerOfTwo);
    private const string NoLevelsToDrop =
        $"0, or Method = {nameof(QDrop.Method.Cpq)}: with {{0}} there are no levels that can be dropped";
    private const string NoExponents =
        $"{nameof(Scale)} = {LearnsExponents} beside it: with {{0}} no exponents are learned";

    /// <summary>Passes over the training data, at least 1.</summary>
    [DefaultValue(5), SettingRange(1, int.MaxValue, AtLeastOne)]
    [SettingOf(Training, nameof(TrainingSettings.Epochs))]
    [SettingGroup(SettingGroups.Training)]
    public int Epochs { get; set; } = 5;

    /// <summary>
    /// Samples in a step of training, at least 1. The last step of an epoch takes what is left, unless that is a single
    /// one.
    /// </summary>
    [DefaultValue(128), SettingRange(1, int.MaxValue, AtLeastOne)]
    [SettingOf(Training, nameof(TrainingSettings.BatchSize))]
    [SettingGroup(SettingGroups.Training)]
    public int TrainingBatchSize { get; set; } = 128;

    /// <summary>How training changes the model's parameters. Adam always learns the grids.</summary>
    [DefaultValue(TrainingOptimizer.Sgd), SettingOf(Training, nameof(TrainingSettings.Optimizer))]
    [SettingGroup(SettingGroups.Training)]
    public TrainingOptimizer Optimizer { get; set; } = TrainingOptimizer.Sgd;

    /// <summary>First learning rate of the model's parameters in training, above 0.</summary>
    [DefaultValue(0.01), SettingRange(0, double.MaxValue, Positive, ExcludesMin = true)]
    [SettingOf(Training, nameof(TrainingSettings.LearningRate))]
    [SettingGroup(SettingGroups.Training)]
    public double TrainingLearningRate { get; set; } = 0.01;

    /// <summary>Momentum of <see cref="TrainingOptimizer.Sgd"/>, 0 to below 1.</summary>
    [DefaultValue(0.9), SettingRange(0, 1, "from 0 to below 1", ExcludesMax = true)]
    [SettingOf(Training, nameof(TrainingSettings.Momentum))]
    [SettingGroup(SettingGroups.Training)]
    public double Momentum { get; set; } = 0.9;

    /// <summary>
    /// Weight decay, 0 or more, of parameters of two and more dimensions. Biases and the parameters of norms have none.
    /// </summary>
    [DefaultValue(1e-4), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Training, nameof(TrainingSettings.WeightDecay))]
    [SettingGroup(SettingGroups.Training)]
    public double WeightDecay { get; set; } = 1e-4;

    /// <summary>
    /// First learning rate of the grids' steps α, 0 or more: about the share by which a step of Adam changes them,
    /// since their logarithms are learned.
    /// </summary>
    [DefaultValue(2e-3), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Training, nameof(TrainingSettings.AlphaLearningRate))]
    [SettingGroup(SettingGroups.Training)]
    public double AlphaLearningRate { get; set; } = 2e-3;

    /// <summary>First learning rate of σ, 0 or more, likewise. <see cref="Method.Cpq"/> only.</summary>
    [DefaultValue(2e-3), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Training, nameof(TrainingSettings.SigmaLearningRate))]
    [SettingGroup(SettingGroups.CategoricalGrids)]
    public double SigmaLearningRate { get; set; } = 2e-3;

    /// <summary>
    /// Weight, 0 or more, of the straight-through gradient of values that are quantized to another grid point than 0,
    /// and of its part in the gradient of α, beside the gradient of the chosen probability (arXiv 2109.02100 has 0;
    /// <c>docs/methods/training.md</c> explains the difference). <see cref="Method.Cpq"/> only.
    /// </summary>
    [DefaultValue(1.0), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Training, nameof(TrainingSettings.StraightThrough))]
    [SettingGroup(SettingGroups.CategoricalGrids)]
    public double StraightThrough { get; set; } = 1;

    /// <summary>
    /// Weight, 0 or more, of the gradient of the chosen probability with respect to the quantized weights and to α
    /// (arXiv 2109.02100 has 1; <c>docs/methods/training.md</c> explains the difference). <see cref="Method.Cpq"/>
    /// only.
    /// </summary>
    [DefaultValue(0.3), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Training, nameof(TrainingSettings.ClusterGradient))]
    [SettingGroup(SettingGroups.CategoricalGrids)]
    public double ClusterGradient { get; set; } = 0.3;

    /// <summary>
    /// The same for activations, 0 or more, through which gradients flow to all earlier layers (arXiv 2109.02100 has 1;
    /// <c>docs/methods/training.md</c> explains the difference). <see cref="Method.Cpq"/> only.
    /// </summary>
    [DefaultValue(0.0), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Training, nameof(TrainingSettings.ActivationClusterGradient))]
    [SettingGroup(SettingGroups.CategoricalGrids)]
    public double ActivationClusterGradient { get; set; }

    /// <summary>
    /// DropBits: probability, 0 to below 1, that a step drops the grid points which k bits have and k − 1 bits have
    /// not, for each k and grid (arXiv 2109.02100, section 4). <see cref="Method.Cpq"/> only.
    /// </summary>
    [DefaultValue(0.0), SettingRange(0, 1, "a probability from 0 to below 1", ExcludesMax = true)]
    [SettingOf(Training, nameof(TrainingSettings.DropBits))]
    [SettingRule(SettingRelation.OnlyWith, nameof(BitPenalty), Value = "0", Except = "0",
        Expected = "0 with {0}: learned bit widths drop levels themselves")]
    [SettingRule(SettingRelation.OnlyWith, nameof(Method), Trait = LevelsToDrop, Except = "0",
        Expected = NoLevelsToDrop)]
    public double DropBits { get; set; }

    /// <summary>
    /// λ, 0 or more: weight of the penalty Σ P(Z_k ≠ 0) by which each grid learns how many bits it needs, at most
    /// <see cref="W"/> and <see cref="A"/>; 0 for fixed bit widths. As gates begin, those levels fall that are worth
    /// less than 0.23 λ in the loss. <see cref="Method.Cpq"/> only.
    /// </summary>
    [DefaultValue(0.0), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Training, nameof(TrainingSettings.BitPenalty))]
    [SettingRule(SettingRelation.OnlyWith, nameof(Method), Trait = LevelsToDrop, Except = "0",
        Expected = NoLevelsToDrop)]
    public double BitPenalty { get; set; }

    /// <summary>
    /// Adam's first learning rate, 0 or more, for the gates by which bit widths are learned. A gate has to go 4.4
    /// before its level is lost: the rate times the steps in which widths are learned should be about three times that.
    /// A greater one lets chance decide.
    /// </summary>
    [DefaultValue(0.03), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Training, nameof(TrainingSettings.GateLearningRate))]
    [SettingGroup(SettingGroups.CategoricalGrids)]
    public double GateLearningRate { get; set; } = 0.03;

    /// <summary>
    /// Share of the epochs, rounded up, above 0 and at most 1, in which bit widths are learned. Then they are fixed,
    /// and the model is trained with them.
    /// </summary>
    [DefaultValue(0.6), SettingRange(0, 1, "a share above 0 and at most 1", ExcludesMin = true)]
    [SettingOf(Training, nameof(TrainingSettings.GateShare))]
    [SettingGroup(SettingGroups.CategoricalGrids)]
    public double GateShare { get; set; } = 0.6;

    /// <summary>
    /// Share of the iterations, above 0 and below 1, in which the exponents of weights are learned. Then they are
    /// fixed.
    /// </summary>
    [DefaultValue(0.1)]
    [SettingRange(0, 1, "a share above 0 and below 1", ExcludesMin = true, ExcludesMax = true)]
    [SettingOf(Exponents, nameof(ExponentSettings.Share))]
    [SettingRule(SettingRelation.OnlyWith, nameof(Scale), Value = LearnsExponents, Expected = NoExponents)]
    public double ExponentShare { get; set; } = 0.1;

    /// <summary>
    /// How far, above 0, a variable v could go in that time if it always went in one direction: Adam's learning rate
    /// times the iterations. From the middle between two exponents it is 2.4 to either.
    /// </summary>
    [DefaultValue(8.0), SettingRange(0, double.MaxValue, Positive, ExcludesMin = true)]
    [SettingOf(Exponents, nameof(ExponentSettings.Reach))]
    [SettingRule(SettingRelation.OnlyWith, nameof(Scale), Value = LearnsExponents, Expected = NoExponents)]
    public double ExponentReach { get; set; } = 8;

    /// <summary>
    /// Weight, 0 or more, of the regulariser that pushes each exponent to a whole number, in shares of the unit's error
    /// before reconstruction that fall to an exponent.
    /// </summary>
    [DefaultValue(10.0), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Exponents, nameof(ExponentSettings.Weight))]
    [SettingRule(SettingRelation.OnlyWith, nameof(Scale), Value = LearnsExponents, Expected = NoExponents)]
    public double ExponentWeight { get; set; } = 10;

    /// <summary>
    /// Weight, 0 or more, of the error that rounding to nearest makes with the exponents, in shares of the unit's error
    /// before reconstruction that fall to a layer. Soft rounding does not show that error.
    /// </summary>
    [DefaultValue(1.0), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Exponents, nameof(ExponentSettings.RoundingWeight))]
    [SettingRule(SettingRelation.OnlyWith, nameof(Scale), Value = LearnsExponents, Expected = NoExponents)]
    public double ExponentRoundingWeight { get; set; } = 1;

    /// <summary>
    /// Share of the iterations, 0 to what <see cref="ExponentShare"/> leaves of 1, in which the exponents of
    /// activations are learned, after those of weights. Then they are fixed, and rounding goes on.
    /// </summary>
    [DefaultValue(0.3), SettingRange(0, 1, "a share from 0 to 1")]
    [SettingOf(Exponents, nameof(ExponentSettings.ActivationShare))]
    [SettingRule(SettingRelation.OnlyWith, nameof(Scale), Value = LearnsExponents, Expected = NoExponents)]
    [SettingRule(SettingRelation.ShareOfRest, nameof(ExponentShare), Expected = "both are shares of the iterations")]
    public double ExponentActivationShare { get; set; } = 0.3;

    /// <summary>
    /// Adam's first learning rate, 0 or more, for log2 of the steps of activations; a cosine takes it to 0.
    /// </summary>
    [DefaultValue(0.01), SettingRange(0, double.MaxValue, NotNegative)]
    [SettingOf(Exponents, nameof(ExponentSettings.ActivationLearningRate))]
    [SettingRule(SettingRelation.OnlyWith, nameof(Scale), Value = LearnsExponents, Expected = NoExponents)]
    public double ExponentActivationLearningRate { get; set; } = 0.01;
}

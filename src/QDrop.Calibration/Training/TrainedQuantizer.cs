using QDrop.Calibration.Learning;
using QDrop.Native;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Training;

/// <summary>One grid while it is trained: that of a layer's weights, or of an activation.</summary>
/// <param name="name">Name in the network.</param>
/// <param name="grids">
/// The grids of 2, 3, … bits that fit what is quantized, the last one that with which training begins; where its bit
/// width is not learned only that.
/// </param>
/// <param name="ofWeights">Whether it is that of a layer's weights.</param>
/// <param name="method">How it is learned.</param>
/// <param name="settings">The settings of training.</param>
/// <param name="pinned">Whether its bit width is fixed, whatever is learned or dropped elsewhere.</param>
/// <param name="tape">What gradients go back through.</param>
internal sealed class TrainedQuantizer(
    string name,
    IReadOnlyList<SearchedGrid> grids,
    bool ofWeights,
    Method method,
    TrainingSettings settings,
    bool pinned,
    GradientTape tape) : ActivationIntercept
{
    private readonly LearnedLogarithm _alpha = new(grids[^1].Step), _sigma = new(grids[^1].Step / 3);
    private readonly EstimatorWeights _estimator = new(
        (float)(ofWeights ? settings.ClusterGradient : settings.ActivationClusterGradient),
        (float)settings.StraightThrough);
    private readonly LevelMasks _masks = new(
        grids[^1].Grid,
        method.Traits.HasCategoricalGrids && !pinned ? settings.DropBits : 0,
        method.Traits.HasCategoricalGrids && !pinned ? settings.BitPenalty : 0,
        bits => grids[bits - CategoricalGrid.MinBits].Grid);

    /// <summary>Name in the network.</summary>
    public string Name { get; } = name;

    /// <summary>The grid, which may have fewer bits than at first.</summary>
    public CategoricalGrid Grid { get; private set; } = grids[^1].Grid;

    /// <summary>α and σ.</summary>
    public GridStep Step => new((float)_alpha.Value, (float)_sigma.Value);

    /// <summary>
    /// α and σ of the grid of so many bits: of fewer, they are greater as its step was at the beginning.
    /// </summary>
    public GridStep StepOf(int bits) => new((float)(_alpha.Value * Ratio(bits)), (float)(_sigma.Value * Ratio(bits)));

    /// <summary>The masks of its levels.</summary>
    public LevelMasks Masks => _masks;

    /// <summary>Whether the grid is only used and not learned.</summary>
    public bool Evaluating { get; set; }

    /// <inheritdoc/>
    public override bool IsActive => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, bool rectify) => Apply(x, rectify);

    /// <summary>Takes each element to the grid.</summary>
    /// <param name="x">What is quantized, float32.</param>
    /// <param name="rectify">Whether negative elements are taken for 0 first, as ReLU does.</param>
    public Tensor Apply(Tensor x, bool rectify)
    {
        if (!Evaluating)
            return Learn(
                x,
                method.Traits.HasCategoricalGrids
                    ? new CategoricalPass(this, _masks.Parts, _estimator, rectify)
                    : new LsqPass(this, rectify));
        using IDisposable guard = no_grad();
        Tensor dense = DenseMemory.ToDense(x);
        // The most likely of all grid points is the nearest.
        Tensor result = new LsqPass(this, rectify).Forward(dense);
        if (!ReferenceEquals(dense, x))
            dense.Dispose();
        return result;
    }

    /// <summary>Adds gradients of α, σ and the parts' shares, in this order.</summary>
    public void Add(ReadOnlySpan<double> gradients, ReadOnlySpan<GridPart> parts)
    {
        _alpha.Gradient += gradients[0];
        if (gradients.Length > 1)
            _sigma.Gradient += gradients[1];
        for (int part = 0; part < parts.Length; part++)
            _masks.AddGradient(parts[part].Bits, gradients[2 + part]);
    }

    /// <summary>One step along the gradients; they are 0 afterwards.</summary>
    /// <param name="share">What is left of the learning rates.</param>
    public void Learn(double share)
    {
        _alpha.Learn(share * settings.AlphaLearningRate);
        _sigma.Learn(share * settings.SigmaLearningRate);
        _masks.Learn(share * settings.GateLearningRate);
    }

    /// <summary>Removes the levels that do not survive, for good.</summary>
    /// <returns>Whether bits were lost.</returns>
    public bool Shrink()
    {
        int bits = _masks.Surviving();
        if (bits == Grid.Bits)
            return false;
        double ratio = Ratio(bits);
        _alpha.Multiply(ratio);
        _sigma.Multiply(ratio);
        Grid = grids[bits - CategoricalGrid.MinBits].Grid;
        _masks.Shrink(Grid);
        return true;
    }

    /// <summary>Everything that later steps depend on.</summary>
    public double[] State => [Grid.Bits, Grid.ZeroPoint, .. _alpha.State, .. _sigma.State, .. _masks.State];

    /// <summary>Goes on from a state.</summary>
    public void Restore(ReadOnlySpan<double> state)
    {
        Grid = new((int)state[0], (int)state[1]);
        _alpha.Restore(state[2..]);
        _sigma.Restore(state[(2 + LearnedLogarithm.StateLength)..]);
        _masks.Restore(Grid, state[(2 + 2 * LearnedLogarithm.StateLength)..]);
    }

    private Tensor Learn(Tensor x, GridPass pass)
    {
        Tensor dense = DenseMemory.ToDense(x), y = pass.Forward(dense);
        return GradientTape.IsRecording ? tape.Record(new GridOperation(dense, pass), y) : y;
    }

    /// <summary>How much greater the step is with so many bits than with the grid's own.</summary>
    private double Ratio(int bits) =>
        bits == Grid.Bits
            ? 1
            : (double)grids[bits - CategoricalGrid.MinBits].Step / grids[Grid.Bits - CategoricalGrid.MinBits].Step;
}

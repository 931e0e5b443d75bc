using QDrop.Calibration.Learning;
using QDrop.Calibration.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Training;

/// <summary>Grids whose bit width is learned: what comes out of them, and what is left when levels are lost.</summary>
public sealed class TrainedQuantizerTests
{
    private readonly GradientTape _tape = new();

    // α and σ lie behind bit width and zero point in the state, the gates behind them.
    private const int Alpha = 2, Gates = Alpha + 2 * LearnedScalar.StateLength;

    // Those of 2, 3 and 4 bits.
    private static readonly float[] Steps = [0.9f, 0.5f, 0.3f];
    private static readonly SearchedGrid[] Weights =
    [
        .. Steps.Select(static (s, i) => new SearchedGrid(CategoricalGrid.OfWeights(i + 2), s)),
    ];

    [Fact]
    public void Grids_of_fewer_bits_have_the_steps_that_fit_them()
    {
        TrainedQuantizer quantizer = Learned();
        Assert.Equal(Steps, Enumerable.Range(2, 3).Select(bits => quantizer.StepOf(bits).Alpha));
        Assert.All(Enumerable.Range(2, 3), bits => Assert.Equal(3, quantizer.StepOf(bits).Sharpness, 1e-5));

        // Level 4 dies, after α has been learned to be twice as great.
        double[] state = quantizer.State;
        state[Alpha] += Math.Log(2);
        state[Gates + LearnedScalar.StateLength] = -9;
        quantizer.Restore(state);
        Assert.True(quantizer.Shrink());
        Assert.Equal((3, 4), (quantizer.Grid.Bits, quantizer.Grid.ZeroPoint));
        Assert.Equal(1f, quantizer.Step.Alpha, 1e-6);
        Assert.Equal(1.8f, quantizer.StepOf(2).Alpha, 1e-6);
        Assert.False(quantizer.Shrink());
    }

    [Fact]
    public void What_comes_out_is_the_mean_over_the_grids_and_so_are_its_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        TrainedQuantizer quantizer = Learned();
        float[] uniforms = [0.1f, 0.12f, 0, 0, 0, 0, 0, 0];
        quantizer.Masks.Sample(uniforms);
        double z3 = HardConcrete.Sample(HardConcrete.Start, uniforms[0]).Value,
            z4 = HardConcrete.Sample(HardConcrete.Start, uniforms[1]).Value;
        double[] shares = [1 - z3, z3 * (1 - z4), z3 * z4];

        // Outside all grids, where each gives its highest point, and within all.
        Tensor x = tensor(new[] { 50f, 0.31f }, requires_grad: true);
        Tensor y = quantizer.Apply(x, rectify: false);
        double[] highest = [.. Steps.Select((s, i) => s * ((2 << i) - 1))];
        double[] nearest = [0.0, 0.5, 0.3];
        Assert.Equal(shares.Zip(highest, static (s, v) => s * v).Sum(), y[0].ToDouble(), 1e-5);
        Assert.Equal(shares.Zip(nearest, static (s, v) => s * v).Sum(), y[1].ToDouble(), 1e-5);

        _tape.Backward([y[0]], [ones([])]);
        Assert.Equal(0, x.grad![0].ToDouble());
        Assert.Equal(0, x.grad[1].ToDouble());
        quantizer.Learn(1);
        double[] state = quantizer.State;
        // The mean of Adam after one step is a tenth of the gradient; that of log α is y itself, which is proportional
        // to α.
        Assert.Equal(y[0].ToDouble(), 10 * state[Alpha + 1], 1e-4);
        double slope3 = HardConcrete.Sample(HardConcrete.Start, uniforms[0]).Slope,
            slope4 = HardConcrete.Sample(HardConcrete.Start, uniforms[1]).Slope;
        Assert.Equal(slope3 * ((1 - z4) * highest[1] + z4 * highest[2] - highest[0]), 10 * state[Gates + 1], 1e-4);
        Assert.Equal(slope4 * z3 * (highest[2] - highest[1]), 10 * state[Gates + LearnedScalar.StateLength + 1], 1e-4);
    }

    [Fact]
    public void Grids_of_fewer_bits_have_the_zero_points_that_fit_them()
    {
        using DisposeScope scope = NewDisposeScope();
        // The grid of 2 bits that lies within that of 4 would have its zero point at 0.
        SearchedGrid[] grids = [new(new(2, 1), 0.9f), new(new(3, 1), 0.5f), new(new(4, 3), 0.3f)];
        var quantizer = new TrainedQuantizer(
            "add", grids, ofWeights: false, Method.Cpq, new() { BitPenalty = 1 }, pinned: false, new());
        quantizer.Masks.Sample([0.001f, 0.5f, 0, 0, 0, 0, 0, 0]);
        Assert.Equal(-0.9f, quantizer.Apply(tensor([-5f]), rectify: false).item<float>());
        double[] state = quantizer.State;
        state[Gates] = -9;
        quantizer.Restore(state);
        Assert.True(quantizer.Shrink());
        Assert.Equal(new CategoricalGrid(2, 1), quantizer.Grid);
    }

    // A penalty that is there and weighs nothing.
    private TrainedQuantizer Learned() =>
        new(
            "conv",
            Weights,
            ofWeights: true,
            Method.Cpq,
            new() { BitPenalty = 1e-300, ClusterGradient = 0 },
            pinned: false,
            _tape);
}

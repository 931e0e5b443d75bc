using QDrop.Calibration.Learning;
using QDrop.Calibration.Reconstruction;
using QDrop.CompilerServices;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Reconstruction;

/// <summary>The phase of reconstruction in which the exponents of weights are learned.</summary>
public sealed class ExponentPhaseTests
{
    private const int Inputs = 24, Outputs = 32, Samples = 128;

    public ExponentPhaseTests()
    {
        set_num_threads(1);
        manual_seed(8);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Exponents_settle_before_they_are_fixed(int bits)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn(Samples, Inputs);
        using var unit = new LinearUnit(bits);
        Tensor target = x.matmul(unit.Weights[0].Weight.t());
        QuantizationSettings settings = QuantizationSettings.Quick with
        {
            W = bits,
            Drop = 0,
            Scale = Scale.PowerOfTwo,
        };

        Tensor nearest = nn.functional.linear(x, unit.Weights[0].Value());
        double error = (nearest - target).square().sum().ToDouble() / Samples;

        UnitResult result = new UnitLearner(settings, new SeededDraws(1)) { Error = error }.Reconstruct(
            unit, x, x, target, null, default);

        Assert.InRange(result.SettledExponents, 0.9, 1);
        Assert.InRange(
            (nn.functional.linear(x, unit.Weights[0].Value()) - target).square().sum().ToDouble() / Samples,
            0,
            1.05 * error);
        Assert.All(Near.Values(unit.Weights[0].Scale!), s => Assert.True(PowerOfTwo.Is(s)));
    }

    [Fact]
    public void Exponents_move_as_far_as_the_phase_lasts_and_stay_afterwards()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn(Samples, Inputs);
        using var unit = new LinearUnit(2);
        Tensor target = x.matmul(unit.Weights[0].Weight.t());
        QuantizationSettings settings = QuantizationSettings.Quick with
        {
            W = 2,
            Drop = 0,
            Scale = Scale.PowerOfTwo,
            Iterations = 50,
            Exponents = new() { Share = 0.4 },
        };
        unit.Weights[0].Calibration.BeginExponents();
        (List<bool>? learning, List<float[]>? scales, List<float[]>? variables) = (
            new List<bool>(),
            new List<float[]>(),
            new List<float[]> { Near.Values(unit.Weights[0].Calibration.Exponents!.V) });
        float[] below = [.. unit.Weights[0].Calibration.Exponents!.Channels.Select(c => PowerOfTwo.Step(c.Floor))];
        unit.Weights[0].Calibration.SearchRange();
        new UnitLearner(settings, new SeededDraws(1))
        {
            Iterated = (_, _) =>
            {
                learning.Add(unit.Weights[0].Calibration.Exponents is not null);
                scales.Add(Near.Values(unit.Weights[0].Scale!));
                if (unit.Weights[0].Calibration.Exponents is { } exponents)
                    variables.Add(Near.Values(exponents.V));
            },
        }.Reconstruct(unit, x, x, target, null, default);
        Assert.Equal(Enumerable.Range(1, 50).Select(i => i <= 20), learning);
        Assert.All(scales.Skip(20), s => Assert.Equal(scales[^1], s));
        Assert.Equal(scales[^1], Near.Values(unit.Weights[0].Scale!));
        // Each iteration moves all of them, and where they are in the end decides.
        Assert.Equal(21, variables.Count);
        Assert.All(
            variables.Zip(variables.Skip(1)),
            pair => Assert.All(pair.First.Zip(pair.Second), v => Assert.NotEqual(v.First, v.Second)));
        Assert.True(variables[0].Zip(variables[^1], (first, last) => Math.Abs(last - first)).Max() > 1);
        Assert.Contains(variables[0].Zip(variables[^1]), v => v.First >= 0 != v.Second >= 0);
        Assert.Equal(below.Zip(variables[^1], (step, v) => v >= 0 ? 2 * step : step), scales[^1]);
    }

    /// <summary>One linear layer, whose input and output are float.</summary>
    private sealed class LinearUnit : IReconstructable, IDisposable
    {
        public LinearUnit(int bits)
        {
            Weights =
            [
                new WeightQuantizer("linear", randn(Outputs, Inputs) * (rand(Outputs, 1) + 0.1), 0)
                {
                    Bits = bits,
                    Enabled = true,
                    Calibration = { Range = new(Scale: Scale.PowerOfTwo) },
                },
            ];
            Weights[0].Calibration.SearchRange();
        }

        public string Name => "linear";

        public IReadOnlyList<WeightQuantizer> Weights { get; }

        public IReadOnlyList<ActivationQuantizer> Activations => [];

        Bundle IReconstructable.Forward(Bundle inputs) =>
            new([nn.functional.linear(inputs.Single, Weights[0].Value())]);

        public void Dispose() => Weights[0].Dispose();
    }
}

using QDrop.Modules;
using QDrop.Quantizers;
using QDrop.Reconstruction;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Reconstruction;

/// <summary>The phase of reconstruction in which the exponents of activations are learned and then chosen.</summary>
public sealed class ActivationExponentPhaseTests
{
    private const int Features = 40, Samples = 96;

    private static readonly QuantizationSettings _settings = QuantizationSettings.Quick with { A = 3, Scale = Scale.PowerOfTwo, Iterations = 200, Norm = 2 };

    public ActivationExponentPhaseTests()
    {
        set_num_threads(1);
        manual_seed(4);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(2.5)]
    [InlineData(0.3)]
    public void The_exponent_that_stays_is_the_one_with_the_least_error(double spread)
    {
        using var scope = NewDisposeScope();
        // The range was searched on inputs of another spread.
        Tensor x = rand(Samples, Features) * spread;
        using var unit = new ActivationUnit(rand(Samples, Features));
        int before = unit.Exponent;

        Reconstruct(unit, x, _settings with { Drop = 0, Exponents = new() { ActivationLearningRate = 0.05 } });

        int[] candidates = [.. Enumerable.Range(before - 2, 5)];
        Assert.Equal(candidates.MinBy(k => unit.ErrorOf(x, k)), unit.Exponent);
        Assert.Equal(spread != 1, unit.Exponent != before);
    }

    [Fact]
    public void Where_learning_leads_astray_the_exponent_it_began_with_stays()
    {
        using var scope = NewDisposeScope();
        Tensor x = rand(Samples, Features);
        using var unit = new ActivationUnit(x);
        int before = unit.Exponent;
        // A rate by which each step goes to one end or the other of what was searched.
        Reconstruct(unit, x, _settings with { Exponents = new() { ActivationLearningRate = 50 } });
        Assert.Equal(before, unit.Exponent);
    }

    [Theory]
    [InlineData(0.5, 0.3)]
    [InlineData(0.2, 0)]
    public void They_are_learned_as_long_as_the_phase_lasts_and_drop_stays(double drop, double share)
    {
        using var scope = NewDisposeScope();
        Tensor x = rand(Samples, Features);
        using var unit = new ActivationUnit(x);
        List<bool> learning = [];
        List<double> drops = [];
        new UnitReconstructor(_settings with { Drop = drop, Exponents = new() { ActivationShare = share } }, new SeededDraws(3))
        {
            Iterated = (_, _) =>
            {
                learning.Add(unit.Activations[0].LogScale is not null);
                drops.Add(unit.Activations[0].Drop);
            },
        }.Reconstruct(unit, x, x, x, null, default);

        // Without weights it begins at once.
        Assert.Equal(Enumerable.Range(1, 200).Select(i => i <= 200 * share), learning);
        Assert.All(drops, d => Assert.Equal(drop, d, 1e-9));
    }

    private static void Reconstruct(ActivationUnit unit, Tensor x, QuantizationSettings settings) =>
        new UnitReconstructor(settings, new SeededDraws(3)).Reconstruct(unit, x, x, x, null, default);

    /// <summary>An activation quantizer alone, whose output should be its input.</summary>
    private sealed class ActivationUnit : IReconstructable, IDisposable
    {
        private readonly ActivationQuantizer _activation = new("a") { Bits = 3, Range = new(Scale: Scale.PowerOfTwo), Observing = true };

        public ActivationUnit(Tensor searched)
        {
            _activation.Forward(searched);
            _activation.Observing = false;
            _activation.Enabled = true;
        }

        public string Name => "a";

        public IReadOnlyList<WeightQuantizer> Weights => [];

        public IReadOnlyList<ActivationQuantizer> Activations => [_activation];

        public int Exponent => PowerOfTwo.Floor(_activation.Scale!.item<float>());

        Bundle IReconstructable.Forward(Bundle inputs) => new([_activation.Forward(inputs.Single)]);

        public double ErrorOf(Tensor x, int exponent)
        {
            float step = PowerOfTwo.Step(exponent);
            return ((x / step).round().clamp(0, 7) * step - x).square().sum().ToDouble();
        }

        public void Dispose() => _activation.Dispose();
    }
}

using QDrop.Calibration.Learning;
using QDrop.Calibration.Reconstruction;
using QDrop.CompilerServices;
using QDrop.Quantizers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Reconstruction;

/// <summary>The phase of reconstruction in which the exponents of activations are learned and then chosen.</summary>
public sealed class ActivationExponentPhaseTests
{
    private readonly GradientTape _tape = new();

    private const int Features = 40, Samples = 96;

    private static readonly QuantizationSettings _settings = QuantizationSettings.Quick with
    {
        A = 3,
        Scale = Scale.PowerOfTwo,
        Iterations = 200,
        Norm = 2,
    };

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
        using DisposeScope scope = NewDisposeScope();
        // The range was searched on inputs of another spread.
        Tensor x = rand(Samples, Features) * spread;
        using var unit = new ActivationUnit(rand(Samples, Features));
        int before = unit.Exponent;

        Reconstruct(unit, x, _settings with { Drop = 0, Exponents = new() { ActivationLearningRate = 0.05 } });

        int[] candidates = [.. Enumerable.Range(before - 2, 5)];
        Assert.Equal(candidates.MinBy(k => ErrorOf(x, k)), unit.Exponent);
        Assert.Equal(spread != 1, unit.Exponent != before);
    }

    [Fact]
    public void Where_learning_leads_astray_the_exponent_it_began_with_stays()
    {
        using DisposeScope scope = NewDisposeScope();
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
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand(Samples, Features);
        using var unit = new ActivationUnit(x);
        List<bool> learning = [];
        List<double> drops = [];
        new UnitLearner(
            _settings with
            {
                Drop = drop,
                Exponents = new() { ActivationShare = share },
            },
            new SeededDraws(3))
        {
            Iterated = (_, _) =>
            {
                learning.Add(((LearnedPower)unit.Activations[0].Calibration.Learning!).LogScale is not null);
                drops.Add(unit.Activations[0].Calibration.Learning!.Drop);
            },
        }.Reconstruct(unit, x, x, x, null, default);

        // Without weights it begins at once.
        Assert.Equal(Enumerable.Range(1, 200).Select(i => i <= 200 * share), learning);
        Assert.All(drops, d => Assert.Equal(drop, d, 1e-9));
    }

    [Theory]
    [InlineData(2.5, 0.3)]
    [InlineData(0.3, 1.0)]
    [InlineData(1.0, 2.5)]
    public void Each_of_two_activations_gets_the_exponent_with_the_least_error(double first, double second)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = cat([rand(Samples, Features) * first, rand(Samples, Features) * second], 1);
        using var unit = new PairUnit(rand(Samples, Features));
        int[] before = unit.Exponents;

        new UnitLearner(
            _settings with
            {
                Drop = 0,
                Exponents = new() { ActivationLearningRate = 0.05 },
            },
            new SeededDraws(3)).Reconstruct(unit, x, x, x, null, default);

        double[] spreads = [first, second];
        for (int i = 0; i < 2; i++)
        {
            Tensor part = x.narrow(1, i * Features, Features);
            Assert.Equal(Enumerable.Range(before[i] - 2, 5).MinBy(k => ErrorOf(part, k)), unit.Exponents[i]);
            Assert.Equal(spreads[i] != 1, unit.Exponents[i] != before[i]);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void The_measured_error_decides_for_each_of_two_activations_and_both_get_their_drops_back(
        bool firstMoves, bool secondMoves)
    {
        using DisposeScope scope = NewDisposeScope();
        // What is seen while learning takes one exponent up, the other down.
        Tensor[] seen = [rand(Samples, Features) * 3, rand(Samples, Features) * 0.2];
        using var unit = new PairUnit(rand(Samples, Features));
        ActivationQuantizer[] activations = [.. unit.Activations];
        int[] before = unit.Exponents;
        double[] drops = [0.5, 0.2];
        for (int i = 0; i < 2; i++)
            activations[i].Calibration.BeginLearning(drops[i], new SeededDraws(i), _tape);
        QuantizationSettings settings = _settings with
        {
            Iterations = 100,
            Exponents = new() { ActivationShare = 0.5, ActivationLearningRate = 0.1 },
        };
        var phase = new ActivationExponentPhase(activations, settings, begin: 7);
        var measured = new List<double>();

        for (int iteration = 7; iteration <= 58; iteration++)
        {
            phase.Begin(iteration, Measure);
            for (int i = 0; i < 2 && iteration is > 7 and < 58; i++)
                _tape.Backward([(activations[i].Forward(seen[i]) - seen[i]).square().mean()], [ones([])]);
            phase.Step(iteration);
            Assert.Equal(drops, activations.Select(a => a.Calibration.Learning!.Drop));
        }

        Assert.All(activations, a => Assert.Null(((LearnedPower)a.Calibration.Learning!).LogScale));
        // Those it began with and at least one other for each; the other stays as it is then.
        Assert.InRange(measured.Count, 4, 6);
        Assert.Equal(measured.Min(), Error(unit.Exponents));
        Assert.Equal((firstMoves, secondMoves), (unit.Exponents[0] > before[0], unit.Exponents[1] < before[1]));
        Assert.All(
            unit.Exponents.Zip(before, [firstMoves, secondMoves]), e => Assert.True(e.Third || e.First == e.Second));

        double Measure()
        {
            Assert.All(activations, a => Assert.Equal(0, a.Calibration.Learning!.Drop));
            measured.Add(
                Error([
                    .. activations.Select(a =>
                        ((LearnedPower)a.Calibration.Learning!).LogScale is null
                            ? PowerOfTwo.Floor(a.Scale!.item<float>())
                            : ((LearnedPower)a.Calibration.Learning!).Exponents[0]),
                ]));
            return measured[^1];
        }

        // Whatever the gradients said.
        double Error(int[] exponents) =>
            1000 + ((firstMoves ? -1 : 1) * exponents[0]) + ((secondMoves ? 1 : -1) * exponents[1]);
    }

    private static double ErrorOf(Tensor x, int exponent)
    {
        float step = PowerOfTwo.Step(exponent);
        return ((x / step).round().clamp(0, 7) * step - x).square().sum().ToDouble();
    }

    private static ActivationQuantizer Searched(Tensor x)
    {
        var quantizer = new ActivationQuantizer("a")
        {
            Bits = 3,
            Calibration = { Range = new(Scale: Scale.PowerOfTwo), Observing = true },
        };
        quantizer.Forward(x);
        quantizer.Calibration.Observing = false;
        quantizer.Enabled = true;
        return quantizer;
    }

    private static void Reconstruct(ActivationUnit unit, Tensor x, QuantizationSettings settings) =>
        new UnitLearner(settings, new SeededDraws(3)).Reconstruct(unit, x, x, x, null, default);

    /// <summary>An activation quantizer alone, whose output should be its input.</summary>
    private sealed class ActivationUnit : IReconstructable, IDisposable
    {
        private readonly ActivationQuantizer _activation;

        public ActivationUnit(Tensor searched) => _activation = Searched(searched);

        public string Name => "a";

        public IReadOnlyList<WeightQuantizer> Weights => [];

        public IReadOnlyList<ActivationQuantizer> Activations => [_activation];

        public int Exponent => PowerOfTwo.Floor(_activation.Scale!.item<float>());

        Bundle IReconstructable.Forward(Bundle inputs) => new([_activation.Forward(inputs.Single)]);

        public void Dispose() => _activation.Dispose();
    }

    /// <summary>Two activation quantizers, each for half of the features, whose output should be the input.</summary>
    private sealed class PairUnit(Tensor searched) : IReconstructable, IDisposable
    {
        public string Name => "pair";

        public IReadOnlyList<WeightQuantizer> Weights => [];

        public IReadOnlyList<ActivationQuantizer> Activations { get; } = [Searched(searched), Searched(searched)];

        public int[] Exponents => [.. Activations.Select(a => PowerOfTwo.Floor(a.Scale!.item<float>()))];

        Bundle IReconstructable.Forward(Bundle inputs) =>
            new([
                cat([.. Activations.Select((a, i) => a.Forward(inputs.Single.narrow(1, i * Features, Features)))], 1),
            ]);

        public void Dispose()
        {
            foreach (ActivationQuantizer activation in Activations)
                activation.Dispose();
        }
    }
}

using CsCheck;
using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Tests.Golden;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>A unit that learning has made worse than rounding to nearest is rounded to nearest.</summary>
public sealed class NearestKeptTests : IDisposable
{
    private const int Cases = 150;

    private readonly DisposeScope _scope = NewDisposeScope();

    public NearestKeptTests()
    {
        set_num_threads(1);
        manual_seed(7);
    }

    public void Dispose() => _scope.Dispose();

    /// <summary>After one such step, nearly every weight is rounded as the sign of a gradient has it.</summary>
    private static QuantizationSettings Bad(QuantizationSettings settings) =>
        settings with
        {
            LearningRate = 100,
            Lambda = 0,
            Iterations = 2,
        };

    [Theory]
    [InlineData(Method.QDrop, 8)]
    [InlineData(Method.QDrop, 4)]
    [InlineData(Method.Brecq, 8)]
    [InlineData(Method.AdaRound, 8)]
    public void With_60_iterations_no_unit_is_worse_than_rounded_to_nearest(Method method, int bits)
    {
        using var net = new ResidualNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            ResidualNet.Descriptor,
            ResidualNet.Descriptor.Settings with
            {
                W = bits,
                A = bits,
                Method = method,
                Iterations = 60,
            },
            net,
            randn(48, 3, 16, 16));
        Assert.All(outcome.Units, IsNotWorse);
        Assert.All(outcome.Units, static u => Assert.Equal(60, u.Iterations));
    }

    [Fact]
    public void Whatever_the_settings_no_unit_is_worse()
    {
        var all = Gen.Select(
            Gen.Int[2, 8],
            Gen.Int[1, 60],
            Gen.Double[-4, 2],
            Gen.Double[-6, -2],
            Gen.Int[0, 2].Select(static i => new[] { Method.QDrop, Method.Brecq, Method.AdaRound }[i]),
            Gen.Bool,
            Gen.Bool,
            static (bits, iterations, rate, activationRate, method, isPower, isUnitByUnit) => new QuantizationSettings
            {
                W = bits,
                A = bits,
                Samples = 32,
                RangeSamples = 16,
                BatchSize = 8,
                Iterations = iterations,
                LearningRate = Math.Pow(10, rate),
                ActivationLearningRate = isPower ? 4e-5 : Math.Pow(10, activationRate),
                Method = method,
                Scale = isPower ? Scale.PowerOfTwo : Scale.Free,
                Order = isUnitByUnit ? CalibrationOrder.UnitByUnit : CalibrationOrder.UpFront,
            });
        Tensor inputs = randn(32, 24);
        (int kept, int learned) = (0, 0);
        foreach (QuantizationSettings settings in RandomCases.Of(all, Cases, seed: 12))
        {
            using DisposeScope scope = NewDisposeScope();
            using var net = ScaledNet.Create();
            CalibrationOutcome outcome = ModelQuantizer.Quantize(ScaledNet.Descriptor, settings, net, inputs);
            Assert.All(outcome.Units, IsNotWorse);
            kept += outcome.Units.Count(static u => u.KeptNearest);
            learned += outcome.Units.Count(static u => !u.KeptNearest);
        }
        Assert.True(kept > Cases / 4 && learned > Cases / 4, $"{kept} kept, {learned} learned");
    }

    [Theory]
    [InlineData(Method.QDrop, Scale.Free, ActivationLearning.Lsq)]
    [InlineData(Method.QDrop, Scale.Free, ActivationLearning.LsqPlus)]
    [InlineData(Method.QDrop, Scale.PowerOfTwo, ActivationLearning.Lsq)]
    [InlineData(Method.AdaRound, Scale.NearestPowerOfTwo, ActivationLearning.Lsq)]
    public void Then_levels_and_grids_are_those_of_rounding_to_nearest(
        Method method, Scale scale, ActivationLearning learning)
    {
        using var net = new ResidualNet();
        QuantizationSettings settings = Bad(ResidualNet.Descriptor.Settings) with
        {
            Method = method,
            Scale = scale,
            ActivationLearning = learning,
            Iterations = scale == Scale.PowerOfTwo ? 10 : 2,
        };
        Tensor images = randn(48, 3, 16, 16);
        Same(
            ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, net, images),
            ModelQuantizer.Quantize(
                ResidualNet.Descriptor,
                settings with
                {
                    Method = Method.Nearest,
                    ActivationLearning = ActivationLearning.Lsq,
                },
                net,
                images));
    }

    [Fact]
    public void So_they_are_where_units_share_a_layer()
    {
        using var net = new PairNet();
        QuantizationSettings settings = Bad(PairNet.Descriptor.Settings);
        Tensor[] inputs = PairNet.Inputs(70);
        CalibrationOutcome kept = ModelQuantizer.Quantize(PairNet.Descriptor, settings, net, inputs);
        // The first unit that runs it learns its rounding; the second one has only what comes out.
        Assert.Equal(["trunk.0", "trunk.0#2"], kept.Units.Take(2).Select(static u => u.Name));
        Assert.True(kept.Units[0].KeptNearest);
        Same(
            kept,
            ModelQuantizer.Quantize(
                PairNet.Descriptor, settings with { Method = Method.Nearest }, net, inputs));
    }

    private static void IsNotWorse(UnitReport unit)
    {
        if (unit.KeptNearest)
            Assert.Equal(unit.ErrorBefore, unit.ErrorAfter);
        Assert.InRange(unit.ErrorAfter, 0, unit.ErrorBefore * (1 + 1e-6));
    }

    private static void Same(CalibrationOutcome kept, CalibrationOutcome nearest)
    {
        Assert.InRange(kept.Units.Count(static u => u.KeptNearest), kept.Units.Count / 2.0, kept.Units.Count);
        UnitState[] units = [.. kept.State.Manifest.Units.Where((_, i) => kept.Units[i].KeptNearest)];
        HashSet<string> layers = [.. units.SelectMany(static u => u.Layers)],
            activations = [.. units.SelectMany(static u => u.Activations)];
        foreach ((QuantizedLayerState one, QuantizedLayerState other) in kept
                .State.Layers.Zip(nearest.State.Layers)
                .Where(l => layers.Contains(l.First.Name)))
        {
            Assert.True(one.Levels.equal(other.Levels).all().ToBoolean(), one.Name);
            Assert.Equal(Near.Values(other.Scale), Near.Values(one.Scale));
            Assert.Equal(Near.Values(other.ZeroPoint), Near.Values(one.ZeroPoint));
        }
        Assert.Equal(
            nearest.State.Activations.Where(a => activations.Contains(a.Name)),
            kept.State.Activations.Where(a => activations.Contains(a.Name)));
    }
}

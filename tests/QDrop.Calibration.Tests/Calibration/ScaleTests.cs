using CsCheck;
using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Tests.Golden;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>
/// The unit of weights, activations and inputs does not matter: by a power of two, levels are the same and steps
/// exactly multiplied; by any other factor, the ratio of signal to error at the model's output is the same.
/// </summary>
public sealed class ScaleTests : IDisposable
{
    private const int PowersOfTwo = 120, AnyFactors = 150;

    private static readonly Gen<QuantizationSettings> Settings = Gen.Select(
        Gen.Int[2, 8],
        Pick(
            RangeObserver.MinError,
            RangeObserver.MinMax,
            RangeObserver.Percentile,
            RangeObserver.AverageMinError,
            RangeObserver.AverageMinMax),
        Pick(Method.Nearest, Method.AdaRound, Method.Brecq, Method.QDrop, Method.QDrop),
        Pick<(LossKind Loss, double? Norm)>(
            (LossKind.MeanSquared, null),
            (LossKind.Fisher, null),
            (LossKind.MeanSquared, Norm.Auto),
            (LossKind.MeanSquared, 1),
            (LossKind.MeanSquared, 3)),
        Pick(ActivationLearning.Lsq, ActivationLearning.LsqPlus),
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool),
        static (bits, observer, method, loss, learning, flags) => new QuantizationSettings
        {
            W = bits,
            A = bits,
            FirstLast = bits,
            Samples = 32,
            RangeSamples = 32,
            BatchSize = 8,
            Iterations = 15,
            WeightObserver = observer is RangeObserver.AverageMinError ? RangeObserver.MinError
                : observer is RangeObserver.AverageMinMax ? RangeObserver.MinMax
                : observer,
            ActivationObserver = observer,
            Method = method,
            Loss = method == Method.Nearest ? LossKind.MeanSquared : loss.Loss,
            Norm = method == Method.Nearest ? null : loss.Norm,
            ActivationLearning = method == Method.QDrop ? learning : ActivationLearning.Lsq,
            WeightsPerChannel = flags.Item1,
            ActivationsPerChannel = flags.Item2,
            SymmetricWeights = flags.Item3,
            SymmetricActivations = flags.Item4 && method != Method.QDrop,
        });

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _inputs;

    public ScaleTests()
    {
        set_num_threads(1);
        manual_seed(3);
        _inputs = randn(32, 24);
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_power_of_two_leaves_levels_as_they_are_and_multiplies_steps_exactly()
    {
        Gen<(QuantizationSettings Settings, int Exponent, bool OfInputs, int Steps)> cases = Gen.Select(
            Settings, Gen.Int[-40, 40], Gen.Bool, Gen.Int[0, 3]);
        foreach ((int i, (QuantizationSettings random, int exponent, bool anyInputs, int steps)) in
            RandomCases.Of(cases, PowersOfTwo, seed: 15).Index())
        {
            using DisposeScope scope = NewDisposeScope();
            // Where the loss depends on the model's predictions, scores of another size are another model.
            bool ofInputs = anyInputs && random.Loss != LossKind.Fisher;
            QuantizationSettings settings = steps < 2 ? WithPowersOfTwo(random, steps == 0) : random;
            float factor = MathF.ScaleB(1, exponent);
            CalibrationOutcome one = Run(settings, 1, ofInputs), other = Run(settings, factor, ofInputs);
            string what = $"case {i}: 2^{exponent}, {(ofInputs ? "inputs" : "hidden")}, {settings}";
            float[] factors = ofInputs ? [1, 1] : [factor, 1 / factor];
            for (int l = 0; l < factors.Length; l++)
            {
                (QuantizedLayerState own, QuantizedLayerState found) = (one.State.Layers[l], other.State.Layers[l]);
                Assert.True(Near.Values(own.ZeroPoint).SequenceEqual(Near.Values(found.ZeroPoint)), what);
                Assert.True(own.Levels.equal(found.Levels).all().ToBoolean(), what);
                Multiplied(Near.Values(own.Scale), Near.Values(found.Scale), factors[l], what);
            }
            foreach ((ActivationState own, ActivationState found) in one.State.Activations.Zip(other.State.Activations))
            {
                Assert.True(ZeroPoints(own).SequenceEqual(ZeroPoints(found)), what);
                Multiplied(Scales(own), Scales(found), factor, what);
            }
            foreach ((UnitReport own, UnitReport found) in one.Units.Zip(other.Units))
            {
                Assert.True(own.KeptNearest == found.KeptNearest, what);
                Assert.True(Math.Abs(own.SqnrAfter - found.SqnrAfter) < 1e-9, what);
            }
        }
    }

    [Fact]
    public void Any_factor_leaves_the_ratio_of_signal_to_error_as_it_is()
    {
        Gen<(QuantizationSettings Settings, double Exponent, bool OfInputs)> cases = Gen.Select(
            Settings, Gen.Double[-12, 12], Gen.Bool);
        foreach ((int i, (QuantizationSettings random, double exponent, bool anyInputs)) in
            RandomCases.Of(cases, AnyFactors, seed: 16).Index())
        {
            using DisposeScope scope = NewDisposeScope();
            bool ofInputs = anyInputs && random.Loss != LossKind.Fisher;
            // The least or the greatest value would be in the middle between two levels, where its last bit decides.
            QuantizationSettings settings = random.WeightObserver == RangeObserver.MinMax
                ? random with { SymmetricWeights = false, SymmetricActivations = false }
                : random;
            double factor = Math.Pow(10, exponent);
            double one = Run(settings, 1, ofInputs).Units[^1].SqnrAfter,
                other = Run(settings, factor, ofInputs).Units[^1].SqnrAfter;
            Assert.True(
                Math.Abs(one - other) < 0.1,
                $"case {i}: {factor:g3}, {(ofInputs ? "inputs" : "hidden")}, {settings}: {one:f3} and {other:f3} dB");
        }
    }

    /// <summary>Inputs whose squares are beyond float32.</summary>
    [Theory]
    [InlineData(Method.Nearest, LossKind.MeanSquared)]
    [InlineData(Method.QDrop, LossKind.MeanSquared)]
    [InlineData(Method.Brecq, LossKind.Fisher)]
    public void Squares_that_are_no_numbers_do_not_matter(Method method, LossKind loss)
    {
        QuantizationSettings settings = Usual with { Method = method, Loss = loss };
        foreach (int exponent in new[] { -66, 60, 66, 80 })
        {
            double one = Run(settings, 1, ofInputs: loss == LossKind.MeanSquared).Units[^1].SqnrAfter,
                other = Run(settings, Math.ScaleB(1, exponent), ofInputs: loss == LossKind.MeanSquared)
                    .Units[^1]
                    .SqnrAfter;
            Assert.True(one > 20, $"{one}");
            Assert.Equal(one, other, 1e-9);
        }
    }

    [Fact]
    public void A_classifier_that_is_sure_is_reconstructed_by_the_Fisher_loss()
    {
        foreach (double gap in new[] { 20.0, 38, 41, 44, 47, 60, 100 })
        {
            using DisposeScope scope = NewDisposeScope();
            using var net = ScaledNet.Create();
            Tensor inputs = Sure(net, gap, out double largest);
            Assert.InRange(largest, gap, 1.5 * gap);
            CalibrationOutcome outcome = Quantize(net, Usual with { Loss = LossKind.Fisher }, inputs);
            Assert.All(outcome.Units, static u => Assert.True(u.SqnrAfter > 20, $"{u.SqnrAfter}"));
        }
    }

    /// <summary>
    /// Inputs for which the greatest of the net's scores is at least so much above the second, which it is made to be.
    /// </summary>
    private static Tensor Sure(ScaledNet net, double gap, out double largest)
    {
        using IDisposable guard = no_grad();
        manual_seed(4);
        Tensor inputs = randn(20_000, 24), two = net.forward(inputs).topk(2, 1).values;
        (Tensor gaps, Tensor surest) = (two.select(1, 0) - two.select(1, 1)).topk(32, 0);
        using Scalar factor = (float)(gap / gaps.min().ToDouble());
        net.b.weight!.mul_(factor);
        net.b.bias!.mul_(factor);
        largest = gap / gaps.min().ToDouble() * gaps.max().ToDouble();
        return inputs.index_select(0, surest);
    }

    private static QuantizationSettings Usual => new()
    {
        W = 8,
        A = 8,
        Samples = 32,
        RangeSamples = 32,
        BatchSize = 8,
        Iterations = 15,
    };

    private static QuantizationSettings WithPowersOfTwo(QuantizationSettings settings, bool learned) =>
        settings with
        {
            Scale = learned ? Scale.PowerOfTwo : Scale.NearestPowerOfTwo,
            ActivationLearning = ActivationLearning.Lsq,
        };

    /// <summary>Where all values are 0, so that there is nothing to multiply, the step is one of its own.</summary>
    private static void Multiplied(float[] own, float[] found, float factor, string what) =>
        Assert.True(
            own.Zip(found).All(s => s.Second == s.First * factor || (s.First == 1e-8f && s.Second == 1e-8f)), what);

    private static float[] Scales(ActivationState state) => state.Channels is { } c ? [.. c.Scales] : [state.Scale];

    private static float[] ZeroPoints(ActivationState state) =>
        state.Channels is { } c ? [.. c.ZeroPoints] : [state.ZeroPoint];

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private CalibrationOutcome Run(QuantizationSettings settings, double factor, bool ofInputs)
    {
        using var net = ScaledNet.Create();
        using Scalar kept = (float)factor;
        return ofInputs
            ? Quantize(net.ScaleInputs(factor), settings, _inputs.mul(kept))
            : Quantize(net.ScaleHidden(factor), settings, _inputs);
    }

    private static CalibrationOutcome Quantize(ScaledNet net, QuantizationSettings settings, Tensor inputs) =>
        ModelQuantizer.Quantize(ScaledNet.Descriptor with { Settings = settings }, settings, net, inputs);
}

using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Ranges;
using QDrop.Quantizers;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Calibration of a model with recurrent layers.</summary>
public sealed class RecurrentTests() : CalibrationTest(seed: 12)
{
    private static readonly string[] Recurrent = ["lstm", "gru"];

    private static QuantizationSettings Settings => SpeechNet.Descriptor.Settings;

    /// <summary>Features that change little from step to step, as those of sound.</summary>
    private static Tensor Sounds(int samples) => randn(samples, 12, 6).cumsum(1).mul(0.4f);

    [Theory]
    [InlineData(Method.QDrop)]
    [InlineData(Method.AdaRound)]
    [InlineData(Method.Nearest)]
    public void Eight_bits_stay_near_the_float_model_and_the_artifact_runs(Method method)
    {
        using var model = new SpeechNet();
        Tensor x = Sounds(64);
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            SpeechNet.Descriptor, Settings with { W = 8, A = 8, Method = method }, model, x);
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        using IDisposable guard = no_grad();
        using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(SpeechNet.Descriptor, path);
        Tensor expected = model.call(x), found = loaded.call(x);
        Assert.InRange((found - expected).norm().ToDouble() / expected.norm().ToDouble(), 1e-6, 0.05);
        // Sequences of other lengths have the same quantizers.
        Assert.Equal([3, 4], loaded.call(Sounds(3)[.., ..5]).shape);
        Assert.DoesNotContain(outcome.State.FloatTensors.Keys, static k => k.Contains("weight", StringComparison.Ordinal));
        Assert.Equal(["stem", "lstm", "gru", "head"], outcome.Units.Select(static u => u.Name));
        Assert.Equal(1, outcome.Cost.QuantizedShare);
    }

    [Theory]
    [InlineData(Method.Lsq)]
    [InlineData(Method.Cpq)]
    public void Training_keeps_what_a_model_has_learned(Method method)
    {
        using var model = new SpeechNet();
        // A class has a channel that is louder all the time.
        Tensor classes = arange(96) % 4;
        Tensor x = Sounds(96) + (nn.functional.one_hot(classes, 6).to(float32) * 4).unsqueeze(1);
        var data = new TrainingData(x, classes);
        using (optim.Optimizer adam = optim.Adam(model.parameters(), 0.02))
        {
            for (int i = 0; i < 120; i++)
            {
                adam.zero_grad();
                nn.functional.cross_entropy(model.call(x), classes).backward();
                adam.step();
            }
        }
        QuantizationSettings settings = Settings with
        {
            Method = method,
            W = 4,
            A = 8,
            Training = new() { Epochs = 3, BatchSize = 16, LearningRate = 0.02 },
        };
        CalibrationOutcome outcome = ModelQuantizer.Quantize(SpeechNet.Descriptor, settings, model, data);
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        using IDisposable guard = no_grad();
        using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(SpeechNet.Descriptor, path);
        double accuracy = loaded.call(x).argmax(1).eq(classes).to(float32).mean().ToDouble();
        Assert.InRange(accuracy, 0.9, 1);
        Assert.Equal(3, outcome.Training!.Epochs.Count);
        Assert.Contains("lstm.hh_l0", outcome.State.Layers.Select(static l => l.Name));
    }

    [Fact]
    public void The_first_and_the_last_layer_and_what_it_reads_have_eight_bits()
    {
        using var model = new SpeechNet();
        QuantizedModelState state = ModelQuantizer.Quantize(
            SpeechNet.Descriptor, Settings with { Method = Method.Nearest }, model, Sounds(64)).State;
        Assert.Equal(
            ["stem", "head"], state.Layers.Where(static l => l.Bits == 8).Select(static l => l.Name));
        Assert.Equal(["gru.output"], state.Activations.Where(static a => a.Bits == 8).Select(static a => a.Name));
    }

    [Theory]
    [InlineData(CalibrationOrder.UpFront, false)]
    [InlineData(CalibrationOrder.UnitByUnit, false)]
    [InlineData(CalibrationOrder.UpFront, true)]
    public void Reconstruction_lowers_the_error_of_recurrent_layers(CalibrationOrder order, bool perChannel)
    {
        using var model = new SpeechNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            SpeechNet.Descriptor,
            Settings with
            {
                W = 2,
                Iterations = 300,
                LearningRate = 1e-2,
                Order = order,
                ActivationsPerChannel = perChannel,
            },
            model,
            Sounds(64));
        foreach (string name in Recurrent)
        {
            UnitReport unit = Assert.Single(outcome.Units, u => u.Name == name);
            Assert.True(unit.ErrorAfter < 0.9 * unit.ErrorBefore, $"{name}: {unit.ErrorBefore} → {unit.ErrorAfter}");
        }
    }

    [Fact]
    public void A_range_is_searched_on_the_states_of_all_steps()
    {
        // States that grow from step to step: the last alone, or the first, would give another range.
        Tensor gates = ones(5, 2, 3);
        var recurrence = new Recurrence(
            gates, new(zeros(2, 3), null), static (g, _, state) => new(state.Hidden.mul(2).add(g), null));
        using var quantizer = new ActivationQuantizer("state") { Bits = 4 };
        quantizer.Calibration.Range = new RangeOptions();
        quantizer.Calibration.Observing = true;
        (Tensor states, _) = quantizer.Scan(recurrence);
        quantizer.Calibration.Observing = false;
        Assert.Equal([1, 3, 7, 15, 31], states.select(1, 0).select(1, 0).data<float>());
        QuantizationRange expected = RangeSearch.OfTensor(
            cat([zeros(1, 2, 3), states[..4]]), 4, "state", new RangeOptions(), CancellationToken.None);
        Assert.Equal(expected.Scale, quantizer.Scale!.item<float>());
        Assert.True(expected.Scale > 15 / 15f * 0.8);
    }

    /// <summary>A quantizer in a loop of the model's code.</summary>
    [Theory]
    [InlineData(RangeObserver.MinMax, false)]
    [InlineData(RangeObserver.MinMax, true)]
    [InlineData(RangeObserver.MinError, false)]
    public void A_range_is_searched_on_the_values_of_all_calls(RangeObserver observer, bool perChannel)
    {
        using var quantizer = new ActivationQuantizer("loop") { Bits = 4, Source = new(2, 3) };
        ActivationCalibration calibration = quantizer.Calibration;
        (calibration.Range, calibration.PerChannel) = (new RangeOptions { Observer = observer }, perChannel);
        Tensor[] calls = [randn(5, 3), randn(5, 3) * 9, randn(5, 3) * 2];
        Run(together: false);
        Assert.True(calibration.IsRepeated);
        Run(together: true);
        using var other = new ActivationQuantizer("once") { Bits = 4, Source = new(2, 3) };
        (other.Calibration.Range, other.Calibration.PerChannel) = (calibration.Range, perChannel);
        other.Calibration.Observing = true;
        other.Forward(cat(calls));
        Assert.False(other.Calibration.IsRepeated);
        Assert.Equal(other.Scale!.data<float>(), quantizer.Scale!.data<float>());
        Assert.Equal(other.ZeroPoint!.data<float>(), quantizer.ZeroPoint!.data<float>());

        void Run(bool together)
        {
            (calibration.Observing, calibration.Together) = (true, together);
            calibration.BeginRun();
            foreach (Tensor call in calls)
                Assert.Same(call, quantizer.Forward(call));
            calibration.EndRun();
            calibration.Observing = false;
        }
    }
}

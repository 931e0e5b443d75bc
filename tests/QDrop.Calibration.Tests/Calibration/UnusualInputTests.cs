using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Quantizers;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>
/// Models and inputs that are no mistakes but unusual, and inputs that only some of the samples show to be mistakes.
/// </summary>
public sealed class UnusualInputTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory("qdrop-unusual-").FullName;
    private readonly ResidualNet _model;

    public UnusualInputTests()
    {
        set_num_threads(1);
        manual_seed(7);
        _model = new ResidualNet();
    }

    private static QuantizationSettings Settings => ResidualNet.Descriptor.Settings;

    public static TheoryData<Method, CalibrationOrder> Ways => new()
    {
        { Method.QDrop, CalibrationOrder.UpFront },
        { Method.QDrop, CalibrationOrder.UnitByUnit },
        { Method.Brecq, CalibrationOrder.UpFront },
        { Method.AdaRound, CalibrationOrder.UpFront },
        { Method.Nearest, CalibrationOrder.UnitByUnit },
    };

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    public void A_model_of_another_precision_is_refused_with_the_parameters_name(ScalarType type)
    {
        _model.to(type);
        QDropException error = Assert.Throws<QDropException>(() => Calibrate(Settings with { Samples = 8 }, randn(8, 3, 16, 16)));
        Assert.Equal("QDROP222", error.Code);
        Assert.Contains($"'conv1.weight' has type {type}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_of_another_precision_is_refused()
    {
        var net = new ShortcutNet(nn.Conv2d(8, 8, 1));
        net.to(ScalarType.Float64);
        QDropException error = Assert.Throws<QDropException>(() =>
            new QuantizationContext(net).Layer(net.conv, batchNorm: null));
        Assert.Equal("QDROP232", error.Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void One_sample_or_fewer_than_a_batch_are_drawn_again_and_again(int samples)
    {
        CalibrationOutcome outcome = Calibrate(
            Settings with
            {
                Samples = samples,
                BatchSize = 8,
            },
            randn(samples, 3, 16, 16));
        Assert.All(outcome.Units, static u => Assert.Equal(20, u.Iterations));
        Runs(outcome);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_layer_of_zeros_stays_one(Method method, CalibrationOrder order)
    {
        Set(Block(0).conv1.weight!, 0);
        QuantizedModule<Tensor, Tensor> loaded = Runs(
            Calibrate(Settings with { Method = method, Order = order }, randn(48, 3, 16, 16)));
        Assert.Equal(0, Weight(loaded, "layers.0.conv1").abs().max().ToDouble());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_layer_whose_weights_are_all_the_same_is_at_most_a_step_from_them(
        Method method, CalibrationOrder order)
    {
        Set(_model.linear.weight!, 0.37);
        CalibrationOutcome outcome = Calibrate(
            Settings with
            {
                FirstLast = 4,
                Method = method,
                Order = order,
            },
            randn(48, 3, 16, 16));
        QuantizedModule<Tensor, Tensor> loaded = Runs(outcome);
        double step = outcome.State.Layers[^1].Scale.max().ToDouble();
        Assert.InRange(step, 0, 0.37);
        Assert.InRange((Weight(loaded, "linear") - 0.37).abs().max().ToDouble(), 0, step);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Channels_that_are_dead_stay_dead(Method method, CalibrationOrder order)
    {
        Set(Block(1).conv2.weight![3], 0);
        Set(Block(1).bn2.weight![4], 0);
        QuantizedModule<Tensor, Tensor> loaded = Runs(
            Calibrate(Settings with { Method = method, Order = order }, randn(48, 3, 16, 16)));
        Tensor weight = Weight(loaded, "layers.1.conv2");
        Assert.Equal(0, weight[3].abs().max().ToDouble());
        Assert.Equal(0, weight[4].abs().max().ToDouble());
        Assert.NotEqual(0, weight[5].abs().max().ToDouble());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Activations_that_are_all_zero_stay_zero(Method method, CalibrationOrder order)
    {
        Set(_model.bn1.weight!, 0);
        Set(_model.bn1.bias!, -1);
        CalibrationOutcome outcome = Calibrate(Settings with { Method = method, Order = order }, randn(48, 3, 16, 16));
        QuantizedModule<Tensor, Tensor> loaded = Runs(outcome);
        ActivationQuantizer stem = loaded.Context.Activations[0];
        Assert.Equal("conv1.output", stem.Name);
        Assert.Equal(0, stem.Forward(zeros(2, 8, 16, 16)).abs().max().ToDouble());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_unit_without_a_quantized_layer_has_its_activations_quantized(Method method, CalibrationOrder order)
    {
        QuantizedModelDescriptor descriptor = ResidualNet.Descriptor with
        {
            Overrides =
            [
                new(typeof(ResidualBlock), "conv1") { FullPrecision = true },
                new(typeof(ResidualBlock), "conv2") { FullPrecision = true },
            ],
        };
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            descriptor,
            Settings with
            {
                Method = method,
                Order = order,
            },
            _model,
            randn(48, 3, 16, 16));
        Assert.Equal(["conv1", "linear"], outcome.State.Layers.Select(static l => l.Name));
        Assert.Contains("layers.1.add.output", outcome.State.Activations.Select(static a => a.Name));
        Runs(outcome, descriptor);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void An_index_out_of_range_is_an_error_before_anything_is_computed_whichever_sample_has_it(int sample)
    {
        using var model = new SentenceNet();
        Tensor ids = randint(1, 20, [66, 6]);
        ids[sample, 2] = tensor(20L);
        var progress = new Phases();
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(SentenceNet.Descriptor, SentenceNet.Descriptor.Settings, model, ids, progress));
        Assert.Equal("QDROP222", error.Code);
        Assert.Contains("out of range", error.Message, StringComparison.Ordinal);
        Assert.Equal(["discover"], progress.All);
    }

    [Fact]
    public void Batches_that_have_other_shapes_within_the_model_are_an_error()
    {
        using var model = new RaggedNet();
        Tensor inputs = rand(130, 5, 4);
        inputs[129, 0, 0] = tensor(6f);
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(RaggedNet.Descriptor, RaggedNet.Descriptor.Settings, model, inputs));
        Assert.Equal("QDROP232", error.Code);
        Assert.Contains(
            "Samples have shape [5, 6] in one batch of calibration inputs and [2, 6] in another",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_that_are_not_finite_are_an_error()
    {
        Tensor inputs = randn(48, 3, 16, 16);
        inputs[40, 1, 2, 3] = tensor(float.PositiveInfinity);
        Assert.Equal("QDROP224", Assert.Throws<QDropException>(() => Calibrate(Settings, inputs)).Code);
    }

    [Fact]
    public void A_model_whose_outputs_are_not_finite_is_an_error_that_names_the_place()
    {
        Set(_model.bn1.weight!, 1e38);
        QDropException error = Assert.Throws<QDropException>(() => Calibrate(Settings, randn(48, 3, 16, 16)));
        Assert.Equal("QDROP240", error.Code);
        Assert.Contains("'linear'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Method.QDrop, 1e-31, false)]
    [InlineData(Method.QDrop, 1e-38, false)]
    [InlineData(Method.QDrop, 1e-41, false)]
    [InlineData(Method.QDrop, 1e-41, true)]
    [InlineData(Method.AdaRound, 1e-38, false)]
    [InlineData(Method.AdaRound, 1e-41, true)]
    [InlineData(Method.Nearest, 1e-41, false)]
    public void A_branch_whose_weights_are_nearly_zero_stops_nothing(Method method, double factor, bool inBlock)
    {
        var branch = new ActivationFirst(nn.Identity(), inBlock);
        using var model = new ShortcutNet(branch);
        using (no_grad())
        {
            foreach (Tensor parameter in branch.parameters())
                parameter.mul_(factor);
        }
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            ShortcutNet.Descriptor,
            ShortcutNet.Descriptor.Settings with { Method = method, Iterations = 60 },
            model,
            randn(8, 3, 6, 6));
        Assert.Equal(3, outcome.Units.Count);
        Assert.InRange(outcome.Units[^1].ErrorAfter / outcome.Units[^1].SignalPower, 1e-9, 1e-3);
        Assert.All(
            outcome.State.Layers,
            static l => Assert.True(l.Scale.isfinite().all().ToBoolean() && l.Scale.gt(0).all().ToBoolean()));
    }

    private static void Set(Tensor tensor, double value)
    {
        using IDisposable guard = no_grad();
        tensor.fill_(value);
    }

    private static Tensor Weight(QuantizedModule<Tensor, Tensor> model, string layer) =>
        model.Context.Layers.Single(l => l.Name == layer).Weight.Value();

    private ResidualBlock Block(int index) => (ResidualBlock)_model.layers.children().ElementAt(index);

    private CalibrationOutcome Calibrate(QuantizationSettings settings, Tensor inputs) =>
        ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, _model, inputs);

    /// <summary>Writes the artifact, reads it, and lets it compute.</summary>
    private QuantizedModule<Tensor, Tensor> Runs(
        CalibrationOutcome outcome, QuantizedModelDescriptor? descriptor = null)
    {
        string path = Path.Combine(_folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(descriptor ?? ResidualNet.Descriptor, path);
        using IDisposable guard = no_grad();
        Assert.True(loaded.call(randn(4, 3, 16, 16)).isfinite().all().ToBoolean());
        Assert.All(outcome.Units, static u => Assert.True(double.IsFinite(u.ErrorAfter)));
        return loaded;
    }

    private sealed class Phases : IProgress<CalibrationProgress>
    {
        public List<string> All { get; } = [];

        public void Report(CalibrationProgress value) => All.Add(value.Phase);
    }
}

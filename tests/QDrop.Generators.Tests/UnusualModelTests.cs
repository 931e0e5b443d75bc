using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Generators.Tests.Helpers;
using TorchSharp;
using static TorchSharp.torch;
using Twins = QDrop.Generators.Tests.Helpers.Twins;

namespace QDrop.Generators.Tests;

/// <summary>
/// Kinds of models and data that are in no other test: with 8 bits, each stays near its float model, and the artifact
/// gives what calibration has found. <c>docs/tried.md</c> lists them.
/// </summary>
[Collection("torch")]
public sealed class UnusualModelTests(UnusualModelTests.Compiled compiled) : IClassFixture<UnusualModelTests.Compiled>
{
    private const int Samples = 24;

    private static readonly Dictionary<string, Func<Tensor>> Inputs = new()
    {
        ["Norms"] = static () => randn(Samples, 3, 8, 8),
        ["RootMeanSquare"] = static () => randn(Samples, 16),
        ["LayerScale"] = static () => randn(Samples, 16),
        ["Pyramid"] = static () => randn(Samples, 3, 16, 16),
        ["Padded"] = static () => randint(0, 20, [Samples, 6]) * randint(0, 2, [Samples, 6]),
        ["Nothing"] = static () => randn(Samples, 8),
        ["Deep"] = static () => randn(Samples, 8),
        ["SharedNorm"] = static () => randn(Samples, 3, 8, 8),
        ["Probabilities"] = static () => randn(Samples, 8),
        ["Prices"] = static () => rand(Samples, 8) * tensor(new float[] { 1, 10, 1, 5, 2, 1, 1, 3 }),
        ["Dead"] = static () => randn(Samples, 3, 8, 8),
        ["RawPixels"] = static () => randint(0, 256, [Samples, 3, 16, 16]).to_type(ScalarType.Float32),
        ["OtherDimensions"] = static () => randn([Samples, 1, 6, 5, 5]),
        ["SuperResolution"] = static () => rand(Samples, 1, 8, 8),
        ["Compared"] = static () => randn(Samples, 2, 8),
        ["Angles"] = static () => randn(Samples, 8),
        ["Gates"] = static () => randn(Samples, 3, 16, 16),
        ["Inception"] = static () => randn(Samples, 3, 16, 16),
        ["Table"] = static () => randn(Samples, 6) * tensor(new float[] { 1e-3f, 1, 1e3f, 1e6f, 1, 0 }),
        ["Windows"] = static () => randn(Samples, 1, 8, 8),
        ["Gated"] = static () => randn(Samples, 5, 4),
        ["Tied"] = static () => randint(0, 20, [Samples, 6]),
        ["Upscaled"] = static () => randn(Samples, 3, 8, 8),
        ["InPlace"] = static () => randn(Samples, 3, 8, 8),
        ["Ensemble"] = static () => randn(Samples, 8),
        ["SampleFirst"] = static () => randn(Samples, 5, 8),
        ["Prototypes"] = static () => randn(Samples, 8),
        ["ScaledBias"] = static () => randn(Samples, 8),
        ["NormTwice"] = static () => randn(Samples, 8),
        ["HalfFloat"] = static () => randn(Samples, 8),
        ["Detached"] = static () => randn(Samples, 8),
        ["RareDetached"] = static () => cat(
            [randn(3, 8).clamp(-1, 1), randn(6, 8).clamp(-1, 1) + 5, randn(15, 8).clamp(-1, 1)]),
        ["RareBias"] = static () => cat([randn(4, 8) * 0.3, randn(2, 8) * 9, randn(18, 8) * 0.3]),
        ["Squeezed"] = static () => randn(65, 3, 8, 8),
        // The order of memory is another, one sample is all there is, or all samples are the same.
        ["Norms, channels last"] = static () => randn(Samples, 8, 8, 3).permute(0, 3, 1, 2),
        ["SharedNorm, one sample"] = static () => randn(1, 3, 8, 8),
        ["Inception, equal samples"] = static () => randn(1, 3, 16, 16).expand(Samples, 3, 16, 16),
        ["Dead, zeros"] = static () => zeros(Samples, 3, 8, 8),
    };

    public static TheoryData<string, Method> Cases
    {
        get
        {
            var cases = new TheoryData<string, Method>();
            foreach (string name in Inputs.Keys)
            {
                cases.Add(name, Method.Nearest);
                cases.Add(name, Method.QDrop);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Eight_bits_stay_near_the_float_model(string name, Method method)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        QuantizedModelDescriptor descriptor = compiled.DescriptorOf(name.Split(',')[0]);
        using nn.Module model = descriptor.CreateModel();
        model.eval();
        // The model that loads the artifact has others.
        foreach (TorchSharp.Modules.BatchNorm norm in model.modules().OfType<TorchSharp.Modules.BatchNorm>())
        {
            using IDisposable own = no_grad();
            norm.running_mean!.normal_(0, 0.3);
            norm.running_var!.uniform_(0.5, 2);
            norm.bias?.normal_(0, 0.3);
        }
        Tensor x = Inputs[name]();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            descriptor,
            descriptor.Settings with
            {
                Method = method,
                Order = method == Method.Nearest ? CalibrationOrder.UnitByUnit : CalibrationOrder.UpFront,
                Iterations = 20,
                Samples = (int)x.shape[0],
                RangeSamples = Samples,
                BatchSize = 8,
            },
            model,
            x);
        string path = Path.GetTempFileName();
        try
        {
            Artifact.Write(path, outcome.State);
            using IDisposable guard = no_grad();
            using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(descriptor, path);
            Tensor expected = ((nn.Module<Tensor, Tensor>)model).call(x), found = loaded.call(x);
            double error = (found - expected).norm().ToDouble() / Math.Max(expected.norm().ToDouble(), 1e-3);
            Assert.InRange(error, 0, 0.05);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("Centred", new long[] { Samples, 8 })]
    [InlineData("BatchStatistics", new long[] { Samples, 8 })]
    [InlineData("LengthFirst", new long[] { Samples, 5, 8 })]
    [InlineData("FirstOfBatch", new long[] { Samples, 8 })]
    [InlineData("SumOfBatch", new long[] { Samples, 8 })]
    [InlineData("DividedByMax", new long[] { Samples, 8 })]
    [InlineData("DividedByMax", new long[] { 31, 8 })]
    [InlineData("GreatestOfBatch", new long[] { Samples, 8 })]
    [InlineData("Centred", new long[] { Samples, 8 }, 1e-10)]
    [InlineData("Centred", new long[] { Samples, 8 }, 1e10)]
    public void Samples_that_depend_on_each_other_are_refused(string name, long[] shape, double size = 1)
    {
        using DisposeScope scope = NewDisposeScope();
        QuantizedModelDescriptor descriptor = compiled.DescriptorOf(name);
        using nn.Module model = descriptor.CreateModel();
        model.eval();
        using (no_grad())
        {
            foreach ((_, TorchSharp.Modules.Parameter bias) in model.named_parameters()
                    .Where(static p => p.name.EndsWith("bias", StringComparison.Ordinal)))
                bias.mul_(size);
        }
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(
                descriptor,
                descriptor.Settings with { Samples = Samples },
                model,
                // Blank samples come first.
                cat([zeros([3, .. shape[1..]]), randn(shape)[3..]]) * size));
        Assert.True(error.Code == "QDROP238", $"{error.Code}: {error.Message}");
    }

    [Theory]
    [InlineData("Unregistered")]
    [InlineData("Adjusted")]
    [InlineData("NotPersistent")]
    public void What_loading_does_not_bring_back_is_refused(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        QuantizedModelDescriptor descriptor = compiled.DescriptorOf(name);
        using nn.Module model = descriptor.CreateModel();
        model.eval();
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(
                descriptor,
                descriptor.Settings with { Samples = Samples, Method = Method.Nearest },
                model,
                randn(Samples, 8)));
        Assert.True(error.Code == "QDROP244", $"{error.Code}: {error.Message}");
    }

    [Theory]
    [InlineData("SumsOfChannels")]
    [InlineData("FloatBetween")]
    public void Samples_are_not_taken_for_channels(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        QuantizedModelDescriptor descriptor = compiled.DescriptorOf(name);
        using nn.Module model = descriptor.CreateModel();
        model.eval();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            descriptor,
            descriptor.Settings with { Samples = Samples, Method = Method.Nearest, ActivationsPerChannel = true },
            model,
            randn(Samples, 8));
        Assert.All(outcome.State.Activations, static a => Assert.NotEqual(0, a.Channels?.Axis));
    }

    [Fact]
    public void A_choice_between_equal_scores_that_the_batch_decides_is_no_dependence()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        QuantizedModelDescriptor descriptor = compiled.DescriptorOf("Ties");
        using nn.Module model = descriptor.CreateModel();
        model.eval();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            descriptor,
            descriptor.Settings with { Samples = Samples, Method = Method.Nearest },
            model,
            cat([zeros(3, 37, 19), randn(Samples - 3, 37, 19)]));
        Assert.NotEmpty(outcome.Units);
    }

    /// <summary>The models, compiled once.</summary>
    public sealed class Compiled : IDisposable
    {
        private readonly Twins.LoadedModels _models;

        /// <summary>Compiles and loads them.</summary>
        public Compiled()
        {
            string[] files = ["UnusualModels", "UnusualImageModels"];
            var run = GeneratorRun.Of(GeneratorRun.Compile(
                files.Select(static f => (f + ".cs", GeneratorRun.ModelSource(f)))));
            Assert.Empty(run.Diagnostics);
            _models = Twins.Load(run);
        }

        internal QuantizedModelDescriptor DescriptorOf(string name) =>
            Twins.DescriptorOf(_models.Assembly.GetType($"Unusual.{name}", throwOnError: true)!);

        /// <inheritdoc/>
        public void Dispose() => _models.Dispose();
    }
}

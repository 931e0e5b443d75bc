using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Models and units with several tensors in and out.</summary>
public sealed class MultiInputTests() : CalibrationTest(seed: 3)
{
    private static QuantizationSettings Settings => PairNet.Descriptor.Settings;

    [Fact]
    public void A_twin_with_its_quantizers_off_computes_what_the_model_computes()
    {
        using var model = new PairNet();
        model.eval();
        using var twin = (PairNet.Quantized)QuantizedModel.Create(PairNet.Descriptor, model);
        using IDisposable guard = no_grad();
        Tensor[] x = PairNet.Inputs(4);
        (Tensor scores, Tensor features) = model.call(x[0], x[1], x[2]);
        (Tensor twinScores, Tensor twinFeatures) = twin.call(x[0], x[1], x[2]);
        Assert.Equal(scores.data<float>().ToArray(), twinScores.data<float>().ToArray());
        Assert.Equal(features.data<float>().ToArray(), twinFeatures.data<float>().ToArray());
    }

    [Fact]
    public void A_module_called_twice_has_one_weight_quantizer_and_an_activation_quantizer_for_each_call()
    {
        using var model = new PairNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(PairNet.Descriptor, Settings, model, PairNet.Inputs(70));
        IReadOnlyList<UnitState> units = outcome.State.Manifest.Units;
        Assert.Equal(["trunk.0", "trunk.0#2", "exchange", "swap.linear", "head"], units.Select(u => u.Name));
        Assert.Equal([false, false, true, false, false], units.Select(u => u.IsBlock));
        Assert.Equal(["trunk.0"], units[0].Layers);
        Assert.Empty(units[1].Layers);
        Assert.Equal(["trunk.0.output"], units[0].Activations);
        Assert.Equal(["trunk.0.output#2"], units[1].Activations);
        Assert.Equal(["exchange.first", "exchange.second"], units[2].Layers);
        Assert.Equal(20, outcome.Units[1].Iterations);
    }

    [Theory]
    [InlineData(Method.QDrop)]
    [InlineData(Method.Brecq)]
    [InlineData(Method.AdaRound)]
    [InlineData(Method.Nearest)]
    public void The_artifact_of_a_model_with_several_inputs_and_outputs_runs(Method method)
    {
        using var model = new PairNet();
        Tensor[] x = PairNet.Inputs(70);
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            PairNet.Descriptor,
            Settings with
            {
                W = 8,
                A = 8,
                Method = method,
            },
            model,
            x);
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        using IDisposable guard = no_grad();
        using PairNet.Quantized loaded = QuantizedModel.Load<PairNet.Quantized>(PairNet.Descriptor, path);
        (Tensor scores, Tensor features) = model.call(x[0], x[1], x[2]);
        (Tensor foundScores, Tensor foundFeatures) = loaded.call(x[0], x[1], x[2]);
        Assert.InRange((foundScores - scores).norm().ToDouble() / scores.norm().ToDouble(), 1e-6, 0.05);
        Assert.InRange((foundFeatures - features).norm().ToDouble() / features.norm().ToDouble(), 1e-6, 0.05);
        Assert.All(loaded.Context.Activations, a => Assert.True(a.Enabled));
    }

    [Fact]
    public void Reconstruction_lowers_the_error_of_a_block_with_several_inputs_and_outputs()
    {
        using var model = new PairNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            PairNet.Descriptor,
            Settings with
            {
                W = 2,
                A = 4,
                Iterations = 300,
                LearningRate = 1e-2,
            },
            model,
            PairNet.Inputs(70));
        UnitReport block = Assert.Single(outcome.Units, u => u.IsBlock);
        Assert.True(block.ErrorAfter < block.ErrorBefore, $"{block.ErrorBefore} → {block.ErrorAfter}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        using var model = new PairNet();
        Tensor[] x = PairNet.Inputs(70);
        byte[] Bytes()
        {
            string path = Path.Combine(Folder, "model.safetensors");
            Artifact.Write(path, ModelQuantizer.Quantize(PairNet.Descriptor, Settings, model, x).State);
            return File.ReadAllBytes(path);
        }
        Assert.Equal(Bytes(), Bytes());
    }

    [Fact]
    public void Fewer_tensors_than_forward_takes_are_an_error_that_names_its_parameters()
    {
        using var model = new PairNet();
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(PairNet.Descriptor, Settings, model, [.. PairNet.Inputs(70)[..2]]));
        Assert.Equal("QDROP222", error.Code);
        Assert.Contains("gives 2 tensors", error.Message, StringComparison.Ordinal);
        Assert.Contains("takes 3 (left, right, mask)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_with_different_numbers_of_samples_are_an_error()
    {
        using var model = new PairNet();
        Tensor[] x = PairNet.Inputs(80);
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(PairNet.Descriptor, Settings, model, [x[0], x[1].narrow(0, 0, 75), x[2]]));
        Assert.Equal("QDROP222", error.Code);
        Assert.Contains("80 samples for one input and 75 for another", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_depends_on_the_batch_is_an_error_that_names_the_unit()
    {
        using var model = new BatchSizeNet();
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(
                BatchSizeNet.Descriptor,
                Settings with
                {
                    Samples = 8,
                    RangeSamples = 8,
                },
                model,
                randn(8, 4)));
        Assert.Equal("QDROP232", error.Code);
        Assert.Contains("'scaled'", error.Message, StringComparison.Ordinal);
        Assert.Contains("(2) for a batch of 2 and (3) for one of 3", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Passes the number of samples to a block as a number.</summary>
    private sealed class BatchSizeNet : nn.Module<Tensor, Tensor>, IQuantizable
    {
        public readonly Scaled scaled = new();

        public BatchSizeNet() : base(nameof(BatchSizeNet)) => RegisterComponents();

        public static QuantizedModelDescriptor Descriptor { get; } = new()
        {
            Name = typeof(BatchSizeNet).FullName!,
            Fingerprint = new string('d', 64),
            CreateModel = static () => new BatchSizeNet(),
            Settings = new QuantizationSettings(),
        };

        public override Tensor forward(Tensor x) => scaled.call(x, x.shape[0]);

        IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
            new Quantized(this, context, output);

        public sealed class Quantized : QuantizedModule<Tensor, Tensor>
        {
            private readonly Call<Tensor, long, Tensor> _scaled;

            internal Quantized(BatchSizeNet model, QuantizationContext context, Feeds output)
                : base(model, context, output, isBlock: false) =>
                _scaled = Sites.Call("scaled", Feeds.Result, () => model.scaled);

            public override Tensor forward(Tensor x) => _scaled.forward(x, x.shape[0]);
        }
    }

    private sealed class Scaled : nn.Module<Tensor, long, Tensor>, IQuantizable
    {
        public readonly TorchSharp.Modules.Linear linear = nn.Linear(4, 4);

        public Scaled() : base(nameof(Scaled)) => RegisterComponents();

        public override Tensor forward(Tensor x, long samples) => linear.call(x) / samples;

        IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
            new Quantized(this, context, output);

        public sealed class Quantized : QuantizedModule<Tensor, long, Tensor>
        {
            private readonly Chain _linear;

            internal Quantized(Scaled model, QuantizationContext context, Feeds output)
                : base(model, context, output, isBlock: true) =>
                _linear = Sites.Chain("linear", Feeds.Result, () => [model.linear]);

            public override Tensor forward(Tensor x, long samples) => Ops.div(_linear.forward(x), samples);
        }
    }
}

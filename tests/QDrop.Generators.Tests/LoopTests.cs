using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Generators.Tests.Helpers;
using QDrop.Tests;
using TorchSharp;
using static TorchSharp.torch;
using Twins = QDrop.Generators.Tests.Helpers.Twins;

namespace QDrop.Generators.Tests;

/// <summary>A value in a loop is another in each pass: a loop is quantized as the same code without a loop.</summary>
[Collection("torch")]
public sealed class LoopTests
{
    private const int Programs = 32;

    private static readonly QuantizationSettings Settings = new()
    {
        W = 4,
        A = 4,
        Iterations = 8,
        Samples = 12,
        RangeSamples = 12,
        BatchSize = 4,
    };

    /// <summary>
    /// What a loop is quantized to: levels of weights, grids of activations, and the output of the quantized model; and
    /// the order of the units.
    /// </summary>
    private sealed record Quantized(float[] Levels, float[] Grids, float[] Output, string Units);

    [Fact]
    public void A_loop_gives_what_the_same_code_written_out_gives()
    {
        LoopProgram[] programs = [.. RandomCases.Of(LoopProgram.Random, Programs, seed: 15)];
        var run = GeneratorRun.Of(GeneratorRun.Compile(("Nets.cs", LoopProgram.Source(programs))));
        Assert.Empty(run.Diagnostics);
        int learned = 0;
        Twins.Use(run, loaded =>
        {
            for (int i = 0; i < Programs; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                QuantizedModelDescriptor loop = Twins.DescriptorOf(loaded.GetType($"Models.Loop{i}")!),
                    flat = Twins.DescriptorOf(loaded.GetType($"Models.Flat{i}")!);
                using nn.Module one = loop.CreateModel(), other = flat.CreateModel();
                other.load_state_dict(one.state_dict());
                manual_seed(i);
                Tensor x = randn(12, 3, 4, 4);
                Quantized expected = Quantize(Method.Nearest, flat, other, x),
                    found = Quantize(Method.Nearest, loop, one, x);
                AssertEqual(expected, found, $"{i}: {programs[i]}");
                // Without a loop a value may be computed where it is used, later than it stands in the code. Random
                // numbers depend on the order of the units.
                if (expected.Units != found.Units)
                    continue;
                learned++;
                expected = Quantize(Method.QDrop, flat, other, x);
                found = Quantize(Method.QDrop, loop, one, x);
                AssertEqual(expected, found, $"{i}: {programs[i]}");
            }
        });
        Assert.InRange(learned, Programs / 4, Programs);
    }

    /// <summary>A sequence of any length: each step is a pass.</summary>
    private const string Sequence = """
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using QDrop;

        namespace Models;

        [Quantize(W = 4, A = 4)]
        public sealed partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear stem = Linear(4, 4), step = Linear(4, 4), head = Linear(4, 2);
            public Net() : base("net") => RegisterComponents();
            public override Tensor forward(Tensor x)
            {
                var h = functional.relu(stem.forward(x[.., 0]));
                for (int t = 1; t < x.shape[1]; t++)
                    h = functional.relu(step.forward(h)) * 0.5 + x[.., t];
                return head.forward(h);
            }
        }
        """;

    [Theory]
    [InlineData(3, "2 times", "in one call")]
    [InlineData(5, "at least 4 times", "in one call")]
    [InlineData(1, "0 times", "in one call")]
    public void Another_number_of_passes_is_an_error(int length, string found, string where) =>
        WithSequences(Settings, 4, (outcome, loaded) =>
        {
            Assert.Equal(
                ["stem.output", "add.output", "add.output#2", "add.output#3"],
                outcome.State.Activations.Select(static a => a.Name));
            Assert.Equal(["stem", "step", "step#2", "step#3", "head"], outcome.Units.Select(static u => u.Name));
            Assert.Equal(3, outcome.State.Manifest.Passes["add"]);
            QDropException error = Assert.Throws<QDropException>(() => loaded.call(randn(2, length, 4)));
            Assert.Equal("QDROP236", error.Code);
            Assert.StartsWith($"'add' is reached {found} {where}", error.Message, StringComparison.Ordinal);
            Assert.Contains("was reached 3 times when", error.Message, StringComparison.Ordinal);
            Assert.Contains("ActivationsPerPass = false", error.Message, StringComparison.Ordinal);
            Assert.Equal([2, 2], loaded.call(randn(2, 4, 4)).shape);
        });

    [Theory]
    [InlineData(Method.Nearest, CalibrationOrder.UpFront)]
    [InlineData(Method.QDrop, CalibrationOrder.UpFront)]
    [InlineData(Method.QDrop, CalibrationOrder.UnitByUnit)]
    [InlineData(Method.AdaRound, CalibrationOrder.UnitByUnit)]
    public void One_quantizer_for_all_passes_takes_any_number(Method method, CalibrationOrder order)
    {
        QuantizationSettings shared = Settings with
        {
            Method = method,
            Order = order,
            A = 8,
            W = 8,
            ActivationsPerPass = false,
            ActivationObserver = RangeObserver.MinMax,
        };
        WithSequences(shared, 4, (outcome, loaded) =>
        {
            Assert.Equal(["stem.output", "add.output"], outcome.State.Activations.Select(static a => a.Name));
            Assert.Equal(["stem", "step", "step#2", "step#3", "head"], outcome.Units.Select(static u => u.Name));
            Assert.Empty(outcome.State.Manifest.Passes);
            foreach (int length in new[] { 1, 2, 4, 7 })
                Assert.Equal([2, 2], loaded.call(randn(2, length, 4)).shape);
        });
        // Its range is that of all passes: the greatest of those that passes of their own have.
        double common = 0, greatest = 0;
        shared = shared with { Method = Method.Nearest };
        WithSequences(shared, 4, (outcome, _) => common = Width(outcome, "add.output"));
        WithSequences(
            shared with { ActivationsPerPass = true },
            4,
            (outcome, _) => greatest = new[] { "add.output", "add.output#2", "add.output#3" }
                .Max(name => Width(outcome, name)));
        Assert.InRange(common, greatest * (1 - 1e-6), 2 * greatest);
    }

    [Fact]
    public void A_loop_over_the_samples_is_an_error_while_calibrating()
    {
        var run = GeneratorRun.Of(GeneratorRun.Compile(
            ("Net.cs", Sequence.Replace("x.shape[1]", "x.shape[0]").Replace("x[.., t]", "x[.., 0]"))));
        QDropException error = Assert.Throws<QDropException>(
            () => Twins.Use(run, loaded => Calibrate(loaded, Settings, randn(12, 4, 4)).Dispose()));
        Assert.Equal("QDROP236", error.Code);
    }

    [Fact]
    public void Threads_run_one_twin_at_a_time_each_with_passes_of_its_own() =>
        WithSequences(Settings, 4, (_, loaded) =>
        {
            Tensor[] inputs = [.. Enumerable.Range(0, 8).Select(static _ => randn(2, 4, 4))];
            float[][] expected = [.. inputs.Select(x => loaded.call(x).data<float>().ToArray())];
            float[][] found = new float[inputs.Length][];
            Parallel.For(0, inputs.Length, i =>
            {
                using IDisposable guard = no_grad();
                found[i] = [.. loaded.call(inputs[i]).data<float>()];
            });
            Assert.Equal(expected, found);
        });

    private static double Width(CalibrationOutcome outcome, string name) =>
        outcome.State.Activations.Single(a => a.Name == name).Scale;

    private static void WithSequences(
        QuantizationSettings settings,
        int length,
        Action<CalibrationOutcome, QuantizedModule<Tensor, Tensor>> use)
    {
        var run = GeneratorRun.Of(GeneratorRun.Compile(("Net.cs", Sequence)));
        Assert.Empty(run.Diagnostics);
        Twins.Use(run, assembly =>
        {
            using DisposeScope scope = NewDisposeScope();
            manual_seed(3);
            using Calibrated calibrated = Calibrate(assembly, settings, randn(12, length, 4));
            using IDisposable guard = no_grad();
            using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(calibrated.Descriptor, calibrated.Path);
            use(calibrated.Outcome, loaded);
        });
    }

    private static Calibrated Calibrate(System.Reflection.Assembly assembly, QuantizationSettings settings, Tensor x)
    {
        QuantizedModelDescriptor descriptor = Twins.DescriptorOf(assembly.GetType("Models.Net")!);
        using nn.Module model = descriptor.CreateModel();
        return new(descriptor, ModelQuantizer.Quantize(descriptor, settings, model, x));
    }

    /// <summary>A quantized model in a file.</summary>
    private sealed class Calibrated : IDisposable
    {
        public Calibrated(QuantizedModelDescriptor descriptor, CalibrationOutcome outcome)
        {
            (Descriptor, Outcome) = (descriptor, outcome);
            Artifact.Write(Path, outcome.State);
        }

        public QuantizedModelDescriptor Descriptor { get; }

        public CalibrationOutcome Outcome { get; }

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }

    private static void AssertEqual(Quantized expected, Quantized found, string program)
    {
        Assert.True(expected.Levels.AsSpan().SequenceEqual(found.Levels), program);
        Assert.True(expected.Grids.AsSpan().SequenceEqual(found.Grids), program);
        Assert.True(expected.Output.AsSpan().SequenceEqual(found.Output), program);
    }

    private static Quantized Quantize(Method method, QuantizedModelDescriptor descriptor, nn.Module model, Tensor x)
    {
        CalibrationOutcome outcome = ModelQuantizer.Quantize(descriptor, Settings with { Method = method }, model, x);
        using var calibrated = new Calibrated(descriptor, outcome);
        using IDisposable guard = no_grad();
        using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(descriptor, calibrated.Path);
        // What stands in a loop is made in the first call.
        float[] first = [.. loaded.call(x).data<float>()];
        Assert.Equal(first, loaded.call(x).data<float>());
        return new(
            [
                .. outcome.State.Layers.OrderBy(static l => l.Name)
                    .SelectMany(static l => l.Levels.to_type(ScalarType.Float32).data<float>()),
            ],
            [.. outcome.State.Activations.SelectMany(static a => new[] { a.Bits, a.Scale, a.ZeroPoint }).Order()],
            first,
            string.Join(" ", outcome.Units.Select(static u => u.Name)));
    }
}

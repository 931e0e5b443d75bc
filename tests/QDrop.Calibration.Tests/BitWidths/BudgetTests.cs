using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Calibration.Learning;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Tests.Calibration;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.BitWidths;

/// <summary>Calibrations with a budget: what is measured, what is chosen, and what is refused.</summary>
public sealed class BudgetTests : CalibrationTest
{
    /// <summary>Weights of the network, and of its first and last layer, which have 8 bits.</summary>
    private const long All = 4984, Ends = 376;

    private static readonly QuantizationSettings Settings = ResidualNet.Descriptor.Settings with
    {
        W = 2,
        Method = Method.Nearest,
        Budget = BitBudget.Parse("3.0 bits"),
    };

    private readonly ResidualNet _model;
    private readonly Tensor _inputs;

    public BudgetTests() : base(seed: 11)
    {
        // Initialisers of fields would run before the generator is seeded.
        _model = new();
        _inputs = randn(48, 3, 16, 16);
    }

    [Fact]
    public void Sensitivities_are_those_that_a_twin_has_with_one_layer_quantized()
    {
        BudgetOutcome outcome = Calibrate(Settings).Budget!;
        Assert.Equal(48, outcome.Samples);
        using IDisposable guard = no_grad();
        using var twin = (QuantizedModule<Tensor, Tensor>)QuantizedModel.Create(ResidualNet.Descriptor, _model);
        Tensor expected = twin.call(_inputs);
        foreach (LayerBits layer in outcome.Layers)
        {
            QuantizedLayer own = twin.Context.Layers.Single(l => l.Name == layer.Name);
            Assert.Equal(layer.IsGiven ? [8] : [2, 3, 4, 5, 6, 7, 8], layer.Errors.Select(static e => e.Bits));
            foreach (WidthError width in layer.Errors)
            {
                own.Weight.Bits = width.Bits;
                own.Weight.Calibration.SearchRange();
                own.Weight.Enabled = true;
                double error =
                    (twin.call(_inputs) - expected).square().sum().ToDouble() / expected.square().sum().ToDouble();
                own.Weight.Enabled = false;
                Assert.Equal(error, width.Error, error * 1e-4);
            }
        }
        Assert.Equal(["conv1", "linear"], outcome.Layers.Where(static l => l.IsGiven).Select(static l => l.Name));
        Assert.Equal(
            (8 * 8 * 9, 8 * 8 * 9 * 16 * 16),
            outcome
                .Layers.Where(static l => l.Name == "layers.0.conv1")
                .Select(static l => (l.Weights, l.MultiplyAccumulates))
                .Single());
    }

    [Theory]
    [InlineData("3.0 bits", 3 * All)]
    [InlineData("2.6 bits", 12_958)]
    [InlineData("1900 bytes", 1_900)]
    [InlineData("2 KiB", 2_048)]
    [InlineData("3.5 bits/MAC", 0)]
    [InlineData("3.2 MMAC-bits", 3_200_000)]
    public void The_assignment_is_the_best_of_all_that_keep_the_budget(string budget, long limit)
    {
        CalibrationOutcome outcome = Calibrate(Settings with { Budget = BitBudget.Parse(budget) });
        BudgetOutcome found = outcome.Budget!;
        Assert.Equal(
            found.Layers.Select(static l => (l.Name, l.Bits)),
            outcome.State.Layers.Select(static l => (l.Name, l.Bits)));
        Func<LayerBits, int, long> cost =
            budget.Contains("MAC", StringComparison.Ordinal) ? static (l, b) => l.MultiplyAccumulates * b
            : budget.Contains("bits", StringComparison.Ordinal) ? static (l, b) => l.Weights * b
            : static (l, b) => ((l.Weights * b) + 7) / 8;
        if (limit == 0)
            limit = (long)(3.5 * found.Layers.Sum(static l => l.MultiplyAccumulates));
        (double error, long spent) = BruteForce(found.Layers, limit, cost);
        Assert.Equal(error, found.Chosen.Error, error * 1e-12);
        Assert.Equal(spent, found.Layers.Sum(l => cost(l, l.Bits)));
        Assert.InRange(spent, 0, limit);
        Assert.Equal(0, found.Gap);
        Assert.True(found.FrontierIsComplete || found.Frontier.Count == 400);
        Assert.All(
            found.Uniform.Where(u => u.Amount <= found.Chosen.Amount), u => Assert.True(u.Error >= found.Chosen.Error));
        Assert.Equal([2, 3, 4, 5, 6, 7, 8], found.Uniform.Select(static u => u.Bits!.Value));
    }

    [Fact]
    public void The_bytes_of_a_budget_are_those_of_the_packed_weights()
    {
        CalibrationOutcome outcome = Calibrate(Settings with { Budget = BitBudget.Parse("1900 bytes") });
        Assert.Equal(
            outcome.Budget!.Chosen.Amount,
            outcome.State.Layers.Sum(static l => BitPacking.PackedLength(l.Levels.numel(), l.Bits)));
    }

    [Fact]
    public void A_layer_with_a_width_of_its_own_keeps_it_and_leaves_less_for_the_others()
    {
        QuantizationOverride[] pins =
        [
            new(typeof(ResidualNet), "linear") { W = 3 },
            new(typeof(ResidualBlock), "conv2") { W = 4 },
        ];
        BudgetOutcome outcome = ModelQuantizer
            .Quantize(
                ResidualNet.Descriptor with
                {
                    Overrides = pins,
                },
                Settings with
                {
                    Budget = BitBudget.Parse("3.6 bits"),
                },
                _model,
                _inputs)
            .Budget!;
        Assert.Equal(
            [("conv1", 8), ("layers.0.conv2", 4), ("layers.1.conv2", 4), ("linear", 3)],
            outcome.Layers.Where(static l => l.IsGiven).Select(static l => (l.Name, l.Bits)));
        Assert.InRange(outcome.Layers.Sum(static l => l.Weights * l.Bits), 0, 3.6 * All);
        Assert.All(outcome.Layers.Where(static l => l.IsGiven), static l => Assert.Single(l.Errors));
    }

    [Fact]
    public void The_largest_width_and_the_smallest_bound_what_layers_get()
    {
        BudgetOutcome outcome = Calibrate(
            Settings with
            {
                W = 3,
                MaxW = 4,
                Budget = BitBudget.Parse("4.0 bits"),
            }).Budget!;
        Assert.All(outcome.Layers.Where(static l => !l.IsGiven), static l => Assert.InRange(l.Bits, 3, 4));
        Assert.Equal([3, 4], outcome.Uniform.Select(static u => u.Bits!.Value));
    }

    [Theory]
    [InlineData(2, (Ends * 8) + ((All - Ends) * 2))]
    [InlineData(4, (Ends * 8) + ((All - Ends) * 4))]
    public void The_smallest_and_the_largest_budget_give_every_layer_the_same_width(int bits, long allBits)
    {
        var exactly = new BitBudget((decimal)allBits / 8, BudgetUnit.Bytes);
        // With more bits a layer of this network need not err less, and would then not get them.
        QuantizationSettings settings = Settings with { MaxW = 4 };
        CalibrationOutcome budgeted = Calibrate(settings with { Budget = exactly }),
            uniform = Calibrate(Settings with { W = bits, Budget = null });
        foreach (
            (QuantizedLayerState expected, QuantizedLayerState found) in uniform.State.Layers.Zip(budgeted.State.Layers)
        )
        {
            Assert.Equal(expected.Bits, found.Bits);
            Assert.True(
                expected.Levels.equal(found.Levels).all().ToBoolean()
                    && expected.Scale.equal(found.Scale).all().ToBoolean());
        }
        Assert.Null(uniform.Budget);
        Assert.Equal(0, uniform.Profile.Seconds[CalibrationPhase.Sensitivity]);

        QDropException error = Assert.Throws<QDropException>(() =>
            Calibrate(settings with { Budget = exactly with { Amount = exactly.Amount + (bits == 2 ? -1 : 1) } }));
        Assert.Equal("QDROP036", error.Code);
        Assert.Contains(
            $"{(bits == 2 ? "less than the smallest" : "more than the largest")} that",
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "expected from \"1528 bytes\" to \"2680 bytes\". 2 of 6 layers have a width of their own",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_expected_of_an_average_can_be_used_as_it_stands()
    {
        QuantizationSettings settings = Settings with { MaxW = 4 };
        QDropException error = Assert.Throws<QDropException>(() =>
            Calibrate(settings with { Budget = BitBudget.Parse("2.4 bits") }));
        string[] expected = error.Message.Split("expected from ")[1].Split('"');
        Assert.Equal(("2.4527 bits", "4.3017 bits"), (expected[1], expected[3]));
        Assert.All(
            Calibrate(settings with { Budget = BitBudget.Parse(expected[1]) })
                .Budget!.Layers.Where(static l => !l.IsGiven),
            static l => Assert.Equal(2, l.Bits));
        Assert.InRange(
            Calibrate(settings with { Budget = BitBudget.Parse(expected[3]) }).Budget!.Chosen.Amount, 4, 4.3017);
    }

    [Fact]
    public void Nothing_is_measured_for_a_budget_out_of_reach()
    {
        var told = new List<string>();
        Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(
                ResidualNet.Descriptor,
                Settings with
                {
                    Budget = BitBudget.Parse("1 MiB"),
                },
                _model,
                _inputs,
                new Told(p => told.Add($"{p.Phase} {p.Unit}"))));
        Assert.Equal(["discover ", "sensitivity "], told);
    }

    [Theory]
    [InlineData(Method.QDrop)]
    [InlineData(Method.Brecq)]
    [InlineData(Method.AdaRound)]
    public void Every_method_learns_with_the_widths_that_the_budget_gave(Method method)
    {
        CalibrationOutcome nearest = Calibrate(Settings), learned = Calibrate(Settings with { Method = method });
        Assert.Equal(
            nearest.Budget!.Layers.Select(static l => l.Bits), learned.State.Layers.Select(static l => l.Bits));
        Assert.Contains(learned.Units, static u => u.Iterations > 0);
        Assert.All(learned.State.Layers, static l => Assert.InRange(l.Levels.max().ToInt32(), 1, (1 << l.Bits) - 1));
    }

    [Fact]
    public void Sensitivities_and_the_result_are_the_same_each_time_and_the_artifact_says_the_budget()
    {
        CalibrationOutcome first = Calibrate(Settings), second = Calibrate(Settings);
        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(first.Budget),
            System.Text.Json.JsonSerializer.Serialize(second.Budget));
        Assert.Equal(Bytes(first), Bytes(second));
        using var read =
            (QuantizedModule<Tensor, Tensor>)
                QuantizedModel.Load(ResidualNet.Descriptor, Path.Combine(Folder, "model.safetensors"));
        Assert.Equal(
            first.State.Manifest.Settings, Artifact.Read(Path.Combine(Folder, "model.safetensors")).Manifest.Settings);
        read.call(_inputs);
        Assert.Equal(
            first.Budget!.Layers.Select(static l => l.Bits), read.Context.Layers.Select(static l => l.Weight.Bits));
    }

    [Theory]
    [InlineData("sensitivity", 3)]
    [InlineData("reconstruct", 1)]
    [InlineData("reconstruct", 3)]
    public void A_calibration_that_was_stopped_ends_with_the_bytes_of_one_that_was_not(string phase, int index)
    {
        QuantizationSettings settings = Settings with { Method = Method.QDrop, A = 2, LearningRate = 1e-2 };
        byte[] whole = Bytes(Calibrate(settings));
        var notes = new List<CheckpointNote>();
        var checkpoint = new CalibrationCheckpoint(Path.Combine(Folder, "model.checkpoint")) { Noted = notes.Add };
        using var source = new CancellationTokenSource();
        var stop = new Told(p => { if (p.Phase == phase && p.UnitIndex == index) source.Cancel(); });
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, _model, _inputs, stop, source.Token, checkpoint));
        notes.Clear();

        Assert.Equal(
            whole,
            Bytes(ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, _model, _inputs, checkpoint: checkpoint)));
        if (index == 3 && phase == "reconstruct")
            Assert.Contains("2 of", Assert.Single(notes).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_gives_nothing_but_zeros_has_no_sensitivities()
    {
        using (no_grad())
        {
            _model.linear.weight!.zero_();
            _model.linear.bias!.zero_();
        }
        QDropException error = Assert.Throws<QDropException>(() => Calibrate(Settings));
        Assert.Equal("QDROP289", error.Code);
        Assert.Contains("Give outputs such as scores", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_with_embeddings_and_attention_can_have_a_budget()
    {
        using var model = new SentenceNet();
        QuantizationSettings settings = SentenceNet.Descriptor.Settings with
        {
            W = 2,
            Method = Method.Nearest,
            Budget = BitBudget.Parse("5 bits"),
        };
        BudgetOutcome outcome = ModelQuantizer
            .Quantize(SentenceNet.Descriptor, settings, model, randint(0, 20, [66, 6], ScalarType.Int64))
            .Budget!;
        Assert.Equal(64, outcome.Samples);
        Assert.InRange(outcome.Chosen.Amount, 2, 5);
    }

    private CalibrationOutcome Calibrate(QuantizationSettings settings) =>
        ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, _model, _inputs);

    private byte[] Bytes(CalibrationOutcome outcome)
    {
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        return File.ReadAllBytes(path);
    }

    /// <summary>The least error, and the least cost at which it is had, of all assignments.</summary>
    private static (double Error, long Cost) BruteForce(
        IReadOnlyList<LayerBits> layers, long limit, Func<LayerBits, int, long> cost)
    {
        (double Error, long Cost) best = (double.PositiveInfinity, 0);
        Try(0, 0, 0);
        return best;

        void Try(int layer, long spent, double error)
        {
            if (spent > limit)
                return;
            if (layer == layers.Count)
            {
                if (error < best.Error || (error == best.Error && spent < best.Cost))
                    best = (error, spent);
                return;
            }
            foreach (WidthError width in layers[layer].Errors)
                Try(layer + 1, spent + cost(layers[layer], width.Bits), error + width.Error);
        }
    }

    private sealed class Told(Action<CalibrationProgress> report) : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value) => report(value);
    }
}

using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Training;
using QDrop.CompilerServices;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Training;

/// <summary>Whole trainings of small models.</summary>
public sealed class ModelTrainerTests : TrainingTest
{
    public static TheoryData<Method, double, double> Kinds =>
        new()
        {
            { Method.Cpq, 0, 0 },
            { Method.Cpq, 0.2, 0 },
            { Method.Cpq, 0, 0.05 },
            { Method.Lsq, 0, 0 },
        };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_artifact_computes_what_was_trained_and_the_loss_falls(
        Method method, double dropBits, double penalty)
    {
        QuantizationSettings settings = Settings with
        {
            Method = method,
            Training = Settings.Training! with { DropBits = dropBits, BitPenalty = penalty },
        };
        using var prepared = new PreparedModel(ResidualNet.Descriptor, Model);
        using var run = new ModelTrainer(prepared, settings, new TrainingSet(Data), null, default);
        run.Prepare();
        run.Train();
        Tensor trained = Evaluate(run, Data.Inputs);
        TrainedModel outcome = run.Result();

        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(ResidualNet.Descriptor, path);
        Tensor found = loaded.call(Data.Inputs[0]);

        double scale = trained.abs().max().ToDouble();
        Tensor apart = (found - trained).abs() / scale;
        // Where an activation lies on the border of two levels, the last digit of a convolution decides: a few outputs
        // may differ by a step of an activation.
        Assert.InRange(apart.median().ToDouble(), 0, 2e-6);
        Assert.InRange((apart > 1e-5).sum().ToInt64(), 0, 0.05 * found.numel());
        IReadOnlyList<EpochReport> epochs = outcome.Report.Epochs;
        Assert.Equal([1, 2, 3], epochs.Select(static e => e.Epoch));
        Assert.InRange(epochs[^1].Loss, 0, 0.8 * epochs[0].Loss);
        Assert.InRange(epochs[^1].Accuracy!.Value, epochs[0].Accuracy!.Value + 0.05, 1);
        Assert.Equal(method, outcome.State.Manifest.Settings.Method);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_model_is_trained_where_the_caller_wants_no_gradients(bool inference)
    {
        double expected = Train(Settings, Data).Training!.Epochs[^1].Loss;
        using IDisposable guard = inference ? inference_mode() : no_grad();
        Assert.Equal(expected, Train(Settings, Data).Training!.Epochs[^1].Loss);
        Assert.False(is_grad_enabled());
    }

    [Fact]
    public void First_and_last_layers_have_bits_of_their_own_and_theModel_is_what_it_was()
    {
        string before = WeightFile.Hash(Model);
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            ResidualNet.Descriptor,
            Settings with
            {
                W = 2,
                A = 3,
            },
            Model,
            Data);
        Assert.Equal([8, 2, 2, 2, 2, 8], outcome.State.Layers.Select(static l => l.Bits));
        Assert.Equal([3, 3, 3, 3, 8], outcome.State.Activations.Select(static a => a.Bits));
        Assert.Equal(before, WeightFile.Hash(Model));
        Assert.Equal(before, outcome.State.Manifest.WeightsHash);
        Assert.False(Model.training);
        // Nothing is negative after ReLU.
        Assert.All(outcome.State.Activations, static a => Assert.Equal(0, a.ZeroPoint));
    }

    [Theory]
    [InlineData(0.0, 0.0, TrainingOptimizer.Sgd)]
    [InlineData(0.3, 0.0, TrainingOptimizer.Adam)]
    [InlineData(0.0, 1e3, TrainingOptimizer.Sgd)]
    public void A_training_that_was_stopped_ends_with_the_bytes_of_one_that_was_not(
        double dropBits, double penalty, TrainingOptimizer optimizer)
    {
        QuantizationSettings settings = Settings with
        {
            Training = Settings.Training! with
            {
                DropBits = dropBits,
                BitPenalty = penalty,
                Optimizer = optimizer,
                LearningRate = optimizer == TrainingOptimizer.Adam ? 1e-3 : 0.02,
                GateLearningRate = 1,
                GateShare = 1,
            },
        };
        TrainingData data = Data with { Augment = static (x, seed) => seed % 2 == 0 ? x : x.flip(3) };
        CalibrationOutcome outcome = Train(settings, data);
        byte[] whole = Bytes(outcome);
        // Where widths are learned, levels are lost before training is stopped.
        Assert.Equal(penalty > 0, outcome.Training!.Epochs[0].WeightBits < 4);
        Assert.Equal(whole, Bytes(Train(settings, data)));

        List<CheckpointNote> notes = [];
        var checkpoint = new CalibrationCheckpoint(Path.Combine(Folder, "checkpoint")) { Noted = notes.Add };
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ModelQuantizer.Quantize(
                ResidualNet.Descriptor, settings, Model, data, new CancelIn(2, source), source.Token, checkpoint));
        Assert.Empty(notes);

        Assert.Equal(
            whole,
            Bytes(ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, Model, data, checkpoint: checkpoint)));
        Assert.Contains(" of 3 epochs are done", Assert.Single(notes).Text, StringComparison.Ordinal);
        Assert.Equal(
            "QDROP242",
            Assert
                .Throws<QDropException>(() =>
                    ModelQuantizer.Quantize(
                        ResidualNet.Descriptor,
                        settings with
                        {
                            W = 3,
                        },
                        Model,
                        data,
                        checkpoint: checkpoint))
                .Code);
    }

    [Fact]
    public void Embeddings_attention_and_activations_of_both_signs_are_trained_too()
    {
        using var model = new SentenceNet();
        Tensor ids = randint(1, 20, [64, 6]);
        var data = new TrainingData(ids, ids[TensorIndex.Colon, 0] % 4);
        QuantizationSettings settings = Settings with
        {
            Training = new()
            {
                Epochs = 6,
                BatchSize = 16,
                Optimizer = TrainingOptimizer.Adam,
                LearningRate = 1e-2,
            },
        };
        using var prepared = new PreparedModel(SentenceNet.Descriptor, model);
        using var run = new ModelTrainer(prepared, settings, new TrainingSet(data), null, default);
        run.Prepare();
        Assert.Contains(run.Quantizers, static q => q.Grid.ZeroPoint is not 0 and not 8);
        run.Train();
        Tensor trained = Evaluate(run, data.Inputs);
        TrainedModel outcome = run.Result();
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(SentenceNet.Descriptor, path);
        Tensor apart = (loaded.call(ids) - trained).abs() / trained.abs().max();
        Assert.InRange(apart.median().ToDouble(), 0, 1e-5);
        Assert.InRange(outcome.Report.Epochs[^1].Loss, 0, outcome.Report.Epochs[0].Loss);
    }

    [Fact]
    public void Grids_of_fewer_bits_begin_where_a_training_with_so_many_bits_does()
    {
        using var prepared = new PreparedModel(ResidualNet.Descriptor, Model);
        QuantizationSettings penalized = Settings with
        {
            W = 4,
            A = 4,
            Training = Settings.Training! with { BitPenalty = 0.1 },
        };
        using var learned = new ModelTrainer(prepared, penalized, new TrainingSet(Data), null, default);
        learned.Prepare();
        for (int bits = 2; bits <= 4; bits++)
        {
            using var other = new PreparedModel(ResidualNet.Descriptor, Model);
            using var uniform = new ModelTrainer(
                other,
                Settings with
                {
                    W = bits,
                    A = bits,
                },
                new TrainingSet(Data),
                null,
                default);
            uniform.Prepare();
            Assert.All(
                uniform.Quantizers.Zip(learned.Quantizers),
                pair =>
                    Assert.Equal(
                        pair.First.Step.Alpha,
                        pair.Second.StepOf(pair.First.Grid.Bits).Alpha,
                        pair.First.Step.Alpha * 1e-6f));
        }
    }

    [Fact]
    public void Two_bits_that_were_there_from_the_start_are_not_reported_as_lost()
    {
        CalibrationOutcome outcome = Train(
            Settings with
            {
                W = 2,
                A = 2,
                Training = Settings.Training! with { BitPenalty = 0.1 },
            },
            Data);
        Assert.Empty(outcome.Training!.Collapsed);
    }

    [Fact]
    public void Gradients_of_before_are_not_those_of_the_first_step()
    {
        byte[] expected = Bytes(Train(Settings, Data));
        foreach (Tensor parameter in Model.parameters())
            parameter.grad = ones_like(parameter) * 1e3;
        Assert.Equal(expected, Bytes(Train(Settings, Data)));
    }

    [Fact]
    public void A_file_that_is_no_checkpoint_is_not_written_over()
    {
        string path = Path.Combine(Folder, "weights.safetensors");
        SafetensorsFile.Write(
            path,
            new Dictionary<string, Tensor> { ["w"] = ones(3) },
            new Dictionary<string, string> { ["epochs"] = "24", ["format"] = "pt" });
        byte[] before = File.ReadAllBytes(path);
        Assert.Equal(
            "QDROP242",
            Assert
                .Throws<QDropException>(() =>
                    ModelQuantizer.Quantize(
                        ResidualNet.Descriptor, Settings, Model, Data, checkpoint: new CalibrationCheckpoint(path)))
                .Code);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(0.25, 1)]
    [InlineData(0.6, 3)]
    [InlineData(1, 4)]
    public void Bit_widths_are_learned_for_a_share_of_the_epochs(double share, int epochs)
    {
        // So great a penalty that a level is lost after two epochs.
        QuantizationSettings settings = Settings with
        {
            Training = Settings.Training! with
            {
                Epochs = 4,
                BitPenalty = 1e3,
                GateLearningRate = 0.55,
                GateShare = share,
            },
        };
        double[] bits = [.. Train(settings, Data).Training!.Epochs.Select(static e => e.WeightBits)];
        Assert.All(bits[(epochs - 1)..], b => Assert.Equal(bits[^1], b));
        Assert.Equal(epochs > 1, bits[^1] < bits[0]);
    }

    [Theory]
    [InlineData(0.5, 0)]
    // So long as nothing makes gates move, masks are drawn until the end.
    [InlineData(0, 1e-9)]
    public void Batch_norms_have_the_statistics_of_theModel_with_every_level(double dropBits, double penalty)
    {
        // Next to nothing is learned, so that only what is dropped could make a difference.
        TrainingSettings still = Settings.Training! with
        {
            LearningRate = 1e-12,
            AlphaLearningRate = 0,
            SigmaLearningRate = 0,
            GateLearningRate = 0,
            GateShare = 1,
            WeightDecay = 0,
            Epochs = 12,
        };
        Tensor kept = Outputs(still), dropped = Outputs(still with { DropBits = dropBits, BitPenalty = penalty });
        // One is the mean over batches, the other a running mean that forgets.
        Assert.InRange((dropped - kept).abs().mean().ToDouble() / kept.abs().mean().ToDouble(), 0, 0.05);

        Tensor Outputs(TrainingSettings training)
        {
            using var prepared = new PreparedModel(ResidualNet.Descriptor, Model);
            using var run = new ModelTrainer(
                prepared, Settings with { Training = training }, new TrainingSet(Data), null, default);
            run.Prepare();
            run.Train();
            return Evaluate(run, Data.Inputs);
        }
    }

    [Fact]
    public void A_penalty_that_is_great_leaves_two_bits_and_no_fewer()
    {
        QuantizationSettings settings = Settings with
        {
            Training = Settings.Training! with { BitPenalty = 1e3, GateLearningRate = 1 },
        };
        CalibrationOutcome outcome = Train(settings, Data);
        Assert.Equal([8, 2, 2, 2, 2, 8], outcome.State.Layers.Select(static l => l.Bits));
        Assert.Equal([2, 2, 2, 2, 8], outcome.State.Activations.Select(static a => a.Bits));
        Assert.Equal(8, outcome.Training!.Collapsed.Count);
        Assert.True(outcome.Training.Epochs[^1].WeightBits < 4);
        Assert.Equal((4 * 2 + 8) / 5.0, outcome.Training.Epochs[^1].ActivationBits!.Value, 1e-9);
    }

    [Fact]
    public void The_report_says_how_training_went()
    {
        CalibrationOutcome outcome = Train(Settings, Data);
        string artifact = Path.Combine(Folder, "model.safetensors"),
            report = Path.Combine(Folder, "model.json"),
            page = Path.Combine(Folder, "model.html");
        Artifact.Write(artifact, outcome.State);
        outcome.SaveReport(report, artifact);
        outcome.SaveReport(page, artifact);
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(report));
        System.Text.Json.JsonElement epochs = json.RootElement.GetProperty("training").GetProperty("epochs");
        Assert.Equal(3, epochs.GetArrayLength());
        Assert.Equal(outcome.Training!.Epochs[2].Loss, epochs[2].GetProperty("loss").GetDouble());
        Assert.Equal(
            3, json.RootElement.GetProperty("settings").GetProperty("training").GetProperty("epochs").GetInt32());
        Assert.DoesNotContain("NaN", File.ReadAllText(page), StringComparison.Ordinal);
        Assert.Equal(Settings.Training, Artifact.Read(artifact).Manifest.Settings.Training);
    }

    [Fact]
    public void A_part_with_a_method_of_its_own_is_refused()
    {
        QuantizedModelDescriptor descriptor = ResidualNet.Descriptor with
        {
            Overrides = [new(typeof(ResidualNet), nameof(ResidualNet.linear)) { Method = Method.Nearest }],
        };
        Assert.Equal(
            "QDROP030",
            Assert.Throws<QDropException>(() => ModelQuantizer.Quantize(descriptor, Settings, Model, Data)).Code);
    }

    private byte[] Bytes(CalibrationOutcome outcome)
    {
        string path = Path.Combine(Folder, "bytes.safetensors");
        Artifact.Write(path, outcome.State);
        return File.ReadAllBytes(path);
    }

    private sealed class CancelIn(int epoch, CancellationTokenSource source) : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value)
        {
            if (value.Phase == "train" && value.UnitIndex == epoch)
                source.Cancel();
        }
    }
}

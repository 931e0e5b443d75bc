using Cifar10.Data;
using Experiments.Training;
using TorchSharp;
using Xunit;

namespace QDrop.Experiments.Tests;

public sealed class TrainingTests : IDisposable
{
    private static readonly TrainingOptions Options = new()
    {
        Epochs = 3,
        BatchSize = 16,
        LearningRate = 0.05,
        WeightDecay = 5e-4,
        Seed = 4,
        Threads = 1,
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("training");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void An_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one()
    {
        using Trainer whole = NewTrainer();
        for (int epoch = 0; epoch < 3; epoch++)
            whole.RunEpoch(epoch, static _ => { });

        var checkpoints = new Checkpoints(_folder.FullName);
        using (Trainer first = NewTrainer())
        {
            var reports = new List<EpochReport>();
            for (int epoch = 0; epoch < 2; epoch++)
            {
                reports.Add(first.RunEpoch(epoch, static _ => { }));
                checkpoints.Write(Options, reports, first.Save);
            }
        }

        using Trainer second = NewTrainer();
        IReadOnlyList<EpochReport> done = checkpoints.Resume(Options, second.Load);
        Assert.Equal([1, 2], done.Select(static report => report.Epoch));
        second.RunEpoch(2, static _ => { });

        AssertSameState(whole, second);
    }

    [Fact]
    public void Training_begins_with_the_weights_it_is_given()
    {
        using Trainer first = NewTrainer();
        first.RunEpoch(0, static _ => { });
        first.Save(_folder.FullName);

        TrainingOptions options = Options with { Seed = 9, From = Path.Combine(_folder.FullName, "model.dat") };
        using var second = new Trainer(options, Images(48, 1), Images(16, 2));

        AssertSameState(first, second);
    }

    [Fact]
    public void Only_the_last_checkpoint_is_kept_and_one_of_another_run_is_refused()
    {
        var checkpoints = new Checkpoints(_folder.FullName);
        var report = new EpochReport(1, 2, 3, 4, 5);
        checkpoints.Write(Options, [report], static _ => { });
        checkpoints.Write(Options, [report, report with { Epoch = 2 }], static _ => { });

        Assert.Single(_folder.GetDirectories());
        Assert.Equal(2, checkpoints.Resume(Options, static _ => { }).Count);
        InvalidDataException error = Assert.Throws<InvalidDataException>(
            () => checkpoints.Resume(Options with { Seed = 5 }, static _ => { }));
        Assert.Contains("--restart", error.Message);
    }

    [Fact]
    public void The_learning_rate_rises_in_a_straight_line_and_falls_in_half_a_cosine()
    {
        TrainingOptions options = Options with { LearningRate = 0.2 };

        Assert.Equal(0.2 * 1 / 21, options.LearningRateAt(0, 100), 1e-12);
        Assert.Equal(0.2 * 10 / 21, options.LearningRateAt(9, 100), 1e-12);
        Assert.Equal(0.2, options.LearningRateAt(20, 100), 1e-12);
        Assert.Equal(0.1, options.LearningRateAt(60, 100), 1e-12);
        Assert.Equal(0, options.LearningRateAt(100, 100), 1e-12);
    }

    private static void AssertSameState(Trainer expected, Trainer actual)
    {
        Dictionary<string, torch.Tensor> state = expected.Model.state_dict();
        Assert.All(
            actual.Model.state_dict(),
            pair => Assert.True(pair.Value.eq(state[pair.Key]).all().item<bool>(), pair.Key));
    }

    private static Trainer NewTrainer() => new(Options, Images(48, 1), Images(16, 2));

    private static CifarImages Images(int count, int seed)
    {
        var random = new Random(seed);
        byte[] pixels = new byte[count * CifarImages.Size];
        random.NextBytes(pixels);
        return new CifarImages(pixels, [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(10))]);
    }
}

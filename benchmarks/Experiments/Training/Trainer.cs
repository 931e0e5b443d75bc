using System.Diagnostics;
using Cifar10;
using Cifar10.Data;
using QDrop.Calibration;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments.Training;

/// <summary>Trains a model by stochastic gradient descent.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly CifarImages _train;
    private readonly CifarImages _test;
    private readonly SGD _optimizer;

    /// <summary>Makes a model with fresh weights, or those of a file, and its optimizer.</summary>
    /// <param name="options">The options of the run.</param>
    /// <param name="train">Images to learn from.</param>
    /// <param name="test">Images to evaluate on after each epoch.</param>
    public Trainer(TrainingOptions options, CifarImages train, CifarImages test)
    {
        _options = options;
        _train = train;
        _test = test;
        set_num_threads(options.Threads);
        manual_seed(options.Seed);
        Model = new ResNet20();
        foreach (Module module in Model.modules())
        {
            if (module is Conv2d convolution)
                init.kaiming_normal_(convolution.weight!, nonlinearity: init.NonlinearityType.ReLU);
        }

        if (options.From is { } file)
            WeightFile.LoadInto(Model, file);

        _optimizer = optim.SGD(
            Model.parameters(),
            options.LearningRate,
            momentum: options.Momentum,
            weight_decay: options.WeightDecay,
            nesterov: true);
    }

    /// <summary>The model.</summary>
    public ResNet20 Model { get; }

    /// <summary>Steps in an epoch; the last one has the rest of the images.</summary>
    public int StepsPerEpoch => (_train.Count + _options.BatchSize - 1) / _options.BatchSize;

    /// <summary>Trains for one epoch and evaluates.</summary>
    /// <param name="epoch">
    /// The epoch, from 0. Together with the seed it decides the order of the images and their augmentation.
    /// </param>
    /// <param name="progress">Receives each step.</param>
    /// <exception cref="TrainingDivergedException">The loss is no longer a number.</exception>
    public EpochReport RunEpoch(int epoch, Action<StepReport> progress)
    {
        var clock = Stopwatch.StartNew();
        var random = new RandomStream(_options.Seed, epoch);
        int[] order = random.Permutation(_train.Count);
        (double loss, long right) = (0.0, 0L);
        Model.train();
        for (int step = 0; step < StepsPerEpoch; step++)
        {
            int first = step * _options.BatchSize;
            Span<int> rows = order.AsSpan(first, Math.Min(_options.BatchSize, order.Length - first));
            double rate = _options.LearningRateAt(epoch * StepsPerEpoch + step, _options.Epochs * StepsPerEpoch);
            (double stepLoss, long stepRight) = Step(rows, random, rate);
            if (!double.IsFinite(stepLoss))
            {
                throw new TrainingDivergedException($"the loss is {stepLoss} in epoch {epoch + 1}, step {step + 1}: "
                    + $"try a learning rate below {_options.LearningRate}.");
            }

            loss += stepLoss * rows.Length;
            right += stepRight;
            progress(new StepReport(step + 1, loss / (first + rows.Length), 100.0 * right / (first + rows.Length)));
        }

        double test = Evaluation.Run(Model, _test).Top1;
        double accuracy = 100.0 * right / _train.Count;
        return new EpochReport(epoch + 1, loss / _train.Count, accuracy, test, clock.Elapsed.TotalSeconds);
    }

    /// <summary>Writes the state on which the following epochs depend.</summary>
    /// <param name="folder">Folder to write to.</param>
    public void Save(string folder)
    {
        Model.save(Path.Combine(folder, "model.dat"));
        _optimizer.save_state_dict(Path.Combine(folder, "optimizer.dat"));
    }

    /// <summary>Reads the state that <see cref="Save"/> wrote.</summary>
    /// <param name="folder">Folder to read from.</param>
    public void Load(string folder)
    {
        Model.load(Path.Combine(folder, "model.dat"));
        _optimizer.load_state_dict(Path.Combine(folder, "optimizer.dat"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        Model.Dispose();
    }

    private (double Loss, long Right) Step(ReadOnlySpan<int> rows, RandomStream random, double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (optim.ILearningRateController? group in _optimizer.ParamGroups)
            group.LearningRate = rate;

        var batch = Batch.Of(_train, rows);
        Tensor logits = Model.call(Augmentation.ShiftAndMirror(batch.Inputs, random));
        Tensor loss = functional.cross_entropy(logits, batch.Labels);
        _optimizer.zero_grad();
        loss.backward();
        _optimizer.step();
        return (loss.item<float>(), logits.argmax(1).eq(batch.Labels).sum().item<long>());
    }
}

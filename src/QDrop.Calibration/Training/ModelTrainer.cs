using System.Diagnostics;
using System.Globalization;
using QDrop.Calibration.Checkpoints;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.CompilerServices;
using QDrop.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Calibration.Training;

/// <summary>
/// Trains a model over its twin: cluster-promoting quantization with DropBits (arXiv 2109.02100), or learned step size
/// quantization (arXiv 1902.08153). Its phases are to be called in order.
/// </summary>
/// <remarks>
/// The twin's weights are quantized raw and its batch norms stay alive until the end, when they are folded exactly into
/// the grids: the levels stay, and a channel's scale becomes α·|γ / √(var + ε)|. What comes out is an ordinary
/// quantized model.
/// </remarks>
internal sealed class ModelTrainer : IDisposable
{
    /// <summary>Batches at most over which the statistics of batch norms are averaged in the end.</summary>
    private const int StatisticBatches = 64;

    /// <summary>What a share of the epochs may lie above a whole number by rounding.</summary>
    private const double Rounding = 1e-9;

    /// <summary>Bytes that a tensor of a step rarely exceeds.</summary>
    private const int StepTensor = 64 << 20;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private readonly QuantizationSettings _settings;
    private readonly TrainingSettings _training;
    private readonly Module _model;
    private readonly TrainingSet _set;
    private readonly TrainingData _data;
    private readonly IProgress<CalibrationProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly FloatModelState _kept;
    private readonly IModelTwin _twin;
    private readonly CalibrationContext _calibration;
    private readonly TrainingBatches _batches;
    private readonly string _weightsHash;
    private readonly List<TrainedQuantizer> _quantizers = [];
    private readonly GradientTape _tape;
    private readonly Stopwatch _sinceProgress = Stopwatch.StartNew();
    private (int Layers, int Activations) _parts;
    private TrainingState? _state;
    private DiscoveredModel? _discovered;
    private IReadOnlyList<string> _threadDependent = [];

    public ModelTrainer(PreparedModel prepared, QuantizationSettings settings, TrainingSet data,
        IProgress<CalibrationProgress>? progress, CancellationToken cancellation)
    {
        NativeHeap.KeepFreedMemory(StepTensor);
        (_settings, _training) = (settings, settings.TrainingOrDefault);
        (_progress, _cancellation) = (progress, cancellation);
        (_model, _twin, _set, _data) = (prepared.Float, prepared.Twin, data, data.Data);
        _tape = new GradientTape([.. _model.parameters().Where(static p => p.requires_grad)]);
        _kept = new FloatModelState(_model);
        try
        {
            // Training changes the weights.
            _weightsHash = prepared.WeightsHash;
            long samples = Math.Min(settings.RangeSamples, _data.Inputs[0].shape[0]);
            _calibration = new CalibrationContext(
                prepared,
                settings,
                new CalibrationSet([.. _data.Inputs.Select(i => i.narrow(0, 0, samples))]),
                progress,
                cancellation,
                memory: null);
            _batches = new TrainingBatches(_twin, data);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The twin, which is trained.</summary>
    public IModelTwin Twin => _twin;

    /// <summary>The grids of all weights and then of all activations.</summary>
    public IReadOnlyList<TrainedQuantizer> Quantizers => _quantizers;

    private QuantizationContext Context => _twin.Context;

    /// <summary>
    /// Runs the twin once, searches the ranges from which the grids start, and makes the twin one that is trained.
    /// </summary>
    public void Prepare()
    {
        _calibration.Progress.Begin("discover");
        var discovery = new ModelDiscovery(_calibration);
        _discovered = discovery.Run();
        if (Context.Layers.FirstOrDefault(l => Context.Overrides.MethodOf(l.Name) is not null) is { } part)
        {
            throw new QDropException(
                Codes.TrainedPart,
                $"[Quantize] on a part of the model gives '{part.Name}' a Method of its own, but the model is trained "
                    + $"with {_settings.Method}. "
                    + "Expected one method for all of it: training changes all weights together. Remove Method from "
                    + "the part, or from the model.");
        }
        BitAssignment.Assign(Context, _settings);
        discovery.TryInputs();
        CheckTargets();
        _calibration.Progress.Begin("ranges");
        _quantizers.AddRange(new GridSearch(_calibration, _tape).Run());
        _parts = (Context.Layers.Count, Context.Activations.Count);
        _state = new TrainingState(_quantizers, _model, _training);
    }

    /// <summary>Trains for all epochs. What a checkpoint has is not done again.</summary>
    public void Train(CalibrationCheckpoint? checkpoint = null)
    {
        TrainingState state = _state!;
        var finished = new FinishedEpochs(
            checkpoint,
            () =>
                CheckpointOrigin.Of(_calibration.Descriptor, _settings, _weightsHash, _batches.Origin, Context.Layers),
            state,
            _training.Epochs);
        SetTraining(true);
        _threadDependent = TryThreads();
        finished.Restore();
        while (state.Epochs.Count < _training.Epochs)
        {
            if (state.Epochs.Count >= Math.Ceiling(_training.GateShare * _training.Epochs - Rounding))
                _quantizers.ForEach(static q => q.Masks.Fix());
            state.Epochs.Add(RunEpoch(state.Epochs.Count));
            finished.Keep();
        }
        if (_quantizers.Find(static q => !float.IsNormal(q.Step.Alpha)) is { } broken)
            throw Diverged($"The step of '{broken.Name}' became {broken.Step.Alpha}");
        if (_model.named_parameters().FirstOrDefault(static p => !p.parameter.isfinite().all().ToBoolean()) is
            (var name, not null))
            throw Diverged($"'{name}' has values that are not finite");
        AverageStatistics();
        SetTraining(false);
    }

    /// <summary>
    /// The quantized model, its tensors outside every dispose scope: batch norms are folded into the grids, and the
    /// twin is one that is no longer trained.
    /// </summary>
    public TrainedModel Result() =>
        TrainedModel.Of(
            _calibration,
            _discovered!,
            _quantizers,
            _state!,
            _training.Epochs * _batches.Steps(_training.BatchSize),
            (_weightsHash, _set.Hash),
            _threadDependent);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The model gets back what it held, whatever else there is.
        _kept.Dispose();
        _tape.Dispose();
        // What comes after something that failed in the constructor is not there.
        _batches?.Dispose();
        _calibration?.Dispose();
    }

    private void CheckTargets()
    {
        if (_data.Loss is not null)
            return;
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        TargetCheck.CheckClasses(
            _batches.Targets, _calibration.Runner.RunGuarded(_calibration.Batches.Spread(2)).Tensors);
    }

    /// <summary>
    /// Levels that training drops at random are there afterwards, and without them batch norms saw other values: their
    /// running statistics become the averages over batches with every grid point kept.
    /// </summary>
    private void AverageStatistics()
    {
        if (_training is { DropBits: 0, BitPenalty: 0 })
            return;
        using IDisposable guard = no_grad();
        EpochDraws draws = Draws(_training.Epochs, out long[] order);
        int size = Math.Min(_training.BatchSize, order.Length),
            steps = Math.Min(_batches.Steps(_training.BatchSize), StatisticBatches);
        foreach (TrainedQuantizer quantizer in _quantizers)
            quantizer.Masks.KeepAll();
        foreach (QuantizedLayer layer in Context.Layers)
            ((TrainedLayer)layer.Intercept!).Averages = true;
        // Those that are part of no quantized layer.
        HashSet<BatchNorm?> folded = [.. Context.Layers.Select(static l => l.BatchNorm)];
        foreach (BatchNorm norm in _model
                .modules()
                .OfType<BatchNorm>()
                .Where(n => n.track_running_stats && !folded.Contains(n)))
        {
            norm.reset_running_stats();
            norm.momentum = null;
        }
        for (int step = 0; step < steps; step++)
        {
            _cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            _calibration.Runner.RunGuarded(
                _batches
                    .Take(order.AsSpan(step * size, Math.Min(size, order.Length - step * size)), draws.Seed())
                    .Inputs);
        }
    }

    /// <summary>The random choices of an epoch, counted from 0, and the order of its samples.</summary>
    private EpochDraws Draws(int epoch, out long[] order)
    {
        var draws = new EpochDraws(_settings.Seed, epoch);
        // What the model itself draws, such as dropout, is the same again in a training that was stopped.
        manual_seed(draws.Seed());
        order = draws.Order(checked((int)_batches.Count));
        return draws;
    }

    /// <summary>Does the first step with two numbers of threads, and then neither.</summary>
    /// <returns>What is different after them.</returns>
    private IReadOnlyList<string> TryThreads()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> start = Copies();
        (Dictionary<string, Tensor> one, Dictionary<string, Tensor> other) = ThreadTrial.Twice(() =>
        {
            _state!.Restore(start);
            EpochDraws draws = Draws(epoch: 0, out long[] order);
            Step(order.AsSpan(0, Math.Min(_training.BatchSize, order.Length)), draws, done: 0);
            return Copies();
        });
        _state!.Restore(start);
        return
        [
            .. _state.Names
                .Where(n => !ThreadTrial.Same(one[n.Key], other[n.Key]))
                .Select(static n => n.Name),
        ];

        Dictionary<string, Tensor> Copies()
        {
            using IDisposable guard = no_grad();
            return _state!
                .Tensors()
                .ToDictionary(static t => t.Key, static t => t.Value.clone(), StringComparer.Ordinal);
        }
    }

    private EpochReport RunEpoch(int epoch)
    {
        var clock = Stopwatch.StartNew();
        EpochDraws draws = Draws(epoch, out long[] order);
        int steps = _batches.Steps(_training.BatchSize), size = Math.Min(_training.BatchSize, order.Length);
        double loss = 0, seen = 0;
        long right = 0;
        for (int step = 0; step < steps; step++)
        {
            _cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<long> rows = order.AsSpan(step * size, Math.Min(size, order.Length - step * size));
            (double stepLoss, long stepRight) = Step(
                rows, draws, (epoch * (double)steps + step) / (_training.Epochs * (double)steps));
            if (!double.IsFinite(stepLoss))
                throw Diverged(
                    $"The loss became {FormattableString.Invariant($"{stepLoss}")} in step {step + 1} of {steps} of "
                        + $"epoch {epoch + 1}");
            loss += stepLoss * rows.Length;
            right += stepRight;
            seen += rows.Length;
            Tell(epoch, step + 1, steps, loss / seen);
        }
        foreach (TrainedQuantizer quantizer in _quantizers)
            quantizer.Shrink();
        return new EpochReport(
            epoch + 1,
            loss / seen,
            _data.Loss is null ? right / (seen * Math.Max(1, _batches.Targets.numel() / _batches.Count)) : null,
            clock.Elapsed.TotalSeconds,
            WeightBits(),
            ActivationBits());
    }

    private (double Loss, long Right) Step(ReadOnlySpan<long> rows, EpochDraws draws, double done)
    {
        using DisposeScope scope = NewDisposeScope();
        SampleMasks(draws);
        (Bundle inputs, Tensor targets) = _batches.Take(rows, draws.Seed());
        IReadOnlyList<Tensor> outputs = _calibration.Runner.RunGuarded(inputs).Tensors;
        CheckParts();
        CheckGradients(outputs);
        Tensor loss = _data.Loss is { } own
            ? UserFunction.Loss(own, outputs, targets)
            : functional.cross_entropy(outputs[0], targets);
        _tape.Backward([loss], [ones_like(loss)]);
        double value = loss.ToDouble();
        double share = (1 + Math.Cos(Math.PI * done)) / 2;
        foreach (ParameterOptimizer optimizer in _state!.Optimizers)
            optimizer.Step(share * _training.LearningRate);
        foreach (TrainedQuantizer quantizer in _quantizers)
            quantizer.Learn(share);
        using IDisposable guard = no_grad();
        return (value, _data.Loss is null ? outputs[0].argmax(1).eq(targets).sum().ToInt64() : 0);
    }

    private void CheckGradients(IReadOnlyList<Tensor> outputs)
    {
        if (outputs.Any(static t => t.requires_grad))
            return;
        throw new QDropException(
            Codes.NoGradients,
            $"forward of '{_calibration.Descriptor.Name}' gives outputs without gradients, but Method = "
                + $"{_settings.Method} trains the model. Expected outputs that gradients flow back from. Take no_grad "
                + "or inference_mode out of forward, where it is around more than a part that is to stay as it is, and "
                + "let callers say that they want no gradients.");
    }

    /// <summary>What first runs now has no grid.</summary>
    private void CheckParts()
    {
        string? part = Context
            .Layers.Skip(_parts.Layers)
            .Select(static l => l.Name)
            .Concat(Context.Activations.Skip(_parts.Activations).Select(static a => a.Name))
            .FirstOrDefault();
        if (part is not null)
        {
            throw new QDropException(
                Codes.TrainingOnlyLayer,
                $"'{part}' runs for the first time while the model is trained: it did not run on the first "
                    + $"{_calibration.Batches.Inputs[0].shape[0]} inputs in evaluation mode, on which "
                    + "ranges are searched. Expected a forward that runs the same layers always. Leave out what only "
                    + "training needs, such as auxiliary outputs, or give more RangeSamples.");
        }
    }

    private void SampleMasks(EpochDraws draws)
    {
        if (_training is { DropBits: 0, BitPenalty: 0 })
            return;
        float[] uniforms = new float[_quantizers.Count * LevelMasks.Draws];
        draws.Fill(uniforms);
        for (int i = 0; i < _quantizers.Count; i++)
            _quantizers[i].Masks.Sample(uniforms.AsSpan(i * LevelMasks.Draws, LevelMasks.Draws));
    }

    private void SetTraining(bool on)
    {
        _model.train(on);
        (_twin as Module)?.train(on);
        foreach (TrainedQuantizer quantizer in _quantizers)
            quantizer.Evaluating = !on;
    }

    private double WeightBits()
    {
        double bits = 0, weights = 0;
        foreach (QuantizedLayer layer in Context.Layers)
        {
            long count = layer.Source.Weight.numel();
            bits += (double)count * ((TrainedLayer)layer.Intercept!).Quantizer.Grid.Bits;
            weights += count;
        }
        return bits / weights;
    }

    private double? ActivationBits() =>
        Context.Activations.Count == 0
            ? null
            : Context.Activations.Average(static a => ((TrainedQuantizer)a.Intercept!).Grid.Bits);

    private void Tell(int epoch, int step, int steps, double loss)
    {
        if (_progress is null || (_sinceProgress.Elapsed < ProgressInterval && step < steps))
            return;
        _progress.Report(
            new CalibrationProgress("train", $"epoch {epoch + 1}", epoch + 1, _training.Epochs, step, steps, loss, loss)
        );
        _sinceProgress.Restart();
    }

    private QDropException Diverged(string what) =>
        new(
            Codes.TrainingDiverged,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} (W {_settings.W}, A {_settings.A}, learning rate {_training.LearningRate}, for α "
                    + $"{_training.AlphaLearningRate}, for σ {_training.SigmaLearningRate}). Expected finite values. "
                    + $"Lower Training.LearningRate (TrainingLearningRate in a project), AlphaLearningRate or "
                    + $"SigmaLearningRate, raise the bit widths, or check that inputs, augmented ones too, and the "
                    + $"loss function's values are finite."));
}

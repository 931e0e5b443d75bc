using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using QDrop.Calibration;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Reports.Documents;
using QDrop.CompilerServices;
using QDrop.Programs;
using QDrop.Protocol;
using QDrop.Recording;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibrator;

/// <summary>
/// Brings the artifact of one model up to date: from what is there, from the cache, or by calibrating.
/// </summary>
internal sealed class ModelJob(ModelPlan plan, WorkerRequest request, WorkerChannel channel, Assembly assembly)
{
    /// <summary>How many samples show the ranges of values that have no grid.</summary>
    private const long OnnxSamples = 16;

    private readonly OutputFiles _files = new(request.OutputDirectory, plan.Descriptor.Name);

    /// <summary>Brings the artifact up to date.</summary>
    /// <returns>What was done, for the summary.</returns>
    /// <exception cref="LocatedException">Something that the user gave cannot be used; no file is left.</exception>
    /// <exception cref="OperationCanceledException">
    /// The build wants the worker to stop; no partial file is left.
    /// </exception>
    internal string Run(CancellationToken stop)
    {
        try
        {
            return Calibrate(stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _files.Delete();
            throw;
        }
    }

    private string Calibrate(CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        QuantizationSettings settings = plan.Settings();
        bool insight = plan.Insight();
        using nn.Module model = LocatedException.At(plan.Model, Create);
        LocatedException.At(plan.WeightsPlace, () => LoadWeights(model));
        DeclareInput(plan.CalibrationData);
        using PreparedModel prepared = LocatedException.At(plan.Model, () => new PreparedModel(plan.Descriptor, model));
        CalibrationSamples samples = LocatedException.At(
            plan.CalibrationPlace, () => CalibrationInputs.Load(plan, settings, prepared.Twin, assembly));
        stop.ThrowIfCancellationRequested();
        ModelOutputs outputs = Try(prepared.Twin, samples.Inputs);

        string key = ContentKey.Of(plan.Descriptor, settings, insight, prepared.WeightsHash, samples.Hash);
        var cache = new ArtifactCache(request.CacheDirectory, text => channel.Log(text));
        string outcome = Known(key, cache, prepared.Twin, samples.Inputs, outputs);
        if (outcome == ResultOutcome.Calibrated)
            WarnOfFloat(
                LocatedException.At(plan.Model, () => Quantize(prepared, samples, settings, insight, stop)).Cost);
        else if (outcome == ResultOutcome.Cached)
            WarnOfFloat(CalibrationReportFile.ReadCost(_files.Report));
        if (outcome != ResultOutcome.UpToDate)
            Seal(key, outputs);
        if (outcome == ResultOutcome.Calibrated)
            cache.Store(key, _files);
        bool hasOnnx = WriteOnnx(samples.Inputs);
        _files.DeleteCheckpoint();
        channel.Send(
            new WorkerMessage
            {
                Kind = MessageKind.Result,
                Model = plan.Descriptor.Name,
                Outcome = outcome,
                Artifact = _files.Artifact,
                Report = _files.Report,
                Onnx = hasOnnx ? _files.Onnx : null,
            });
        return Summary(outcome, settings, watch.Elapsed);
    }

    /// <summary>
    /// Whether there is a result of the key, and the float model computes what it computed when that was made.
    /// </summary>
    private string Known(
        string key, ArtifactCache cache, IModelTwin twin, IReadOnlyList<Tensor> inputs, ModelOutputs outputs)
    {
        string outcome = _files.AreOf(key) ? ResultOutcome.UpToDate
            : cache.TryRestore(key, plan.Descriptor.Name, _files) ? ResultOutcome.Cached
            : ResultOutcome.Calibrated;
        if (outcome == ResultOutcome.Calibrated)
            return outcome;
        var before = ModelOutputs.Read(_files.Outputs);
        // A model that computes something else each time says nothing by it.
        if (outputs.Fit(before) || !Try(twin, inputs).Fit(outputs))
            return outcome;
        string difference = outputs.DifferenceFrom(before).ToString("0.0%", CultureInfo.InvariantCulture);
        channel.Log(
            $"{plan.Descriptor.Name} computes other outputs than when it was calibrated, although its code, weights "
                + $"and inputs are the same (a difference of {difference} of their extent): "
                + "something else that it computes with was changed, in another assembly or in a file. It is "
                + "calibrated anew.",
            "high");
        cache.Forget(key);
        _files.Delete();
        return ResultOutcome.Calibrated;
    }

    /// <summary>
    /// Writes the program as ONNX, where that is asked for. A file that would be the same is left alone.
    /// </summary>
    private bool WriteOnnx(IReadOnlyList<Tensor> inputs)
    {
        if (plan.Onnx() is not { } options)
            return false;
        byte[] onnx = LocatedException.At(
            plan.Model, () => OnnxContext.Write(_files.Artifact, options, Samples(inputs)));
        if (!File.Exists(_files.Onnx) || !File.ReadAllBytes(_files.Onnx).AsSpan().SequenceEqual(onnx))
            AtomicFile.Write(_files.Onnx, stream => stream.Write(onnx));
        return true;
    }

    /// <summary>The first samples as a program takes them; none where it does not.</summary>
    private static IReadOnlyList<Constant> Samples(IReadOnlyList<Tensor> inputs)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        List<Constant> samples = [];
        foreach (Tensor input in inputs)
        {
            if (Recorder.ConstantOf(input.narrow(0, 0, Math.Min(OnnxSamples, input.shape[0]))) is not { } constant)
                return [];
            samples.Add(constant);
        }
        return samples;
    }

    /// <summary>Quantization of less than half of what is computed may be meant, and may be forgotten.</summary>
    private void WarnOfFloat(ModelCost cost)
    {
        if (cost.QuantizedShare >= 0.5)
            return;
        string largest = string.Join(
            ", ", cost.FloatLayers.Take(3).Select(static l => FormattableString.Invariant($"{l.Name} {l.Share:0.#%}")));
        channel.Send(
            Diagnosis.Warning(
                Codes.LittleQuantized,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Only {cost.QuantizedShare:0.#%} of {plan.Descriptor.Name}'s multiply-accumulates run on "
                        + $"quantized weights. Most of the others are those of {largest}: remove [FullPrecision] from "
                        + $"what need not stay float."),
                plan.Model));
    }

    /// <summary>A penalty that leaves nothing but the least number of bits is most likely too great.</summary>
    private void WarnOfCollapse(TrainingReport? training)
    {
        if (training is not { Collapsed: { Count: > 0 } collapsed })
            return;
        string first = string.Join(", ", collapsed.Take(5));
        channel.Send(
            Diagnosis.Warning(
                Codes.BitsCollapsed,
                $"The learned bit widths of {collapsed.Count} grids of {plan.Descriptor.Name} fell to 2, the least "
                    + $"there is: {first}{(collapsed.Count > 5 ? ", …" : "")}. "
                    + "Lower BitPenalty where that costs accuracy, or give the layer its bits with [Quantize(W = …)].",
                plan.Model));
    }

    private nn.Module Create()
    {
        try
        {
            return plan.Descriptor.CreateModel()
                ?? throw new QDropException(
                    Codes.ModelNotCreated,
                    $"The factory of {plan.Descriptor.Name} gave null: expected the model, untrained.");
        }
        catch (Exception e) when (e is not QDropException)
        {
            throw new QDropException(
                Codes.ModelNotCreated,
                $"The model {plan.Descriptor.Name} could not be created: {Diagnosis.Describe(e)}. Make its constructor "
                    + "(or the factory that [Quantize] names) work without arguments.",
                e);
        }
    }

    private bool LoadWeights(nn.Module model)
    {
        if (plan.Weights is null)
            throw new QDropException(
                Codes.WeightsMissing,
                $"No weights are named for {plan.Descriptor.Name}: set Weights, in [Quantize] or in the QDropModel "
                    + "item, to the file of the trained float weights.");
        DeclareInput(plan.Weights);
        foreach (string file in WeightFile.FilesOf(plan.Weights).Skip(1))
            DeclareInput(file);
        WeightFile.LoadInto(model, plan.Weights);
        return true;
    }

    /// <summary>
    /// Inputs that the model refuses are the data's fault, an exception of the model's own code is the model's.
    /// </summary>
    private ModelOutputs Try(IModelTwin twin, IReadOnlyList<Tensor> inputs)
    {
        try
        {
            return ModelOutputs.Of(twin, inputs);
        }
        catch (QDropException e)
        {
            throw new LocatedException(e, e.Code == Codes.InputsDoNotFit ? plan.CalibrationPlace : plan.Model);
        }
    }

    private CalibrationOutcome Quantize(
        PreparedModel model,
        CalibrationSamples samples,
        QuantizationSettings settings,
        bool insight,
        CancellationToken stop)
    {
        CalibrationOutcome outcome;
        try
        {
            var progress = new ProgressMessages(channel, plan.Descriptor.Name);
            outcome = samples.Labelled is { } data
                ? ModelQuantizer.Train(model, settings, data, progress, stop, Checkpoint())
                : ModelQuantizer.Calibrate(
                    model, settings, samples.Unlabelled, progress, stop, Checkpoint(), insight, Memory());
        }
        catch (Exception e)
            when (e is not QDropException and not OperationCanceledException && Diagnosis.IsInUserCode(e))
        {
            throw new QDropException(
                Codes.ForwardThrew,
                $"The model's forward threw {Diagnosis.Describe(e)}, while it ran on calibration inputs.",
                e);
        }

        WarnOfCollapse(outcome.Training);
        if (outcome.Units.Where(static u => u.KeptNearest).Select(static u => u.Name).ToArray() is [_, ..] kept)
            channel.Log(
                $"{plan.Descriptor.Name}: {kept.Length} of {outcome.Units.Count} units are rounded to nearest, because "
                    + $"what was learned was worse: {string.Join(", ", kept)}. More iterations may help.");
        outcome.Save(_files.Artifact);
        ReportDocument report = CalibrationReportFile.Document(_files.Artifact, outcome);
        if (report.Program?.WhyNot is { } whyNot)
        {
            channel.Log(
                $"{plan.Descriptor.Name} has no program, and runs in TorchSharp only: {whyNot}.",
                "high");
        }
        CalibrationReportFile.Write(_files.Report, report);
        CalibrationReportPage.Write(_files.Page, report);
        return outcome;
    }

    /// <summary>
    /// Activations above the limit are kept beside the outputs: there is a disk, while temporary files may be in memory
    /// themselves.
    /// </summary>
    private CalibrationMemory? Memory() =>
        request.MemoryLimit > 0
            ? new CalibrationMemory((long)request.MemoryLimit << 20, request.OutputDirectory)
            : null;

    /// <summary>Where finished units are kept. One that is there may be of an earlier state of the project.</summary>
    private CalibrationCheckpoint Checkpoint() => new(_files.Checkpoint)
    {
        ReplaceOthers = true,
        Noted = note =>
        {
            if (note.Code is { } code)
                channel.Send(Diagnosis.Warning(code, note.Text, plan.Model));
            else
                channel.Log(note.Text);
        },
    };

    private void Seal(string key, ModelOutputs outputs)
    {
        try
        {
            outputs.Write(_files.Outputs);
            _files.SealAs(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocatedException(
                new QDropException(Codes.NotWritten, $"Cannot write to '{request.OutputDirectory}': {e.Message}", e),
                Place.Of(request));
        }
    }

    /// <summary>
    /// Lets the next build look at the file's time of change; of a folder, at those of all files in it.
    /// </summary>
    private void DeclareInput(string? path)
    {
        if (path is null)
            return;
        if (!Directory.Exists(path))
        {
            channel.Send(new WorkerMessage { Kind = MessageKind.Input, Text = path });
            return;
        }

        string folder = Path.TrimEndingDirectorySeparator(path) + Path.DirectorySeparatorChar;
        channel.Send(new WorkerMessage { Kind = MessageKind.Input, Text = folder });
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            channel.Send(new WorkerMessage { Kind = MessageKind.Input, Text = file });
    }

    private static string Text(TimeSpan time) =>
        time.TotalMinutes >= 1
            ? FormattableString.Invariant($"{(int)time.TotalMinutes} min {time.Seconds} s")
            : FormattableString.Invariant($"{time.TotalSeconds:f1} s");

    private string Summary(string outcome, QuantizationSettings settings, TimeSpan time)
    {
        string widths = FormattableString.Invariant(
            $"{(settings.Budget is { } budget ? $"{budget} " : $"W{settings.W}")}A{settings.A}");
        string text = $"{plan.Descriptor.Name} {widths} {outcome}";
        if (outcome == ResultOutcome.Cached)
            text = $"{plan.Descriptor.Name} {widths} from the cache";
        return outcome == ResultOutcome.Calibrated
            ? text
                + string.Create(
                    CultureInfo.InvariantCulture,
                    $" in {Text(time)} ({new FileInfo(_files.Artifact).Length / 1024.0:f0} KiB)")
            : text;
    }
}

using System.Diagnostics;
using System.Globalization;
using Cifar10;
using Cifar10.Data;
using QDrop;
using QDrop.Calibration;
using QDrop.CompilerServices;

namespace Experiments;

/// <summary>Training with quantization from given float weights, and the evaluation of the result.</summary>
internal sealed class QuantizedTrainingRun
{
    /// <summary>The columns of a line of the table.</summary>
    public const string Header =
        "method,w,a,drop_bits,bit_penalty,seed,epochs,images,float,top1,weight_bits,activation_bits,loss,seconds,"
        + "images_per_second";

    private readonly TrainingData _data;
    private readonly Baseline _baseline;
    private readonly CancellationToken _cancellation;

    /// <param name="train">Images to train on.</param>
    /// <param name="test">Images to evaluate on.</param>
    /// <param name="weights">File of float weights.</param>
    /// <param name="cancellation">Stops a run.</param>
    public QuantizedTrainingRun(CifarImages train, CifarImages test, string weights, CancellationToken cancellation)
    {
        (_baseline, _cancellation) = (new Baseline(weights, test), cancellation);
        var all = Batch.Of(train, 0, train.Count);
        _data = new TrainingData(all.Inputs, all.Labels)
        {
            Augment = static (batch, seed) => Augmentation.ShiftAndMirror(batch, new RandomStream(seed, 0)),
        };
    }

    /// <summary>Trains and evaluates.</summary>
    /// <param name="settings">The settings.</param>
    /// <returns>A line of the table.</returns>
    public string Train(QuantizationSettings settings)
    {
        var clock = Stopwatch.StartNew();
        using ResNet20 model = _baseline.Model();
        QuantizedModelDescriptor descriptor = ResNet20.Quantized.Descriptor;
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            descriptor, settings, model, _data, new Progress(), _cancellation);
        double seconds = clock.Elapsed.TotalSeconds;
        double top1 = _baseline.Top1Of(outcome);

        IReadOnlyList<EpochReport> epochs = outcome.Training!.Epochs;
        TrainingSettings training = settings.Training!;
        long images = _data.Targets.shape[0];
        double rate = training.Epochs * images / epochs.Sum(static e => e.Seconds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Method},{settings.W},{settings.A},{training.DropBits},{training.BitPenalty},{settings.Seed},")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{training.Epochs},{images},{_baseline.Top1:f2},{top1:f2},{epochs[^1].WeightBits:f2},")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{epochs[^1].ActivationBits:f2},{epochs[^1].Loss:f4},{seconds:f0},{rate:f0}");
    }

    /// <summary>Writes a line for each epoch.</summary>
    private sealed class Progress : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value)
        {
            if (value.Phase != "train" || value.Iteration != value.Iterations)
                return;
            string text = $"epoch {value.UnitIndex}/{value.UnitCount}: loss ";
            Console.Error.WriteLine(text + value.Loss.ToString("f4", CultureInfo.InvariantCulture));
        }
    }
}

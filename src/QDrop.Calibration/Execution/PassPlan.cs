using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;

namespace QDrop.Calibration.Execution;

/// <summary>
/// How many samples each pass computes at once. It follows from what a sample takes and not from the limit of memory:
/// libtorch's convolutions and products round otherwise in a batch of another size, and results are to be the same
/// whatever the limit.
/// </summary>
/// <param name="Samples">Samples in a pass without gradients.</param>
/// <param name="WithGradients">Samples in a pass that keeps everything.</param>
/// <param name="Together">Samples that a run of the model may have in which ranges are searched at once.</param>
internal sealed record PassPlan(int Samples, int WithGradients, long Together)
{
    /// <summary>
    /// Bytes that a pass takes at most, where more than one sample goes into them: beyond, larger batches are hardly
    /// faster.
    /// </summary>
    private const long Budget = 256L << 20;

    /// <summary>For a model whose samples take next to nothing.</summary>
    public static readonly PassPlan Small = new(
        CalibrationBatches.MaxBatchSize, CalibrationBatches.MaxBatchSize, long.MaxValue);

    /// <summary>The plan for a model.</summary>
    /// <param name="sample">What a sample takes.</param>
    public static PassPlan For(PassFootprint sample)
    {
        long pass = Math.Max(1, sample.Pass);
        return new(Size(pass), Size(2 * Math.Max(1, sample.Everything)), Budget / pass);
    }

    /// <summary>Bytes that the process needs beside what it has and what is kept.</summary>
    /// <param name="sample">What a sample takes.</param>
    /// <param name="settings">How the model is quantized.</param>
    /// <param name="learned">The units in which something is learned.</param>
    public IEnumerable<(string What, long Bytes)> Needs(
        PassFootprint sample, QuantizationSettings settings, IReadOnlyList<Unit> learned)
    {
        long kept = sample.Units.Values.Select(static u => u.Inputs + u.Outputs).DefaultIfEmpty(0).Max();
        yield return ("the first run of the model", FirstSamples * sample.Pass);
        yield return ("a pass through the model", Samples * (sample.Pass + kept));
        // What layers give is kept while they are compared with the quantized ones.
        yield return ("a comparison of all layers", WithGradients * sample.Everything);
        if (settings.Loss == LossKind.Fisher)
            yield return ("a pass back through the model (Loss = Fisher)", WithGradients * 2 * sample.Everything);
        foreach (Unit unit in learned)
        {
            UnitFootprint one = sample.Units[unit];
            // The batch, everything that is computed of it for the way back, and there the gradients of a few tensors
            // at a time. The rows that the batch is taken from may be mapped.
            long row = 3 * one.Inputs + one.Inside + 2 * one.Outputs + 2 * one.Largest;
            long weights = unit.LearnedWeights.Sum(static w => w.Weight.numel() * LearnedWeightBytes);
            yield return (
                $"unit '{unit.Name}' with BatchSize = {settings.BatchSize}", settings.BatchSize * row + weights);
        }
    }

    /// <summary>Samples on which the model is discovered at most.</summary>
    private const int FirstSamples = 3;

    /// <summary>A weight's rounding and grid, gradients, and the state of the optimiser.</summary>
    private const int LearnedWeightBytes = 10 * sizeof(float);

    private static int Size(long bytes) => (int)Math.Clamp(Budget / bytes, 1, CalibrationBatches.MaxBatchSize);
}

using QDrop.Artifacts;
using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Whether the quantized model gives what was calibrated when it is loaded: a new model of the class, with the tensors
/// of the artifact. What the calibrated one has that neither the constructor makes nor the artifact holds is missing
/// there, and so is a tensor that nothing was seen to use.
/// </summary>
/// <param name="calibration">The calibrated model.</param>
internal sealed class LoadedCheck(CalibrationContext calibration)
{
    /// <summary>Inputs that are looked at at most, spread over all.</summary>
    private const long MaxSamples = 1024;

    /// <summary>Finds inputs on which it gives something else.</summary>
    /// <param name="state">The quantized model.</param>
    /// <returns>
    /// The inputs and the difference; <see langword="null"/> if there are none, or where no model can be loaded, of
    /// which loading tells.
    /// </returns>
    public (Bundle Inputs, string How)? Find(QuantizedModelState state)
    {
        CalibrationContext c = calibration;
        // The loaded model's layers take the tensors; those of the state are the artifact's.
        QuantizedModelState own = Copy(state);
        Tensor numbers = get_rng_state();
        IModelTwin? loaded = null;
        try
        {
            loaded = (IModelTwin)QuantizedModel.Of(c.Descriptor, own, c.Descriptor.Name);
            return Compare(new TwinRunner(c.Descriptor.Name, loaded), loaded.Context);
        }
        catch (Exception) when (loaded is null)
        {
            return null;
        }
        finally
        {
            // The constructor may have drawn weights at random.
            set_rng_state(numbers);
            (loaded as IDisposable)?.Dispose();
            loaded?.Float.Dispose();
            foreach (Tensor tensor in own.Tensors)
                tensor.Dispose();
        }
    }

    private (Bundle Inputs, string How)? Compare(TwinRunner runner, QuantizationContext loaded)
    {
        CalibrationContext c = calibration;
        using IDisposable guard = no_grad();
        CalibrationBatch[] batches = [.. c.Batches.Parts(0, long.MaxValue, c.Plan.Samples)];
        long most = Math.Max(1, MaxSamples / c.Plan.Samples), step = (batches.Length + most - 1) / most;
        for (long i = 0; i < batches.Length; i += step)
        {
            c.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Bundle expected = Run(c.Runner, c.Quantization), found = Run(runner, loaded);
            if (TwinRunner.Difference(expected, found) is { } how)
                return (batches[i].Inputs, how);

            // What units have computed on the way is freed.
            Bundle Run(TwinRunner twin, QuantizationContext context) =>
                twin.Run(batches[i].Inputs, new ObservingExecutor(context, c.Cancellation));
        }
        return null;
    }

    private static QuantizedModelState Copy(QuantizedModelState state)
    {
        return state with
        {
            Layers =
            [
                .. state.Layers.Select(static l => l with
                {
                    Levels = Own(l.Levels),
                    Scale = Own(l.Scale),
                    ZeroPoint = Own(l.ZeroPoint),
                    Bias = l.Bias is null ? null : Own(l.Bias),
                }),
            ],
            FloatTensors = state.FloatTensors.ToDictionary(static t => t.Key, static t => Own(t.Value)),
        };

        static Tensor Own(Tensor tensor) => tensor.clone().DetachFromDisposeScope();
    }
}

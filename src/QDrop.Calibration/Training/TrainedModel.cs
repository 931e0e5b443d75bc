using QDrop.Artifacts;
using QDrop.Calibration.Execution;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Training;

/// <summary>A model that was trained.</summary>
/// <param name="State">The quantized model.</param>
/// <param name="Units">Its units.</param>
/// <param name="Cost">How much of it is quantized.</param>
/// <param name="Report">How training went.</param>
/// <param name="Profile">Where the time went.</param>
internal sealed record TrainedModel(
    QuantizedModelState State,
    IReadOnlyList<UnitReport> Units,
    ModelCost Cost,
    TrainingReport Report,
    CalibrationProfile Profile)
{
    /// <summary>Folds batch norms into the grids, and makes the twin one that is no longer trained.</summary>
    /// <param name="calibration">The model and its twin.</param>
    /// <param name="model">The twin's units.</param>
    /// <param name="quantizers">The grids of all weights and activations.</param>
    /// <param name="state">The state after the last epoch.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="hashes">The hashes of the weights before training, and of the data.</param>
    /// <param name="threadDependent">What depends on the number of threads.</param>
    /// <returns>The quantized model, its tensors outside every dispose scope.</returns>
    public static TrainedModel Of(
        CalibrationContext calibration,
        DiscoveredModel model,
        IReadOnlyList<TrainedQuantizer> quantizers,
        TrainingState state,
        int steps,
        (string Weights, string Data) hashes,
        IReadOnlyList<string> threadDependent)
    {
        QuantizationContext context = calibration.Quantization;
        foreach (QuantizedLayer layer in context.Layers)
            Finish(layer);
        foreach (ActivationQuantizer activation in context.Activations)
            Finish(activation);
        context.Enable(weights: true, activations: true);
        QuantizedModelState quantized = CalibratedState.Of(calibration, model.Units);
        double seconds = state.Epochs.Sum(static e => e.Seconds) / model.Units.Count;
        UnitReport[] units =
        [
            .. model.Units.Select(u => new UnitReport(
                u.Name, u.IsBlock, [.. u.Layers.Select(static l => l.Name)], steps, double.NaN, double.NaN, seconds)),
        ];
        string[] collapsed =
        [
            .. quantizers
                .Where(static q => q.Masks.ChoosesBits && q.Grid.Bits == CategoricalGrid.MinBits)
                .Select(static q => q.Name),
        ];
        Manifest manifest = quantized.Manifest with { WeightsHash = hashes.Weights, CalibrationHash = hashes.Data };
        return new TrainedModel(
            quantized with { Manifest = manifest },
            units,
            model.Cost,
            new TrainingReport([.. state.Epochs], collapsed) { ThreadDependent = threadDependent },
            calibration.Profile);
    }

    private static void Finish(QuantizedLayer layer)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        FoldedLayer folded = ((TrainedLayer)layer.Intercept!).Fold();
        layer.Intercept = null;
        layer.Weight.Bits = folded.Bits;
        layer.Weight.Restore(folded.Levels, tensor(folded.Scale), tensor(folded.ZeroPoint));
        if (folded.Bias is not null)
            layer.Bias!.copy_(folded.Bias);
    }

    private static void Finish(ActivationQuantizer activation)
    {
        var grid = (TrainedQuantizer)activation.Intercept!;
        activation.Intercept = null;
        activation.Restore(grid.Grid.Bits, grid.Step.Alpha, grid.Grid.ZeroPoint);
    }
}

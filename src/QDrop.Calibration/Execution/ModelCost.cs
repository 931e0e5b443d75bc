using QDrop.Calibration.Execution;
using QDrop.Layers;
using static TorchSharp.torch.nn;

namespace QDrop.Calibration;

/// <summary>
/// Where a model's multiply-accumulates are, for one input. Layers with weights are counted: convolutions, linear and
/// recurrent layers, the projections of attention. Products of two activations are not, nor embeddings, which only look
/// rows up.
/// </summary>
/// <param name="QuantizedShare">
/// Share of them, from 0 to 1, that run on quantized weights; 1 where there are none.
/// </param>
/// <param name="FloatLayers">The layers that stay float, those with most first.</param>
public sealed record ModelCost(double QuantizedShare, IReadOnlyList<LayerCost> FloatLayers)
{
    /// <summary>Runs a twin and counts.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="layers">The quantized layers, which have run before.</param>
    /// <param name="run">Runs the twin once.</param>
    internal static ModelCost Of(Module model, IReadOnlyList<QuantizedLayer> layers, Action run)
    {
        long before = layers.Sum(static l => l.MultiplyAccumulates);
        using var floats = new FloatCost(model);
        run();
        double quantized = layers.Sum(static l => l.MultiplyAccumulates) - before;
        double all = quantized + floats.Counts.Values.Sum();
        return new ModelCost(
            all == 0 ? 1 : quantized / all,
            [
                .. floats
                    .Counts.Where(static c => c.Value > 0)
                    .OrderByDescending(static c => c.Value)
                    .Select(c => new LayerCost(c.Key, c.Value / all)),
            ]);
    }
}

/// <summary>A layer that stays float.</summary>
/// <param name="Name">Its path in the model.</param>
/// <param name="Share">Its share of the model's multiply-accumulates, from 0 to 1.</param>
public sealed record LayerCost(string Name, double Share);

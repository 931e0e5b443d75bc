using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Makes biases whole multiples of the step that a layer's products have, as hardware adds them: with steps that are
/// powers of two, every sum is then exact in float32, in any order.
/// </summary>
internal static class IntegerBiases
{
    /// <summary>The largest multiple, so that sums with it have no more than the 24 bits of float32.</summary>
    private const double Largest = 1 << 23;

    /// <summary>Rounds the biases of a twin.</summary>
    /// <param name="calibration">The calibration, done but for this.</param>
    /// <param name="inputs">Inputs on which is seen what the layers read.</param>
    public static void Round(CalibrationContext calibration, Bundle inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyDictionary<string, IReadOnlySet<string?>> read =
            LayerInputs.Of(ProgramRecording.Marked(calibration.Twin, inputs));
        var steps = calibration.Quantization.Activations
            .ToDictionary(static a => a.Name, static a => a.Scale!.data<float>().ToArray().Min());
        foreach (QuantizedLayer layer in calibration.Quantization.Layers)
        {
            if (layer.Bias is not { } bias || !read.TryGetValue(layer.Name, out IReadOnlySet<string?>? quantizers)
                || quantizers.Contains(null))
                continue;
            // One bias for calls with different steps is a multiple of the smallest, and so are their products.
            double step = quantizers.Min(q => steps[q!]) * (double)layer.Weight.Scale!.data<float>().ToArray().Min();
            float[] values = bias.data<float>().ToArray();
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(Math.Clamp(Math.Round(values[i] / step), -Largest, Largest) * step);
            using Tensor rounded = tensor(values);
            bias.copy_(rounded.view(bias.shape));
        }
    }
}

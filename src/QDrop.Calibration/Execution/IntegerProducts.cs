using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Makes what layers multiply and add whole multiples of a power of two, where the model is to become hardware: every
/// sum is then exact in float32, too, in any order.
/// </summary>
/// <param name="calibration">What the phases of the calibration share.</param>
internal sealed class IntegerProducts(CalibrationContext calibration)
{
    /// <summary>
    /// The largest multiple of a step that a bias may be, so that sums with it have no more than the 24 bits of
    /// float32.
    /// </summary>
    private const double Largest = 1 << 23;

    /// <summary>Inputs on which is seen what layers read.</summary>
    private const int Samples = 1;

    /// <summary>
    /// Finds the layers that read what no quantizer gives, such as the model's inputs, gives them a quantizer of their
    /// own, and lets their units know.
    /// </summary>
    /// <exception cref="QDropException">What the model computes cannot be recorded (QDROP255).</exception>
    public void QuantizeInputs()
    {
        if (!calibration.Settings.Hardware)
            return;
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Bundle inputs = calibration.Batches.Spread(Samples);
        calibration.Quantization.QuantizedInputs =
            Read(inputs).Where(static r => r.Value.Contains(null)).Select(static r => r.Key).ToHashSet();
        calibration.Runner.Run(inputs, new Visitor(calibration.Quantization));
    }

    /// <summary>
    /// Rounds the biases of the calibrated twin to multiples of the step that the layer's products have.
    /// </summary>
    public void RoundBiases()
    {
        if (!calibration.Settings.Hardware)
            return;
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyDictionary<string, IReadOnlySet<string?>> read = Read(calibration.Batches.Spread(Samples));
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

    private IReadOnlyDictionary<string, IReadOnlySet<string?>> Read(Bundle inputs) =>
        LayerInputs.Of(ProgramRecording.Marked(calibration.Twin, inputs));

    /// <summary>Runs the units, to which belongs what comes into being in them.</summary>
    private sealed class Visitor(QuantizationContext context) : UnitExecutor
    {
        /// <inheritdoc/>
        public override Bundle Run(Unit unit, Bundle inputs)
        {
            context.Current = unit;
            try
            {
                return unit.Compute(inputs);
            }
            finally
            {
                context.Current = null;
            }
        }
    }
}

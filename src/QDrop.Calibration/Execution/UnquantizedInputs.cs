using QDrop.CompilerServices;
using QDrop.Models;
using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Gives layers that read what no quantizer gives, such as the model's inputs, a quantizer of their own: hardware
/// multiplies whole numbers only.
/// </summary>
/// <param name="calibration">What the phases of the calibration share.</param>
internal sealed class UnquantizedInputs(CalibrationContext calibration)
{
    /// <summary>Inputs on which is seen what layers read.</summary>
    private const int Samples = 1;

    /// <summary>Finds the layers, and lets their units know the quantizers.</summary>
    /// <exception cref="QDropException">What the model computes cannot be recorded (QDROP255).</exception>
    public void Quantize()
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Bundle inputs = calibration.Batches.Spread(Samples);
        IReadOnlyDictionary<string, IReadOnlySet<string?>> read;
        try
        {
            read = LayerInputs.Of(ProgramRecording.Marked(calibration.Twin, inputs));
        }
        catch (NotRecordableException e)
        {
            throw new QDropException(
                Codes.NoProgram,
                $"Hardware = true cannot be used for '{calibration.Descriptor.Name}', which cannot be a program: "
                    + $"{e.Message}. Change the model, or leave Hardware out.");
        }
        calibration.Quantization.QuantizedInputs =
            read.Where(static r => r.Value.Contains(null)).Select(static r => r.Key).ToHashSet();
        calibration.Runner.Run(inputs, new Visitor(calibration.Quantization));
    }

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

using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace QDrop.Artifacts;

/// <summary>Checks calibration inputs, whatever source they come from.</summary>
public static class CalibrationData
{
    /// <summary>Checks that inputs can be used for calibration.</summary>
    /// <param name="inputs">The inputs, of shape <c>[samples, …]</c>.</param>
    /// <param name="settings">The settings, which say how many samples are wanted.</param>
    /// <exception cref="QDropException">
    /// QDROP220: there are none (<see langword="null"/> or disposed). QDROP221: the tensor is empty. QDROP222: it is a scalar or not
    /// float32. QDROP223: it has fewer samples than are wanted. QDROP224: a value is NaN or infinite.
    /// </exception>
    public static void Check([NotNull] Tensor? inputs, QuantizationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Check(inputs, settings.Samples, "The calibration source");
    }

    /// <param name="inputs">The inputs.</param>
    /// <param name="samples">Samples wanted.</param>
    /// <param name="source">How messages call the source, at the beginning of a sentence.</param>
    internal static void Check([NotNull] Tensor? inputs, int samples, string source)
    {
        if (inputs is null || inputs.IsInvalid)
        {
            throw new QDropException("QDROP220", $"{source} gave {(inputs is null ? "null" : "a disposed tensor")}; expected inputs of shape [samples, …]. "
                + "If they were made in a dispose scope, let them leave it with MoveToOuterDisposeScope().");
        }

        long[] shape = inputs.shape;
        if (shape.Length == 0)
            throw new QDropException("QDROP222", $"{source} gave a scalar; expected inputs of shape [samples, …], such as [{samples}, 3, 32, 32].");
        if (inputs.numel() == 0)
            throw new QDropException("QDROP221", $"{source} gave an empty tensor of shape {TensorBytes.Describe(shape)}; expected at least {samples} samples. Check that it finds its files.");
        if (inputs.dtype != ScalarType.Float32)
            throw new QDropException("QDROP222", $"{source} gave inputs of type {inputs.dtype}; expected {ScalarType.Float32}, preprocessed as for the model. Convert them (and scale and normalise images) first.");
        if (shape[0] < samples)
            throw new QDropException("QDROP223", $"{source} gave {shape[0]} samples (shape {TensorBytes.Describe(shape)}), but {samples} are asked for. Provide more, or set Samples = {shape[0]} in [Quantize].");

        using var dense = TensorBytes.Dense(inputs);
        long index = TensorBytes.FirstNotFinite(dense);
        if (index >= 0)
            throw new QDropException("QDROP224", $"{source} gave a value that is NaN or infinite, first in sample {index / (dense.numel() / shape[0])}. Check the preprocessing, for instance a division by a standard deviation of 0.");
    }
}

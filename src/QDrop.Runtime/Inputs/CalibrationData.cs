using System.Diagnostics.CodeAnalysis;
using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop;

/// <summary>Checks calibration inputs, whatever source they come from.</summary>
internal static class CalibrationData
{
    /// <summary>Checks that the inputs of a model with one input can be used for calibration.</summary>
    /// <param name="inputs">The inputs, of shape <c>[samples, …]</c>.</param>
    /// <param name="settings">The settings, which say how many samples are wanted.</param>
    /// <exception cref="QDropException">
    /// QDROP220: there are none (<see langword="null"/> or disposed). QDROP221: the tensor is empty. QDROP222: it is a
    /// scalar or of a type that models do not take. QDROP223: it has fewer samples than are wanted. QDROP224: a value
    /// is NaN or infinite.
    /// </exception>
    public static void Check([NotNull] Tensor? inputs, QuantizationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Check(inputs, settings.Samples, "The calibration source");
    }

    /// <summary>Checks that the inputs of a model with several inputs can be used for calibration.</summary>
    /// <param name="inputs">A tensor <c>[samples, …]</c> for each input of the model.</param>
    /// <param name="settings">The settings, which say how many samples are wanted.</param>
    /// <exception cref="QDropException">
    /// QDROP220: there are none (<see langword="null"/> or disposed). QDROP221: a tensor is empty. QDROP222: one is a
    /// scalar or of a type that models do not take, or they have different numbers of samples. QDROP223: there are
    /// fewer samples than are wanted. QDROP224: a value is NaN or infinite.
    /// </exception>
    public static void Check([NotNull] IReadOnlyList<Tensor>? inputs, QuantizationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Check(inputs, settings.Samples, "The calibration source");
    }

    /// <param name="inputs">The inputs.</param>
    /// <param name="samples">Samples wanted.</param>
    /// <param name="source">How messages call the source, at the beginning of a sentence.</param>
    internal static void Check([NotNull] IReadOnlyList<Tensor>? inputs, int samples, string source)
    {
        if (inputs is null || inputs.Count == 0)
            throw new QDropException(
                Codes.InputsUnusable,
                $"{source} gave {(inputs is null ? "null" : "no tensors")}; expected a tensor of shape [samples, …] "
                    + "for each input of the model.");
        for (int i = 0; i < inputs.Count; i++)
            Check(inputs[i], samples, inputs.Count == 1 ? source : $"{source}, for input {i},");
        CheckCounts(inputs, source);
    }

    /// <summary>Checks that all inputs have as many samples.</summary>
    /// <param name="inputs">The inputs; scalars are passed over.</param>
    /// <param name="source">How messages call the source, at the beginning of a sentence.</param>
    internal static void CheckCounts(IReadOnlyList<Tensor> inputs, string source)
    {
        long[] counts = [.. inputs.Where(static t => t.ndim > 0).Select(static t => t.shape[0])];
        int other = Array.FindIndex(counts, c => c != counts[0]);
        if (other > 0)
            throw new QDropException(
                Codes.InputsDoNotFit,
                $"{source} gave {counts[0]} samples for one input and {counts[other]} for another; expected as many "
                    + "for each, in the same order.");
    }

    /// <inheritdoc cref="Check(IReadOnlyList{Tensor}, int, string)"/>
    internal static void Check([NotNull] Tensor? inputs, int samples, string source)
    {
        if (inputs is null || inputs.IsInvalid)
        {
            throw new QDropException(
                Codes.InputsUnusable,
                $"{source} gave {(inputs is null ? "null" : "a disposed tensor")}; expected inputs of shape [samples, "
                    + "…]. "
                    + "If they were made in a dispose scope, let them leave it with MoveToOuterDisposeScope().");
        }

        long[] shape = inputs.shape;
        if (shape.Length == 0)
            throw new QDropException(
                Codes.InputsDoNotFit,
                $"{source} gave a scalar; expected inputs of shape [samples, …], such as [{samples}, 3, 32, 32].");
        if (inputs.numel() == 0)
            throw new QDropException(
                Codes.InputsEmpty,
                $"{source} gave an empty tensor of shape {ShapeText.Describe(shape)}; expected at least {samples} "
                    + "samples. Check that it finds its files.");
        if (inputs.dtype is not (ScalarType.Float32 or ScalarType.Int64 or ScalarType.Int32 or ScalarType.Bool))
        {
            throw new QDropException(
                Codes.InputsDoNotFit,
                $"{source} gave inputs of type {inputs.dtype}; expected {ScalarType.Float32}, preprocessed as for the "
                    + $"model, or {ScalarType.Int64}, {ScalarType.Int32} or {ScalarType.Bool} "
                    + "where the model takes indices or masks. Convert them (and scale and normalise images) first.");
        }
        if (shape[0] < samples)
            throw new QDropException(
                Codes.InputsTooFew,
                $"{source} gave {shape[0]} samples (shape {ShapeText.Describe(shape)}), but {samples} are asked for. "
                    + $"Provide more, or set Samples = {shape[0]} in [Quantize].");
        if (inputs.dtype != ScalarType.Float32)
            return;

        using Tensor dense = TensorBytes.Dense(inputs);
        long index = TensorBytes.FirstNotFinite(dense);
        if (index >= 0)
            throw new QDropException(
                Codes.InputsNotFinite,
                $"{source} gave a value that is NaN or infinite, first in sample {index / (dense.numel() / shape[0])}. "
                    + "Check the preprocessing, for instance a division by a standard deviation of 0.");
    }

    /// <summary>The hash of a model's inputs; 64 lower-case hexadecimal digits.</summary>
    internal static string Hash(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        return inputs.Count == 1
            ? TensorHash.Of(inputs[0].contiguous())
            : TensorHash.Of(inputs.Select(static (t, i) => KeyValuePair.Create($"input.{i:d4}", t.contiguous())));
    }
}

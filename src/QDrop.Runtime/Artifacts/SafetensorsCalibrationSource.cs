using static TorchSharp.torch;

namespace QDrop.Artifacts;

/// <summary>
/// Calibration inputs from a safetensors file: its tensor <c>input</c>, or its only tensor, of shape <c>[samples, …]</c> and a
/// floating-point type. It is the source where a model names calibration data but no source of its own.
/// </summary>
public sealed class SafetensorsCalibrationSource : ICalibrationSource
{
    private const string InputName = "input";

    private static readonly InputFile Kind = new(
        "calibration data",
        Missing: "QDROP220",
        Damaged: "QDROP220",
        Foreign: "QDROP220",
        Advice: "Write the inputs again as a safetensors file with one tensor, or name a class that loads them in [Quantize(Calibration = …)].",
        AdviceIfMissing: "Correct the path in [Quantize(CalibrationData = …)] or in the CalibrationData of the QDropModel item (it is relative to the project), or name a class that loads the inputs in [Quantize(Calibration = …)].");

    /// <summary>Loads the first <see cref="CalibrationRequest.Samples"/> inputs, as float32.</summary>
    /// <param name="request">What is asked for; its path is the safetensors file.</param>
    /// <returns>Inputs of shape <c>[samples, …]</c>.</returns>
    /// <exception cref="QDropException">
    /// QDROP220: no path, no such file, or none with one tensor. QDROP221: it is empty. QDROP222: it is a scalar or not of a
    /// floating-point type. QDROP223: it has fewer samples. QDROP224: a value is NaN or infinite.
    /// </exception>
    public Tensor Load(CalibrationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (string.IsNullOrEmpty(request.Path))
        {
            throw new QDropException("QDROP220", "No calibration data are named. Set CalibrationData, in [Quantize] or in the QDropModel item, to a safetensors file, "
                + "or name a class that loads the inputs in [Quantize(Calibration = typeof(…))].");
        }

        string path = Path.Combine(request.ProjectDirectory, request.Path);
        using var scope = NewDisposeScope();
        var input = Kind.Read(path, stream => Select(SafetensorsFile.Read(stream).Tensors));
        if (!SafetensorsTypes.IsFloat(input.dtype))
        {
            throw new QDropException("QDROP222", $"The calibration data '{path}' are of type {input.dtype}; expected a floating-point type, preprocessed as for the model. "
                + "Scale and normalise images before writing them.");
        }

        var inputs = input.to_type(ScalarType.Float32);
        if (inputs.ndim > 0 && inputs.shape[0] > request.Samples)
            inputs = inputs.narrow(0, 0, request.Samples);
        CalibrationData.Check(inputs, request.Samples, $"The file '{path}'");
        return inputs.MoveToOuterDisposeScope();
    }

    private static Tensor Select(Dictionary<string, Tensor> tensors)
    {
        if (tensors.TryGetValue(InputName, out var input))
            return input;
        return tensors.Count == 1
            ? tensors.Values.First()
            : throw new InvalidFileException($"it has {tensors.Count} tensors ({string.Join(", ", tensors.Keys.Take(5))}), none of them named '{InputName}'; expected one tensor, or one of that name.");
    }
}

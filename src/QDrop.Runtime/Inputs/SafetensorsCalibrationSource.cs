using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop;

/// <summary>
/// Calibration inputs from a safetensors file, each of shape <c>[samples, …]</c>. For a model with one input: the
/// tensor <c>input</c>, or the only tensor. With several: the tensors named as the parameters of <c>forward</c>, or
/// <c>input.0</c>, <c>input.1</c>, … It is the source where a model names calibration data but no source of its own.
/// Where models are trained, the tensor <c>targets</c> has the class of each input.
/// </summary>
public sealed class SafetensorsCalibrationSource
    : ICalibrationSource,
        IMultiInputCalibrationSource,
        ILabelledCalibrationSource
{
    private const string InputName = "input", TargetsName = "targets";

    private static readonly InputFile Kind = new(
        "calibration data",
        Missing: Codes.InputsUnusable,
        Damaged: Codes.InputsUnusable,
        Foreign: Codes.InputsUnusable,
        Advice: "Write the inputs again as a safetensors file with one tensor, or name a class that loads them in "
            + "[Quantize(Calibration = …)].",
        AdviceIfMissing: "Correct the path in [Quantize(CalibrationData = …)] or in the CalibrationData of the "
            + "QDropModel item (it is relative to the project), or name a class that loads the inputs in "
            + "[Quantize(Calibration = …)].");

    /// <summary>
    /// Loads the first <see cref="CalibrationRequest.Samples"/> inputs of a model with one input: floating-point
    /// numbers as float32, indices and masks as they are.
    /// </summary>
    /// <param name="request">What is asked for; its path is the safetensors file.</param>
    /// <returns>Inputs of shape <c>[samples, …]</c>.</returns>
    /// <exception cref="QDropException">
    /// QDROP220: no path, no such file, or none with one tensor. QDROP221: it is empty. QDROP222: it is a scalar or of
    /// a type that models do not take. QDROP223: it has fewer samples. QDROP224: a value is NaN or infinite.
    /// </exception>
    public Tensor Load(CalibrationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return LoadAll(request with { InputCount = 1 })[0];
    }

    IReadOnlyList<Tensor> IMultiInputCalibrationSource.Load(CalibrationRequest request) => LoadAll(request);

    /// <summary>Loads the first <see cref="CalibrationRequest.Samples"/> rows of the tensor <c>targets</c>.</summary>
    /// <param name="request">What is asked for; its path is the safetensors file.</param>
    /// <returns>Targets of shape <c>[samples, …]</c>.</returns>
    /// <exception cref="QDropException">
    /// QDROP220: no path or no such file. QDROP271: the file has no tensor of that name.
    /// </exception>
    public Tensor LoadTargets(CalibrationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string path = PathOf(request);
        using DisposeScope scope = NewDisposeScope();
        Tensor targets =
            Kind.Read(path, static stream => SafetensorsFile.Read(stream).Tensors).GetValueOrDefault(TargetsName)
            ?? throw new QDropException(
                Codes.TargetsMissing,
                $"The file '{path}' has inputs but no tensor '{TargetsName}', which training needs: expected the class "
                    + "of each input, int64 [samples]. Write them into the file.");
        return (targets.ndim > 0 && targets.shape[0] > request.Samples ? targets.narrow(0, 0, request.Samples) : targets
        ).MoveToOuterDisposeScope();
    }

    private static Tensor[] LoadAll(CalibrationRequest request)
    {
        string path = PathOf(request);
        using DisposeScope scope = NewDisposeScope();
        Tensor[] selected = Kind.Read(path, stream => Select(SafetensorsFile.Read(stream).Tensors, request));
        // Before they are cut to what is asked for: where one has lost samples, theirs no longer belong together.
        CalibrationData.CheckCounts(selected, $"The file '{path}'");
        Tensor[] inputs = [.. selected.Select(tensor =>
        {
            Tensor input = SafetensorsTypes.IsFloat(tensor.dtype) ? tensor.to_type(ScalarType.Float32) : tensor;
            return input.ndim > 0 && input.shape[0] > request.Samples ? input.narrow(0, 0, request.Samples) : input;
        })];
        CalibrationData.Check(inputs, request.Samples, $"The file '{path}'");
        return [.. inputs.Select(static i => i.MoveToOuterDisposeScope())];
    }

    private static string PathOf(CalibrationRequest request)
    {
        if (string.IsNullOrEmpty(request.Path))
        {
            throw new QDropException(
                Codes.InputsUnusable,
                "No calibration data are named. Set CalibrationData, in [Quantize] or in the QDropModel item, to a "
                    + "safetensors file, "
                    + "or name a class that loads the inputs in [Quantize(Calibration = typeof(…))].");
        }
        return Path.Combine(request.ProjectDirectory, request.Path);
    }

    private static Tensor[] Select(Dictionary<string, Tensor> tensors, CalibrationRequest request)
    {
        if (request is { InputCount: 1, TakesMore: false })
            return [SelectOne(tensors)];
        int count = request.InputCount;
        while (request.TakesMore && tensors.ContainsKey($"{InputName}.{count}"))
            count++;
        string[] numbered = [.. Enumerable.Range(0, count).Select(static i => $"{InputName}.{i}")];
        string[] named = [.. request.InputNames.Select(static n => n.TrimStart('@'))];
        string[]? names =
            named.Length == request.InputCount && named.All(tensors.ContainsKey) ? named
            : numbered.All(tensors.ContainsKey) ? numbered
            : null;
        return names is not null
            ? [.. names.Select(n => tensors[n])]
            : throw new InvalidFileException(
                $"it has the tensors {string.Join(", ", tensors.Keys.Take(8))}; expected "
                    + $"{string.Join(", ", numbered)}{(named.Length > 0 ? $", or {string.Join(", ", named)}" : "")}, "
                    + $"since the model takes {request.InputCount}{(request.TakesMore ? " or more" : "")} inputs.");
    }

    private static Tensor SelectOne(Dictionary<string, Tensor> tensors)
    {
        if (tensors.TryGetValue(InputName, out Tensor? input))
            return input;
        Tensor[] inputs = [.. tensors.Where(static t => t.Key != TargetsName).Select(static t => t.Value)];
        return inputs is [var only]
            ? only
            : throw new InvalidFileException(
                $"it has {tensors.Count} tensors ({string.Join(", ", tensors.Keys.Take(5))}), none of them named "
                    + $"'{InputName}'; expected one tensor, or one of that name.");
    }
}

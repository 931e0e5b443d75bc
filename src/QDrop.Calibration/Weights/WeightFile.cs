using QDrop.Calibration.Weights;
using QDrop.Models;
using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration;

/// <summary>
/// Trained float weights: safetensors files, in one or in several (<c>.index.json</c>), checkpoints of PyTorch
/// (<c>torch.save</c>), and what TorchSharp's <c>Module.save</c> writes.
/// </summary>
public static class WeightFile
{
    private static readonly InputFile Kind = new(
        "weights file",
        Missing: Codes.WeightsMissing,
        Damaged: Codes.WeightsUnreadable,
        Foreign: Codes.WeightsUnreadable,
        Advice: "Copy it again, or save the weights again: as .safetensors, "
            + "with torch.save(model.state_dict(), …) (.pth), or with TorchSharp's Module.save (.dat).",
        AdviceIfMissing: "Train the model and save its weights there, or correct the path in [Quantize(Weights = …)] "
            + "or in the Weights of the QDropModel item; it is relative to the project.");

    /// <summary>
    /// Loads weights into a model. Names and shapes must be those of the model's <c>state_dict</c>; a prefix
    /// <c>module.</c>, which data-parallel training puts in front of all names, is taken away; floating-point types
    /// are converted; a tensor of one element may have any number of dimensions; <c>num_batches_tracked</c> may be
    /// absent on either side. Where a tensor of the model has several names (tied weights, a module in two fields), one
    /// of them is enough, and several must have the same values. Nothing is changed unless everything fits.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="path">
    /// A <c>.safetensors</c> file; the <c>.index.json</c> of weights in several files; a checkpoint that
    /// <c>torch.save</c> wrote, of which only tensors are read and no code is run; or any other for one that
    /// <c>Module.save</c> wrote.
    /// </param>
    /// <exception cref="QDropException">
    /// QDROP210: there is no such file. QDROP211: names, shapes or types do not fit the model. QDROP212: a weight is
    /// NaN or infinite, or a variance is below zero. QDROP213: the file cannot be read or has none of these formats.
    /// QDROP214: it is a checkpoint with code.
    /// </exception>
    public static void LoadInto(nn.Module model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<ModelTensor> expected = ModelTensor.Of(model);
        IReadOnlyDictionary<string, Tensor> found = WeightFit.WithoutWrapper(
            WeightFormat.Read(Kind, path), [.. expected.SelectMany(static t => t.Names)]);
        if (WeightFit.Problem(expected, found) is { } problem)
            throw Unfit(model, path, problem);

        var parameters = model.named_parameters().Select(static p => p.Item1).ToHashSet(StringComparer.Ordinal);
        var converted = new List<(ModelTensor Target, Tensor Source)>();
        foreach (ModelTensor tensor in expected)
        {
            (string Name, Tensor Value)[] sources =
            [
                .. tensor.Names.Where(found.ContainsKey).Select(name =>
                    (name, Converted(found[name], tensor, name, tensor.Names.Any(parameters.Contains), path))),
            ];
            foreach ((string name, Tensor value) in sources.Skip(1))
            {
                if (!Same(sources[0].Value, value))
                    throw Conflict(model, path, $"'{sources[0].Name}' and '{name}' are one tensor of the model");
            }
            if (sources.Length > 0)
                converted.Add((tensor, sources[0].Value));
        }

        using (no_grad())
        {
            // Tensors that have some of their elements in common first: others are changed if these fit.
            IReadOnlySet<ModelTensor> overlapping = ModelTensor.Overlapping(converted.Select(static c => c.Target));
            ILookup<bool, (ModelTensor Target, Tensor Source)> parts = converted.ToLookup(c =>
                overlapping.Contains(c.Target));
            if (Overwritten([.. parts[true]]) is { } part)
                throw Conflict(model, path, $"'{part.Names[0]}' and others share memory in the model");
            foreach ((ModelTensor target, Tensor source) in parts[false])
                target.Value.copy_(source);
        }
    }

    /// <summary>
    /// Copies values into tensors that share memory, and back if one of them then has not those that it should have.
    /// </summary>
    /// <returns>That tensor, or <see langword="null"/>.</returns>
    private static ModelTensor? Overwritten(IReadOnlyList<(ModelTensor Target, Tensor Source)> parts)
    {
        Tensor[] before = [.. parts.Select(static p => p.Target.Value.clone())];
        foreach ((ModelTensor target, Tensor source) in parts)
            target.Value.copy_(source);
        ModelTensor? wrong = parts.FirstOrDefault(static p => !Same(p.Target.Value, p.Source)).Target;
        for (int i = 0; wrong is not null && i < before.Length; i++)
            parts[i].Target.Value.copy_(before[i]);
        return wrong;
    }

    private static QDropException Conflict(nn.Module model, string path, string which) =>
        Unfit(
            model,
            path,
            $"{which}, but have different values in the file. Save the weights of a model in which they are tied as "
                + "here, or make this one with tensors of their own, as it was trained.");

    /// <summary>The files on which weights depend: the path and, where it is an index, those that it names.</summary>
    /// <param name="path">As in <see cref="LoadInto"/>.</param>
    /// <exception cref="QDropException">The index is missing or damaged.</exception>
    internal static IReadOnlyList<string> FilesOf(string path) => WeightFormat.FilesOf(Kind, path);

    /// <summary>
    /// SHA-256 over names, types, shapes and data of the model's <c>state_dict</c> in order of the names, apart from
    /// <c>num_batches_tracked</c>, which no result depends on.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static string Hash(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return TensorHash.Of(model.state_dict().Where(static t => !WeightFit.IsOptional(t.Key)));
    }

    private static QDropException Unfit(nn.Module model, string path, string problem) => new(
        Codes.WeightsDoNotFit, $"The weights file '{path}' does not fit {model.GetType().Name}: {problem}");

    /// <summary>Whether two tensors of one shape and type have the same values.</summary>
    private static bool Same(Tensor left, Tensor right)
    {
        using DisposeScope scope = NewDisposeScope();
        return left.eq(right).all().ToBoolean();
    }

    /// <summary>The values in the model's type and shape, checked.</summary>
    private static Tensor Converted(Tensor source, ModelTensor target, string name, bool isParameter, string path)
    {
        Tensor result = source.to_type(target.Value.dtype).reshape(target.Value.shape);
        WeightValues.Check(result, source, name, isParameter, path);
        return result;
    }
}

using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibration.Weights;

/// <summary>Compares the tensors of a weights file with those that a model wants.</summary>
internal static class WeightFit
{
    /// <summary>Names given in a message; the rest are counted.</summary>
    private const int NamesGiven = 5;

    private const string Counter = "num_batches_tracked";

    private static readonly string[] Wrappers = ["module.", "_orig_mod."];

    /// <summary>
    /// Whether a tensor may be absent: only training with a momentum of null reads a batch norm's counter.
    /// </summary>
    internal static bool IsOptional(string name) =>
        name == Counter || name.EndsWith("." + Counter, StringComparison.Ordinal);

    /// <summary>
    /// Takes the prefixes away that <c>DataParallel</c> and <c>torch.compile</c> put in front of all names, unless the
    /// model has them.
    /// </summary>
    internal static IReadOnlyDictionary<string, Tensor> WithoutWrapper(
        Dictionary<string, Tensor> found, IReadOnlyCollection<string> expected)
    {
        foreach (string prefix in Wrappers)
        {
            if (found.Count == 0 || !found.Keys.All(Begins) || expected.Any(Begins))
                continue;
            var inner = found.ToDictionary(t => t.Key[prefix.Length..], static t => t.Value, StringComparer.Ordinal);
            return WithoutWrapper(inner, expected);

            bool Begins(string name) => name.StartsWith(prefix, StringComparison.Ordinal);
        }

        return found;
    }

    /// <summary>What does not fit and what to do, as sentences; <see langword="null"/> if everything fits.</summary>
    internal static string? Problem(
        IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> found)
    {
        var missing = expected.Where(t => !found.ContainsKey(t.Key) && !IsOptional(t.Key)).ToList();
        var extra = found.Where(t => !expected.ContainsKey(t.Key) && !IsOptional(t.Key)).ToList();
        if (missing.Count > 0 || extra.Count > 0)
        {
            return Names("it lacks", missing)
                + Names("it has, but the model does not,", extra)
                + (PrefixHint(expected.Keys, found.Keys)
                    ?? "Save the weights of this very class: names are those of its fields.");
        }

        var shapes = new List<string>();
        var types = new List<string>();
        foreach ((string? name, Tensor? tensor) in found)
        {
            if (!expected.TryGetValue(name, out Tensor? own))
                continue;
            if (!tensor.shape.SequenceEqual(own.shape) && !(IsOptional(name) && tensor.numel() == 1))
                shapes.Add(
                    $"'{name}' is {TensorBytes.Describe(tensor.shape)}, expected {TensorBytes.Describe(own.shape)}");
            if (tensor.dtype != own.dtype
                && !(SafetensorsTypes.IsFloat(tensor.dtype) && SafetensorsTypes.IsFloat(own.dtype))
                && !IsOptional(name))
                types.Add($"'{name}' is {tensor.dtype}, expected {own.dtype}");
        }

        if (shapes.Count > 0)
            return $"shapes differ: {List(shapes)}. Make the model as it was trained (channels, classes, kernel "
                + "sizes), or take the weights of this one.";
        return types.Count > 0
            ? $"types differ: {List(types)}. Save the weights in the model's own types; only floating-point types are "
                + "converted."
            : null;
    }

    private static string Names(string lead, List<KeyValuePair<string, Tensor>> tensors) =>
        tensors.Count == 0
            ? ""
            : $"{lead} {List(tensors.ConvertAll(static t => $"'{t.Key}' {TensorBytes.Describe(t.Value.shape)}"))}. ";

    private static string List(List<string> items) =>
        string.Join(", ", items.Take(NamesGiven))
        + (items.Count > NamesGiven ? $" and {items.Count - NamesGiven} more" : "");

    /// <summary>Wrapper classes put one more name in front of every other, such as <c>backbone.</c>.</summary>
    private static string? PrefixHint(IEnumerable<string> expected, IEnumerable<string> found)
    {
        string[] wanted = [.. expected.Where(static n => !IsOptional(n))];
        string[] given = [.. found.Where(static n => !IsOptional(n))];
        return ExtraPrefix(given, wanted) is { } inFile
                ? $"All names in the file begin with '{inFile}', and fit without it: remove it from the names when "
                    + "saving (save the inner module)."
            : ExtraPrefix(wanted, given) is { } inModel
                ? $"All names of the model begin with '{inModel}', which the file's lack: they are the weights of the "
                    + "inner module. Load them into that one, or add it to the names when saving."
            : null;
    }

    /// <summary>
    /// The prefix, ending in a dot, that all <paramref name="longer"/> names have and <paramref name="shorter"/> lack,
    /// if nothing else differs.
    /// </summary>
    private static string? ExtraPrefix(string[] longer, string[] shorter)
    {
        if (longer.Length == 0 || longer.Length != shorter.Length)
            return null;
        HashSet<string> bare = shorter.ToHashSet(StringComparer.Ordinal);
        string first = longer[0];
        for (int dot = first.IndexOf('.'); dot >= 0; dot = first.IndexOf('.', dot + 1))
        {
            string prefix = first[..(dot + 1)];
            if (longer.All(name =>
                    name.StartsWith(prefix, StringComparison.Ordinal) && bare.Contains(name[prefix.Length..])))
                return prefix;
        }

        return null;
    }
}

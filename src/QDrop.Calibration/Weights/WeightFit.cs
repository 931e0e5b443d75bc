using QDrop.Models;
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
    /// <param name="expected">The model's tensors; of each, one of its names is enough.</param>
    /// <param name="found">The tensors of the file.</param>
    internal static string? Problem(IReadOnlyList<ModelTensor> expected, IReadOnlyDictionary<string, Tensor> found)
    {
        var owners = expected.SelectMany(static t => t.Names, static (tensor, name) => (tensor, name))
            .ToDictionary(static o => o.name, static o => o.tensor, StringComparer.Ordinal);
        List<(string Name, Tensor Value)> missing =
        [
            .. expected
                .Where(t => !t.Names.Any(found.ContainsKey) && !t.Names.All(IsOptional))
                .Select(static t => (Described(t.Names), t.Value)),
        ];
        List<(string Name, Tensor Value)> extra =
        [
            .. found
                .Where(t => !owners.ContainsKey(t.Key) && !IsOptional(t.Key))
                .Select(static t => ($"'{t.Key}'", t.Value)),
        ];
        if (missing.Count > 0 || extra.Count > 0)
        {
            return Names("it lacks", missing)
                + Names("it has, but the model does not,", extra)
                + (PrefixHint(expected, found.Keys)
                    ?? "Save the weights of this very class: names are those of its fields.");
        }

        var shapes = new List<string>();
        var types = new List<string>();
        foreach ((string? name, Tensor? tensor) in found)
        {
            if (!owners.TryGetValue(name, out ModelTensor? own))
                continue;
            if (!own.Takes(name, tensor))
                shapes.Add(
                    $"'{name}' is {ShapeText.Describe(tensor.shape)}, "
                        + $"expected {ShapeText.Describe(own.ShapeOf(name))}");
            if (tensor.dtype != own.Value.dtype
                && !(SafetensorsTypes.IsFloat(tensor.dtype) && SafetensorsTypes.IsFloat(own.Value.dtype))
                && !IsOptional(name))
                types.Add($"'{name}' is {tensor.dtype}, expected {own.Value.dtype}");
        }

        if (shapes.Count > 0)
            return $"shapes differ: {List(shapes)}. Make the model as it was trained (channels, classes, kernel "
                + "sizes), or take the weights of this one.";
        return types.Count > 0
            ? $"types differ: {List(types)}. Save the weights in the model's own types; only floating-point types are "
                + "converted."
            : null;
    }

    private static string Described(IReadOnlyList<string> names) =>
        names.Count == 1 ? $"'{names[0]}'" : $"{string.Join(" or ", names.Select(static n => $"'{n}'"))} (one tensor)";

    private static string Names(string lead, List<(string Name, Tensor Value)> tensors) =>
        tensors.Count == 0
            ? ""
            : $"{lead} {List(tensors.ConvertAll(static t => $"{t.Name} {ShapeText.Describe(t.Value.shape)}"))}. ";

    private static string List(List<string> items) =>
        string.Join(", ", items.Take(NamesGiven))
        + (items.Count > NamesGiven ? $" and {items.Count - NamesGiven} more" : "");

    /// <summary>Wrapper classes put one more name in front of every other, such as <c>backbone.</c>.</summary>
    private static string? PrefixHint(IReadOnlyList<ModelTensor> expected, IEnumerable<string> found)
    {
        string[] given = [.. found.Where(static n => !IsOptional(n))];
        string[][] wanted =
        [
            .. expected.Select(static t => t.Names.Where(static n => !IsOptional(n)).ToArray())
                .Where(static names => names.Length > 0),
        ];
        if (given.Length == 0 || wanted.Length == 0)
            return null;
        if (Prefixes(given[0]).FirstOrDefault(p => Fits(name => Without(p, name), static name => name)) is { } inFile)
        {
            return $"All names in the file begin with '{inFile}', and fit without it: remove it from the names when "
                + "saving (save the inner module).";
        }
        string? inModel = Prefixes(wanted[0][0])
            .FirstOrDefault(p => Fits(static name => name, name => Without(p, name)));
        return inModel is null
            ? null
            : $"All names of the model begin with '{inModel}', which the file's lack: they are the weights of the "
                + "inner module. Load them into that one, or add it to the names when saving.";

        // Each name of the file is one of the model's, and each tensor of the model has one in the file.
        bool Fits(Func<string, string?> ofFile, Func<string, string?> ofModel)
        {
            var names = given.Select(ofFile).ToHashSet(StringComparer.Ordinal);
            var known = wanted.SelectMany(static n => n).Select(ofModel).ToHashSet(StringComparer.Ordinal);
            return !names.Contains(null) && !known.Contains(null) && names.IsSubsetOf(known)
                && wanted.All(of => of.Any(name => names.Contains(ofModel(name))));
        }
    }

    private static IEnumerable<string> Prefixes(string name)
    {
        for (int dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.', dot + 1))
            yield return name[..(dot + 1)];
    }

    private static string? Without(string prefix, string name) =>
        name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null;
}

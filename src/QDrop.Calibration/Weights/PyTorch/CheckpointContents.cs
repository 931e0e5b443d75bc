using QDrop.Safetensors;
namespace QDrop.Calibration.Weights.PyTorch;

/// <summary>Finds the weights in what a checkpoint holds: a <c>state_dict</c>, alone or beside other things.</summary>
internal static class CheckpointContents
{
    /// <summary>Names given in a message; the rest are counted.</summary>
    private const int NamesGiven = 5;

    private const string Advice = "Save the weights alone in Python: torch.save(model.state_dict(), \"weights.pth\").";

    /// <summary>
    /// Where training programs put the weights, beside other sets of tensors such as averaged weights.
    /// </summary>
    private static readonly string[] UsualKeys =
        ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "params", "weights"];

    /// <summary>The tensors by name.</summary>
    /// <param name="root">What the checkpoint's pickle was read to.</param>
    /// <exception cref="InvalidFileException">
    /// There are none, or several sets of which none is known to be the weights.
    /// </exception>
    internal static Dictionary<string, PickledTensor> Weights(object? root)
    {
        if (Tensors(root) is { } alone)
            return alone;
        if (root is not PickledMap map)
            throw new InvalidFileException($"it holds {Describe(root)}; expected tensors by name.", advice: Advice);

        // Each dictionary once: a malicious pickle may hold the same one a million times.
        var sets = map.DistinctBy(static member => member.Value, ReferenceEqualityComparer.Instance)
            .Select(static member => (member.Key, Tensors: Tensors(member.Value)))
            .Where(static set => set.Tensors is not null)
            .ToList();
        List<(object Key, Dictionary<string, PickledTensor>? Tensors)> usual =
            sets.Count > 1 ? sets.FindAll(static set => UsualKeys.Contains(set.Key as string)) : sets;
        return usual.Count == 1 ? usual[0].Tensors! : throw NotFound(map, sets.ConvertAll(static set => set.Key));
    }

    private static Dictionary<string, PickledTensor>? Tensors(object? value)
    {
        if (value is not PickledMap { Count: > 0 } map)
            return null;
        var tensors = new Dictionary<string, PickledTensor>(StringComparer.Ordinal);
        foreach ((object? key, object? member) in map)
        {
            if (key is not string name || member is not PickledTensor tensor)
                return null;
            tensors.Add(name, tensor);
        }

        return tensors;
    }

    private static InvalidFileException NotFound(PickledMap map, List<object> sets)
    {
        var members = map.Select(static member => $"{Quoted(member.Key)} ({Describe(member.Value)})").ToList();
        string found = sets.Count > 1
            ? $"it has several dictionaries of tensors: {List(sets.ConvertAll(Quoted))}; "
                + $"expected one, or one that is called {string.Join(", ", UsualKeys)}."
            : "it has no dictionary with nothing but tensors by name, as state_dict() gives. "
                + $"It has {(members.Count == 0 ? "nothing" : List(members))}.";
        return new InvalidFileException(found, advice: Advice);
    }

    private static string List(List<string> items)
    {
        string first = string.Join(", ", items.Take(NamesGiven));
        return items.Count > NamesGiven ? $"{first} and {items.Count - NamesGiven} more" : first;
    }

    private static string Quoted(object key) =>
        key is string { Length: <= 100 } text ? $"'{text}'" : "a key that is no name";

    private static string Describe(object? value) => value switch
    {
        PickledTensor => "a tensor",
        PickledMap => "a dictionary",
        List<object?> or object?[] => "a list",
        string => "a text",
        null => "None",
        bool or long or double => "a number",
        _ => "an object",
    };
}

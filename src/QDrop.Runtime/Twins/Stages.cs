namespace QDrop.CompilerServices;

/// <summary>Finds the stages of a model: the modules, apart from the model itself, that hold blocks.</summary>
internal static class Stages
{
    /// <summary>Paths of the stages.</summary>
    /// <param name="paths">The model's modules and their paths, the model itself with an empty one.</param>
    /// <param name="context">What the twins of the model share.</param>
    public static HashSet<string> In(IReadOnlyDictionary<object, string> paths, QuantizationContext context)
    {
        var modules = paths.ToDictionary(static p => p.Value, static p => p.Key);
        // The twins that are made here are not the model's.
        var nowhere = new PlaceAddress("", "", isInLoop: false);
        // What a list or dictionary holds is called one by one by the code of the module around it.
        return
        [
            .. modules
                .Where(m => IsBlock(m.Value, m.Key))
                .Select(m => Around(m.Key))
                .Where(static path => path.Length > 0),
        ];

        bool IsBlock(object module, string path) =>
            path.Length > 0
            && module is IQuantizable quantizable
            && (context.Overrides.IsBlock(path)
                ?? nowhere.Make(() => Twins.Of(quantizable, context, Feeds.Next)).IsBlock);

        string Around(string path)
        {
            do
                path = path.LastIndexOf('.') is var end and >= 0 ? path[..end] : "";
            while (path.Length > 0
                && modules.TryGetValue(path, out object? module)
                && OverrideTable.IsCollection(module.GetType()));
            return path;
        }
    }
}

using QDrop.Generators.Models;

namespace QDrop.Generators.Analysis;

/// <summary>
/// Lists the units of reconstruction of a model, in order, as far as compile time knows them: what a Sequential holds
/// is known at run time.
/// </summary>
internal static class BlockPartition
{
    /// <param name="model">The model.</param>
    /// <param name="modules">Every module class it reaches.</param>
    /// <param name="places">Fields and properties with <c>[QuantizationBlock]</c>, the model's own apart.</param>
    /// <param name="granularity">
    /// The granularity that the model's attribute sets; <see langword="null"/> for none.
    /// </param>
    public static IEnumerable<string> Of(
        ModuleInfo model,
        IReadOnlyCollection<ModuleInfo> modules,
        IEnumerable<(string Place, bool IsBlock)> places,
        string? granularity)
    {
        if (model.IsBlock && granularity != "Layer")
            return ["the whole model"];
        var byType = modules.ToDictionary(m => m.Type);
        var units = new List<string>();
        bool isOpen = false;
        foreach (ChainInfo chain in model.Forward.Chains)
        {
            if (chain.Computed is { } computed)
                Begin(computed);
            else
                isOpen = false;
            foreach (StepInfo step in chain.Steps)
            {
                if (step.IsFloat)
                    Begin($"{step.Name}, float");
                else if (step is { Type: null, Kind: LayerKind.Weighted })
                    Begin(step.Name);
                else if (step.Type is null && isOpen)
                    units[units.Count - 1] += " → " + step.Name;
                else if (step.Type is { } type)
                    Layer(step, type);
            }
        }
        var blocks = modules.Where(m => m.IsBlock && m != model).Select(m => m.Name).ToList();
        if (blocks.Count > 0)
            units.Add($"wherever they occur, one unit each: {string.Join(", ", blocks)}");
        if (granularity == "Layer")
            units.Add("but by Granularity.Layer each layer of these for itself");
        else if (granularity == "Stage")
            units.Add("but by Granularity.Stage each module that holds some of these as one unit");
        units.AddRange(places.Select(p => $"but {p.Place}: {Manner(p.IsBlock)}"));
        return units;

        void Begin(string unit)
        {
            units.Add(unit);
            isOpen = true;
        }

        void Layer(StepInfo step, string type)
        {
            string name = step.Name;
            if (byType.TryGetValue(type, out ModuleInfo? own))
                Add($"{name}: {own.Name}, {Manner(step.IsBlock ?? own.IsBlock)}");
            else if (step.Kind == LayerKind.Weighted)
                Begin(name);
            else if (step.Kind == LayerKind.Attention)
                Add($"{name}: attention, {Manner(step.IsBlock ?? true)}");
            else if (step.Kind == LayerKind.Transformer)
                Add($"{name}: transformer, each layer {Manner(step.IsBlock ?? true)}");
            else if (step.Kind is LayerKind.Recurrent or LayerKind.RecurrentCell)
                Add($"{name}: recurrent, {Manner(true)}");
            else if (step.IsBlock == true)
                AddBlock(name, step.Kind);
            else if (step.Kind == LayerKind.Sequential || !IsTorchSharp(type))
                Add($"{name}: its layers and blocks, one by one");
            else if (isOpen)
                units[units.Count - 1] += " → " + name;
        }

        void Add(string unit)
        {
            units.Add(unit);
            isOpen = false;
        }

        void AddBlock(string name, LayerKind? kind)
        {
            Add($"{name}: {Manner(true)}");
            // What follows a Sequential is taken into its last layer.
            isOpen = kind == LayerKind.Sequential;
        }
    }

    private static bool IsTorchSharp(string type) =>
        type.StartsWith("global::TorchSharp.Modules.", System.StringComparison.Ordinal);

    private static string Manner(bool isBlock) => isBlock ? "one unit" : "layer by layer";
}

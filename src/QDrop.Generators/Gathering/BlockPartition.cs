using System.Collections.Generic;
using System.Linq;
using QDrop.Generators.Models;

namespace QDrop.Generators.Gathering;

/// <summary>What is reconstructed as one unit, in order, as far as compile time knows: layers' types and counts are known at run time.</summary>
internal static class BlockPartition
{
    /// <param name="model">The model.</param>
    /// <param name="modules">Every module class it reaches.</param>
    public static IEnumerable<string> Of(ModuleInfo model, IReadOnlyDictionary<string, ModuleInfo> modules)
    {
        var byType = modules.Values.ToDictionary(m => m.Type);
        var blocks = modules.Values.Where(m => m.IsBlock && m != model).Select(m => m.Name).ToList();
        if (model.IsBlock)
            yield return "The whole model is one unit.";
        foreach (var chain in model.Forward.Chains)
        {
            foreach (var step in chain.Steps.Where(s => s.Type is not null))
            {
                yield return byType.TryGetValue(step.Type!, out var own)
                    ? $"{step.Name}: {own.Name}, {(own.IsBlock ? "one unit" : "its layers and blocks")}"
                    : $"{step.Name}: {Short(step.Type!)}";
            }
        }
        if (blocks.Count > 0)
            yield return $"Wherever they occur, one unit each: {string.Join(", ", blocks)}.";
    }

    private static string Short(string type) => type.Replace("global::TorchSharp.torch.nn.", "").Replace("global::TorchSharp.torch.", "").Replace("global::TorchSharp.Modules.", "");
}

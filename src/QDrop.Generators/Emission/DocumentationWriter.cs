using QDrop.Generators.Helpers;
using QDrop.Generators.Models;

namespace QDrop.Generators.Emission;

/// <summary>Writes the documentation of a twin: what runs as one, and what is reconstructed as one.</summary>
internal static class DocumentationWriter
{
    public static void WriteTwin(IndentedWriter writer, ModuleFile file)
    {
        ModuleInfo module = file.Module;
        writer.Line(
            "/// <summary>The quantized twin of "
                + $"<c>{Escape(module.Name)}</c>{(module.IsBlock ? ", reconstructed as one unit" : "")}.</summary>");
        writer.Line("/// <remarks>");
        writer.Line("/// Steps that run as one chain, and where its value goes:");
        WriteTable(writer, module.Forward.Chains);
        if (file.Model is { } widths)
        {
            writer.Line("/// Bit widths of weights (W) and activations (A):");
            writer.Line("/// <list type=\"table\">");
            writer.Line("/// <listheader><term>part</term><description>bits</description></listheader>");
            foreach (PartInfo part in widths.BitWidths)
                writer.Line(
                    $"/// <item><term>{Escape(part.Part)}</term><description>{Escape(part.Says)}</description></item>");
            writer.Line("/// </list>");
        }
        if (file.Model is { Blocks.Count: > 0 } model)
        {
            writer.Line("/// Units of reconstruction, in order, as far as compile time knows:");
            writer.Line("/// <list type=\"number\">");
            foreach (string block in model.Blocks)
                writer.Line($"/// <item><description>{Escape(block)}</description></item>");
            writer.Line("/// </list>");
        }
        writer.Line("/// </remarks>");
    }

    /// <summary>A chain in one line: <c>conv1 → bn1 → relu</c>.</summary>
    public static string Flow(ChainInfo chain)
    {
        IEnumerable<string> names = chain.Steps.Select(s => s.Name);
        return string.Join(" → ", chain.Computed is { } computed ? names.Prepend(computed) : names);
    }

    private static void WriteTable(IndentedWriter writer, IReadOnlyCollection<ChainInfo> chains)
    {
        writer.Line("/// <list type=\"table\">");
        writer.Line("/// <listheader><term>steps</term><description>value goes</description></listheader>");
        foreach (ChainInfo chain in chains)
            writer.Line(
                $"/// <item><term>{Escape(Flow(chain))}</term><description>{Goes(chain.Feeds)}</description></item>");
        writer.Line("/// </list>");
    }

    private static string Goes(string feeds) => feeds switch
    {
        "Join" => "into a join, whose result is quantized",
        "Result" => "to the caller",
        _ => "into further layers, quantized",
    };

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}

using System.Globalization;
using System.Text;
using QDrop.Integers;
using QDrop.Kernels;
using QDrop.Programs;

namespace QDrop.Execution;

/// <summary>What a program computes for inputs of some shapes, as a table.</summary>
/// <param name="graph">The program that is computed.</param>
/// <param name="shapes">The shapes of its inputs.</param>
internal sealed class ProgramTable(ProgramGraph graph, int[][] shapes)
{
    private static readonly string[] Header = ["operation", "at", "result", "bits", "products", "computed in"];

    private readonly ValueInfo[] _infos = ExecutionPlan.InfosOf(graph, shapes);

    /// <summary>Gets the share of the products of two numbers that are computed in integers, 0 to 1.</summary>
    public double IntegerShare
    {
        get
        {
            long all = 0, integers = 0;
            for (int i = 0; i < graph.Operations.Count; i++)
            {
                long products = ProductsOf(graph.Operations[i], i);
                all += products;
                integers += IsOfIntegers(graph.Operations[i], i) ? products : 0;
            }
            return all == 0 ? 0 : (double)integers / all;
        }
    }

    /// <summary>Writes a table.</summary>
    /// <param name="memory">Bytes that a call takes.</param>
    /// <param name="threads">Threads that work on it.</param>
    public string ToText(long memory, int threads)
    {
        List<string[]> rows = [Header];
        for (int i = 0; i < graph.Operations.Count; i++)
        {
            Operation operation = graph.Operations[i];
            if (operation.Name == "constant")
                continue;
            long products = ProductsOf(operation, i);
            rows.Add(
            [
                operation.Name,
                operation.Place,
                Text(_infos[graph.Inputs.Count + i]),
                BitsOf(operation),
                products == 0 ? "" : products.ToString("N0", CultureInfo.InvariantCulture),
                LoweredVocabulary.Get(operation.Name).IsView ? "" : IsOfIntegers(operation, i) ? "integers" : "float32",
            ]);
        }
        int[] widths = [.. Enumerable.Range(0, Header.Length).Select(c => rows.Max(r => r[c].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            string line = string.Join("  ", row.Select((cell, c) => c == 4
                ? cell.PadLeft(widths[c])
                : cell.PadRight(widths[c])));
            text.Append(line.TrimEnd()).Append('\n');
        }
        string share = (100 * IntegerShare).ToString("0.0", CultureInfo.InvariantCulture);
        string size = ((memory + 1023) / 1024).ToString("N0", CultureInfo.InvariantCulture);
        return $"{text}\nIn integers: {share} % of the products. A call takes {size} KiB.\n"
            + $"Kernels: {InstructionSets.Best}; threads: {threads}.\n";
    }

    private long ProductsOf(Operation operation, int index) => operation.Name == "constant" ? 0
        : LoweredVocabulary.Get(operation.Name).Products(
            operation, [.. operation.Operands.Select(o => _infos[o])], _infos[graph.Inputs.Count + index]);

    private bool IsOfIntegers(Operation operation, int index) =>
        _infos[graph.Inputs.Count + index].Kind == ValueKind.Codes
            ? operation.Operands.All(o => _infos[o].Kind != ValueKind.Float32)
            : operation.Operands.Any(o => _infos[o].Kind == ValueKind.Codes) && operation.Name != "from_codes";

    /// <summary>Bits of the weights, of the input and of the result.</summary>
    private static string BitsOf(Operation operation) => operation.Data switch
    {
        FusedLayer layer => $"W{Bits(layer.Weights?.Bits)} A{Bits(layer.Input?.Bits)} to {Bits(layer.Result?.Bits)}",
        ActivationGrid grid => $"{grid.Bits}",
        CodeFunction function => $"{function.Result.Bits}",
        _ => "",
    };

    private static string Bits(int? bits) => bits is { } number ? $"{number}" : "32";

    private static string Text(ValueInfo info) => info.Kind switch
    {
        ValueKind.Codes => "codes ",
        ValueKind.Float32 => "float32 ",
        ValueKind.Int64 => "int64 ",
        _ => "bool ",
    } + $"[{string.Join(", ", info.Shape)}]";
}

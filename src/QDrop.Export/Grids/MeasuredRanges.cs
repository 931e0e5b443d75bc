using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using QDrop.Programs;

namespace QDrop.Grids;

/// <summary>Finds what values of a program are on inputs of its user.</summary>
/// <param name="graph">The program.</param>
/// <param name="data">What it names.</param>
/// <param name="samples">The inputs.</param>
internal sealed class MeasuredRanges(ProgramGraph graph, ProgramData? data, IReadOnlyList<Constant> samples)
{
    /// <summary>The least and the greatest element of each of some values, all of float32.</summary>
    /// <exception cref="ArgumentException">The program does not take these inputs.</exception>
    public IReadOnlyList<(float Least, float Greatest)> Of(IReadOnlyList<int> values)
    {
        if (values.Count == 0)
            return [];
        ProgramGraph watched = graph with
        {
            Outputs = [.. values.Select(static v => new ProgramOutput($"{v}", v, ValueKind.Float32, []))],
        };
        using var program = new QuantizedProgram("", watched, data);
        return
        [
            .. program.RunWith([.. samples.Select(static s => s.Bytes)], [.. samples.Select(static s => s.Shape)])
                .Select(static v => RangeOf(MemoryMarshal.Cast<byte, float>(v.Bytes))),
        ];
    }

    private static (float Least, float Greatest) RangeOf(ReadOnlySpan<float> values) =>
        values.IsEmpty ? (0, 0) : (TensorPrimitives.Min(values), TensorPrimitives.Max(values));
}

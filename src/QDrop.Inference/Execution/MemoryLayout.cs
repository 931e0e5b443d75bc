using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Execution;

/// <summary>Where the values of a program lie in the memory of a call: values that do not live at once share it.</summary>
internal static class MemoryLayout
{
    /// <summary>Values begin at multiples of this, the size of a vector and of a cache line.</summary>
    public const int Alignment = 64;

    /// <summary>Finds a place for each value that operations make.</summary>
    /// <param name="graph">The program.</param>
    /// <param name="infos">The kinds and shapes of its values.</param>
    /// <returns>
    /// For each value its first byte, −1 for inputs and constants, which have memory of their own; and the bytes in
    /// all.
    /// </returns>
    public static (long[] Places, long Size) Of(ProgramGraph graph, ValueInfo[] infos)
    {
        int inputs = graph.Inputs.Count;
        int[] owners = Owners(graph);
        int[] lastUse = new int[infos.Length];
        for (int i = 0; i < graph.Operations.Count; i++)
        {
            lastUse[owners[inputs + i]] = Math.Max(lastUse[owners[inputs + i]], i);
            foreach (int operand in graph.Operations[i].Operands)
                lastUse[owners[operand]] = i;
        }
        foreach (ProgramOutput output in graph.Outputs)
            lastUse[owners[output.Value]] = int.MaxValue;

        long[] places = new long[infos.Length];
        Array.Fill(places, -1);
        var live = new List<(long Start, long End, int Value)>();
        long size = 0;
        for (int i = 0; i < graph.Operations.Count; i++)
        {
            int value = inputs + i, owner = owners[value];
            live.RemoveAll(l => lastUse[l.Value] < i);
            if (owner != value)
            {
                places[value] = places[owner];
                continue;
            }
            if (graph.Operations[i].Name == "constant")
                continue;
            long bytes = Aligned((long)infos[value].Count * infos[value].ElementSize);
            long start = 0;
            foreach ((long other, long end, _) in live.OrderBy(static l => l.Start))
            {
                if (start + bytes <= other)
                    break;
                start = Math.Max(start, end);
            }
            live.Add((start, start + bytes, value));
            places[value] = start;
            size = Math.Max(size, start + bytes);
        }
        return (places, size);
    }

    /// <summary>The value in whose memory each value is: another one for views.</summary>
    public static int[] Owners(ProgramGraph graph)
    {
        int[] owners = new int[graph.ValueCount];
        for (int value = 0; value < owners.Length; value++)
        {
            owners[value] = graph.MakerOf(value) is { } maker && Vocabulary.Find(maker.Name)!.IsView
                ? owners[maker.Operands[0]]
                : value;
        }
        return owners;
    }

    private static long Aligned(long bytes) => (Math.Max(bytes, 1) + Alignment - 1) / Alignment * Alignment;
}

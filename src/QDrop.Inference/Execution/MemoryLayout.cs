using QDrop.Integers;
using QDrop.Programs;

namespace QDrop.Execution;

/// <summary>
/// Where the values of a program lie in the memory of a call: values that do not live at once share it.
/// </summary>
/// <param name="Places">
/// For each value its first byte; −1 for inputs and constants, which have memory of their own.
/// </param>
/// <param name="Scratch">For each value the first byte of what its operation needs beside it.</param>
/// <param name="Owners">For each value the one in whose memory it is: another one for views.</param>
/// <param name="Size">The bytes in all.</param>
internal sealed record MemoryLayout(long[] Places, long[] Scratch, int[] Owners, long Size)
{
    /// <summary>Values begin at multiples of this, the size of a vector and of a cache line.</summary>
    public const int Alignment = 64;

    /// <summary>Finds a place for each value that operations make.</summary>
    /// <param name="graph">The program.</param>
    /// <param name="infos">The kinds and shapes of its values.</param>
    /// <param name="scratch">For each value the bytes that its operation needs beside it.</param>
    public static MemoryLayout Of(ProgramGraph graph, ValueInfo[] infos, long[] scratch)
    {
        int inputs = graph.Inputs.Count;
        int[] owners = OwnersOf(graph), lastUse = new int[infos.Length];
        for (int i = 0; i < graph.Operations.Count; i++)
        {
            lastUse[owners[inputs + i]] = Math.Max(lastUse[owners[inputs + i]], i);
            foreach (int operand in graph.Operations[i].Operands)
                lastUse[owners[operand]] = i;
        }
        foreach (ProgramOutput output in graph.Outputs)
            lastUse[owners[output.Value]] = int.MaxValue;

        long[] places = new long[infos.Length], beside = new long[infos.Length];
        Array.Fill(places, -1);
        var live = new List<(long Start, long End, int Until)>();
        long size = 0;
        for (int i = 0; i < graph.Operations.Count; i++)
        {
            int value = inputs + i, owner = owners[value];
            live.RemoveAll(l => l.Until < i);
            if (owner != value)
                places[value] = places[owner];
            else if (graph.Operations[i].Name != "constant")
                places[value] = Take((long)infos[value].Count * infos[value].ElementSize, lastUse[value]);
            if (scratch[value] > 0)
                beside[value] = Take(scratch[value], i);
        }
        return new(places, beside, owners, size);

        long Take(long bytes, int until)
        {
            bytes = (Math.Max(bytes, 1) + Alignment - 1) / Alignment * Alignment;
            long start = 0;
            foreach ((long other, long end, _) in live.OrderBy(static l => l.Start))
            {
                if (start + bytes <= other)
                    break;
                start = Math.Max(start, end);
            }
            live.Add((start, start + bytes, until));
            size = Math.Max(size, start + bytes);
            return start;
        }
    }

    private static int[] OwnersOf(ProgramGraph graph)
    {
        int[] owners = new int[graph.ValueCount];
        for (int value = 0; value < owners.Length; value++)
        {
            owners[value] = graph.MakerOf(value) is { } maker && LoweredVocabulary.Get(maker.Name).IsView
                ? owners[maker.Operands[0]]
                : value;
        }
        return owners;
    }
}

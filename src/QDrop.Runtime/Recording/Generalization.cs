using QDrop.Programs;

namespace QDrop.Recording;

/// <summary>What one call has computed.</summary>
/// <param name="Graph">The operations.</param>
/// <param name="Constants">The constants that the model's code has made, by the number of their value.</param>
/// <param name="Shapes">The shapes of all values.</param>
internal sealed record RecordedCall(
    ProgramGraph Graph, IReadOnlyDictionary<int, Constant> Constants, IReadOnlyList<int[]> Shapes);

/// <summary>Makes one program of two calls, with different inputs and numbers of samples.</summary>
internal static class Generalization
{
    private const string OtherOperations =
        "which operations run depends on values or on how many samples there are";

    /// <summary>The program, its constants numbered by their values.</summary>
    /// <exception cref="NotRecordableException">The calls do not compute the same.</exception>
    public static (ProgramGraph Graph, IReadOnlyDictionary<int, Constant> Constants) Of(
        RecordedCall one, RecordedCall other)
    {
        (ProgramGraph first, ProgramGraph second) = (one.Graph, other.Graph);
        for (int i = 0; i < Math.Min(first.Operations.Count, second.Operations.Count); i++)
        {
            if (first.Operations[i].Name != second.Operations[i].Name
                || !first.Operations[i].Operands.SequenceEqual(second.Operations[i].Operands))
                throw Differs(first.Operations[i], OtherOperations);
        }
        if (first.Operations.Count != second.Operations.Count
            || !first.Outputs.Select(static o => o.Value).SequenceEqual(second.Outputs.Select(static o => o.Value)))
            throw Differs(null, OtherOperations);
        var operations = new List<Operation>();
        for (int i = 0; i < first.Operations.Count; i++)
        {
            operations.Add(
                Unified(first, first.Operations[i], second.Operations[i].Arguments, one.Shapes, other.Shapes));
            if (one.Constants.TryGetValue(first.Inputs.Count + i, out Constant? constant)
                && !AreEqual(constant, other.Constants[first.Inputs.Count + i]))
                throw Differs(UserOf(first, first.Inputs.Count + i), "it takes a value that no operation of a program "
                    + "makes: it is not the same in each call");
        }
        IEnumerable<ProgramInput> inputs = first.Inputs.Zip(second.Inputs, static (a, b) => a with
        {
            Shape = Unified($"input '{a.Name}'", a.Shape, b.Shape),
        });
        IEnumerable<ProgramOutput> outputs = first.Outputs.Zip(second.Outputs, static (a, b) => a with
        {
            Shape = Unified($"output '{a.Name}'", a.Shape, b.Shape),
        });
        return Pruned(new([.. inputs], operations, [.. outputs]), one.Constants);
    }

    private static IReadOnlyList<int> Unified(string what, IReadOnlyList<int> one, IReadOnlyList<int> other) =>
        one.Count == other.Count
            ? [.. one.Zip(other, static (x, y) => x == y ? x : -1)]
            : throw new NotRecordableException($"{what} has another number of dimensions in each call");

    private static Operation Unified(
        ProgramGraph graph,
        Operation operation,
        Arguments other,
        IReadOnlyList<int[]> shapes,
        IReadOnlyList<int[]> otherShapes)
    {
        if (operation.Arguments.Equals(other))
            return operation;
        int? like = null;
        bool isShape = operation.Name is "reshape" or "expand";
        int[] from = isShape ? shapes[operation.Operands[0]] : [],
            otherFrom = isShape ? otherShapes[operation.Operands[0]] : [];
        var entries = new List<(string, object)>();
        foreach (((string name, object a), (string otherName, object b)) in operation.Arguments.Entries
            .Zip(other.Entries))
        {
            if (name != otherName)
                throw Depends();
            if (a is long[] sizes && b is long[] otherSizes && sizes.Length == otherSizes.Length)
                entries.Add((name, sizes.AsSpan().SequenceEqual(otherSizes) ? sizes : Sizes(name, sizes, otherSizes)));
            else
                entries.Add((name, a.Equals(b) ? a : throw Depends()));
        }
        return operation with
        {
            Arguments = new(entries),
            Operands = like is { } input ? [.. operation.Operands, input] : operation.Operands,
        };

        long[] Sizes(string name, long[] sizes, long[] otherSizes)
        {
            if (!isShape || name != "shape")
                throw Depends();
            long[] unified = [.. sizes];
            var open = new List<int>();
            for (int d = 0; d < sizes.Length; d++)
            {
                if (sizes[d] == otherSizes[d])
                    continue;
                // The same dimension first, or for new ones before it the one that is as far from the end.
                int same = Candidates(d, sizes.Length).FirstOrDefault(
                    i => from[i] == sizes[d] && otherFrom[i] == otherSizes[d], -1);
                if (same < 0)
                    same = OfInput(sizes[d], otherSizes[d]);
                if (same < 0)
                    open.Add(d);
                unified[d] = same < 0 ? -1 : -2 - same;
            }
            return open.Count == 0 || (open.Count == 1 && operation.Name == "reshape") ? unified : throw Depends();
        }

        // Where the operand does not have the size, as a repeated one has not, an input may.
        int OfInput(long size, long otherSize)
        {
            for (int input = like ?? 0; input <= (like ?? graph.Inputs.Count - 1); input++)
            {
                int[] own = shapes[input], others = otherShapes[input];
                for (int d = 0; d < Math.Min(own.Length, others.Length); d++)
                {
                    if (own[d] == size && others[d] == otherSize)
                    {
                        like = input;
                        return from.Length + d;
                    }
                }
            }
            return -1;
        }

        IEnumerable<int> Candidates(int d, int rank)
        {
            int behind = from.Length - rank + d;
            return new[] { d, behind }.Concat(Enumerable.Range(0, from.Length)).Where(i => i >= 0 && i < from.Length);
        }

        NotRecordableException Depends() => Differs(
            operation, "its arguments depend on values or on how many samples there are");
    }

    /// <summary>Leaves out what no output needs, and numbers the rest again; equal constants become one.</summary>
    private static (ProgramGraph, IReadOnlyDictionary<int, Constant>) Pruned(
        ProgramGraph graph, IReadOnlyDictionary<int, Constant> constants)
    {
        bool[] needed = new bool[graph.ValueCount];
        foreach (ProgramOutput output in graph.Outputs)
            needed[output.Value] = true;
        for (int value = graph.ValueCount - 1; value >= graph.Inputs.Count; value--)
        {
            foreach (int operand in needed[value] ? graph.MakerOf(value)!.Operands : [])
                needed[operand] = true;
        }
        int[] numbers = [.. Enumerable.Range(0, graph.ValueCount)];
        var operations = new List<Operation>();
        var kept = new Dictionary<int, Constant>();
        for (int value = graph.Inputs.Count; value < graph.ValueCount; value++)
        {
            if (!needed[value])
                continue;
            Operation operation = graph.MakerOf(value)!;
            constants.TryGetValue(value, out Constant? constant);
            if (operation.Name == "constant")
            {
                int known = operations.FindIndex(o => o.Name == "constant" && o.Arguments.Equals(operation.Arguments));
                if (constant is not null)
                    known = kept.FirstOrDefault(k => AreEqual(k.Value, constant)).Key - graph.Inputs.Count;
                if (known >= 0)
                {
                    numbers[value] = graph.Inputs.Count + known;
                    continue;
                }
            }
            numbers[value] = graph.Inputs.Count + operations.Count;
            if (constant is not null)
                kept.Add(numbers[value], constant);
            operations.Add(operation with { Operands = [.. operation.Operands.Select(o => numbers[o])] });
        }
        return (
            graph with
            {
                Operations = operations,
                Outputs = [.. graph.Outputs.Select(o => o with { Value = numbers[o.Value] })],
            },
            kept);
    }

    private static Operation? UserOf(ProgramGraph graph, int value) =>
        graph.Operations.FirstOrDefault(o => o.Operands.Contains(value));

    private static bool AreEqual(Constant one, Constant other) =>
        one.Kind == other.Kind && one.Shape.AsSpan().SequenceEqual(other.Shape)
        && one.Bytes.AsSpan().SequenceEqual(other.Bytes);

    private static NotRecordableException Differs(Operation? operation, string found) => new(
        operation is null
            ? found
            : $"of '{operation.Name}'{(operation.Place.Length > 0 ? $" at '{operation.Place}'" : "")}, {found}");
}

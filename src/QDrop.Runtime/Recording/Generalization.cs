using QDrop.Programs;

namespace QDrop.Recording;

/// <summary>What one call has computed.</summary>
/// <param name="Graph">The operations.</param>
/// <param name="Constants">The constants that the model's code has made, by the number of their value.</param>
/// <param name="Shapes">The shapes of all values.</param>
internal sealed record RecordedCall(
    ProgramGraph Graph, IReadOnlyDictionary<int, Constant> Constants, IReadOnlyList<int[]> Shapes);

/// <summary>
/// Makes one program of two calls, with different inputs, numbers of samples, and perhaps other sizes. A size that is
/// the same in both calls is a number; another one is that of a dimension of an operand or an input.
/// </summary>
internal sealed class Generalization
{
    private const string OtherOperations =
        "which operations run depends on values or on the sizes of the inputs";

    private const string OtherValue =
        "it takes a value that no operation of a program makes: it is not the same in each call";

    private readonly RecordedCall _one;
    private readonly RecordedCall _other;
    private readonly List<Operation> _operations = [];
    private readonly Dictionary<int, Constant> _constants = [];

    /// <summary>For each value of the calls the one of the program.</summary>
    private readonly List<int> _numbers = [];

    private Generalization(RecordedCall one, RecordedCall other) => (_one, _other) = (one, other);

    /// <summary>The program, its constants numbered by their values.</summary>
    /// <exception cref="NotRecordableException">The calls do not compute the same.</exception>
    public static (ProgramGraph Graph, IReadOnlyDictionary<int, Constant> Constants) Of(
        RecordedCall one, RecordedCall other) => new Generalization(one, other).Run();

    private (ProgramGraph Graph, IReadOnlyDictionary<int, Constant> Constants) Run()
    {
        (ProgramGraph first, ProgramGraph second) = (_one.Graph, _other.Graph);
        for (int i = 0; i < Math.Min(first.Operations.Count, second.Operations.Count); i++)
        {
            if (first.Operations[i].Name != second.Operations[i].Name
                || !first.Operations[i].Operands.SequenceEqual(second.Operations[i].Operands))
                throw Differs(first.Operations[i], OtherOperations);
        }
        if (first.Operations.Count != second.Operations.Count
            || !first.Outputs.Select(static o => o.Value).SequenceEqual(second.Outputs.Select(static o => o.Value)))
            throw Differs(null, OtherOperations);
        _numbers.AddRange(Enumerable.Range(0, first.Inputs.Count));
        for (int i = 0; i < first.Operations.Count; i++)
        {
            int value = first.Inputs.Count + i;
            Operation operation = first.Operations[i];
            if (_one.Constants.TryGetValue(value, out Constant? constant))
                _numbers.Add(Unified(constant, _other.Constants[value], operation, value));
            else
                _numbers.Add(Add(Unified(operation, second.Operations[i].Arguments)));
        }
        IEnumerable<ProgramInput> inputs = first.Inputs.Zip(second.Inputs, static (a, b) => a with
        {
            Shape = Unified($"input '{a.Name}'", a.Shape, b.Shape),
            // The first size is the number of samples, where it differs.
            Recorded = [.. a.Shape.Select((s, d) => d == 0 && s != b.Shape[0] ? -1 : s)],
        });
        IEnumerable<ProgramOutput> outputs = first.Outputs.Zip(second.Outputs, (a, b) => a with
        {
            Value = _numbers[a.Value],
            Shape = Unified($"output '{a.Name}'", a.Shape, b.Shape),
        });
        return Pruned(new([.. inputs], _operations, [.. outputs]), _constants);
    }

    private static IReadOnlyList<int> Unified(string what, IReadOnlyList<int> one, IReadOnlyList<int> other) =>
        one.Count == other.Count
            ? [.. one.Zip(other, static (x, y) => x == y ? x : -1)]
            : throw new NotRecordableException($"{what} has another number of dimensions in each call");

    private int Add(Operation operation)
    {
        _operations.Add(operation);
        return _one.Graph.Inputs.Count + _operations.Count - 1;
    }

    /// <summary>
    /// Adds a constant that may be larger in one of the calls: the larger one, of which each call takes the leading
    /// part that the other one has, or one that is repeated.
    /// </summary>
    private int Unified(Constant one, Constant other, Operation operation, int value)
    {
        string place = operation.Place;
        if (one.Kind != other.Kind || one.Shape.Length != other.Shape.Length)
            throw Differs(UserOf(value), OtherValue);
        (int Dimension, (int Input, int Dimension) Size)[] sizes =
        [
            .. Enumerable.Range(0, one.Shape.Length).Where(d => one.Shape[d] != other.Shape[d])
                .Select(d => (d, OfInput(one.Shape[d], other.Shape[d]) ?? throw Differs(UserOf(value), OtherValue))),
        ];
        var repeated = new List<int>();
        foreach ((int dimension, _) in sizes)
        {
            if (one.IsUniform(dimension) && other.IsUniform(dimension))
            {
                (one, other) = (one.Leading(dimension, 1), other.Leading(dimension, 1));
                repeated.Add(dimension);
            }
        }
        bool isLarger = one.Shape.Zip(other.Shape).All(static p => p.First >= p.Second);
        (Constant large, Constant small) = isLarger ? (one, other) : (other, one);
        if (!large.Shape.Zip(small.Shape).All(static p => p.First >= p.Second))
            throw Differs(UserOf(value), OtherValue);
        Constant leading = large;
        for (int d = 0; d < large.Shape.Length; d++)
            leading = leading.Leading(d, small.Shape[d]);
        if (!leading.HasSame(small))
            throw Differs(UserOf(value), OtherValue);
        int made = Add(new("constant", [], new([("tensor", "")]), place));
        _constants.Add(made, large);
        foreach ((int dimension, (int input, int of)) in sizes.Where(s => !repeated.Contains(s.Dimension)))
        {
            made = Add(new("leading", [made, input], new([("dim", (long)dimension), ("of", (long)of)]), place));
        }
        foreach ((int dimension, (int input, int of)) in sizes.Where(s => repeated.Contains(s.Dimension)))
        {
            int rank = large.Shape.Length;
            long[] shape =
                [.. Enumerable.Range(0, rank).Select(d => -2L - (d == dimension ? rank + of : d))];
            made = Add(new("expand", [made, input], new([("shape", shape)]), place));
        }
        return made;
    }

    /// <summary>The dimension of an input that has a size in one call and another in the other.</summary>
    private (int Input, int Dimension)? OfInput(long size, long otherSize, int? only = null)
    {
        for (int input = only ?? 0; input <= (only ?? _one.Graph.Inputs.Count - 1); input++)
        {
            int[] own = _one.Shapes[input], others = _other.Shapes[input];
            for (int d = 0; d < Math.Min(own.Length, others.Length); d++)
            {
                if (own[d] == size && others[d] == otherSize)
                    return (input, d);
            }
        }
        return null;
    }

    private Operation Unified(Operation operation, Arguments other)
    {
        int[] operands = [.. operation.Operands.Select(o => _numbers[o])];
        if (operation.Arguments.Equals(other))
            return operation with { Operands = operands };
        if (operation.Name == "slice")
            return Leading(operation, other, operands);
        int? like = null;
        bool isShape = operation.Name is "reshape" or "expand";
        int[] from = isShape ? _one.Shapes[operation.Operands[0]] : [],
            otherFrom = isShape ? _other.Shapes[operation.Operands[0]] : [];
        var entries = new List<(string, object)>();
        foreach (((string name, object a), (string otherName, object b)) in operation.Arguments.Entries
            .Zip(other.Entries))
        {
            if (name != otherName)
                throw Depends(operation);
            if (a is long[] sizes && b is long[] otherSizes && sizes.Length == otherSizes.Length)
                entries.Add((name, sizes.AsSpan().SequenceEqual(otherSizes) ? sizes : Sizes(name, sizes, otherSizes)));
            else
                entries.Add((name, a.Equals(b) ? a : throw Depends(operation)));
        }
        return operation with
        {
            Arguments = new(entries),
            Operands = like is { } input ? [.. operands, input] : operands,
        };

        long[] Sizes(string name, long[] sizes, long[] otherSizes)
        {
            if (!isShape || name != "shape")
                throw Depends(operation);
            long[] unified = [.. sizes];
            var open = new List<int>();
            for (int d = 0; d < sizes.Length; d++)
            {
                if (sizes[d] == otherSizes[d])
                    continue;
                // The same dimension first, or for new ones before it the one that is as far from the end.
                int same = Candidates(d, sizes.Length).FirstOrDefault(
                    i => from[i] == sizes[d] && otherFrom[i] == otherSizes[d], -1);
                // Where the operand does not have the size, as a repeated one has not, an input may.
                if (same < 0 && OfInput(sizes[d], otherSizes[d], like) is { } found)
                {
                    like = found.Input;
                    same = from.Length + found.Dimension;
                }
                if (same < 0)
                    open.Add(d);
                unified[d] = same < 0 ? -1 : -2 - same;
            }
            return open.Count == 0 || (open.Count == 1 && operation.Name == "reshape")
                ? unified
                : throw Depends(operation);
        }

        IEnumerable<int> Candidates(int d, int rank)
        {
            int behind = from.Length - rank + d;
            return new[] { d, behind }.Concat(Enumerable.Range(0, from.Length)).Where(i => i >= 0 && i < from.Length);
        }
    }

    /// <summary>A slice of as many elements as an input has, such as the positions of a sequence.</summary>
    private Operation Leading(Operation operation, Arguments other, int[] operands)
    {
        Arguments own = operation.Arguments;
        long end = own.Integer("end", long.MaxValue), otherEnd = other.Integer("end", long.MaxValue);
        return own.Integer("start", 0) == 0 && own.Integer("step", 1) == 1
            && own.With("end", 0L).Equals(other.With("end", 0L)) && OfInput(end, otherEnd) is { } size
            ? operation with
            {
                Name = "leading",
                Operands = [.. operands, size.Input],
                Arguments = new([("dim", own.Integer("dim")), ("of", (long)size.Dimension)]),
            }
            : throw Depends(operation);
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
                    known = kept.FirstOrDefault(k => k.Value.HasSame(constant)).Key - graph.Inputs.Count;
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

    private Operation? UserOf(int value) => _one.Graph.Operations.FirstOrDefault(o => o.Operands.Contains(value));

    private static NotRecordableException Depends(Operation operation) => Differs(
        operation, "its arguments depend on values or on the sizes of the inputs");

    private static NotRecordableException Differs(Operation? operation, string found) => new(
        operation is null
            ? found
            : $"of '{operation.Name}'{(operation.Place.Length > 0 ? $" at '{operation.Place}'" : "")}, {found}");
}

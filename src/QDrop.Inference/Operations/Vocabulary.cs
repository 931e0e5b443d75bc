using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>The operations that programs are made of.</summary>
internal static class Vocabulary
{
    private const int MostDimensions = 16;

    private static readonly Dictionary<string, OperationKind> Kinds = new OperationKind[]
    {
        new ConstantValue(),
        new Quantization(),
        new Convolution(),
        new TransposedConvolution(),
        new LinearLayer(),
        new MatrixProduct(),
        new Not(),
        new Where(),
        new Cast(),
        new Reshape(),
        new Permute(),
        new Expand(),
        new Slice(),
        new Leading(),
        new Flip(),
        new Concatenation(),
        new Pad(),
        new Take(),
        new Gather(),
        new CumulativeSum(),
        new Upsampling(),
    }
        .Concat(UnaryFunctions.Names.Select(static n => new Unary(n)))
        .Concat(Binary.Names.Select(static n => new Binary(n)))
        .Concat(Reduction.Names.Select(static n => new Reduction(n)))
        .Concat(Extreme.Names.Select(static n => new Extreme(n)))
        .Concat(Pool.Names.Select(static n => new Pool(n)))
        .Concat(AdaptivePool.Names.Select(static n => new AdaptivePool(n)))
        .Concat(Softmax.Names.Select(static n => new Softmax(n)))
        .Concat(Norm.Names.Select(static n => new Norm(n)))
        .ToDictionary(static k => k.Name, StringComparer.Ordinal);

    /// <summary>Gets all of them.</summary>
    public static IEnumerable<OperationKind> All => Kinds.Values;

    /// <summary>The operation of a name; <see langword="null"/> if there is none.</summary>
    public static OperationKind? Find(string name) => Kinds.GetValueOrDefault(name);

    /// <summary>Checks a program, and looks up what it names.</summary>
    /// <returns>The program whose operations have their grids and constants.</returns>
    /// <exception cref="InvalidProgramGraphException">
    /// It is no program of this vocabulary, or names what is not.
    /// </exception>
    public static ProgramGraph Bind(ProgramGraph graph, ProgramData data)
    {
        foreach (ProgramInput input in graph.Inputs)
        {
            if (input.Shape.Any(static s => s < -1) || input.Shape.Count > MostDimensions
                || input.Recorded.Count != input.Shape.Count || input.Recorded.Any(static s => s < -1)
                || input.Shape.Zip(input.Recorded).Any(static s => s.First >= 0 && s.First != s.Second))
                throw new InvalidProgramGraphException($"input '{input.Name}' has an odd shape.");
        }
        var operations = new List<Operation>();
        foreach (Operation operation in graph.Operations)
        {
            int made = graph.Inputs.Count + operations.Count;
            try
            {
                operations.Add(Bind(operation, made, data));
            }
            catch (InvalidProgramGraphException e)
            {
                throw Of(operation, made, e);
            }
        }
        foreach (ProgramOutput output in graph.Outputs)
        {
            if (output.Value < 0 || output.Value >= graph.ValueCount)
            {
                throw new InvalidProgramGraphException(
                    $"output '{output.Name}' is value {output.Value}, which is none.");
            }
        }
        return graph with { Operations = operations };
    }

    /// <summary>The error that names the operation in which it was found.</summary>
    public static InvalidProgramGraphException Of(Operation operation, int value, InvalidProgramGraphException error)
    {
        string place = operation.Place.Length > 0 ? $" at '{operation.Place}'" : "";
        return new($"operation {value} ('{operation.Name}'{place}): {error.Message}");
    }

    private static Operation Bind(Operation operation, int made, ProgramData data)
    {
        OperationKind kind = Find(operation.Name)
            ?? throw new InvalidProgramGraphException("there is no such operation.");
        if (operation.Operands.Count < kind.LeastOperands || operation.Operands.Count > kind.MostOperands)
        {
            throw new InvalidProgramGraphException(
                $"it has {operation.Operands.Count} operands; expected {kind.LeastOperands}"
                    + (kind.MostOperands > kind.LeastOperands ? " or more." : "."));
        }
        foreach (int operand in operation.Operands)
        {
            if (operand < 0 || operand >= made)
                throw new InvalidProgramGraphException($"it takes value {operand}, which is not made before it.");
        }
        return kind switch
        {
            ConstantValue => operation with { Data = ConstantValue.Of(operation.Arguments, data) },
            Quantization => operation with
            {
                Data = data.Grids.TryGetValue(operation.Arguments.Text("grid"), out ActivationGrid? grid)
                    ? grid
                    : throw new InvalidProgramGraphException($"there is no grid '{operation.Arguments.Text("grid")}'."),
            },
            _ => operation,
        };
    }
}

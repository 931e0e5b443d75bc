using QDrop.Graphs;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Grids;

/// <summary>
/// Which values of a program are codes of 8 bits in ONNX, and what quantizers do beside quantizing, so that runtimes
/// find layers between codes.
/// </summary>
internal sealed partial class QuantizationPlan
{
    /// <summary>Operations that runtimes compute on codes where what they take is on a grid that they keep.</summary>
    private static readonly HashSet<string> Movers = new(StringComparer.Ordinal)
    {
        "reshape", "permute", "slice", "concat", "max_pool", "flip", "take", "gather", "expand", "pad", "upsample",
    };

    /// <summary>Operations of one result on a grid that runtimes compute on codes.</summary>
    private static readonly HashSet<string> CodeOperations = new(StringComparer.Ordinal)
    {
        "add", "mul", "concat", "avg_pool", "adaptive_avg_pool", "mean", "sigmoid", "leaky_relu", "softmax",
    };

    private readonly ProgramGraph _graph;
    private readonly List<int>[] _consumers;
    private readonly bool[] _isOutput;
    private readonly bool[] _isFolded;
    private readonly bool[] _isMerged;
    private readonly bool[] _isDelayed;
    private readonly bool?[] _wanted;
    private readonly ActivationGrid?[] _grids;
    private readonly ActivationGrid?[] _rounded;

    /// <param name="graph">The program.</param>
    /// <param name="shapes">The shapes of its values.</param>
    /// <param name="isQdq">Whether layers are looked for; otherwise everything is written as it stands.</param>
    /// <param name="isExact">Whether nothing is rounded that the program does not round.</param>
    /// <param name="ranges">
    /// Measures ranges of values that have no grid; <see langword="null"/> if nothing does.
    /// </param>
    public QuantizationPlan(
        ProgramGraph graph, SymbolicShapes shapes, bool isQdq, bool isExact, MeasuredRanges? ranges = null)
    {
        _graph = graph;
        _consumers = [.. Enumerable.Range(0, graph.ValueCount).Select(static _ => new List<int>())];
        _isOutput = new bool[graph.ValueCount];
        _isFolded = new bool[graph.ValueCount];
        _isMerged = new bool[graph.ValueCount];
        _isDelayed = new bool[graph.ValueCount];
        _wanted = new bool?[graph.ValueCount];
        _grids = new ActivationGrid?[graph.ValueCount];
        _rounded = new ActivationGrid?[graph.ValueCount];
        for (int value = graph.Inputs.Count; value < graph.ValueCount; value++)
        {
            foreach (int operand in graph.MakerOf(value)!.Operands.Distinct())
                _consumers[operand].Add(value);
        }
        foreach (ProgramOutput output in graph.Outputs)
            _isOutput[output.Value] = true;
        for (int value = graph.Inputs.Count; value < graph.ValueCount; value++)
            _isMerged[value] = IsMerged(value, shapes);
        if (!isQdq)
            return;
        for (int value = graph.Inputs.Count; value < graph.ValueCount; value++)
        {
            Operation operation = graph.MakerOf(value)!;
            if (operation.Data is ActivationGrid grid)
            {
                _grids[value] = grid;
                Fold(value, grid);
                _isDelayed[value] = IsDelayed(value);
            }
            else if (operation.Name == "max_pool" && _isDelayed[operation.Operands[0]])
            {
                _grids[value] = _grids[operation.Operands[0]];
            }
            else if (Movers.Contains(operation.Name) && IsWanted(value))
            {
                _grids[value] = CommonGrid(operation);
            }
        }
        for (int value = graph.Inputs.Count; value < graph.ValueCount && !isExact; value++)
        {
            if (graph.MakerOf(value)!.Data is ActivationGrid { Axis: null } grid)
                RoundSummands(value, grid);
        }
        if (!isExact && ranges is not null)
            RoundMeasured(ranges);
    }

    /// <summary>Whether a value is left out, since what comes after it does what it does.</summary>
    public bool IsFolded(int value) => _isFolded[value] || _isMerged[value];

    /// <summary>
    /// Whether a value is quantized only after the maximum over windows that alone takes it, which is the same:
    /// runtimes are faster then, unless the value comes out of a layer as codes.
    /// </summary>
    public bool IsDelayed(int value, out int quantizer)
    {
        Operation? operation = _graph.MakerOf(value);
        quantizer = operation?.Name == "max_pool" ? operation.Operands[0] : value;
        return _isDelayed[quantizer];
    }

    /// <summary>The grid on which a value is; <see langword="null"/> if it is float32 in ONNX, too.</summary>
    public ActivationGrid? GridOf(int value) => _grids[value];

    /// <summary>
    /// The grid of 8 bits to which a value is rounded that the program does not round; <see langword="null"/> if none.
    /// </summary>
    public ActivationGrid? RoundedTo(int value) => _rounded[value];

    /// <summary>Whether a layer's result is codes: of the quantizer after it, or of a grid of its own.</summary>
    public bool GivesCodes(int value) => _rounded[value] is not null || QuantizerOf(value) is not null;

    /// <summary>What a quantizer quantizes, and the least and the highest code that can come out.</summary>
    public (int Source, byte Low, byte High) SourceOf(int value)
    {
        var grid = (ActivationGrid)_graph.MakerOf(value)!.Data!;
        (int source, float low, float high) = Walk(value);
        return (source, Code(low), Code(high));

        // Where each channel has a grid of its own, nothing is folded.
        byte Code(float x) => (byte)Quantization.Code(x, grid.Scales[0], grid.ZeroPoints[0], grid.Top);
    }

    private static bool IsClamp(Operation operation) => operation.Name is "relu" or "clamp";

    private static float Clamp(Operation operation, float x)
    {
        float y = 0;
        UnaryFunctions.Of(operation)!([x], new(ref y));
        return y;
    }

    private (int Source, float Low, float High) Walk(int value)
    {
        int source = _graph.MakerOf(value)!.Operands[0];
        var clamps = new Stack<Operation>();
        while (_isFolded[source])
        {
            Operation clamp = _graph.MakerOf(source)!;
            clamps.Push(clamp);
            source = clamp.Operands[0];
        }
        (float low, float high) = (float.NegativeInfinity, float.PositiveInfinity);
        foreach (Operation clamp in clamps)
            (low, high) = (Clamp(clamp, low), Clamp(clamp, high));
        return (source, low, high);
    }

    private void Fold(int value, ActivationGrid grid)
    {
        int source = _graph.MakerOf(value)!.Operands[0];
        while (grid.Axis is null && IsInner(source) && IsClamp(_graph.MakerOf(source)!))
        {
            _isFolded[source] = true;
            source = _graph.MakerOf(source)!.Operands[0];
        }
    }

    /// <summary>
    /// Whether one slice alone takes what a slice along another dimension gives: both are written as one.
    /// </summary>
    private bool IsMerged(int value, SymbolicShapes shapes)
    {
        if (!IsInner(value) || !IsSlice(value, out int axis) || !IsSlice(_consumers[value][0], out int next))
            return false;
        for (int inner = _graph.MakerOf(value)!.Operands[0]; axis != next; inner = _graph.MakerOf(inner)!.Operands[0])
        {
            if (inner < _graph.Inputs.Count || !_isMerged[inner])
                return true;
            _ = IsSlice(inner, out axis);
        }
        return false;

        bool IsSlice(int of, out int dimension)
        {
            Operation operation = _graph.MakerOf(of)!;
            bool isSlice = operation.Name == "slice";
            dimension = isSlice ? (int)operation.Arguments.Integer("dim") : 0;
            dimension += dimension < 0 ? shapes[of].Rank : 0;
            return isSlice;
        }
    }

    private bool IsDelayed(int quantizer)
    {
        if (!IsInner(quantizer) || _graph.MakerOf(_consumers[quantizer][0])!.Name != "max_pool")
            return false;
        int source = _graph.MakerOf(quantizer)!.Operands[0];
        while (_isFolded[source])
            source = _graph.MakerOf(source)!.Operands[0];
        return _graph.MakerOf(source) is not { } maker || !maker.Operands.Any(o => _grids[o] is not null);
    }

    /// <summary>Whether one operation alone uses what an operation has made.</summary>
    private bool IsInner(int value) =>
        value >= _graph.Inputs.Count && _consumers[value].Count == 1 && !_isOutput[value];

    /// <summary>The quantizer of one grid that alone takes a value, clamped or not.</summary>
    private int? QuantizerOf(int value)
    {
        int next = value;
        while (IsInner(next))
        {
            next = _consumers[next][0];
            Operation operation = _graph.MakerOf(next)!;
            if (operation.Data is ActivationGrid grid)
                return grid.Axis is null ? next : null;
            if (!IsClamp(operation))
                return null;
        }
        return null;
    }

    private bool IsWanted(int value)
    {
        if (_wanted[value] is { } known)
            return known;
        bool isWanted = _consumers[value].Exists(c => Wants(c, value));
        _wanted[value] = isWanted;
        return isWanted;
    }

    private bool Wants(int consumer, int value)
    {
        Operation operation = _graph.MakerOf(consumer)!;
        return operation.Name switch
        {
            "conv" or "linear" => operation.Operands[0] == value,
            "matmul" => true,
            _ when CodeOperations.Contains(operation.Name) && QuantizerOf(consumer) is not null => true,
            _ => Movers.Contains(operation.Name) && IsWanted(consumer),
        };
    }

    private ActivationGrid? CommonGrid(Operation operation)
    {
        IEnumerable<int> operands = operation.Name == "concat" ? operation.Operands : operation.Operands.Take(1);
        ActivationGrid? first = _grids[operation.Operands[0]];
        bool isMoved = first is { Axis: null }
            && operands.All(o => _grids[o] is { } grid && SameGrid(grid, first))
            && Vocabulary.Find(operation.Name)!.KeepsGrid(operation);
        return isMoved ? first : null;
    }

    private static bool SameGrid(ActivationGrid one, ActivationGrid other) =>
        one.Axis is null && one.Bits == other.Bits && one.Scales[0] == other.Scales[0]
        && one.ZeroPoints[0] == other.ZeroPoints[0];
}

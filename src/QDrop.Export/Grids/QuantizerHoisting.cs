using QDrop.Programs;

namespace QDrop.Grids;

/// <summary>
/// Moves quantizers from behind operations that only move elements to before them, where layers stand: what is
/// concatenated, reshaped or permuted, and then quantized, is the same as if it were quantized first, and runtimes find
/// the layer and its quantizer beside each other.
/// </summary>
internal sealed class QuantizerHoisting
{
    private static readonly HashSet<string> Movers = new(StringComparer.Ordinal) { "concat", "reshape", "permute", "flip" };

    private readonly ProgramGraph _graph;
    private readonly int[] _uses;
    private readonly bool[] _isMoved;
    private readonly int[] _values;
    private readonly List<Operation> _operations = [];

    private QuantizerHoisting(ProgramGraph graph)
    {
        _graph = graph;
        _uses = new int[graph.ValueCount];
        _isMoved = new bool[graph.ValueCount];
        _values = [.. Enumerable.Range(0, graph.ValueCount)];
        foreach (int operand in graph.Operations.SelectMany(static o => o.Operands))
            _uses[operand]++;
        foreach (ProgramOutput output in graph.Outputs)
            _uses[output.Value]++;
    }

    /// <summary>The program with its quantizers behind layers, as far as they can be there.</summary>
    public static ProgramGraph Apply(ProgramGraph graph)
    {
        while (new QuantizerHoisting(graph).Step() is { } next)
            graph = next;
        return graph;
    }

    private static bool IsClamp(Operation? operation) => operation?.Name is "relu" or "clamp";

    /// <summary>Moves each quantizer before one operation; <see langword="null"/> if there is none to move.</summary>
    private ProgramGraph? Step()
    {
        var movers = new Dictionary<int, int>();
        for (int value = _graph.Inputs.Count; value < _graph.ValueCount; value++)
        {
            if (MoverBefore(value) is not { } mover)
                continue;
            movers.Add(value, mover);
            for (int inner = _graph.MakerOf(value)!.Operands[0]; inner != mover; inner = _graph.MakerOf(inner)!.Operands[0])
                _isMoved[inner] = true;
            _isMoved[mover] = true;
        }
        if (movers.Count == 0)
            return null;
        for (int value = _graph.Inputs.Count; value < _graph.ValueCount; value++)
        {
            if (movers.TryGetValue(value, out int mover))
                _values[value] = Move(value, mover);
            else if (!_isMoved[value])
                _values[value] = Add(_graph.MakerOf(value)!, _graph.MakerOf(value)!.Operands.Select(o => _values[o]));
        }
        return new(
            _graph.Inputs, _operations, [.. _graph.Outputs.Select(o => o with { Value = _values[o.Value] })]);
    }

    /// <summary>The operation before a quantizer, and clamps, that moves what comes out of layers.</summary>
    private int? MoverBefore(int quantizer)
    {
        if (_graph.MakerOf(quantizer) is not { Data: ActivationGrid { Axis: null } } operation)
            return null;
        int mover = Unclamped(operation.Operands[0]);
        return _uses[mover] == 1 && _graph.MakerOf(mover) is { } maker && Movers.Contains(maker.Name)
            && Moved(maker).Any(LeadsToLayer)
            ? mover
            : null;
    }

    /// <summary>The operands that are moved, not those that are there for their sizes.</summary>
    private static IEnumerable<int> Moved(Operation mover) =>
        mover.Name == "concat" ? mover.Operands : mover.Operands.Take(1);

    private bool LeadsToLayer(int value)
    {
        int source = Unclamped(value);
        return _uses[source] == 1 && _graph.MakerOf(source) is { } maker
            && (maker.Name is "conv" or "linear" || (Movers.Contains(maker.Name) && Moved(maker).Any(LeadsToLayer)));
    }

    private int Unclamped(int value)
    {
        while (_uses[value] == 1 && IsClamp(_graph.MakerOf(value)))
            value = _graph.MakerOf(value)!.Operands[0];
        return value;
    }

    private int Move(int quantizer, int mover)
    {
        var chain = new Stack<Operation>();
        Operation operation = _graph.MakerOf(quantizer)!;
        chain.Push(operation);
        for (int value = operation.Operands[0]; value != mover; value = _graph.MakerOf(value)!.Operands[0])
            chain.Push(_graph.MakerOf(value)!);
        Operation maker = _graph.MakerOf(mover)!;
        var quantized = new Dictionary<int, int>();
        foreach (int operand in Moved(maker).Distinct())
            quantized.Add(operand, chain.Aggregate(_values[operand], (value, next) => Add(next, [value])));
        int moved = Moved(maker).Count();
        return Add(maker, maker.Operands.Select((o, i) => i < moved ? quantized[o] : _values[o]));
    }

    private int Add(Operation operation, IEnumerable<int> operands)
    {
        _operations.Add(operation with { Operands = [.. operands] });
        return _graph.Inputs.Count + _operations.Count - 1;
    }
}

using System.Runtime.InteropServices;
using QDrop.Kernels;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Integers;

/// <summary>
/// Turns a program of float32 values and quantizers into one that computes with codes: layers with what follows them at
/// once, sums and functions of codes, and all else that only moves elements. What has no such form stays float32.
/// </summary>
/// <remarks>
/// A value may be there in four forms: as codes or float32, and row-major or with its channels (dimension 1) last,
/// which convolutions want. Forms are made from each other where an operation asks for them.
/// </remarks>
internal sealed class Lowering
{
    private readonly ProgramGraph _graph;
    private readonly ProgramData _data;
    private readonly ValueInfo[] _infos;
    private readonly ActivationGrid?[] _grids;
    private readonly int[] _uses;
    private readonly int[] _users;
    private readonly Forms[] _forms;
    private readonly bool[] _absorbed;
    private readonly Dictionary<int, Pattern> _patterns = [];
    private readonly List<Operation> _operations = [];
    private string _place = "";

    private Lowering(ProgramGraph graph, ProgramData data, ValueInfo[] infos)
    {
        (_graph, _data, _infos) = (graph, data, infos);
        _grids = new ActivationGrid?[graph.ValueCount];
        (_uses, _users) = (new int[graph.ValueCount], new int[graph.ValueCount]);
        _forms = [.. Enumerable.Range(0, graph.ValueCount).Select(static _ => new Forms())];
        _absorbed = new bool[graph.Operations.Count];
    }

    /// <summary>Where a value is in the new program, in each form; −1 where it is not.</summary>
    private sealed class Forms
    {
        public int Row = -1, Last = -1, RowCodes = -1, LastCodes = -1;
    }

    /// <summary>Operations that are computed at once.</summary>
    /// <param name="First">The number of the first one.</param>
    /// <param name="Result">The grid of the last one; <see langword="null"/> where it is float32.</param>
    /// <param name="Residual">What is added; −1 for nothing.</param>
    /// <param name="Low">The least value.</param>
    /// <param name="High">The greatest value.</param>
    /// <param name="Function">What is computed of each element, of operations other than layers.</param>
    private sealed record Pattern(
        int First, ActivationGrid? Result, int Residual, float Low, float High, UnaryFunction? Function);

    /// <summary>The program in integers.</summary>
    /// <param name="graph">The program, with what it names.</param>
    /// <param name="data">What it names.</param>
    /// <param name="infos">The kinds and shapes of its values.</param>
    public static ProgramGraph Of(ProgramGraph graph, ProgramData data, ValueInfo[] infos) =>
        new Lowering(graph, data, infos).Run();

    private ProgramGraph Run()
    {
        for (int i = 0; i < _graph.Operations.Count; i++)
        {
            foreach (int operand in _graph.Operations[i].Operands)
            {
                _uses[operand]++;
                _users[operand] = i;
            }
            _grids[ValueOf(i)] = GridOf(_graph.Operations[i]);
        }
        foreach (ProgramOutput output in _graph.Outputs)
            _uses[output.Value] += 2;
        for (int i = 0; i < _graph.Inputs.Count; i++)
            _forms[i].Row = i;
        for (int i = 0; i < _graph.Operations.Count; i++)
        {
            if (!_absorbed[i])
                Match(i);
        }
        for (int i = 0; i < _graph.Operations.Count; i++)
        {
            _place = _graph.Operations[i].Place;
            if (_patterns.TryGetValue(i, out Pattern? pattern))
                Emit(pattern, ValueOf(i));
            else if (!_absorbed[i])
                Emit(_graph.Operations[i], ValueOf(i));
        }
        ProgramOutput[] outputs = [.. _graph.Outputs.Select(o => o with { Value = Row(o.Value) })];
        return Pruned(_graph with { Operations = _operations, Outputs = outputs });
    }

    private int ValueOf(int operation) => _graph.Inputs.Count + operation;

    /// <summary>The grid on whose codes a value is, one for all of them.</summary>
    private ActivationGrid? GridOf(Operation operation)
    {
        switch (operation.Name)
        {
            case "quantize":
                var grid = (ActivationGrid)operation.Data!;
                return grid.Axis is null ? grid : null;
            case "concat":
                ActivationGrid? first = _grids[operation.Operands[0]];
                return operation.Operands.All(o => _grids[o] is { } own && ReferenceEquals(own, first)) ? first : null;
            // These have no form for codes.
            case "upsample" or "adaptive_max_pool":
                return null;
            default:
                return Vocabulary.Find(operation.Name)!.KeepsGrid(operation) ? _grids[operation.Operands[0]] : null;
        }
    }

    /// <summary>Finds what can be computed at once from an operation on.</summary>
    private void Match(int first)
    {
        Operation operation = _graph.Operations[first];
        bool isLayer = operation.Name is "conv" or "linear" && IsLayer(operation);
        bool isSum = operation.Name == "add" && operation.Operands.All(o => _grids[o] is not null)
            && _infos[operation.Operands[0]].Shape.AsSpan().SequenceEqual(_infos[operation.Operands[1]].Shape);
        UnaryFunction? function = !isLayer && !isSum && operation.Operands.Count == 1
            && _grids[operation.Operands[0]] is not null ? UnaryFunctions.Of(operation) : null;
        // Codes of a function of float32 are computed at once, too.
        function ??= isLayer || isSum || operation.Operands.Count != 1
            || _infos[operation.Operands[0]].Kind != ValueKind.Float32 ? null : UnaryFunctions.Of(operation);
        if (!isLayer && !isSum && function is null)
            return;
        (float low, float high) = (float.NegativeInfinity, float.PositiveInfinity);
        int last = first, residual = -1;
        ActivationGrid? result = null;
        var path = new List<int> { first };
        for (int value = ValueOf(first); result is null && _uses[value] == 1; value = ValueOf(last))
        {
            Operation next = _graph.Operations[_users[value]];
            if (_absorbed[_users[value]])
                break;
            if (next.Name == "quantize" && ((ActivationGrid)next.Data!) is { Axis: null } grid)
                result = grid;
            else if (isLayer && next.Name is "relu" or "clamp")
                (low, high) = Clamped(next, low, high);
            else if (isLayer && residual < 0 && float.IsNegativeInfinity(low) && float.IsPositiveInfinity(high)
                && next.Name == "add" && Other(next, value) is { } other && _infos[other].Kind == ValueKind.Float32
                && _infos[other].Shape.AsSpan().SequenceEqual(_infos[value].Shape))
                residual = other;
            else if (!isLayer && next.Operands.Count == 1 && UnaryFunctions.Of(next) is { } then)
                function = Then(function, then);
            else
                break;
            last = _users[value];
            path.Add(last);
        }
        // What stays float32 is computed by the operations themselves, but for layers.
        if (!isLayer && result is null)
            return;
        foreach (int absorbed in path)
            _absorbed[absorbed] = true;
        _patterns.Add(last, new(first, result, residual, low, high, function));
    }

    private static UnaryFunction Then(UnaryFunction? one, UnaryFunction other) => one is null
        ? other
        : (x, y) =>
        {
            one(x, y);
            other(y, y);
        };

    private static int? Other(Operation sum, int value) =>
        sum.Operands[0] == sum.Operands[1] ? null
        : sum.Operands[0] == value ? sum.Operands[1] : sum.Operands[0];

    private static (float Low, float High) Clamped(Operation operation, float low, float high)
    {
        float min = operation.Name == "relu" ? 0 : (float)operation.Arguments.Number("min", double.NegativeInfinity);
        float max = operation.Name == "relu" ? float.PositiveInfinity
            : (float)operation.Arguments.Number("max", double.PositiveInfinity);
        return (MathF.Min(MathF.Max(low, min), max), MathF.Min(MathF.Max(high, min), max));
    }

    /// <summary>Whether a layer's kernel takes its input and weights.</summary>
    private bool IsLayer(Operation operation)
    {
        if (operation.Operands.Count > 2 && !IsConstant(operation.Operands[2]))
            return false;
        if (_grids[operation.Operands[0]] is not null && WeightsOf(operation) is not null)
            return true;
        // Of an image, say, whose weights are quantized, or of a part that stays float32.
        return operation.Name == "conv" && IsConstant(operation.Operands[1])
            && operation.Arguments.Int32("groups", 1) == 1 && _grids[operation.Operands[0]] is null;
    }

    private bool IsConstant(int value) => _graph.MakerOf(value) is { Name: "constant" };

    private LayerWeights? WeightsOf(Operation operation)
    {
        Operation? maker = _graph.MakerOf(operation.Operands[1]);
        return maker is { Name: "constant" } && maker.Arguments.Has("weight")
            && _data.Layers.TryGetValue(maker.Arguments.Text("weight"), out LayerWeights? weights) && weights.Axis == 0
            ? weights
            : null;
    }

    private float[] FloatsOf(int value)
    {
        var constant = (Constant)_graph.MakerOf(value)!.Data!;
        return MemoryMarshal.Cast<byte, float>(constant.Bytes).ToArray();
    }

    private void Emit(Pattern pattern, int value)
    {
        Operation first = _graph.Operations[pattern.First];
        Forms forms = _forms[value];
        _place = first.Place;
        if (first.Name is not ("conv" or "linear"))
        {
            if (_grids[first.Operands[0]] is null)
            {
                ToCodes(first.Operands[0], forms, pattern.Function, pattern.Result!);
                return;
            }
            var function = new CodeFunction(
                [.. first.Operands.Select(o => _grids[o]!)], pattern.Function, pattern.Result!);
            bool isLast = first.Operands.All(o => _forms[o].LastCodes >= 0);
            int[] operands = [.. first.Operands.Select(o => isLast ? _forms[o].LastCodes : RowCodes(o))];
            int made = Add(
                first.Operands.Count == 1 ? "code_table" : "code_sum", operands, Arguments.None, function);
            (isLast ? ref forms.LastCodes : ref forms.RowCodes) = made;
            return;
        }
        bool isConvolution = first.Name == "conv";
        int input = first.Operands[0];
        ActivationGrid? grid = WeightsOf(first) is null ? null : _grids[input];
        var layer = new FusedLayer(
            grid is null ? null : WeightsOf(first),
            grid is null ? FloatsOf(first.Operands[1]) : null,
            _infos[first.Operands[1]].Shape,
            first.Operands.Count > 2 ? FloatsOf(first.Operands[2]) : null,
            grid,
            pattern.Residual < 0 ? null : _grids[pattern.Residual],
            pattern.Result,
            pattern.Low,
            pattern.High,
            pattern.Residual >= 0 && _grids[pattern.Residual] is null);
        List<int> all = [grid is null ? Row(input) : isConvolution ? LastCodes(input) : RowCodes(input)];
        if (pattern.Residual >= 0)
            all.Add(Residual(pattern.Residual, isConvolution));
        int result = Add(isConvolution ? "fused_conv" : "fused_linear", [.. all], first.Arguments, layer);
        if (pattern.Result is null)
            (isConvolution ? ref forms.Last : ref forms.Row) = result;
        else
            (isConvolution ? ref forms.LastCodes : ref forms.RowCodes) = result;
    }

    private void Emit(Operation operation, int value)
    {
        Forms forms = _forms[value];
        int[] operands = [.. operation.Operands];
        int first = operands.Length > 0 ? operands[0] : -1;
        if (operation.Name == "quantize" && _grids[value] is { } shares && IsSoftmax(_graph.MakerOf(first)))
        {
            forms.RowCodes = Softmax(_graph.MakerOf(first)!, shares);
        }
        else if (operation.Name == "quantize" && _grids[value] is { } products && IsProduct(_graph.MakerOf(first)))
        {
            forms.RowCodes = Product(_graph.MakerOf(first)!, products);
        }
        else if (IsProduct(operation))
        {
            forms.Row = Product(operation, null);
        }
        else if (IsSoftmax(operation))
        {
            forms.Row = Softmax(operation, null);
        }
        else if (operation.Name == "quantize" && _grids[value] is { } grid)
        {
            ToCodes(first, forms, null, grid);
        }
        else if (_grids[value] is { } own)
        {
            Move(operation, value, own);
        }
        else if (IsGlobalMean(operation) && _grids[first] is { } codes)
        {
            int mean = Add("code_mean", [LastCodes(first)], Arguments.None, codes);
            forms.Row = _infos[value].Rank == 2
                ? mean
                : Add("reshape", [mean], Shape(_infos[value].Shape), null);
        }
        else if (operands.Length == 1 && UnaryFunctions.Of(operation) is not null && IsLastOnly(first))
        {
            forms.Last = Add(operation.Name, [_forms[first].Last], operation.Arguments, operation.Data);
        }
        else if (operation.Name is "add" or "sub" or "mul" or "div" or "maximum" or "minimum"
            && operands.Any(IsLastOnly) && operands.All(o => CanBeLast(o, _infos[value].Shape)))
        {
            forms.Last = Add(operation.Name, [.. operands.Select(Last)], operation.Arguments, operation.Data);
        }
        else if (operation.Name == "matmul" && ExchangedOf(operands[1]) is { } exchanged)
        {
            forms.Row = Add(
                MatrixProduct.Transposed, [Row(first), Row(exchanged)], operation.Arguments, operation.Data);
        }
        else
        {
            forms.Row = Add(operation.Name, [.. operands.Select(Row)], operation.Arguments, operation.Data);
        }
    }

    /// <summary>Whether an operation is a product of two matrices of codes.</summary>
    private bool IsProduct(Operation? operation) =>
        operation is { Name: "matmul" } && operation.Operands.All(o => _grids[o] is not null)
        && CodeProduct.Fits(_infos[operation.Operands[0]].Shape[^1])
        && _infos[operation.Operands[0]].Count > 0 && _infos[operation.Operands[1]].Count > 0;

    private int Product(Operation operation, ActivationGrid? grid)
    {
        (int one, int other) = (operation.Operands[0], operation.Operands[1]);
        int? exchanged = ExchangedOf(other);
        return Add(
            exchanged is null ? CodeMatrixProduct.Plain : CodeMatrixProduct.Transposed,
            [RowCodes(one), RowCodes(exchanged ?? other)], Arguments.None,
            new ProductGrids(_grids[one]!, _grids[other]!, grid));
    }

    /// <summary>Whether an operation is a softmax along the last dimension.</summary>
    private bool IsSoftmax(Operation? operation)
    {
        if (operation is not { Name: "softmax" })
            return false;
        long axis = operation.Arguments.Integer("dim"), rank = _infos[operation.Operands[0]].Rank;
        return axis == -1 || axis == rank - 1;
    }

    /// <summary>A softmax with the mask that is added before it, and the number that is multiplied by.</summary>
    private int Softmax(Operation operation, ActivationGrid? grid)
    {
        int x = operation.Operands[0], mask = -1;
        float scale = 1;
        if (_graph.MakerOf(x) is { Name: "add" } sum && _grids[x] is null)
        {
            (int one, int other) = (sum.Operands[0], sum.Operands[1]);
            if (!_infos[one].Shape.AsSpan().SequenceEqual(_infos[x].Shape))
                (one, other) = (other, one);
            if (_infos[one].Shape.AsSpan().SequenceEqual(_infos[x].Shape)
                && FusedSoftmax.IsMask(_infos[other].Shape, _infos[x].Shape))
                (x, mask) = (one, other);
        }
        if (_graph.MakerOf(x) is { Name: "mul" or "div" } product && _grids[x] is null
            && _infos[product.Operands[0]].Shape.AsSpan().SequenceEqual(_infos[x].Shape)
            && NumberOf(product.Operands[1]) is { } number)
        {
            scale = product.Name == "mul" ? number : 1 / number;
            x = product.Operands[0];
        }
        return Add(
            "fused_softmax", mask < 0 ? [Row(x)] : [Row(x), Row(mask)], Arguments.None, new SoftmaxData(scale, grid));
    }

    /// <summary>A constant of one element, float32; null if the value is none.</summary>
    private float? NumberOf(int value) =>
        _graph.MakerOf(value)?.Data is Constant { Kind: ValueKind.Float32 } && _infos[value].Count == 1
            ? FloatsOf(value)[0]
            : null;

    /// <summary>The value of which another one has the last two dimensions exchanged; null if there is none.</summary>
    private int? ExchangedOf(int value)
    {
        if (_graph.MakerOf(value) is not { Name: "permute" } maker)
            return null;
        int[] order = maker.Arguments.Integers("order");
        int rank = order.Length;
        return rank >= 2 && order.AsSpan().SequenceEqual([.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2])
            ? maker.Operands[0]
            : null;
    }

    /// <summary>Codes of float32, or of a function of it.</summary>
    private void ToCodes(int value, Forms forms, UnaryFunction? function, ActivationGrid grid)
    {
        var data = new CodeFunction([], function, grid);
        if (IsLastOnly(value))
            forms.LastCodes = Add("to_codes", [_forms[value].Last], Arguments.None, data);
        else
            forms.RowCodes = Add("to_codes", [Row(value)], Arguments.None, data);
    }

    /// <summary>Moves codes as the operation moves values.</summary>
    private void Move(Operation operation, int value, ActivationGrid grid)
    {
        Forms forms = _forms[value];
        int first = operation.Operands[0], rank = _infos[first].Rank;
        bool isLast = _forms[first].LastCodes >= 0;
        Arguments with = operation.Arguments;
        switch (operation.Name)
        {
            case "reshape" when _infos[value].Shape.AsSpan().SequenceEqual(_infos[first].Shape):
                (forms.RowCodes, forms.LastCodes) = (_forms[first].RowCodes, _forms[first].LastCodes);
                return;
            case "max_pool":
                forms.LastCodes = Add("code_max_pool", [LastCodes(first)], with, null);
                return;
            case "permute" when isLast:
                int[] order = with.Integers("order");
                forms.RowCodes = Add(
                    "permute", [_forms[first].LastCodes], Order([.. order.Select(d => InLast(d, rank))]), null);
                return;
            case "slice" when isLast:
                long along = InLast(with.Integer("dim"), rank);
                forms.LastCodes = Add("slice", [_forms[first].LastCodes], with.With("dim", along), null);
                return;
            case "flip" when isLast:
                long[] dims = [.. with.Integers("dims").Select(d => (long)InLast(d, rank))];
                forms.LastCodes = Add("flip", [_forms[first].LastCodes], with.With("dims", dims), null);
                return;
            case "concat" when operation.Operands.All(o => _forms[o].LastCodes >= 0):
                forms.LastCodes = Add(
                    "concat", [.. operation.Operands.Select(LastCodes)],
                    with.With("dim", (long)InLast(with.Integer("dim"), rank)), null);
                return;
            case "pad":
                int[] pads = with.Integers("pads");
                with = with.With("value", (long)grid.ZeroPoints[0]);
                if (!isLast)
                {
                    forms.RowCodes = Add("pad", [RowCodes(first)], with, null);
                    return;
                }
                long[] moved = new long[pads.Length];
                for (int d = 0; d < rank; d++)
                    (moved[2 * InLast(d, rank)], moved[(2 * InLast(d, rank)) + 1]) = (pads[2 * d], pads[(2 * d) + 1]);
                forms.LastCodes = Add("pad", [_forms[first].LastCodes], with.With("pads", moved), null);
                return;
            default:
                forms.RowCodes = Add(
                    operation.Name,
                    [
                        .. operation.Operands.Select((o, i) =>
                            i == 0 || operation.Name == "concat" ? RowCodes(o) : Row(o)),
                    ],
                    with, null);
                return;
        }
    }

    /// <summary>Whether an operation gives the mean of each channel.</summary>
    private bool IsGlobalMean(Operation operation)
    {
        if (operation.Name is not ("mean" or "adaptive_avg_pool"))
            return false;
        int rank = _infos[operation.Operands[0]].Rank;
        if (rank < 3)
            return false;
        if (operation.Name == "adaptive_avg_pool")
        {
            return operation.Arguments.Integers("sizes") is var sizes && sizes.Length == rank - 2
                && sizes.All(static s => s == 1);
        }
        return operation.Arguments.Integers("dims", []).Select(d => d < 0 ? d + rank : d).Order()
            .SequenceEqual(Enumerable.Range(2, rank - 2));
    }

    /// <summary>What is added to a layer, in the order of its result: codes if there are any.</summary>
    private int Residual(int value, bool isLast) => _grids[value] is null
        ? isLast ? Last(value) : Row(value)
        : isLast ? LastCodes(value) : RowCodes(value);

    private bool IsLastOnly(int value) => _forms[value].Last >= 0 && _forms[value].Row < 0;

    /// <summary>Whether a value can be had with its channels last beside one of a shape.</summary>
    private bool CanBeLast(int value, int[] shape) =>
        _infos[value].Count == 1 || _infos[value].Shape.AsSpan().SequenceEqual(shape);

    private int Row(int value)
    {
        Forms forms = _forms[value];
        if (forms.Row < 0)
        {
            forms.Row = forms.Last >= 0
                ? Add("permute", [forms.Last], BackOrder(_infos[value].Rank), null)
                : Add("from_codes", [RowCodes(value)], Arguments.None, _grids[value]);
        }
        return forms.Row;
    }

    private int Last(int value)
    {
        Forms forms = _forms[value];
        if (_infos[value].Count == 1)
            return Row(value);
        if (forms.Last < 0)
        {
            forms.Last = forms.LastCodes >= 0
                ? Add("from_codes", [forms.LastCodes], Arguments.None, _grids[value])
                : Add("permute", [Row(value)], LastOrder(_infos[value].Rank), null);
        }
        return forms.Last;
    }

    private int RowCodes(int value)
    {
        Forms forms = _forms[value];
        if (forms.RowCodes < 0)
            forms.RowCodes = Add("permute", [forms.LastCodes], BackOrder(_infos[value].Rank), null);
        return forms.RowCodes;
    }

    private int LastCodes(int value)
    {
        Forms forms = _forms[value];
        if (forms.LastCodes < 0)
            forms.LastCodes = Add("permute", [RowCodes(value)], LastOrder(_infos[value].Rank), null);
        return forms.LastCodes;
    }

    private static Arguments Shape(int[] shape) => new([("shape", Array.ConvertAll(shape, static s => (long)s))]);

    private static Arguments Order(int[] order) => new([("order", Array.ConvertAll(order, static d => (long)d))]);

    private static Arguments LastOrder(int rank) => Order([0, .. Enumerable.Range(2, rank - 2), 1]);

    private static Arguments BackOrder(int rank) => Order([0, rank - 1, .. Enumerable.Range(1, rank - 2)]);

    /// <summary>Where a dimension is, channels last.</summary>
    private static int InLast(long dimension, int rank)
    {
        int d = (int)(dimension < 0 ? dimension + rank : dimension);
        return d == 0 ? 0 : d == 1 ? rank - 1 : d - 1;
    }

    private int Add(string name, int[] operands, Arguments arguments, object? data)
    {
        _operations.Add(new(name, operands, arguments, _place) { Data = data });
        return ValueOf(_operations.Count - 1);
    }

    /// <summary>Leaves out what no output needs.</summary>
    private static ProgramGraph Pruned(ProgramGraph graph)
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
        for (int value = graph.Inputs.Count; value < graph.ValueCount; value++)
        {
            if (!needed[value])
                continue;
            numbers[value] = graph.Inputs.Count + operations.Count;
            Operation operation = graph.MakerOf(value)!;
            operations.Add(operation with { Operands = [.. operation.Operands.Select(o => numbers[o])] });
        }
        return graph with
        {
            Operations = operations,
            Outputs = [.. graph.Outputs.Select(o => o with { Value = numbers[o.Value] })],
        };
    }
}

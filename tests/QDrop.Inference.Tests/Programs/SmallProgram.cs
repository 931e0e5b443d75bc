using System.Runtime.InteropServices;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Tests.Programs;

/// <summary>Makes programs for tests.</summary>
internal sealed class SmallProgram
{
    private readonly List<ProgramInput> _inputs = [];
    private readonly List<Operation> _operations = [];
    private readonly Dictionary<string, LayerWeights> _layers = [];
    private readonly Dictionary<string, ActivationGrid> _grids = [];
    private readonly Dictionary<string, Constant> _tensors = [];

    /// <summary>What the program names.</summary>
    public ProgramData Data => new(_layers, _grids, _tensors);

    /// <summary>An input; it must come before all operations.</summary>
    public int Input(ValueKind kind, params int[] shape)
    {
        _inputs.Add(new($"x{_inputs.Count}", kind, shape));
        return _inputs.Count - 1;
    }

    /// <summary>Says with which sizes an input was recorded.</summary>
    public void Recorded(int input, params int[] sizes) => _inputs[input] = _inputs[input] with { Recorded = sizes };

    /// <summary>An operation.</summary>
    public int Add(string name, int[] operands, params (string, object)[] arguments)
    {
        _operations.Add(new(name, operands, new(arguments), $"place{_operations.Count}"));
        return _inputs.Count + _operations.Count - 1;
    }

    /// <summary>A constant tensor, float32.</summary>
    public int Tensor(float[] values, params int[] shape)
    {
        string name = $"program.{_tensors.Count}";
        _tensors.Add(name, new(ValueKind.Float32, shape, MemoryMarshal.AsBytes<float>(values).ToArray()));
        return Add("constant", [], ("tensor", name));
    }

    /// <summary>The weights of a layer with random levels, and its bias.</summary>
    public (int Weight, int Bias) Layer(Random random, int bits, params int[] shape)
    {
        string name = $"layer{_layers.Count}";
        byte[] levels = new byte[ValueInfo.CountOf(shape)], zeroPoints = new byte[shape[0]];
        for (int i = 0; i < levels.Length; i++)
            levels[i] = (byte)random.Next(1 << bits);
        for (int c = 0; c < zeroPoints.Length; c++)
            zeroPoints[c] = (byte)random.Next(1 << bits);
        float[] scales = [.. zeroPoints.Select(_ => 0.01f + (random.NextSingle() * 0.1f))],
            bias = [.. zeroPoints.Select(_ => random.NextSingle() - 0.5f)];
        _layers.Add(name, new(name, bits, shape, 0, levels, scales, zeroPoints, bias));
        return (Add("constant", [], ("weight", name)), Add("constant", [], ("bias", name)));
    }

    /// <summary>A value on a grid.</summary>
    public int Quantize(int value, int bits, float scale, byte zeroPoint) =>
        Quantize(value, bits, [scale], [zeroPoint], axis: null);

    /// <summary>A value on a grid, or on one for each channel.</summary>
    public int Quantize(int value, int bits, float[] scales, byte[] zeroPoints, int? axis)
    {
        string name = $"grid{_grids.Count}";
        _grids.Add(name, new(name, bits, scales, zeroPoints, axis));
        return Add("quantize", [value], ("grid", name));
    }

    /// <summary>The program, not bound yet.</summary>
    public ProgramGraph Graph(params int[] outputs) =>
        new(
            _inputs, _operations,
            [.. outputs.Select(static (v, i) => new ProgramOutput($"y{i}", v, ValueKind.Float32, []))]);

    /// <summary>Runs the program in float32, as it is written, or in integers.</summary>
    public IReadOnlyList<float[]> Run(bool inIntegers, float[][] inputs, int[][] shapes, params int[] outputs)
    {
        using var program = new QuantizedProgram(
            "Test", Vocabulary.Bind(Graph(outputs), Data), inIntegers ? Data : null);
        return
        [
            .. program.RunWith([.. inputs.Select(static x => MemoryMarshal.AsBytes<float>(x).ToArray())], shapes)
                .Select(static y => MemoryMarshal.Cast<byte, float>(y.Bytes).ToArray()),
        ];
    }
}

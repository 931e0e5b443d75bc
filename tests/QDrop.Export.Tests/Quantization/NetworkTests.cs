using System.Runtime.InteropServices;
using QDrop.Programs;
using QDrop.Tests.Onnx;
using QDrop.Tests.Running;
using Xunit;

namespace QDrop.Tests.Quantization;

/// <summary>Networks of layers on grids: what they give as ONNX, and what ONNX Runtime computes them with.</summary>
public sealed class NetworkTests
{
    private const int Seeds = 60;

    /// <summary>
    /// The share of elements that may be on another level: one that is almost between two levels may be on either, and
    /// so may what follows from it.
    /// </summary>
    private const double Strays = 0.03;

    /// <summary>The same where a value is rounded to 8 bits before it is added.</summary>
    private const double StraysOfSums = 0.08;

    [Fact]
    public void Random_networks_give_the_same_in_ONNX()
    {
        for (int seed = 0; seed < Seeds; seed++)
            Random(seed).Check(new() { Exact = true }, tolerance: 1e-4, Strays);
    }

    [Fact]
    public void Random_networks_are_close_where_values_are_rounded_for_speed()
    {
        for (int seed = 0; seed < Seeds; seed++)
            Random(seed).Check(tolerance: 1e-4, strays: StraysOfSums);
    }

    [Fact]
    public void Linear_layers_of_codes_give_the_same_in_ONNX()
    {
        for (int seed = 0; seed < Seeds; seed++)
            Linear(seed, out int layers).Check(tolerance: 1e-4, strays: layers == 1 ? 0 : StraysOfSums);
    }

    [Fact]
    public void ONNX_Runtime_computes_linear_layers_in_integers()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            IReadOnlyList<string> operators = OnnxRunner.OptimizedOperators(Linear(seed, out int layers).ToOnnx());
            Assert.Equal(
                layers, operators.Count(static o => o is "QGemm" or "QLinearMatMul" or "MatMulIntegerToFloat"));
            Assert.Empty(operators.Intersect(["MatMul", "Gemm", "MatMulNBits"]));
        }
    }

    [Fact]
    public void ONNX_Runtime_computes_a_residual_network_in_integers()
    {
        var c = new ProgramCase(new Random(5));
        NetworkCases.Build(
            c, ["residual", "conv", "residual", "pointwise", "depthwise", "concat", "mean", "average"], 4, 4);
        IReadOnlyList<string> operators = OnnxRunner.OptimizedOperators(c.ToOnnx());
        // The first layer takes float32.
        Assert.Single(operators, "Conv");
        Assert.Equal(6, operators.Count(static o => o == "QLinearConv"));
        Assert.Equal(2, operators.Count(static o => o == "QLinearAdd"));
        Assert.Contains("QLinearConcat", operators);
        Assert.Contains("QLinearAveragePool", operators);
        Assert.Contains("QLinearGlobalAveragePool", operators);
        Assert.Empty(operators.Intersect(["FusedConv", "Add", "Relu", "Max", "Min", "AveragePool"]));
    }

    [Fact]
    public void Layers_whose_results_are_moved_before_they_are_quantized_are_computed_in_integers()
    {
        var c = new ProgramCase(new Random(5));
        NetworkCases.Build(c, ["fire", "shuffle"], 4, 4);
        IReadOnlyList<string> operators = OnnxRunner.OptimizedOperators(c.ToOnnx());
        Assert.Single(operators, "Conv");
        Assert.Equal(4, operators.Count(static o => o == "QLinearConv"));
        Assert.DoesNotContain("Relu", operators);
        c.Check(tolerance: 1e-4, strays: Strays);
    }

    [Fact]
    public void With_samples_convolutions_without_a_quantizer_are_computed_in_integers()
    {
        var c = new ProgramCase(new Random(5));
        NetworkCases.Build(c, ["downsample", "function"], 4, 4);
        using var program = new QuantizedProgram("Test", c.Bound, c.Program.Data);
        ProgramCall samples = program.CreateCall();
        IReadOnlyList<Constant> inputs = c.Inputs(16);
        samples.SetInput("x0", MemoryMarshal.Cast<byte, float>(inputs[0].Bytes), inputs[0].Shape);
        OnnxOptions options = new() { Samples = samples };

        Assert.Equal(4, OnnxRunner.OptimizedOperators(c.ToOnnx()).Count(static o => o is "Conv" or "FusedConv"));
        IReadOnlyList<string> operators = OnnxRunner.OptimizedOperators(c.ToOnnx(options));
        Assert.Single(operators, "Conv");
        Assert.Equal(3, operators.Count(static o => o == "QLinearConv"));
        Assert.Contains("QLinearAdd", operators);
        c.Check(options, tolerance: 1e-4, strays: StraysOfSums);
    }

    [Fact]
    public void What_is_exact_leaves_the_layers_before_a_sum_in_float32()
    {
        var c = new ProgramCase(new Random(5));
        NetworkCases.Build(c, ["residual"], 4, 4);
        Assert.DoesNotContain("QLinearConv", OnnxRunner.OptimizedOperators(c.ToOnnx(new() { Exact = true })));
        Assert.Contains("QLinearConv", OnnxRunner.OptimizedOperators(c.ToOnnx()));
    }

    private static ProgramCase Random(int seed)
    {
        var random = new Random(seed);
        int activationBits = random.Next(2, 9), weightBits = random.Next(2, 9);
        string[] steps =
            [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => NetworkCases.Steps[random.Next(NetworkCases.Steps.Length)])];
        var c = new ProgramCase(random);
        NetworkCases.Build(c, steps, activationBits, weightBits);
        return c;
    }

    private static ProgramCase Linear(int seed, out int layers)
    {
        var random = new Random(seed);
        int activationBits = random.Next(2, 9), weightBits = random.Next(2, 9), size = random.Next(1, 40);
        var c = new ProgramCase(random);
        int x = Grid(seed % 2 == 0 ? c.Floats(ProgramCase.Any, size) : c.Floats(ProgramCase.Any, 3, size));
        layers = random.Next(1, 4);
        for (int i = 0; i < layers; i++)
        {
            int next = random.Next(1, 40);
            (int weight, int bias) = c.Program.Layer(random, weightBits, next, size);
            x = c.Program.Add("linear", random.Next(3) == 0 ? [x, weight] : [x, weight, bias]);
            size = next;
            // A single layer gives what its products add up to.
            if (layers > 1)
                x = Grid(c.Program.Add("relu", [x]));
        }
        c.Outputs.Add(x);
        return c;

        int Grid(int of) => c.Program.Quantize(
            of, activationBits, 2f / (1 << activationBits), (byte)random.Next(1 << activationBits));
    }
}

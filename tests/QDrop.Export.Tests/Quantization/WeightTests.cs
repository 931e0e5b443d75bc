using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Onnx;
using QDrop.Tests.Onnx;
using QDrop.Tests.Running;
using Xunit;

namespace QDrop.Tests.Quantization;

/// <summary>Weights of fewer bits, and ONNX Runtime's own operator for them.</summary>
public sealed class WeightTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    public void Weights_of_4_bits_give_the_same(int bits)
    {
        ProgramCase c = Layers(bits);
        c.Check(new() { Weights = OnnxWeights.Int4, Exact = true });
        // ONNX Runtime rounds what linear layers take.
        c.Check(new() { Weights = OnnxWeights.Int4 }, tolerance: 0.01);
        TensorProto weights = Weights(c, OnnxWeights.Int4, out long version);
        Assert.Equal(bits <= 4 ? 21 : 3, weights.DataType);
        Assert.Equal(bits <= 4 ? 8 * 4 * 9 / 2 : 8 * 4 * 9, weights.RawData.Length);
        Assert.Equal(21, version);
    }

    [Fact]
    public void Weights_of_2_bits_give_the_same()
    {
        ProgramCase c = Layers(2);
        byte[] model = c.ToOnnx(new() { Weights = OnnxWeights.Int2 });
        IReadOnlyList<QDrop.Programs.Constant> inputs = c.Inputs(3);
        ProgramCase.Equal(
            c.Expected(inputs), OnnxRunner.Run(model, inputs, GraphOptimizationLevel.ORT_DISABLE_ALL), 2e-5, 0);
        c.Check(new() { Weights = OnnxWeights.Int2, Exact = true });
        c.Check(new() { Weights = OnnxWeights.Int2 }, tolerance: 0.01);
        TensorProto weights = Weights(c, OnnxWeights.Int2, out long version);
        Assert.Equal(25, weights.DataType);
        Assert.Equal(8 * 4 * 9 / 4, weights.RawData.Length);
        Assert.Equal(25, version);
    }

    [Fact]
    public void Layers_of_2_bits_between_codes_load_where_ONNX_Runtime_optimizes()
    {
        var c = new ProgramCase(new Random(2));
        NetworkCases.Build(c, ["conv", "residual", "depthwise", "pointwise"], 4, 2);
        c.Check(new() { Weights = OnnxWeights.Int2 }, tolerance: 1e-4, strays: 0.002);
        c = new ProgramCase(new Random(3));
        int x = c.Program.Quantize(c.Floats(ProgramCase.Any, 64), 4, 0.1f, 8);
        int y = c.Program.Quantize(c.Floats(ProgramCase.Any, 3, 64), 4, 0.1f, 8);
        (int weight, int bias) = c.Program.Layer(c.Random, 2, 9, 64);
        c.Gives("linear", [x, weight, bias]);
        c.Outputs.Add(c.Program.Quantize(c.Program.Add("linear", [y, weight, bias]), 4, 0.5f, 8));
        c.Check(new() { Weights = OnnxWeights.Int2 }, tolerance: 1e-4, strays: 0.01);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Linear_layers_are_products_in_blocks_where_asked(int bits)
    {
        ProgramCase c = Layers(bits);
        OnnxOptions options = new() { MatMulNBits = true };
        c.Check(options, tolerance: 1e-4);
        Assert.Equal(2, ModelProto.Parser.ParseFrom(c.ToOnnx(options)).Graph.Node.Count(n => n.OpType == "MatMulNBits"));
    }

    [Fact]
    public void Weights_of_fewer_bits_take_less_room()
    {
        var c = new ProgramCase(new Random(1));
        int x = c.Floats(ProgramCase.Any, 256), y = c.Floats(256);
        (int weight, int bias) = c.Program.Layer(c.Random, 2, 64, 256);
        c.Gives("linear", [x, weight, bias]);
        c.Gives("linear", [y, weight, bias]);
        c.Check(new() { Weights = OnnxWeights.Int2 });
        int[] sizes = [.. Enum.GetValues<OnnxWeights>().Select(w => c.ToOnnx(new() { Weights = w }).Length)];
        Assert.True(sizes[0] > sizes[1] && sizes[1] > sizes[2], string.Join(", ", sizes));
    }

    [Fact]
    public void The_same_program_gives_the_same_file()
    {
        ProgramCase c = Layers(4);
        Assert.Equal(c.ToOnnx(), c.ToOnnx());
        Assert.Equal(c.ToOnnx(), ModelProto.Parser.ParseFrom(c.ToOnnx()).ToByteArray());
    }

    private static TensorProto Weights(ProgramCase c, OnnxWeights type, out long version)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(c.ToOnnx(new() { Weights = type }));
        version = model.OpsetImport.Single(static o => o.Domain.Length == 0).Version;
        return model.Graph.Initializer.Single(static t => t.Name == "layer0.weight/integers");
    }

    /// <summary>A convolution and two linear layers.</summary>
    private static ProgramCase Layers(int bits)
    {
        var c = new ProgramCase(new Random(bits));
        int x = c.Floats(ProgramCase.Any, 4, 6, 6), y = c.Floats(ProgramCase.Any, 3, 100);
        (int weight, int bias) = c.Program.Layer(c.Random, bits, 8, 4, 3, 3);
        c.Gives("conv", [x, weight, bias], ("padding", new long[] { 1, 1 }));
        (weight, bias) = c.Program.Layer(c.Random, bits, 7, 100);
        c.Gives("linear", [y, weight, bias]);
        (weight, _) = c.Program.Layer(c.Random, bits, 5, 100);
        c.Gives("linear", [y, weight]);
        return c;
    }
}

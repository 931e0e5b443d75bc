using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using QDrop.Programs;
using QDrop.Tests.Onnx;
using QDrop.Tests.Quantization;
using QDrop.Tests.Running;
using Xunit;

namespace QDrop.Tests.Qonnx;

/// <summary>QONNX models, run by the definition of their operator.</summary>
public sealed class QonnxTests
{
    private static readonly OnnxOptions Options = new() { Format = OnnxFormat.Qonnx };

    [Fact]
    public void Random_networks_give_the_same()
    {
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            int activationBits = random.Next(2, 9), weightBits = random.Next(2, 9);
            var c = new ProgramCase(random);
            NetworkCases.Build(
                c,
                [.. Enumerable.Range(0, 3).Select(_ => NetworkCases.Steps[random.Next(NetworkCases.Steps.Length)])],
                activationBits, weightBits);
            Check(c, strays: 0.02);
        }
    }

    [Fact]
    public void Grids_of_channels_and_linear_layers_give_the_same()
    {
        var c = new ProgramCase(new Random(4));
        int x = c.Floats(ProgramCase.Any, 3, 5);
        int grid = c.Program.Quantize(x, 3, [0.2f, 0.3f, 0.4f], [3, 0, 5], axis: 1);
        (int weight, int bias) = c.Program.Layer(c.Random, 4, 7, 5);
        c.Gives("linear", [grid, weight, bias]);
        Check(c, strays: 0);
    }

    [Fact]
    public void Quantizers_and_weights_are_nodes_with_their_bits()
    {
        var c = new ProgramCase(new Random(4));
        int x = c.Program.Quantize(c.Floats(ProgramCase.Any, 5), 3, 0.1f, 2);
        (int weight, int bias) = c.Program.Layer(c.Random, 4, 7, 5);
        c.Gives("linear", [x, weight, bias]);
        ModelProto model = Model(c);
        Assert.Equal(
            ["grid0", "layer0.weight"],
            model.Graph.Node.Where(static n => n.OpType == "Quant").Select(static n => n.Name));
        Assert.Equal(
            [("", 13L), ("qonnx.custom_op.general", 1L)], model.OpsetImport.Select(static o => (o.Domain, o.Version)));
    }

    [Fact]
    public void Grids_with_the_zero_point_in_the_middle_are_signed()
    {
        var c = new ProgramCase(new Random(4));
        int x = c.Floats(ProgramCase.Any, 5);
        c.Outputs.Add(c.Program.Quantize(x, 3, 0.25f, 4));
        NodeProto node = Model(c).Graph.Node.Single(static n => n.OpType == "Quant");
        Assert.Equal(1, node.Attribute.Single(static a => a.Name == "signed").I);
        Check(c, strays: 0);
    }

    [Theory]
    [InlineData(true, false, -1.6, -2, 2)]
    [InlineData(true, false, -2.6, -2, 2)]
    [InlineData(true, true, -2.6, -1, 2)]
    [InlineData(false, false, 7.3, 3, 2)]
    [InlineData(false, true, 7.3, 2, 2)]
    [InlineData(true, false, 2.5, 2, 8)]
    [InlineData(true, false, 3.5, 4, 8)]
    public void The_evaluator_has_the_definitions_values(bool isSigned, bool isNarrow, double x, double y, int bits)
    {
        var node = new NodeProto { OpType = "Quant" };
        node.Attribute.Add(new AttributeProto { Name = "signed", I = isSigned ? 1 : 0 });
        node.Attribute.Add(new AttributeProto { Name = "narrow", I = isNarrow ? 1 : 0 });
        node.Attribute.Add(new AttributeProto { Name = "rounding_mode", S = ByteString.CopyFromUtf8("ROUND") });
        Constant found = QuantOperator.Run(node, [Number(x), Number(1), Number(0), Number(bits)]);
        Assert.Equal((float)y, MemoryMarshal.Cast<byte, float>(found.Bytes)[0]);

        static Constant Number(double value) =>
            new(ValueKind.Float32, [], MemoryMarshal.AsBytes<float>([(float)value]).ToArray());
    }

    private static ModelProto Model(ProgramCase c) => ModelProto.Parser.ParseFrom(c.ToOnnx(Options));

    private static void Check(ProgramCase c, double strays)
    {
        IReadOnlyList<Constant> inputs = c.Inputs(2);
        ProgramCase.Equal(c.Expected(inputs), QonnxEvaluator.Run(Model(c), inputs), 1e-4, strays);
    }
}

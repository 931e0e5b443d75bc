using Onnx;
using QDrop.Operations;
using QDrop.Programs;
using QDrop.Tests.Onnx;
using QDrop.Tests.Programs;
using QDrop.Tests.Running;
using Xunit;

namespace QDrop.Tests;

/// <summary>What an ONNX model says of itself, and what is refused.</summary>
public sealed class ModelTests
{
    [Fact]
    public void Values_have_the_names_of_the_model()
    {
        GraphProto graph = Net(origin: []).Graph;
        Assert.Equal("Some.Net", graph.Name);
        ValueInfoProto input = Assert.Single(graph.Input), output = Assert.Single(graph.Output);
        Assert.Equal(("x0", "y0"), (input.Name, output.Name));
        Assert.Equal(["N", "4"], input.Type.TensorType.Shape.Dim.Select(Size));
        Assert.Equal(["N", "2"], output.Type.TensorType.Shape.Dim.Select(Size));
        Assert.Contains(graph.Initializer, static t => t.Name == "layer0.weight/integers");
        Assert.Contains(graph.Node, static n => n.Output.Contains("grid0"));

        static string Size(TensorShapeProto.Types.Dimension d) => d.DimParam.Length > 0 ? d.DimParam : $"{d.DimValue}";
    }

    [Fact]
    public void Where_the_model_comes_from_is_in_its_metadata()
    {
        ModelProto model = Net(origin: [("method", "Cpq"), ("weights_sha256", "abc")]);
        Assert.Equal("QDrop", model.ProducerName);
        Assert.Equal(
            [("qdrop.method", "Cpq"), ("qdrop.weights_sha256", "abc")],
            model.MetadataProps.Select(static p => (p.Key, p.Value)));
    }

    [Fact]
    public void A_file_is_written_and_replaced()
    {
        string path = Path.Combine(Path.GetTempPath(), $"model-{Guid.NewGuid():n}.onnx");
        using QuantizedProgram program = Program(origin: []);
        try
        {
            File.WriteAllText(path, "something else");
            program.ToOnnx(path);
            Assert.Equal(Net(origin: []), ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_cannot_be_written_names_operation_and_place()
    {
        // Windows that end outside of an image of any size.
        var c = new ProgramCase(new Random(1));
        int x = c.Floats(ProgramCase.Any, 2, ProgramCase.Any, ProgramCase.Any);
        c.Gives("avg_pool", [x], ("kernel", new long[] { 2, 2 }), ("stride", new long[] { 2, 2 }), ("ceil", true));
        QDropException error = Assert.Throws<QDropException>(() => c.ToOnnx());
        Assert.Equal("QDROP256", error.Code);
        Assert.Contains("'avg_pool' at 'place0'", error.Message, StringComparison.Ordinal);
        Assert.Contains("size is known only when it runs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_sizes_must_be_known_those_of_samples_count()
    {
        var c = new ProgramCase(new Random(1));
        int x = c.Floats(ProgramCase.Any, 2, ProgramCase.Any);
        c.Gives("adaptive_avg_pool", [x], ("sizes", new long[] { 3 }));
        Assert.Throws<QDropException>(() => c.ToOnnx());
        using var program = new QuantizedProgram("Test", c.Bound, c.Program.Data);
        ProgramCall samples = program.CreateCall();
        samples.SetInput("x0", new float[4 * 2 * 7], 4, 2, 7);
        byte[] model = c.ToOnnx(new() { Samples = samples });
        IReadOnlyList<Constant> inputs = c.Inputs(7);
        ProgramCase.Equal(c.Expected(inputs), OnnxRunner.Run(model, inputs), 1e-6, 0);
    }

    [Fact]
    public void A_file_where_the_folder_should_be_is_an_error()
    {
        using QuantizedProgram program = Program(origin: []);
        string file = Path.GetTempFileName();
        try
        {
            QDropException error = Assert.Throws<QDropException>(() => program.ToOnnx(Path.Combine(file, "model.onnx")));
            Assert.Equal("QDROP260", error.Code);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static ModelProto Net(IReadOnlyList<(string, string)> origin)
    {
        using QuantizedProgram program = Program(origin);
        using var stream = new MemoryStream();
        program.ToOnnx(stream);
        return ModelProto.Parser.ParseFrom(stream.ToArray());
    }

    private static QuantizedProgram Program(IReadOnlyList<(string, string)> origin)
    {
        var program = new SmallProgram();
        int x = program.Quantize(program.Input(ValueKind.Float32, -1, 4), 4, 0.1f, 3);
        (int weight, int bias) = program.Layer(new(1), 4, 2, 4);
        ProgramGraph graph = program.Graph(program.Add("linear", [x, weight, bias]));
        return new("Some.Net", Vocabulary.Bind(graph, program.Data), program.Data with { Origin = origin });
    }
}

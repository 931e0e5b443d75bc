using System.Text.Json;
using QDrop.Operations;
using QDrop.Programs;
using Xunit;

namespace QDrop.Tests.Programs;

/// <summary>Programs in files.</summary>
public sealed class ProgramJsonTests
{
    private const int Mutations = 10_000;

    [Fact]
    public void A_program_is_read_as_it_was_written()
    {
        ProgramGraph graph = Sample().Graph;
        ProgramGraph read = ProgramJson.Read(ProgramJson.ToElement(graph));
        Assert.Equal(ProgramJson.ToElement(graph).GetRawText(), ProgramJson.ToElement(read).GetRawText());
        Assert.Equal(graph.Operations.Select(static o => o.Arguments), read.Operations.Select(static o => o.Arguments));
        Assert.Equal(graph.Inputs[0].Recorded, read.Inputs[0].Recorded);
        Assert.Equal(double.NegativeInfinity, read.Operations.First(static o => o.Name == "clamp").Arguments.Number("min"));
    }

    [Fact]
    public void A_damaged_program_is_refused_or_runs()
    {
        (ProgramGraph graph, ProgramData data) = Sample();
        byte[] json = System.Text.Encoding.UTF8.GetBytes(ProgramJson.ToElement(graph).GetRawText());
        var random = new Random(11);
        int refused = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] damaged = Damaged(json, random);
            try
            {
                using var document = JsonDocument.Parse(damaged);
                ProgramGraph bound = Vocabulary.Bind(ProgramJson.Read(document.RootElement), data);
                using var program = new QuantizedProgram("Test", bound, data);
                program.Run(new float[3 * 9 * 9], new float[5]);
            }
            catch (Exception e) when (e is JsonException or InvalidProgramGraphException or ArgumentException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, Mutations / 10, Mutations - 1);
    }

    [Theory]
    [InlineData("""{"version":2,"inputs":[],"operations":[],"outputs":[]}""")]
    [InlineData("""{"version":1,"inputs":[],"operations":[]}""")]
    [InlineData("""{"version":1,"inputs":[{"name":"x","kind":"f64","shape":[1]}],"operations":[],"outputs":[]}""")]
    [InlineData("""{"version":1,"inputs":[],"operations":[],"outputs":[{"name":"y","value":0}]}""")]
    [InlineData("""{"version":1,"inputs":[],"operations":[{"op":"relu","of":[0]}],"outputs":[]}""")]
    [InlineData("""{"version":1,"inputs":[],"operations":[{"op":"explode","of":[]}],"outputs":[]}""")]
    [InlineData("""{"version":1,"inputs":[],"operations":[{"op":"constant","of":[],"with":{"tensor":"no"}}],"outputs":[]}""")]
    public void What_is_no_program_is_refused(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Throws<InvalidProgramGraphException>(() =>
            Vocabulary.Bind(ProgramJson.Read(document.RootElement), new SmallProgram().Data));
    }

    [Fact]
    public void What_would_take_too_much_memory_is_refused_before_anything_is_made()
    {
        var program = new SmallProgram();
        int value = program.Input(ValueKind.Float32, 1, 1);
        for (int i = 0; i < 40; i++)
            value = program.Add("pad", [value], ("pads", new long[] { 0, 1L << i >> 10, 0, 1L << i >> 10 }));
        using var runnable = new QuantizedProgram("Test", Vocabulary.Bind(program.Graph(value), program.Data), null);
        Assert.Throws<ArgumentException>(() => runnable.Run(new float[1], new float[1]));
    }

    private static byte[] Damaged(byte[] json, Random random)
    {
        byte[] damaged = [.. json];
        for (int k = random.Next(1, 4); k > 0; k--)
        {
            int place = random.Next(damaged.Length);
            // Mostly another digit, which is JSON still.
            if (char.IsAsciiDigit((char)damaged[place]))
                damaged[place] = (byte)('0' + random.Next(10));
            else if (random.Next(8) == 0)
                damaged[place] = (byte)random.Next(32, 127);
        }
        return damaged;
    }

    private static (ProgramGraph Graph, ProgramData Data) Sample()
    {
        var random = new Random(2);
        var program = new SmallProgram();
        int x = program.Input(ValueKind.Float32, -1, 3, 9, 9);
        (int w1, int b1) = program.Layer(random, 8, 8, 3, 3, 3);
        int y = program.Quantize(
            program.Add("relu", [program.Add("conv", [x, w1, b1], ("stride", new long[] { 2, 2 }))]), 4, 0.1f, 0);
        (int w2, int b2) = program.Layer(random, 4, 8, 8, 3, 3);
        int z = program.Quantize(
            program.Add("add", [program.Add("conv", [y, w2, b2], ("padding", new long[] { 1, 1 })), y]), 4, 0.2f, 3);
        int pooled = program.Add("adaptive_avg_pool", [z], ("sizes", new long[] { 1, 1 }));
        int flat = program.Quantize(program.Add("reshape", [pooled], ("shape", new long[] { -2, -1 })), 8, 0.01f, 7);
        (int w3, int b3) = program.Layer(random, 8, 5, 8);
        int clamped = program.Add(
            "clamp", [program.Add("linear", [flat, w3, b3])], ("min", double.NegativeInfinity), ("max", 2.5));
        return (program.Graph(clamped), program.Data);
    }
}

using QDrop.Programs;

namespace QDrop.Tests.Programs;

/// <summary>Programs as models have them, small, with random weights.</summary>
internal static class SmallNetworks
{
    private const int Channels = 24;

    /// <summary>Convolutions with a residual connection, of images <c>[N, 3, 33, 33]</c>.</summary>
    public static (SmallProgram Program, int Last) Images(Random random)
    {
        var program = new SmallProgram();
        int x = program.Input(ValueKind.Float32, -1, 3, 33, 33);
        int value = program.Quantize(Layer(x, 3, 3), 4, 0.1f, 2);
        int other = program.Quantize(program.Add("relu", [Layer(value, Channels, 3)]), 4, 0.2f, 0);
        int sum = program.Add("add", [Layer(other, Channels, 3), value]);
        value = program.Quantize(program.Add("relu", [sum]), 4, 0.3f, 0);
        value = program.Add(
            "max_pool", [value], ("kernel", new long[] { 3, 3 }), ("padding", new long[] { 1, 1 }),
            ("stride", new long[] { 2, 2 }));
        value = program.Quantize(program.Add("silu", [Layer(value, Channels, 1)]), 8, 0.05f, 100);
        return (program, program.Add("mean", [value], ("dims", new long[] { 2, 3 })));

        int Layer(int of, int inputs, int size)
        {
            (int w, int b) = program.Layer(random, 4, Channels, inputs, size, size);
            return program.Add("conv", [of, w, b], ("padding", new long[] { size / 2, size / 2 }));
        }
    }

    /// <summary>One layer of a transformer, of <c>[N, 64, 48]</c>.</summary>
    public static (SmallProgram Program, int Last) Attention(Random random)
    {
        var program = new SmallProgram();
        int x = program.Input(ValueKind.Float32, -1, 64, 48);
        int codes = program.Quantize(x, 8, 0.01f, 128);
        int q = Heads(codes), v = Heads(codes);
        int k = program.Add("permute", [Heads(codes)], ("order", new long[] { 0, 1, 3, 2 }));
        int scores = program.Add("div", [program.Add("matmul", [q, k]), program.Tensor([4], 1)]);
        int shares = program.Quantize(program.Add("softmax", [scores], ("dim", -1L)), 8, 1f / 255, 0);
        int context = program.Quantize(program.Add("matmul", [shares, v]), 8, 0.02f, 120);
        context = program.Add(
            "reshape", [program.Add("permute", [context], ("order", new long[] { 0, 2, 1, 3 }))],
            ("shape", new long[] { -2, 64, 48 }));
        int sum = program.Add("add", [x, Layer(context, 48)]);
        int norm = program.Add("layer_norm", [sum], ("dims", 1L), ("eps", 1e-5));
        int wide = program.Add("gelu", [Layer(program.Quantize(norm, 8, 0.02f, 128), 192)]);
        wide = program.Quantize(wide, 8, 0.01f, 20);
        return (program, program.Add("add", [norm, Layer(wide, 48, 192)]));

        int Heads(int of)
        {
            int layer = program.Quantize(Layer(of, 48), 8, 0.01f, 128);
            int split = program.Add("reshape", [layer], ("shape", new long[] { -2, 64, 3, 16 }));
            return program.Add("permute", [split], ("order", new long[] { 0, 2, 1, 3 }));
        }

        int Layer(int of, int outputs, int inputs = 48)
        {
            (int w, int b) = program.Layer(random, 4, outputs, inputs);
            return program.Add("linear", [of, w, b]);
        }
    }
}

using QDrop.Tests.Running;

namespace QDrop.Tests.Quantization;

/// <summary>Random networks whose layers have weights and activations on grids.</summary>
internal static class NetworkCases
{
    /// <summary>What a network may consist of; each takes a value on a grid and gives another one.</summary>
    public static readonly string[] Steps =
    [
        "conv", "residual", "pool", "table", "sum", "pad", "slice", "concat", "depthwise", "pointwise", "function",
        "shortcut", "mean", "fire", "shuffle",
    ];

    private const int Channels = 8;

    /// <summary>Makes a network for images of 3 × 10 × 10, whose result is an output.</summary>
    public static void Build(ProgramCase c, IReadOnlyList<string> steps, int activationBits, int weightBits)
    {
        int x = c.Floats(ProgramCase.Any, 3, 10, 10);
        (int weight, int bias) = c.Program.Layer(c.Random, 8, Channels, 3, 3, 3);
        int value = Grid(Relu(c.Program.Add("conv", [x, weight, bias], ("padding", new long[] { 1, 1 }))));
        foreach (string step in steps)
        {
            value = step switch
            {
                "conv" => Grid(Relu(Convolution(value))),
                "residual" => Grid(Relu(c.Program.Add("add", [Convolution(value), value]))),
                "shortcut" => Grid(Relu(c.Program.Add("add", [value, Grid(Pointwise(value))]))),
                "pool" => c.Program.Add(
                    "max_pool", [value], ("kernel", new long[] { 3, 3 }), ("padding", new long[] { 1, 1 })),
                "table" => Grid(c.Program.Add("silu", [value])),
                "sum" => Grid(Relu(c.Program.Add("add", [value, Grid(Convolution(value))]))),
                "pad" => c.Program.Add(
                    "slice",
                    [c.Program.Add("pad", [value], ("pads", new long[] { 0, 0, 0, 0, 1, 2, 2, 1 }))],
                    ("dim", 2L), ("start", 1L), ("end", -2L)),
                "slice" => c.Program.Add(
                    "concat",
                    [
                        c.Program.Add("slice", [value], ("dim", 1L), ("end", 2L)),
                        c.Program.Add("slice", [value], ("dim", 1L), ("start", 2L)),
                    ],
                    ("dim", 1L)),
                "concat" => Grid(Relu(Wide(c.Program.Add("concat", [value, value], ("dim", 1L))))),
                "depthwise" => Grid(Depthwise(value)),
                "pointwise" => Grid(c.Program.Add("clamp", [Pointwise(value)], ("min", -0.5), ("max", 1.0))),
                // The layers' results are quantized only after they are concatenated.
                "fire" => Grid(Relu(Wide(Grid(Relu(c.Program.Add(
                    "concat", [Relu(Pointwise(value)), Convolution(value)], ("dim", 1L))))))),
                "shuffle" => Grid(Relu(c.Program.Add(
                    "permute", [Convolution(value)], ("order", new long[] { 0, 1, 3, 2 })))),
                "downsample" => Grid(Relu(c.Program.Add("add", [Convolution(value), Pointwise(value)]))),
                "average" => Grid(c.Program.Add("adaptive_avg_pool", [value], ("sizes", new long[] { 1, 1 }))),
                "mean" => Grid(c.Program.Add(
                    "avg_pool", [value], ("kernel", new long[] { 2, 2 }), ("stride", new long[] { 1, 1 }))),
                _ => Grid(c.Program.Add("silu", [Convolution(value)])),
            };
        }
        c.Outputs.Add(value);

        int Grid(int of)
        {
            int zero = c.Random.Next(1 << activationBits);
            return c.Program.Quantize(
                of, activationBits, (1 + c.Random.NextSingle()) / (1 << activationBits), (byte)zero);
        }

        int Relu(int of) => c.Program.Add("relu", [of]);

        int Convolution(int of)
        {
            (int w, int b) = c.Program.Layer(c.Random, weightBits, Channels, Channels, 3, 3);
            return c.Program.Add("conv", [of, w, b], ("padding", new long[] { 1, 1 }));
        }

        int Wide(int of)
        {
            (int w, int b) = c.Program.Layer(c.Random, weightBits, Channels, 2 * Channels, 1, 1);
            return c.Program.Add("conv", [of, w, b]);
        }

        int Pointwise(int of)
        {
            (int w, int b) = c.Program.Layer(c.Random, weightBits, Channels, Channels, 1, 1);
            return c.Program.Add("conv", [of, w, b]);
        }

        int Depthwise(int of)
        {
            (int w, int b) = c.Program.Layer(c.Random, weightBits, Channels, 1, 3, 3);
            return c.Program.Add("conv", [of, w, b], ("padding", new long[] { 1, 1 }), ("groups", (long)Channels));
        }
    }
}

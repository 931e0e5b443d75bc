using QDrop.Tests.Running;
using static QDrop.Tests.Running.ProgramCase;

namespace QDrop.Tests.Operators;

/// <summary>Programs of one operation, for each operation of the vocabulary.</summary>
internal static class OperationCases
{
    private static readonly (string Name, double Low, double High)[] Functions =
    [
        ("exp", -4, 4), ("expm1", -2, 2), ("log", 0.01, 4), ("log2", 0.01, 4), ("log10", 0.01, 4), ("log1p", -0.9, 3),
        ("sqrt", 0, 4), ("rsqrt", 0.1, 4), ("reciprocal", 0.1, 4), ("square", -4, 4), ("sin", -4, 4), ("cos", -4, 4),
        ("tan", -1.4, 1.4), ("asin", -1, 1), ("acos", -1, 1), ("atan", -4, 4), ("sinh", -3, 3), ("cosh", -3, 3),
        ("tanh", -4, 4), ("sigmoid", -8, 8), ("logsigmoid", -8, 8), ("erf", -4, 4), ("silu", -8, 8), ("mish", -8, 8),
        ("hardswish", -5, 5), ("hardsigmoid", -5, 5), ("softsign", -4, 4), ("gelu", -4, 4), ("elu", -4, 4),
        ("softplus", -8, 30), ("abs", -4, 4), ("neg", -4, 4), ("relu", -4, 4),
    ];

    private static readonly string[] Steps = ["relu", "abs", "sign", "floor", "ceil", "round", "trunc"];

    private static readonly string[] Comparisons = ["eq", "ne", "lt", "le", "gt", "ge"];

    /// <summary>Gets the cases: the name of the operation, and the program.</summary>
    public static IReadOnlyList<(string Name, Action<ProgramCase> Build)> All =>
    [
        .. Functions.Select(static f => (f.Name, (Action<ProgramCase>)(c =>
            c.Gives(f.Name, [c.Between(f.Low, f.High, Any, 3, 7)])))),
        .. Steps.Select(static s => (s, (Action<ProgramCase>)(c => c.Gives(s, [c.Halves(Any, 30)])))),
        .. WithArguments,
        .. OfTwo,
        .. Shapes,
        .. Windows,
        .. Reductions,
        .. Layers,
    ];

    private static IEnumerable<(string Name, Action<ProgramCase> Build)> WithArguments =>
    [
        ("gelu", static c => c.Gives("gelu", [c.Between(-4, 4, Any, 9)], ("tanh", true))),
        ("leaky_relu", static c => c.Gives("leaky_relu", [c.Floats(Any, 9)], ("slope", 0.1))),
        ("elu", static c => c.Gives("elu", [c.Floats(Any, 9)], ("alpha", 0.7))),
        ("elu", static c => c.Gives(
            "elu", [c.Floats(Any, 9)], ("alpha", 1.67), ("scale", 1.05), ("input_scale", 0.9))),
        ("softplus", static c => c.Gives("softplus", [c.Between(-4, 8, Any, 9)], ("beta", 2.0), ("threshold", 5.0))),
        ("clamp", static c => c.Gives("clamp", [c.Floats(Any, 9)], ("min", -0.3), ("max", 0.4))),
        ("clamp", static c => c.Gives("clamp", [c.Floats(Any, 9)], ("min", -0.3))),
        ("clamp", static c => c.Gives("clamp", [c.Floats(Any, 9)], ("max", 0.3))),
        ("pow", static c => c.Gives("pow", [c.Between(-2, 2, Any, 9)], ("exponent", 3.0))),
        ("pow", static c => c.Gives("pow", [c.Between(0.1, 2, Any, 9)], ("exponent", -1.5))),
        ("cast", static c =>
        {
            int x = c.Between(-3, 3, Any, 4), i = c.Integers(-1, 2, Any, 4), b = c.Truths(Any, 4);
            foreach (string kind in (string[])["f32", "i64", "bool"])
            {
                c.Gives("cast", [x], ("to", kind));
                c.Gives("cast", [i], ("to", kind));
                c.Gives("cast", [b], ("to", kind));
            }
        }),
        ("not", static c => c.Gives("not", [c.Truths(Any, 4)])),
        ("where", static c =>
        {
            int condition = c.Truths(Any, 1, 4), x = c.Floats(3, 4), y = c.Floats(Any, 3, 1),
                i = c.Integers(0, 9, 3, 4), k = c.Integers(0, 9, 4), b = c.Truths(3, 4), d = c.Truths(4);
            c.Gives("where", [condition, x, y]);
            c.Gives("where", [condition, i, k]);
            c.Gives("where", [condition, b, d]);
        }),
        ("constant", static c => c.Gives(
            "add", [c.Floats(Any, 2), c.Program.Add("constant", [], ("value", 0.7))])),
        ("constant", static c => c.Gives(
            "add", [c.Integers(0, 9, Any, 2), c.Program.Add("constant", [], ("integer", 7L))])),
        ("quantize", static c =>
        {
            int x = c.Between(-2, 2, Any, 4, 5);
            foreach (int bits in (int[])[2, 4, 8])
                c.Outputs.Add(c.Program.Quantize(x, bits, 2.1f / (1 << bits), (byte)(bits - 1)));
        }),
        ("quantize", static c =>
        {
            int x = c.Between(-2, 2, Any, 3, 5);
            foreach (int bits in (int[])[2, 5, 8])
            {
                c.Outputs.Add(c.Program.Quantize(
                    x, bits, [1.9f / (1 << bits), 2.3f / (1 << bits), 0.7f / (1 << bits)], [0, 3, 1], axis: 1));
            }
        }),
    ];

    private static IEnumerable<(string Name, Action<ProgramCase> Build)> OfTwo =>
    [
        .. ((string[])["add", "sub", "mul", "div", "maximum", "minimum"]).Select(static n =>
            (n, (Action<ProgramCase>)(c =>
            {
                int x = c.Between(0.5, 2, Any, 3, 4), y = c.Between(0.5, 2, 3, 1), z = c.Between(0.5, 2, Any, 1, 1);
                c.Gives(n, [x, y]);
                c.Gives(n, [z, x]);
                c.Gives(n, [x, x]);
            }))),
        .. ((string[])["add", "sub", "mul", "maximum", "minimum"]).Select(static n =>
            (n, (Action<ProgramCase>)(c =>
                c.Gives(n, [c.Integers(-9, 9, Any, 3, 4), c.Integers(-9, 9, 3, 1)])))),
        ("power", static c => c.Gives("power", [c.Between(0.1, 2, Any, 3), c.Between(-2, 2, Any, 3)])),
        .. ((string[])["and", "or", "xor"]).Select(static n =>
            (n, (Action<ProgramCase>)(c => c.Gives(n, [c.Truths(Any, 3), c.Truths(3)])))),
        .. Comparisons.Select(static n => (n, (Action<ProgramCase>)(c =>
        {
            int x = c.Halves(Any, 9), y = c.Halves(9), i = c.Integers(-2, 3, Any, 9), k = c.Integers(-2, 3, 9),
                b = c.Truths(Any, 9), d = c.Truths(9);
            c.Gives(n, [x, y]);
            c.Gives(n, [i, k]);
            c.Gives(n, [b, d]);
        }))),
        ("matmul", static c =>
        {
            int x = c.Floats(Any, 2, 3, 4), y = c.Floats(2, 4, 5), z = c.Floats(4, 6);
            c.Gives("matmul", [x, y]);
            c.Gives("matmul", [x, z]);
        }),
    ];

    private static IEnumerable<(string Name, Action<ProgramCase> Build)> Shapes =>
    [
        ("reshape", static c =>
        {
            int x = c.Floats(Any, 3, 4), y = c.Floats(Any, 2), b = c.Truths(Any, 6);
            c.Gives("reshape", [x], ("shape", L(-2, 12)));
            c.Gives("reshape", [x], ("shape", L(-1, 4)));
            c.Gives("reshape", [x], ("shape", L(-2, 2, -1)));
            c.Gives("reshape", [x], ("shape", L(1, -2, 12)));
            c.Gives("reshape", [x, y], ("shape", L(12, -5)));
            c.Gives("reshape", [b], ("shape", L(-1)));
        }),
        ("reshape", static c =>
        {
            int x = c.Floats(Any, Any, 4), y = c.Floats(Any, 2, Any);
            c.Gives("reshape", [x], ("shape", L(-2, -3, 2, 2)));
            c.Gives("reshape", [x], ("shape", L(-1, 4)));
            c.Gives("reshape", [x], ("shape", L(-2, -1)));
            c.Gives("reshape", [x, y], ("shape", L(-5, 2, -1, 2)));
        }),
        ("permute", static c => c.Gives("permute", [c.Floats(Any, 3, 4)], ("order", L(2, 0, 1)))),
        ("expand", static c =>
        {
            int x = c.Floats(1, 3), y = c.Floats(Any, 3, 1), z = c.Floats(Any, 5, 3);
            c.Gives("expand", [x], ("shape", L(4, 3)));
            c.Gives("expand", [y], ("shape", L(-2, 3, 4)));
            c.Gives("expand", [x, z], ("shape", L(-4, 3)));
            c.Gives("expand", [x, z], ("shape", L(-4, 5, 3)));
        }),
        ("slice", static c =>
        {
            int x = c.Floats(Any, 7, 5);
            c.Gives("slice", [x], ("dim", 1L), ("start", 2L), ("end", -1L), ("step", 2L));
            c.Gives("slice", [x], ("dim", -1L), ("start", -3L));
            c.Gives("slice", [x], ("dim", 2L), ("end", 100L));
            c.Gives("slice", [x], ("dim", 0L), ("end", 1L));
        }),
        ("leading", static c =>
        {
            int x = c.Floats(Any, 3), y = c.Floats(2, 3);
            int table = c.Program.Tensor([.. Enumerable.Range(0, 20).Select(static i => (float)i)], 2, 10);
            c.Gives("leading", [table, x], ("dim", 1L), ("of", 0L));
            c.Gives("leading", [table, y], ("dim", -1L), ("of", -1L));
        }),
        ("flip", static c =>
        {
            int x = c.Floats(Any, 3, 4);
            c.Gives("flip", [x], ("dims", L(1, -1)));
            c.Gives("flip", [x], ("dims", L()));
        }),
        ("concat", static c =>
        {
            int x = c.Floats(Any, 3), y = c.Floats(Any, 2), b = c.Truths(Any, 2);
            c.Gives("concat", [x, y, x], ("dim", 1L));
            c.Gives("concat", [x, x], ("dim", 0L));
            c.Gives("concat", [b, b], ("dim", -1L));
        }),
        ("pad", static c =>
        {
            int x = c.Floats(Any, 4, 5), i = c.Integers(0, 9, Any, 3), b = c.Truths(Any, 3);
            foreach (string mode in (string[])["constant", "reflect", "replicate", "circular"])
            {
                c.Gives("pad", [x], ("pads", L(0, 0, 1, 2, 3, 0)), ("mode", mode));
                c.Gives("pad", [x], ("pads", L(0, 0, -1, 2, 0, -2)), ("mode", mode));
            }
            c.Gives("pad", [x], ("pads", L(0, 0, 1, 2, 3, 0)), ("value", 2.5));
            c.Gives("pad", [x], ("pads", L(0, 0, 0, 0, 0, 0)));
            c.Gives("pad", [i], ("pads", L(0, 0, 1, 1)), ("value", 3L));
            c.Gives("pad", [b], ("pads", L(0, 0, 1, 1)), ("value", 1L));
        }),
        ("take", static c =>
        {
            int x = c.Floats(Any, 5, 3), i = c.Integers(-5, 5, 2, 4), k = c.Integers(0, 6, Any, 3);
            c.Gives("take", [x, i], ("dim", 1L));
            c.Gives("take", [c.Program.Tensor(Numbers(c, 18), 6, 3), k]);
            foreach (int bits in (int[])[8, 4, 2])
                c.Gives("take", [c.Program.Layer(c.Random, bits, 6, 4).Weight, k], ("dim", 0L));
        }),
        ("gather", static c =>
        {
            int x = c.Floats(Any, 5), i = c.Integers(0, 5, Any, 3);
            c.Gives("gather", [x, i], ("dim", 1L));
        }),
        ("cumsum", static c =>
        {
            int x = c.Floats(Any, 4, 3), i = c.Integers(0, 9, Any, 5);
            c.Gives("cumsum", [x], ("dim", 1L));
            c.Gives("cumsum", [i], ("dim", -1L));
        }),
        ("upsample", static c =>
        {
            int x = c.Floats(Any, 2, 5), y = c.Floats(Any, 2, 4, 5), z = c.Floats(Any, 2, 3, 4, 5);
            Up(c, x, [9], [2]);
            Up(c, y, [7, 3], [2, 3]);
            Up(c, z, [5, 7, 6], [2, 1, 3]);
        }),
        ("upsample", static c =>
        {
            int x = c.Floats(Any, 2, Any, 5);
            c.Gives("upsample", [x], ("factors", L(2, 2)), ("mode", "nearest"));
            c.Gives("upsample", [x], ("sizes", L(6, 6)), ("mode", "nearest"));
        }),
    ];

    private static IEnumerable<(string Name, Action<ProgramCase> Build)> Windows =>
    [
        ("max_pool", static c =>
        {
            int x = c.Floats(Any, 2, 9), y = c.Floats(Any, 2, 7, 8), z = c.Floats(Any, 2, 5, 6, 7);
            c.Gives("max_pool", [x], ("kernel", L(3)), ("stride", L(2)), ("padding", L(1)));
            c.Gives("max_pool", [y], ("kernel", L(3, 2)), ("stride", L(2, 2)));
            c.Gives("max_pool", [y], ("kernel", L(2, 2)), ("dilation", L(2, 1)));
            c.Gives("max_pool", [y], ("kernel", L(3, 3)), ("stride", L(2, 2)), ("ceil", true), ("padding", L(1, 0)));
            c.Gives("max_pool", [y], ("kernel", L(2, 2)), ("stride", L(3, 3)), ("ceil", true));
            c.Gives("max_pool", [y], ("kernel", L(1, 1)), ("stride", L(4, 4)), ("ceil", true));
            c.Gives("max_pool", [z], ("kernel", L(2, 3, 2)), ("stride", L(1, 2, 2)));
        }),
        ("max_pool", static c =>
        {
            // Images of even and of odd sizes, which are known only when the model runs.
            int x = c.Floats(Any, 2, Any, 6);
            int even = c.Program.Add("concat", [x, x], ("dim", 2L));
            int odd = c.Program.Add("pad", [even], ("pads", L(0, 0, 0, 0, 0, 1, 0, 0)));
            foreach ((long kernel, long stride, long padding) in ((long, long, long)[])[(2, 2, 0), (2, 3, 1), (3, 2, 1)])
            {
                foreach (int image in (int[])[even, odd])
                {
                    c.Gives(
                        "max_pool", [image], ("kernel", L(kernel, kernel)), ("stride", L(stride, stride)),
                        ("padding", L(padding, padding)), ("ceil", true));
                }
            }
        }),
        ("avg_pool", static c =>
        {
            int x = c.Floats(Any, 2, 9), y = c.Floats(Any, 2, 7, 8), z = c.Floats(Any, 2, 5, 6, 7);
            c.Gives("avg_pool", [x], ("kernel", L(3)), ("stride", L(2)), ("padding", L(1)));
            c.Gives("avg_pool", [x], ("kernel", L(3)), ("stride", L(2)), ("padding", L(1)), ("include_pad", false));
            c.Gives("avg_pool", [y], ("kernel", L(3, 2)), ("stride", L(2, 2)), ("divisor", 5L));
            c.Gives("avg_pool", [y], ("kernel", L(3, 2)), ("padding", L(1, 1)), ("divisor", 5L));
            foreach (bool includePad in (bool[])[true, false])
            {
                c.Gives(
                    "avg_pool", [y], ("kernel", L(3, 3)), ("stride", L(2, 2)), ("ceil", true), ("padding", L(1, 0)),
                    ("include_pad", includePad));
                c.Gives(
                    "avg_pool", [y], ("kernel", L(2, 3)), ("stride", L(2, 3)), ("ceil", true),
                    ("include_pad", includePad));
            }
            c.Gives("avg_pool", [y], ("kernel", L(3, 3)), ("stride", L(2, 2)), ("ceil", true), ("divisor", 4L));
            c.Gives("avg_pool", [z], ("kernel", L(2, 3, 2)), ("stride", L(1, 2, 2)));
        }),
        .. ((string[])["adaptive_max_pool", "adaptive_avg_pool"]).Select(static n =>
            (n, (Action<ProgramCase>)(c =>
            {
                int x = c.Floats(Any, 2, 9), y = c.Floats(Any, 2, 7, 8), z = c.Floats(Any, 2, 5, 6, 7);
                c.Gives(n, [x], ("sizes", L(4)));
                c.Gives(n, [y], ("sizes", L(1, 1)));
                c.Gives(n, [y], ("sizes", L(3, -1)));
                c.Gives(n, [y], ("sizes", L(1, 3)));
                c.Gives(n, [z], ("sizes", L(2, 3, 1)));
            }))),
        ("adaptive_avg_pool", static c =>
            c.Gives("adaptive_avg_pool", [c.Floats(Any, 2, Any, Any)], ("sizes", L(1, 1)))),
    ];

    private static IEnumerable<(string Name, Action<ProgramCase> Build)> Reductions =>
    [
        .. ((string[])["sum", "mean", "prod", "max", "min"]).Select(static n => (n, (Action<ProgramCase>)(c =>
        {
            int x = c.Between(0.5, 1.5, Any, 3, 4);
            c.Gives(n, [x], ("dims", L(1)));
            c.Gives(n, [x], ("dims", L(-1, 1)), ("keep", true));
            c.Gives(n, [x], ("dims", L(0)));
            c.Gives(n, [x]);
            c.Gives(n, [x], ("keep", true));
        }))),
        .. ((string[])["sum", "prod", "max", "min"]).Select(static n => (n, (Action<ProgramCase>)(c =>
            c.Gives(n, [c.Integers(-3, 4, Any, 3)], ("dims", L(1)))))),
        .. ((string[])["any", "all"]).Select(static n => (n, (Action<ProgramCase>)(c =>
        {
            int x = c.Truths(Any, 2, 2);
            c.Gives(n, [x], ("dims", L(1)));
            c.Gives(n, [x]);
        }))),
        .. ((string[])["argmax", "argmin"]).Select(static n => (n, (Action<ProgramCase>)(c =>
        {
            int x = c.Halves(Any, 9);
            c.Gives(n, [x], ("dim", 1L));
            c.Gives(n, [x], ("dim", 0L), ("keep", true));
        }))),
        .. ((string[])["softmax", "log_softmax"]).Select(static n => (n, (Action<ProgramCase>)(c =>
        {
            int x = c.Between(-4, 4, Any, 3, 5);
            c.Gives(n, [x], ("dim", -1L));
            c.Gives(n, [x], ("dim", 1L));
        }))),
        ("layer_norm", static c =>
        {
            int x = c.Floats(Any, 3, 5);
            int scale = c.Program.Tensor(Numbers(c, 5), 5), shift = c.Program.Tensor(Numbers(c, 5), 5);
            c.Gives("layer_norm", [x], ("dims", 1L), ("eps", 1e-5));
            c.Gives("layer_norm", [x], ("dims", 2L), ("eps", 1e-5));
            c.Gives("layer_norm", [x, scale], ("dims", 1L), ("eps", 1e-5));
            c.Gives("layer_norm", [x, scale, shift], ("dims", 1L), ("eps", 1e-3));
        }),
        ("group_norm", static c =>
        {
            int x = c.Floats(Any, 4, 3, 2), y = c.Floats(Any, 4);
            int scale = c.Program.Tensor(Numbers(c, 4), 4), shift = c.Program.Tensor(Numbers(c, 4), 4);
            c.Gives("group_norm", [x], ("groups", 2L), ("eps", 1e-5));
            c.Gives("group_norm", [x, scale], ("groups", 4L), ("eps", 1e-5));
            c.Gives("group_norm", [x, scale, shift], ("groups", 1L), ("eps", 1e-3));
            c.Gives("group_norm", [y, scale, shift], ("groups", 2L), ("eps", 1e-3));
        }),
    ];

    private static IEnumerable<(string Name, Action<ProgramCase> Build)> Layers =>
    [
        ("conv", static c => Convolutions(c, "conv", [])),
        ("conv_transpose", static c => Convolutions(c, "conv_transpose", [("output_padding", 1)])),
        ("linear", static c =>
        {
            int x = c.Floats(Any, 6), y = c.Floats(Any, 3, 6), z = c.Floats(6);
            foreach (int bits in (int[])[8, 4, 2])
            {
                (int weight, int bias) = c.Program.Layer(c.Random, bits, 5, 6);
                c.Gives("linear", [x, weight, bias]);
                c.Gives("linear", [y, weight]);
                c.Gives("linear", [z, weight, bias]);
            }
            int own = c.Program.Tensor(Numbers(c, 24), 4, 6);
            c.Gives("linear", [y, own, c.Program.Tensor(Numbers(c, 4), 4)]);
        }),
    ];

    private static void Convolutions(ProgramCase c, string name, (string Name, long Value)[] more)
    {
        int[] inputs = [c.Floats(Any, 4, 9), c.Floats(Any, 4, 7, 8), c.Floats(Any, 4, 4, 5, 6)];
        for (int d = 1; d <= 3; d++)
        {
            int x = inputs[d - 1];
            (int weight, int bias) = c.Program.Layer(c.Random, 8, [4, 4, .. Of(d, 3)]);
            (int grouped, _) = c.Program.Layer(c.Random, 4, [4, 2, .. Of(d, 2)]);
            int own = c.Program.Tensor(Numbers(c, 16 * (1 << d)), [4, 4, .. Of(d, 2)]);
            c.Gives(name, [x, weight, bias], ("padding", Same(d, 1)));
            c.Gives(
                name, [x, weight, bias],
                [("stride", Same(d, 2)), ("padding", Same(d, 1)), .. more.Select(m => (m.Name, (object)Same(d, m.Value)))]);
            c.Gives(name, [x, grouped], ("groups", 2L), ("dilation", Same(d, 2)));
            c.Gives(name, [x, own]);
        }

        static int[] Of(int dimensions, int size) => [.. Enumerable.Repeat(size, dimensions)];

        static long[] Same(int dimensions, long value) => [.. Enumerable.Repeat(value, dimensions)];
    }

    private static void Up(ProgramCase c, int x, long[] sizes, long[] factors)
    {
        foreach ((string name, long[] value) in ((string, long[])[])[("sizes", sizes), ("factors", factors)])
        {
            c.Gives("upsample", [x], (name, value), ("mode", "nearest"));
            c.Gives("upsample", [x], (name, value), ("mode", "linear"));
            c.Gives("upsample", [x], (name, value), ("mode", "linear"), ("align_corners", true));
        }
    }

    private static float[] Numbers(ProgramCase c, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => c.Random.NextSingle() - 0.5f)];

    private static long[] L(params long[] values) => values;
}

namespace QDrop.Generators.Tests;

/// <content>Forwards that call modules with several tensors in or out.</content>
internal static partial class Forwards
{
    private const string Cross = """
        private readonly Cross cross = new();
        internal sealed partial class Cross : Module<Tensor, Tensor, Tensor>
        {
            private readonly Module<Tensor, Tensor> left = Conv2d(4, 4, 1), right = Conv2d(4, 4, 1);
            public Cross() : base("cross") => RegisterComponents();
            public override Tensor forward(Tensor a, Tensor b) => relu(left.forward(a) + right.forward(b));
        }
        """;

    private const string Split = """
        private readonly Split split = new();
        internal sealed partial class Split : Module<Tensor, bool, Tensor?, (Tensor, Tensor)>
        {
            private readonly Module<Tensor, Tensor> low = Conv2d(4, 4, 1), high = Conv2d(4, 4, 1);
            public Split() : base("split") => RegisterComponents();
            public override (Tensor, Tensor) forward(Tensor x, bool both, Tensor? mask)
            {
                var y = low.forward(x);
                if (mask is not null)
                    y = y * mask;
                return both ? (relu(y), high.forward(x)) : (y, x);
            }
        }
        """;

    private static Dictionary<string, (string Members, string Body)> Several() =>
        new()
        {
            ["a module with two inputs"] = (
                Cross, "var y = conv1.forward(x); return conv2.forward(relu(cross.forward(y, cross.call(x, y)))) + y;"),
            ["a module with two outputs, a flag and an optional tensor"] = (
                Split,
                """
                var (a, b) = split.forward(x, true, null);
                var pair = split.call(relu(a), false, b);
                return pair.Item1 + tanh(pair.Item2);
                """
            ),
            ["modules with several inputs in a list"] = (
                Cross.Replace(
                    "private readonly Cross cross = new();",
                    "private readonly ModuleList<Cross> layers = new(new Cross(), new Cross());"),
                """
                var y = conv1.forward(x);
                foreach (var layer in layers)
                    y = layer.forward(y, x);
                return y;
                """
            ),
            ["a module that takes and returns arrays"] = (
                """
                private readonly Scale scale = new();
                internal sealed partial class Scale : Module<Tensor[], double, Tensor[]>
                {
                    private readonly Module<Tensor, Tensor> conv = Conv2d(4, 4, 1);
                    public Scale() : base("scale") => RegisterComponents();
                    public override Tensor[] forward(Tensor[] xs, double by)
                    {
                        var ys = new Tensor[xs.Length];
                        for (var i = 0; i < xs.Length; i++)
                            ys[i] = conv.forward(xs[i]) * by;
                        return ys;
                    }
                }
                """,
                "var ys = scale.forward([x, conv1.forward(x)], 0.5); return relu(ys[0]) + ys[1];"),
            ["attention as a layer"] = (
                "private readonly MultiheadAttention attention = MultiheadAttention(4, 2);",
                """
                var tokens = conv1.forward(x).flatten(2).permute(2, 0, 1);
                var (y, _) = attention.call(tokens, tokens, tokens);
                Tensor? mask = null;
                return relu(attention.call(value: y, query: tokens, key: y, attn_mask: mask, need_weights: false).Item1) + y;
                """
            ),
            ["scaled dot product attention"] = (
                "private readonly Module<Tensor, Tensor> q = Linear(8, 8), k = Linear(8, 8); private readonly Tensor "
                    + "earlier = ones(8, 8).tril().to(ScalarType.Bool);",
                """
                var y = conv1.forward(x);
                var heads = functional.scaled_dot_product_attention(q.forward(y), k.forward(y), y);
                var causal = scaled_dot_product_attention(q.forward(x), k.forward(heads), relu(y), is_casual: true);
                var mask = y.gt(-9).logical_or(y < 0);
                var masked = scaled_dot_product_attention(heads, causal, y, mask, 0.0);
                return conv2.forward(masked + scaled_dot_product_attention(key: heads, query: x, value: y, attn_mask: x) + scaled_dot_product_attention(x, y, y, earlier));
                """
            ),
            ["the greatest of a dimension"] = (
                "", "var (values, _) = conv1.forward(x).max(2); return relu(values) + x.max(3).values;"),
            ["a module with two inputs by name"] = (Cross, "return cross.forward(b: x, a: conv1.forward(x));"),
            ["an optional module with two inputs"] = (
                Cross + "\nprivate readonly Cross? missing = null, there = new();",
                "var y = missing?.forward(x, x) ?? conv1.forward(x); return there?.forward(y, x) ?? y;"),
            ["a module with two inputs known by its base class"] = (
                Cross.Replace(
                    "private readonly Cross cross = new();",
                    "private readonly Module<Tensor, Tensor, Tensor> cross = new Cross();"),
                "return Both(cross, x); static Tensor Both(Module<Tensor, Tensor, Tensor> m, Tensor t) => m.forward(t, "
                    + "t);"),
        };

    /// <summary>Models with several inputs, several outputs, or both, and the shapes of their inputs.</summary>
    public static IReadOnlyDictionary<string, (string Base, string Forward, long[][] Shapes)> Models { get; } =
        new Dictionary<string, (string, string, long[][])>
        {
            ["two inputs"] = (
                "Module<Tensor, Tensor, Tensor>",
                "public override Tensor forward(Tensor left, Tensor @in) => relu(conv1.forward(left) + "
                    + "conv1.forward(@in));",
                [
                    [2, 4, 8, 8],
                    [2, 4, 8, 8],
                ]),
            ["two outputs"] = (
                "Module<Tensor, (Tensor Low, Tensor High)>",
                "public override (Tensor Low, Tensor High) forward(Tensor x) { var y = relu(conv1.forward(x)); return "
                    + "(y, conv2.forward(y)); }",
                [
                    [2, 4, 8, 8],
                ]),
            ["three inputs and an array"] = (
                "Module<Tensor, Tensor, Tensor, Tensor[]>",
                "public override Tensor[] forward(Tensor a, Tensor b, Tensor c) { var y = conv1.forward(a) + b; return "
                    + "[y, conv2.forward(y) * c]; }",
                [
                    [2, 4, 8, 8],
                    [2, 4, 8, 8],
                    [2, 1, 1, 1],
                ]),
            ["four inputs"] = (
                "Module<Tensor, Tensor, Tensor, Tensor, Tensor>",
                "public override Tensor forward(Tensor a, Tensor b, Tensor c, Tensor d) => cat([conv1.forward(a), b, "
                    + "conv2.forward(c), d], 1);",
                [
                    [2, 4, 8, 8],
                    [2, 4, 8, 8],
                    [2, 4, 8, 8],
                    [2, 4, 8, 8],
                ]),
            ["five inputs and two outputs"] = (
                "Module<Tensor, Tensor, Tensor, Tensor, Tensor, (Tensor, Tensor)>",
                "public override (Tensor, Tensor) forward(Tensor a, Tensor b, Tensor c, Tensor d, Tensor e) { var y = "
                    + "relu(conv1.forward(a) + b) * c; return (y - d, conv2.forward(y) * e); }",
                [
                    [2, 4, 8, 8],
                    [2, 4, 8, 8],
                    [2, 1, 1, 1],
                    [2, 4, 8, 8],
                    [2, 4, 1, 1],
                ]),
            ["six inputs that go to a module with six"] = (
                "Module<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor>",
                """
                private readonly Sum sum = new();
                public override Tensor forward(Tensor a, Tensor b, Tensor c, Tensor d, Tensor e, Tensor f) =>
                    conv1.forward(sum.forward(a, b, c, d, e, f)) - f;
                internal sealed partial class Sum : Module<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor>
                {
                    private readonly Module<Tensor, Tensor> conv = Conv2d(4, 4, 1);
                    public Sum() : base("sum") => RegisterComponents();
                    public override Tensor forward(Tensor a, Tensor b, Tensor c, Tensor d, Tensor e, Tensor f) =>
                        relu(conv.forward(cat([a, b - c], 1).narrow(1, 2, 4))) + d * e - f;
                }
                """,
                [
                    [2, 4, 8, 8],
                    [2, 4, 8, 8],
                    [2, 4, 1, 1],
                    [2, 4, 8, 8],
                    [2, 1, 8, 8],
                    [2, 4, 8, 8],
                ]),
        };

    public static string ModelSource(string name) => Source("", "return x;")
        .Replace("partial class Net : Module<Tensor, Tensor>", $"partial class Net : {Models[name].Base}")
        .Replace("public override Tensor forward(Tensor x)\n    {\n        return x;\n    }", Models[name].Forward);
}

using CsCheck;

namespace QDrop.Generators.Tests.Helpers;

/// <summary>
/// A model with a loop in its <c>forward</c>, and the same model with the loop written out: <c>x</c> and <c>h</c> are
/// of <c>[N, 8, 4, 4]</c>. Whether a value is quantized depends on where it goes, which is one question for all passes
/// of a loop. So each pass begins with a layer for either value, as does what follows the loop.
/// </summary>
/// <param name="Passes">How often the loop runs.</param>
/// <param name="Loop">The loop's head, of the number of passes; the variable is <c>i</c>.</param>
/// <param name="Body">Statements of the body, with <c>{i}</c> where the variable stands.</param>
/// <param name="After">A statement after the loop.</param>
internal sealed record LoopProgram(int Passes, string Loop, string[] Body, string After)
{
    private static readonly string[] Statements =
    [
        "x = relu(convs[{i}].forward(x)) + 0.5 * x;",
        "x = shared.forward(x) * 0.7 + h;",
        "x = relu(shared.forward(x));",
        "h = tanh(h + x);",
        "x = block.forward(x);",
        "x = blocks[{i}].forward(x);",
        "x = Mixed(x, h);",
        "x = cat([x.narrow(1, 0, 4), h.narrow(1, 4, 4)], 1);",
        "x = act.forward(x + 0.1);",
        "(x, h) = two.forward(x, h);",
        "x = x * shared.forward(x).mean([2, 3], keepdim: true).sigmoid();",
        "h = steps.forward(h);",
        "h = h - functional.max_pool2d(x, 3, stride: 1, padding: 1) * 0.2;",
    ];

    private static readonly string[] Heads =
    [
        "for (int i = 0; i < {n}; i++)",
        "foreach (int i in new[] { 0, 1, 2, 3 }[..{n}])",
        "for (var (i, n) = (0, {n}); n > 0; (i, n) = (i + 1, n - 1))",
    ];

    /// <summary>Programs.</summary>
    public static Gen<LoopProgram> Random { get; } =
        from passes in Gen.Int[1, 4]
        from head in One(Heads)
        from body in One(Statements).Array[1, 4]
        from after in One("", "x = block.forward(x);", "x = relu(shared.forward(x)) + h;")
        select new LoopProgram(passes, head, body, after);

    /// <summary>The source of all models, which have the same parts, and so the same weights.</summary>
    /// <param name="programs">The programs; models are named <c>Loop0</c> and <c>Flat0</c>.</param>
    public static string Source(IEnumerable<LoopProgram> programs) =>
        $$"""
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using static TorchSharp.torch.nn.functional;
        using QDrop;

        namespace Models;

        internal sealed partial class Block : Module<Tensor, Tensor>
        {
            private readonly Conv2d conv = Conv2d(8, 8, 1);
            public Block() : base("block") => RegisterComponents();
            public override Tensor forward(Tensor x) => relu(conv.forward(x) + x);
        }
        internal sealed partial class Two : Module<Tensor, Tensor, (Tensor, Tensor)>
        {
            private readonly Conv2d conv = Conv2d(8, 8, 1);
            public Two() : base("two") => RegisterComponents();
            public override (Tensor, Tensor) forward(Tensor x, Tensor h)
            {
                var y = relu(conv.forward(x));
                return (y + h, y * 0.5);
            }
        }
        internal sealed partial class Steps : Module<Tensor, Tensor>
        {
            private readonly Conv2d conv = Conv2d(8, 8, 1);
            public Steps() : base("steps") => RegisterComponents();
            public override Tensor forward(Tensor x)
            {
                for (int i = 0; i < 2; i++)
                    x = relu(conv.forward(x)) + 0.5 * x;
                return x;
            }
        }
        {{string.Join("\n", programs.Select(static (p, i) => p.Models($"Loop{i}", $"Flat{i}")))}}
        """;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Loop.Replace("{n}", $"{Passes}")} {{ {string.Join(" ", Body)} }} {After}";

    private static Gen<string> One(params string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    private string Written(string index) =>
        "x = relu(first.forward(x));\nh = relu(second.forward(h));\n" + string.Join("\n", Body).Replace("{i}", index);

    private string Models(string loop, string flat) =>
        Model(loop, Loop.Replace("{n}", $"{Passes}") + "\n{\n" + Written("i") + "\n}")
        + Model(flat, string.Join("\n", Enumerable.Range(0, Passes).Select(i => Written($"{i}"))));

    private string Model(string name, string statements) =>
        $$"""

        [Quantize(W = 4, A = 4)]
        public sealed partial class {{name}} : Module<Tensor, Tensor>
        {
            private readonly Conv2d stem = Conv2d(3, 8, 3, padding: 1), shared = Conv2d(8, 8, 3, padding: 1),
                mix = Conv2d(8, 8, 1), first = Conv2d(8, 8, 1), second = Conv2d(8, 8, 1);
            private readonly ModuleList<Conv2d> convs =
                ModuleList(Conv2d(8, 8, 1), Conv2d(8, 8, 1), Conv2d(8, 8, 1), Conv2d(8, 8, 1));
            private readonly ModuleList<Block> blocks = ModuleList<Block>(new(), new(), new(), new());
            private readonly Block block = new();
            private readonly Two two = new();
            private readonly Steps steps = new();
            private readonly ReLU act = ReLU();
            private readonly Linear head = Linear(8, 3);
            public {{name}}() : base("net") => RegisterComponents();
            private Tensor Mixed(Tensor a, Tensor b) => relu(mix.forward(a)) + b;
            public override Tensor forward(Tensor x)
            {
                x = relu(stem.forward(x));
                var h = x;
                {{statements}}
                x = relu(first.forward(x));
                h = relu(second.forward(h));
                {{After}}
                return head.forward((x + h).mean([2, 3]));
            }
        }

        """;
}

namespace QDrop.Generators.Tests;

/// <summary>
/// Ways in which users write a forward that must all mean the same in the twin. Input <c>[N, 4, 8, 8]</c>; no batch
/// norms, so that equality is exact.
/// </summary>
internal static partial class Forwards
{
    /// <summary>The cases by what they are about.</summary>
    public static IReadOnlyDictionary<
        string,
        IReadOnlyDictionary<string, (string Members, string Body)>
    > Groups
    { get; } =
        new Dictionary<string, IReadOnlyDictionary<string, (string, string)>>
        {
            ["Basics"] = Basics(),
            ["Forms"] = Forms(),
            ["Helpers"] = Helpers(),
            ["Objects"] = Objects(),
            ["Collections"] = Collections(),
            ["Several"] = Several(),
            ["Scopes"] = Scopes(),
            ["Overloads"] = Overloads(),
        };

    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, (string Members, string Body)> Cases { get; } =
        Groups.Values.SelectMany(g => g).ToDictionary(c => c.Key, c => c.Value);

    private static Dictionary<string, (string Members, string Body)> Basics() =>
        new()
        {
            ["one expression"] = ("", "return relu(conv1.forward(x));"),
            ["several statements, one local"] = (
                "",
                """
                x = conv1.forward(x);
                x = relu(x); // after the convolution
                x = conv2.forward(x);
                return x;
                """
            ),
            ["fluent, over several lines, with comments"] = (
                "",
                """
                return conv1
                    .forward(x) // first
                    /* then */ .relu()
                    .flatten(1);
                """
            ),
            ["a value used twice is not fused"] = (
                "",
                """
                var y = conv1.forward(x);
                return relu(y) + y;
                """),
            ["a value whose shape is asked is fused with what keeps it"] = (
                "",
                """
                var y = conv1.forward(x);
                var n = y.shape[0];
                y = relu(y);
                return y.view(n, -1);
                """
            ),
            ["a branch after a layer is not fused"] = (
                "private readonly bool flag = true;",
                """
                var y = conv1.forward(x);
                if (flag)
                    y = relu(y);
                return y;
                """
            ),
            ["branches on both sides"] = (
                "private readonly bool flag = false;",
                """
                Tensor y;
                if (flag) { y = conv1.forward(x); } else { y = conv2.forward(x); y = tanh(y); }
                return relu(y);
                """
            ),
            ["a conditional expression"] = (
                "private readonly bool flag = true;", "var y = conv1.forward(x); return flag ? relu(y) : y;"),
            ["an activation function of a conditional expression"] = (
                "private readonly bool flag = true;", "return relu(flag ? conv1.forward(x) : x).neg();"),
            ["a loop that uses one layer again"] = (
                "",
                """
                for (var i = 0; i < 3; i++)
                {
                    x = relu(conv1.forward(x));
                }
                return x;
                """
            ),
            ["a value that the next iteration uses"] = (
                "",
                """
                var y = x;
                var i = 0;
                while (i++ < 3)
                {
                    y = relu(y);
                    y = conv1.forward(y);
                }
                return y;
                """
            ),
            ["do, break and continue"] = (
                "",
                """
                var i = 0;
                do
                {
                    i++;
                    var y = conv1.forward(x);
                    if (i == 2)
                        continue;
                    if (i > 4)
                        break;
                    x = relu(y);
                } while (i < 6);
                return x;
                """
            ),
            ["a list in a loop with more than layers"] = (
                "private readonly ModuleList<Module<Tensor, Tensor>> convs = new(Conv2d(4, 4, 1), Conv2d(4, 4, 1));",
                """
                foreach (var conv in convs)
                {
                    var y = conv.forward(x);
                    y = relu(y);
                    x = y + x;
                }
                return x;
                """
            ),
            ["a list in a loop"] = (
                "private readonly ModuleList<Module<Tensor, Tensor>> convs = new(Conv2d(4, 4, 1), ReLU(), Conv2d(4, 4, "
                    + "1));",
                """
                x = conv1.forward(x);
                foreach (var layer in convs) x = layer.forward(x); // one after the other
                return relu(x);
                """
            ),
            ["an empty list in a loop"] = (
                "private readonly ModuleList<Module<Tensor, Tensor>> none = [];",
                """
                foreach (var layer in none)
                    x = layer.forward(x);
                return relu(x);
                """
            ),
            ["an index in a loop"] = (
                "private readonly ModuleList<Module<Tensor, Tensor>> convs = new(Conv2d(4, 4, 1), Conv2d(4, 4, 1));",
                """
                for (int i = 0; i < convs.Count; i++)
                    x = relu(convs[i].forward(x)) * 2;
                return x;
                """
            ),
            ["a layer in a local"] = ("", "var layer = conv1; return layer.call(x).relu();"),
            ["constant elements"] = (
                "private readonly Sequential seq = Sequential(Conv2d(4, 4, 1), ReLU());",
                "return seq[1].call(seq[0].call(x));"),
            ["a layer known by its interface"] = (
                "private IModule<Tensor, Tensor> known => conv1; private readonly IModule<Tensor, Tensor> kept = "
                    + "ReLU();",
                "return kept.call(known.call(x));"),
            ["a property and a member of a member"] = (
                "private Module<Tensor, Tensor> Head { get; } = Conv2d(4, 2, 1);",
                "return this.Head.forward(this.conv1.forward(x));"),
            ["an optional layer that is missing"] = (
                "private readonly Module<Tensor, Tensor>? missing = null;",
                """
                var identity = missing?.forward(x) ?? x;
                return conv1.forward(x) + identity;
                """
            ),
            ["an optional layer that must be there"] = (
                "private readonly Module<Tensor, Tensor>? there = Conv2d(4, 4, 1);",
                "return there!.forward(conv1.forward(x)!) + ((Module<Tensor, Tensor>)conv2).forward(x);"),
            ["an optional layer that is there"] = (
                "private readonly Module<Tensor, Tensor>? there = Conv2d(4, 4, 1);",
                """
                Tensor? identity = null;
                identity ??= there?.forward(x);
                return conv1.forward(x) + (identity ?? x);
                """
            ),
            ["operators and their precedence"] = (
                "", "return -relu(conv1.forward(x) + x) * 2 - (x - 1) / 2.0 + (3 - x) * 0.5f;"),
            ["joins of joins"] = ("", "return relu(conv1.forward(x) + conv2.forward(x) + x);"),
            ["compound assignment"] = (
                "",
                """
                var y = conv1.forward(x);
                y += x;
                y *= 0.5;
                y -= conv2.forward(x);
                return y;
                """
            ),
            ["in place"] = (
                "",
                """
                var y = conv1.forward(x);
                y.relu_();
                y.add_(x);
                y = y.mul_(2);
                return functional.relu(y, inplace: true);
                """
            ),
            ["concatenation"] = (
                "",
                """
                var a = conv1.forward(x);
                var b = relu(conv2.forward(x));
                return cat(new[] { a, cat([b, x], 1), relu(x) }, dim: 1);
                """
            ),
            ["attention by matrix products"] = (
                "",
                """
                var q = conv1.forward(x).flatten(2);
                var k = conv2.forward(x).flatten(2);
                var a = softmax(q.transpose(1, 2).matmul(k) / 2, -1);
                return q.matmul(a);
                """
            ),
            ["arguments with comments"] = (
                "private readonly int kernel = 2;",
                """
                x = functional.max_pool2d(conv1.forward(x), // pooled
                    kernel, // the kernel
                    stride: /* every */ 2);
                return functional.pad(x.slice(0,
                    0, /* first */ x.shape[0], // last
                    1), [1, 1]);
                """
            ),
            ["squeeze and excitation"] = (
                "private readonly Linear fc = Linear(4, 4);",
                """
                var s = x.mean([2, 3]);
                s = functional.sigmoid(fc.forward(s));
                return x * s.view(x.shape[0], 4, 1, 1);
                """
            ),
            ["dropout that asks whether the model trains"] = (
                "private double p = 0.3;", "return conv2.forward(functional.dropout(conv1.forward(x), p, training));"),
            ["an activation function with an argument known while it runs"] = (
                "",
                """
                var slope = x.shape[1] * 0.1;
                return conv2.forward(leaky_relu(conv1.forward(x), slope));
                """
            ),
            ["members that forward changes"] = (
                "private double slope = 0.1;",
                """
                slope = 0.2;
                return leaky_relu(conv1.forward(x), slope);
                """
            ),
            ["option-A shortcuts"] = (
                "",
                """
                var a = functional.pad(x[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(step: 2), TensorIndex.Slice(null, null, 2)], [0, 0, 0, 0, 2, 2]);
                var b = pad(x.slice(2, 0, x.shape[2], 2).slice(3, 0, x.shape[3], 2), (0L, 0L, 0L, 0L));
                var c = x[.., .., ..4, 4..];
                return functional.relu(a) + cat([b, c], 1);
                """
            ),
            ["a switch"] = (
                "private readonly int kind = 1;",
                """
                switch (kind)
                {
                    case 0:
                        x = conv1.forward(x);
                        x = relu(x);
                        break;
                    case 1 when x.shape.Length == 4:
                        x = conv2.forward(x);
                        x = tanh(x);
                        break;
                    default:
                        throw new System.InvalidOperationException();
                }
                return kind switch { 0 => relu(x), 1 => conv1.forward(x).relu(), _ => x };
                """
            ),
            ["early return"] = (
                "private readonly bool flag = true;",
                """
                var y = conv1.forward(x);
                if (!flag)
                    return y;
                y = relu(y);
                return y;
                """
            ),
            ["scopes and tensors that are disposed"] = (
                "",
                """
                using var scope = NewDisposeScope();
                using (NewDisposeScope())
                {
                    x = conv1.forward(x).MoveToOuterDisposeScope();
                }
                using var y = conv2.forward(x);
                var z = relu(y);
                return scope.MoveToOuter(z);
                """
            ),
            ["names from elsewhere"] = (
                "private const int Two = 2; private static readonly string Name = \"net\"; private static int "
                    + "Twice(int n) => Two * n;",
                """
                var text = $"{nameof(x)} {Name} {nameof(Net.forward)}\n";
                var literal = @"two
                  lines";
                long last = x.shape.Last(), most = Math.Max(Twice(1), text.Length + literal.Length);
                var lengths = new List<int> { text.Length, default(int) }.Where(n => n > Two).Select(n => (double)n).ToArray();
                int[] sizes = [.. lengths.Select(static n => (int)n)];
                return x.view(x.shape[0], last * x.shape[1], sizes.Length > 100 ? most : -1);
                """
            ),
            ["names that the twin has too"] = (
                "public int Quantized = 1; private readonly Module<Tensor, Tensor> model = Conv2d(4, 4, 1), "
                    + "parameters_ = ReLU(), _model = ReLU();",
                """
                var context = Quantized;
                var _conv1 = conv1.forward(x);
                var model = this.model.forward(_conv1);
                var Ops = _model.forward(model);
                return parameters_.forward(Ops) * context;
                """
            ),
            ["a lambda and a local function without tensors"] = (
                "",
                """
                Func<long, long> half = n => n / 2 + Offset();
                return x.narrow(1, 0, half(x.shape[1]));
                static long Offset() => 0;
                """
            ),
            ["a block inside a block"] = (
                "",
                """
                Tensor y;
                {
                    y = conv1.forward(x);
                }
                { y = relu(y); }
                return y;
                """
            ),
            ["a parameter's name that is a keyword"] = (
                "private readonly Module<Tensor, Tensor> @class = Conv2d(4, 4, 1);",
                "var @in = @class.forward(x); return @in.relu();"),
            ["conditions between compilations"] = (
                "",
                """
                #if NEVER
                x = x.foo();
                #else
                x = conv1.forward(x);
                #endif
                #region activation
                x = relu(x);
                #endregion
                return x;
                """
            ),
        };

    /// <summary>A model with the members and the body of a case.</summary>
    public static string Source(string name) => Source(Cases[name].Members, Cases[name].Body);

    public static string Source(string members, string body) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using QDrop;
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using static TorchSharp.torch.nn.functional;

        namespace Models;

        [Quantize]
        internal sealed partial class Net : Module<Tensor, Tensor>
        {
            private readonly Module<Tensor, Tensor> conv1 = Conv2d(4, 4, 3, padding: 1), conv2 = Conv2d(4, 4, 1);
            {{members.Replace("\n", "\n    ")}}

            public Net() : base("Net") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                {{body.Replace("\n", "\n        ")}}
            }
        }

        internal static class Extensions
        {
            private const float Factor = 0.1f;
            public static Tensor Twice(this Tensor t, int n = 2) => functional.relu(t) * n;
            public static Tensor Scale(Tensor t, double by) => t * by;
            public static Tensor Half(Tensor t) => t * Factor;
        }
        """;
}

namespace QDrop.Generators.Tests;

/// <summary>Sources against which a rule stands, and their neighbours against which none does.</summary>
internal static class DiagnosticCases
{
    public static IReadOnlyDictionary<string, string[]> Wrong { get; } = new Dictionary<string, string[]>
    {
        ["QDROP001"] =
        [
            Model("[Quantize]", "class Net"),
            Model("[Quantize]", "partial class Net", members: "private readonly Block block = new(); private sealed class Block() : Module<Tensor, Tensor>(\"b\") { public override Tensor forward(Tensor x) => x.relu(); }"),
            $$"""
            {{Usings}}
            internal static class Zoo
            {
                [Quantize]
                public partial class Net() : Module<Tensor, Tensor>("net") { public override Tensor forward(Tensor x) => x.relu(); }
            }
            """,
            Model("[Quantize]", "partial class Net", members: "private readonly Sequential s = Blocks.Make();") + """

            internal static class Blocks
            {
                public static Sequential Make()
                {
                    var s = Sequential();
                    for (var i = 0; i < 3; i++)
                        s.append(new Made());
                    return s;
                }
            }
            internal sealed class Made() : Module<Tensor, Tensor>("made") { public override Tensor forward(Tensor x) => x.relu(); }
            """,
        ],
        ["QDROP002"] =
        [
            $$"""{{Usings}}[Quantize] internal partial class Net { }""",
            $$"""{{Usings}}[Quantize] internal partial class Net() : Module<Tensor, int, Tensor>("net") { public override Tensor forward(Tensor x, int times) => x * times; }""",
            $$"""{{Usings}}[Quantize] internal partial class Net() : Module<Tensor, float>("net") { public override float forward(Tensor x) => 0; }""",
            $$"""{{Usings}}[Quantize] internal abstract partial class Net() : Module<Tensor, Tensor>("net") { }""",
        ],
        ["QDROP003"] =
        [
            $$"""{{Usings}}[Quantize] internal partial class Net(int width) : Module<Tensor, Tensor>("net") { private readonly Linear fc = Linear(width, 1); public override Tensor forward(Tensor x) => fc.forward(x); }""",
            $$"""{{Usings}}[Quantize] internal abstract partial class Net() : Module<Tensor, Tensor>("net") { public override Tensor forward(Tensor x) => x.relu(); }""",
            $$"""{{Usings}}[Quantize] internal partial class Net<T>() : Module<Tensor, Tensor>("net") { public override Tensor forward(Tensor x) => x.relu(); }""",
            Model("""[Quantize(Factory = "Make")]""", "partial class Net"),
            Model("""[Quantize(W = 4, Factory = nameof(Make))]""", "partial class Net", members: "public Net Make() => this;"),
            Model("""[Quantize(Factory = nameof(Make))]""", "partial class Net", members: "public static Module<Tensor, Tensor> Make() => new Net();"),
            $$"""
            {{Usings}}
            internal static partial class Zoo
            {
                [Quantize]
                private partial class Net() : Module<Tensor, Tensor>("net") { public override Tensor forward(Tensor x) => x.relu(); }
            }
            """,
        ],
        ["QDROP004"] =
        [
            Model("[Quantize(W = 1)]", "partial class Net"),
            Model("[Quantize(A = 9, W = 2)]", "partial class Net"),
            Model("[Quantize(W = 0, FirstLast = 16)]", "partial class Net"),
            Model("[Quantize]", "partial class Net", members: "[Quantize(W = 1)] private readonly Linear fc2 = Linear(4, 4); [Quantize(A = 9)] private Linear Head { get; } = Linear(4, 4); public object Both => (fc2, Head);"),
            Model("[Quantize]", "partial class Net", members: "private readonly Block block = new(); [Quantize(W = 12)] private sealed partial class Block() : Module<Tensor, Tensor>(\"b\") { public override Tensor forward(Tensor x) => x.relu(); }"),
        ],
        ["QDROP005"] =
        [
            Model("[Quantize(Drop = 1.5)]", "partial class Net"),
            Model("[Quantize(W = 2, Drop = -0.1)]", "partial class Net"),
            Model("[Quantize(Drop = double.NaN)]", "partial class Net"),
        ],
        ["QDROP006"] =
        [
            Model("[Quantize(Iterations = 0)]", "partial class Net"),
            Model("[Quantize(Samples = -1)]", "partial class Net"),
            Model("[Quantize(Method = (Method)7)]", "partial class Net"),
            Model("[Quantize(Method = Method.Brecq, Drop = 0.5)]", "partial class Net"),
            Model("[Quantize(Preset = (Preset)2, Granularity = (Granularity)3, Loss = (LossKind)(-1), ActivationLearning = (ActivationLearning)3)]", "partial class Net"),
            Model("""[Quantize(Weights = "")]""", "partial class Net"),
            Model("[Quantize(Calibration = typeof(string))]", "partial class Net"),
            $$"""{{Usings}}[Quantize(Calibration = typeof(Data))] internal partial class Pair() : Module<Tensor, Tensor, Tensor>("pair") { private readonly Linear fc = Linear(4, 1); public override Tensor forward(Tensor x, Tensor y) => fc.forward(x + y); } internal sealed class Data : ICalibrationSource { public Tensor Load(CalibrationRequest request) => zeros(request.Samples, 4); }""",
            Model("[Quantize(Calibration = typeof(Data))]", "partial class Net") + "\ninternal sealed class Data(int n) : ICalibrationSource { public Tensor Load(CalibrationRequest request) => zeros(n); }",
        ],
        ["QDROP007"] =
        [
            Forwards.Source("", "return relu(conv1.forward(x)).cumsum(1);"),
            Forwards.Source("", "return x.sort(1).Item1;"),
            Forwards.Source("", "return conv1.forward(x) % 2;"),
            Forwards.Source("", "return x * rand(4);"),
            Forwards.Source("", "if (x.sum().item<float>() > 0) return x; return relu(x);"),
            Forwards.Source("", "return functional.linear(x, ((Conv2d)conv1).weight);"),
            Forwards.Source("", "return x + ((Conv2d)conv1).weight;"),
            Forwards.Source("private readonly Parameter w = new(ones(8, 8));", "return x.matmul(w);"),
            Forwards.Source("", "return x[x > 0];"),
            Forwards.Source("", "Scalar s = x.mean().ToScalar(); return x * s;"),
        ],
        ["QDROP008"] =
        [
            Forwards.Source("", "again: x = relu(x); if (x.shape.Length > 9) goto again; return x;"),
            Forwards.Source("", "try { return relu(x); } catch (Exception) { return x; }"),
            Forwards.Source("", "var y = x; try { y = relu(x); } finally { y = conv1.forward(y); } return y;"),
            Forwards.Source("private Tensor? last;", "last = x; return relu(x);"),
            Forwards.Source("", "Func<Tensor, Tensor> act = t => relu(t); return act(x);"),
            Forwards.Source("", "return Act(x); static Tensor Act(Tensor t) => t.shape[0] > 9 ? Act(relu(t)) : t;"),
            Forwards.Source("private Tensor A(Tensor t) => B(t); private Tensor B(Tensor t) => t.shape[0] > 9 ? A(t) : t;", "return A(conv1.forward(x));"),
            Forwards.Source("private static Tensor Swap(ref Tensor t) => t = relu(t);", "return Swap(ref x);"),
            Forwards.Source("private Tensor Fail(Tensor t) { throw new InvalidOperationException(t.shape.ToString()); }", "return Fail(x);"),
            Forwards.Source("private static Tensor Act(Tensor t) { t.relu_(); return t; }", "var y = conv1.forward(x); var z = Act(y); return z + y;"),
            Forwards.Source("private static Tensor Act(Tensor t) { t.relu_(); return t; }", "var y = conv1.forward(x); return y + Act(y);"),
            Forwards.Source("private static Tensor Act(Tensor t) { t.relu_(); return t; }", "return Act(x);"),
            Forwards.Source("internal sealed class Tools { public Tensor Act(Tensor t) => relu(t); }", "return new Tools().Act(x);"),
            Forwards.Source("private readonly Tools tools = new Sharp(); internal class Tools { public virtual Tensor Act(Tensor t) => relu(t); } internal sealed class Sharp : Tools { public override Tensor Act(Tensor t) => tanh(t); }", "return tools.Act(x);"),
            Forwards.Source("private readonly Tools[] all = [new(), new()]; internal sealed class Tools { public Tensor Act(Tensor t) => relu(t); }", "foreach (var tools in all) x = tools.Act(x); return x;"),
            Forwards.Source("private static Tensor Last(Tensor t) { try { return relu(t); } catch (InvalidOperationException) when (t.shape.Length > 9) { throw; } }", "return Last(x);"),
            Forwards.Source("private static async System.Threading.Tasks.Task<Tensor> Later(Tensor t) { await System.Threading.Tasks.Task.Yield(); return t; }", "return Later(x).Result;"),
            $$"""
            {{Usings}}
            internal abstract class Base() : Module<Tensor, Tensor>("base") { private static int Count(int n) => n; protected Tensor Act(Tensor t) => t.relu() * Count(2); }
            [Quantize] internal partial class Net : Base { public override Tensor forward(Tensor x) => Act(x); }
            """,
            $$"""
            {{Usings}}
            internal abstract class Base(double slope) : Module<Tensor, Tensor>("base") { protected Tensor Act(Tensor t) => leaky_relu(t, slope); }
            [Quantize] internal partial class Net() : Base(0.1) { public override Tensor forward(Tensor x) => Act(x); }
            """,
            Forwards.Source("", "dynamic d = conv1; return (Tensor)d.forward(x);"),
            Forwards.Source("", "return x.shape[0] > 9 ? forward(relu(x)) : x;"),
            Forwards.Source("", "return base.call(x);"),
            $$"""{{Usings}}[Quantize] internal partial class Net(double slope = 0.1) : Module<Tensor, Tensor>("net") { public override Tensor forward(Tensor x) => leaky_relu(x, slope += 0.1); }""",
            Forwards.Source("private readonly Func<Tensor, Tensor> act = static t => relu(t);", "return act(x);"),
            Forwards.Source("private Module<Tensor, Tensor>? late;", "late ??= conv2; late = conv1; return late.forward(x);"),
            Forwards.Source("", "return Conv2d(4, 4, 1).forward(x);"),
            Forwards.Source("private readonly CosineSimilarity cos = CosineSimilarity();", "return cos.forward(x, x);"),
            Forwards.Source("", "x.relu_(); return x;"),
            Forwards.Source("", "var y = conv1.forward(x); var z = y.flatten(1); y.relu_(); return z;"),
            Forwards.Source("", "var y = conv1.forward(x); return y + y.relu_();"),
            Forwards.Source("", "var y = conv1.forward(x); var z = y.relu_(); return z + y;"),
            Forwards.Source("", "return new[] { 1 }.Select(i => relu(x)).First();"),
            Forwards.Source("", "object o = relu(x); return (Tensor)o;"),
            Forwards.Source("", "Func<long> count = Count; return x * count(); long Count() => conv1.forward(x).shape[0];"),
            Forwards.Source("private readonly List<Tensor> kept = new();", "kept.Add(relu(x)); return kept[0];"),
            Forwards.Source("private readonly List<Tensor> kept = new();", "var all = kept; all[0] = relu(x); return x;"),
            Forwards.Source("", "var parts = conv1.forward(x).chunk(2, 1); var half = parts[0]; half.relu_(); return parts[1];"),
            Forwards.Source("", "var all = new List<Tensor>(); var y = conv1.forward(x); all.Add(y); y.relu_(); return all[0];"),
            Forwards.Source("", "var y = conv1.forward(x); var pair = (y, x); y.relu_(); return pair.y;"),
            Forwards.Source("", "var parts = x.chunk(2, 1); return cat(parts.Select(p => p * 2).ToList(), 1);"),
            Forwards.Source("", "var parts = new Dictionary<string, Tensor> { [\"a\"] = x }; foreach (var pair in parts) x = pair.Value; return x;"),
            Forwards.Source("", "var parts = new Dictionary<string, Tensor> { [\"a\"] = x }; return parts.Values.First();"),
            Forwards.Source("private sealed record Pair(Tensor A, Tensor B);", "var pair = new Pair(x, relu(x)); return pair.A;"),
            Forwards.Source("", "Tensor[] parts = [x, relu(x)]; return parts is [var a, ..] ? a : x;"),
            Forwards.Source("", "Tensor[] parts = [x, relu(x)]; var n = 0; parts[n++] += x; return parts[0];"),
            Forwards.Source("", "Tensor[] parts = [x, relu(x)]; foreach (ref var part in parts.AsSpan()) part = relu(part); return parts[0];"),
            Forwards.Source("", "var lazy = new Lazy<Tensor>(() => relu(x)); return lazy.Value;"),
            Forwards.Source("", "x[0] = relu(x); return x;"),
            Forwards.Source("", "var sizes = from n in x.shape where n > 1 select n; return x.view(sizes.ToArray());"),
        ],
        ["QDROP009"] =
        [
            Forwards.Source("private readonly LSTM lstm = LSTM(8, 8);", "return lstm.forward(x).Item1;"),
            Forwards.Source("private readonly GRU gru = GRU(8, 8);", "var (y, _) = gru.call(x); return y;"),
        ],
    };

    /// <summary>Sources that can be quantized, of which there is something to say.</summary>
    public static IReadOnlyDictionary<string, string[]> Advised { get; } = new Dictionary<string, string[]>
    {
        ["QDROP010"] =
        [
            Advisable("private readonly Module<Tensor, Tensor> fc2 = Linear(4, 4);", "return fc.forward(x);"),
            Advisable("private readonly Conv2d conv, other; public void Use() { } private void Unused(Tensor y) => other.forward(y); private readonly int n = 1;",
                "return fc.forward(x);", "conv = Conv2d(3, 3, 1); this.other = Conv2d(3, 3, 1); init.zeros_(conv.weight); register_module(\"conv\", conv);"),
            Advisable("private Linear Head { get; } = Linear(4, 4);", "return fc.forward(x);"),
        ],
        ["QDROP011"] =
        [
            Advisable("", "x = relu(fc.forward(x)); return fc.forward(x);"),
            Advisable("private readonly Module<Tensor, Tensor> same = Linear(4, 4);", "var a = relu(same.forward(x)); var b = this.same.call(x); return fc.forward(a + b);"),
        ],
        ["QDROP012"] =
        [
            Advisable("private readonly BatchNorm1d bn = BatchNorm1d(4);", "return fc.forward(relu(bn.forward(x)));"),
            Advisable("private readonly Module<Tensor, Tensor> bn = BatchNorm1d(4);", "return bn.forward(relu(fc.forward(x)));"),
            Advisable("private readonly BatchNorm1d bn = BatchNorm1d(4);", "var y = fc.forward(x); return bn.forward(y) + y;"),
            Advisable("private readonly BatchNorm1d bn = BatchNorm1d(4);", "var y = fc.forward(x); return bn.forward(y + x);"),
            Advisable("private readonly BatchNorm1d bn = BatchNorm1d(4); private readonly Dropout drop = Dropout();", "return bn.forward(drop.forward(fc.forward(x)));"),
            Advisable("private readonly BatchNorm1d bn = BatchNorm1d(4);", "var y = fc.forward(x); if (x.shape[0] > 1) y = bn.forward(y); return y;"),
            Advisable("private readonly BatchNorm1d bn = BatchNorm1d(4);", "return bn.forward(fc.forward(x).flatten(1));"),
        ],
        ["QDROP013"] =
        [
            $$"""{{Usings}}[Quantize(W = 2)] internal partial class Net() : Module<Tensor, Tensor>("net") { private readonly Sequential s = Sequential(ReLU(), MaxPool2d(2)); public override Tensor forward(Tensor x) => s.forward(x); }""",
        ],
        ["QDROP014"] =
        [
            Model("[Quantize]", "partial class Net", members: "private readonly Module<Tensor, Tensor> block = new Block();") + """

            [QuantizationBlock]
            internal sealed partial class Block() : Module<Tensor, Tensor>("block") { public override Tensor forward(Tensor x) => relu(x) + x; }
            """,
            Advisable("[QuantizationBlock] private readonly Sequential tail; [QuantizationBlock] private Activation Act { get; } = new();", "return tail.forward(Act.forward(fc.forward(x)));", "tail = Sequential((\"relu\", ReLU()), (\"drop\", Dropout(0.5)));") + """

            internal sealed partial class Activation() : Module<Tensor, Tensor>("activation") { public override Tensor forward(Tensor x) => x.relu(); }
            """,
        ],
        ["QDROP015"] =
        [
            Model("[Quantize]", "partial class Net") + """

            [QuantizationBlock]
            internal sealed partial class Block() : Module<Tensor, Tensor>("block") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
            """,
            Model("[Quantize]", "partial class Net", members: "private readonly Derived block = new();") + """

            [QuantizationBlock] internal abstract class Base() : Module<Tensor, Tensor>("base");
            internal sealed partial class Derived : Base { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
            """,
            Model("[Quantize] [FullPrecision]", "partial class Net"),
            Advisable("[FullPrecision] private readonly int n = 1; [Quantize(W = 8)] private static readonly Linear same = Linear(4, 4); public object Both => (n, same);", "return fc.forward(x);"),
            Advisable("[Quantize(W = 8)] private Module<Tensor, Tensor> Head => fc;", "return Head.forward(x);"),
            Advisable("[QuantizationBlock] private readonly int n = 1; [QuantizationBlock(false)] private Module<Tensor, Tensor> Head => fc;", "return n > 0 ? Head.forward(x) : x;"),
            Advisable("[QuantizationBlock] private readonly Module<Tensor, Tensor> fc2 = Linear(4, 4); [QuantizationBlock(false)] private readonly Sequential tail = Sequential(Linear(4, 4)); [QuantizationBlock] private readonly MultiheadAttention attention = MultiheadAttention(4, 2);", "x = tail.forward(fc2.forward(fc.forward(x))).unsqueeze(1); return attention.forward(x, x, x, null, false, null).Item1;"),
            Advisable("[QuantizationBlock(false), FullPrecision] private readonly Sequential head = Sequential(Linear(4, 1)); [QuantizationBlock] private readonly Float tail = new();", "return tail.forward(head.forward(fc.forward(x)));") + """

            [FullPrecision, QuantizationBlock] internal sealed class Float : Module<Tensor, Tensor> { private readonly Linear fc = Linear(1, 4); public Float() : base("float") => RegisterComponents(); public override Tensor forward(Tensor x) => fc.forward(x); }
            """,
            Advisable("private readonly Block block = new();", "return block.forward(fc.forward(x));") + """

            internal sealed partial class Block : Module<Tensor, Tensor> { [QuantizationBlock] private readonly Sequential body = Sequential(Linear(4, 4), ReLU(), Linear(4, 4)); public Block() : base("block") => RegisterComponents(); public override Tensor forward(Tensor x) => body.forward(x) + x; }
            """,
            Advisable("[Quantize(W = 8, Drop = 0.5)] private readonly Linear fc2 = Linear(4, 4); [Quantize(W = 8), FullPrecision] private readonly Linear fc3 = Linear(4, 4);", "return fc3.forward(fc2.forward(fc.forward(x)));"),
            Model("[Quantize]", "partial class Net", members: "private readonly Block block = new();") + """

            [Quantize(W = 8, Samples = 64)] internal sealed partial class Block() : Module<Tensor, Tensor>("block") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
            """,
            Model("[Quantize]", "partial class Net") + """

            [FullPrecision] internal sealed class Unused() : Module<Tensor, Tensor>("unused") { [Quantize(W = 8)] private readonly Linear fc = Linear(4, 4); [field: FullPrecision] private Linear Fc2 { get; } = Linear(4, 4); public override Tensor forward(Tensor x) => Fc2.forward(fc.forward(x)); }
            """,
        ],
        ["QDROP016"] =
        [
            Model("[Quantize(Method = Method.Nearest, Drop = 0.5, Iterations = 100)]", "partial class Net"),
            Model("[Quantize(Method = Method.AdaRound, Drop = 0.5)]", "partial class Net"),
            Model("[Quantize(Method = Method.Nearest, Preset = Preset.Quick, Granularity = Granularity.Stage, Loss = LossKind.Fisher)]", "partial class Net"),
            Model("[Quantize(Method = Method.AdaRound, Granularity = Granularity.Block, Loss = LossKind.Fisher)]", "partial class Net"),
            Model("[Quantize(Method = Method.Brecq, ActivationLearning = ActivationLearning.LsqPlus)]", "partial class Net"),
        ],
        ["QDROP017"] =
        [
            Advisable("[FullPrecision] private readonly Sequential head;", "return head.forward(fc.forward(x));", "head = Sequential((\"a\", Linear(4, 2)), (\"act\", ReLU()), (\"b\", Linear(2, 4)));"),
            Advisable("[FullPrecision] private readonly LSTM lstm = LSTM(4, 2, bidirectional: true); private readonly Block block = new();", "return lstm.forward(block.forward(fc.forward(x))).Item1;") + """

            internal sealed partial class Block : Base
            {
                [FullPrecision] private readonly MultiheadAttention attention = MultiheadAttention(4, 2);
                [field: FullPrecision] private Pair Pair { get; } = new(2);
                private readonly Embedding words = Embedding(1000, 4);
                public Block() => RegisterComponents();
                public override Tensor forward(Tensor x) => Pair.forward(words.forward(x) + attention.forward(x, x, x, null, false, null).Item1 + Convolved(x));
            }

            internal abstract partial class Base() : Module<Tensor, Tensor>("base") { private readonly Conv2d conv = Conv2d(4, 4, (3, 1), groups: 2); protected Tensor Convolved(Tensor x) => conv.forward(x); }
            internal sealed class Pair(int n) : Module<Tensor, Tensor>("pair") { private readonly Bilinear both = Bilinear(4, 4, 4); public override Tensor forward(Tensor x) => both.forward(x, x) * n; }
            """,
            Advisable("private readonly Float tail = new();", "return tail.forward(fc.forward(x));") + """

            [FullPrecision] internal sealed class Float() : Module<Tensor, Tensor>("float") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
            """,
        ],
    };

    public static IReadOnlyDictionary<string, string> Right { get; } = new Dictionary<string, string>
    {
        ["bounds of every setting"] = Model("[Quantize(W = 2, A = 8, FirstLast = 2, Drop = 0, Iterations = 1, Samples = 1, Seed = -1)]", "partial class Net"),
        ["every choice"] = Model("[Quantize(Preset = Preset.Quick, Granularity = Granularity.Stage, Loss = LossKind.Fisher, ActivationLearning = ActivationLearning.LsqPlus)]", "partial class Net"),
        ["Drop = 1"] = Model("[Quantize(Drop = 1, Method = Method.Brecq)]", "partial class Net"),
        ["a calibration source, weights and data"] = Model("""[Quantize(Weights = @"a\b.safetensors", Calibration = typeof(Data), CalibrationData = "cal")]""", "partial class Net")
            + "\ninternal sealed class Data : ICalibrationSource { public Tensor Load(CalibrationRequest request) => zeros(request.Samples, 4); }",
        ["a calibration source for several inputs"] = $$"""{{Usings}}[Quantize(Calibration = typeof(Data))] internal partial class Pair() : Module<Tensor, Tensor, Tensor>("pair") { private readonly Linear fc = Linear(4, 1); public override Tensor forward(Tensor x, Tensor y) => fc.forward(x + y); } internal sealed class Data : IMultiInputCalibrationSource { public System.Collections.Generic.IReadOnlyList<Tensor> Load(CalibrationRequest request) => [zeros(request.Samples, 4), zeros(request.Samples, 4)]; }""",
        ["a private factory"] = Model("[Quantize(Factory = nameof(@new))]", "partial class Net", members: "private static Net @new() => new();"),
        ["a constructor with defaults"] = $$"""{{Usings}}[Quantize] internal partial class Net(int width = 3, params int[] rest) : Module<Tensor, Tensor>("net") { private readonly Linear fc = Linear(width + rest.Length, 1); public override Tensor forward(Tensor x) => fc.forward(x); }""",
        ["a private constructor"] = $$"""{{Usings}}[Quantize] internal partial class Net : Module<Tensor, Tensor> { private readonly Linear fc = Linear(4, 4); private Net() : base("net") { } public override Tensor forward(Tensor x) => fc.forward(x); }""",
        ["a module class that is not reached need not be partial"] = Model("[Quantize]", "partial class Net") + "\ninternal sealed class Other() : Module<Tensor, Tensor>(\"o\") { public override Tensor forward(Tensor x) => x.cumsum(1); }",
        ["a part of the class in another declaration"] = Model("[Quantize]", "partial class Net") + "\ninternal partial class Net { private int More => 1; }",
        ["a parameter of the class that forward reads"] = $$"""{{Usings}}[Quantize] internal partial class Net(double slope = 0.1) : Module<Tensor, Tensor>("net") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => leaky_relu(fc.forward(x), slope); }""",
        ["a model that derives from a model"] = Model("[Quantize]", "partial class Net") + "\n[Quantize] internal sealed partial class Wide : Net;",
        ["a model with two inputs"] = $$"""{{Usings}}[Quantize] internal partial class Net() : Module<Tensor, (Tensor, Tensor), (Tensor, Tensor)>("net") { private readonly Linear fc = Linear(4, 4); public override (Tensor, Tensor) forward(Tensor x, (Tensor, Tensor) y) => (fc.forward(x), y.Item2); }""",
        ["a model that inherits its forward"] = $$"""
            {{Usings}}
            internal partial class Base() : Module<Tensor, Tensor>("base") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
            [Quantize] internal partial class Net : Base;
            """,
        ["a reached class that inherits its forward"] = Model("[Quantize]", "partial class Net", members: "private readonly Derived block = new();") + """

            internal partial class Base() : Module<Tensor, Tensor>("b") { public override Tensor forward(Tensor x) => x.relu(); }
            internal sealed class Derived : Base;
            """,
        ["a reached class that overrides a reached class"] = Model("[Quantize]", "partial class Net", members: "private readonly Derived block = new();") + """

            internal partial class Base() : Module<Tensor, Tensor>("b") { public override Tensor forward(Tensor x) => x.relu(); }
            internal sealed partial class Derived : Base { public override Tensor forward(Tensor x) => x.tanh(); }
            """,
        ["a generic block in a record's neighbour"] = Model("[Quantize]", "partial class Net", members: "private readonly Outer<int>.Block<string> block = new();") + """

            internal partial record Outer<T> { internal sealed partial class Block<TName>() : Module<Tensor, Tensor>("b") where TName : class { public override Tensor forward(Tensor x) => x.relu(); } }
            """,
        ["a tensor of the model as a scale"] = Advisable("private readonly Parameter gamma = new(ones(1));", "return fc.forward(x) * gamma;"),
        ["in place on what nobody else sees"] = Advisable("", "var y = fc.forward(x); y.relu_(); return y.add_(x);"),
        ["tests for null"] = Advisable("", "Tensor? y = null; if (y is null || x is not { }) y = fc.forward(x!); return y;"),
        ["a batch norm behind its layer"] = Advisable("private readonly Module<Tensor, Tensor> bn = BatchNorm1d(4);", "return relu(bn.forward(fc.forward(x)));"),
        ["a batch norm behind what may be anything"] = Advisable("private readonly Module<Tensor, Tensor> bn = BatchNorm1d(4), any = Sequential(Linear(4, 4));", "return fc.forward(bn.forward(any.forward(x)));"),
        ["one layer or the other"] = Advisable("private readonly bool first = true;", "return first ? fc.forward(x) : fc.forward(relu(x));"),
        ["one activation module everywhere"] = Advisable("private readonly ReLU act = ReLU(); private readonly Linear fc2 = Linear(4, 4);", "return act.forward(fc2.forward(act.forward(fc.forward(x))));"),
        ["layers that other members hand on"] = Advisable("private readonly Linear a = Linear(4, 4), b = Linear(4, 4); private readonly Sequential s; private Module<Tensor, Tensor> B => b;", "return s.forward(fc.forward(x));", "s = Sequential(a, B);"),
        ["layers that an enumeration may reach"] = Advisable("private readonly Linear a = Linear(4, 4); public int Count => System.Linq.Enumerable.Count(children());", "return fc.forward(x);"),
        ["a layer that a derived class may use"] = Advisable("private readonly Linear a = Linear(4, 4); protected Tensor Head(Tensor y) => a.forward(y);", "return fc.forward(x);"),
        ["layers from elsewhere"] = $$"""{{Usings}}internal static class Parts { public static readonly Module<Tensor, Tensor> Body = Linear(4, 4); } [Quantize] internal partial class Net() : Module<Tensor, Tensor>("net") { private readonly Module<Tensor, Tensor> body = Parts.Body; public override Tensor forward(Tensor x) => body.forward(x); }""",
        ["an embedding is something to quantize"] = $$"""{{Usings}}[Quantize] internal partial class Net() : Module<Tensor, Tensor>("net") { private readonly Module<Tensor, Tensor> table = Embedding(10, 4); public override Tensor forward(Tensor x) => table.forward(x); }""",
        ["a block that is reached"] = Model("[Quantize]", "partial class Net", members: "private readonly Block block = new();") + """

            [QuantizationBlock] internal sealed partial class Block() : Module<Tensor, Tensor>("block") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
            """,
        ["blocks that are merged and split"] = Advisable("[QuantizationBlock] private readonly Sequential features = Sequential(Linear(4, 4), ReLU()); [QuantizationBlock(false)] private readonly Block block = new(); [field: QuantizationBlock] private ModuleList<Block> All { get; } = ModuleList(new Block()); [QuantizationBlock] private readonly Module<Tensor, Tensor> any = Parts.Body;", "return any.forward(All[0].forward(block.forward(features.forward(fc.forward(x)))));") + """

            internal static class Parts { public static Module<Tensor, Tensor> Body => Linear(4, 4); }
            internal sealed partial class Block : Module<Tensor, Tensor> { [QuantizationBlock] private readonly Sequential body = Sequential(Linear(4, 4), ReLU(), Linear(4, 4)); public Block() : base("block") => RegisterComponents(); public override Tensor forward(Tensor x) => body.forward(x) + x; }
            """,
        ["less than half in full precision"] = Advisable("[FullPrecision] private readonly Linear fc2 = Linear(4, 3);", "return fc2.forward(fc.forward(x));"),
        ["a width that is not known"] = Advisable("[FullPrecision] private readonly Linear fc2 = Linear(4, System.Environment.ProcessorCount);", "return fc2.forward(fc.forward(x));"),
        ["layers of a loop, a condition or a parameter beside what is float"] = Advisable("[FullPrecision] private readonly Linear a = Linear(4, 40); private readonly ModuleList<Linear> all = ModuleList<Linear>(); private readonly Module<Tensor, Tensor> b;", "foreach (var layer in all) x = layer.forward(x); return b.forward(a.forward(fc.forward(x)));", "for (var i = 0; i < 20; i++) all.Add(Linear(4, 4)); b = all.Count > 3 ? Linear(40, 400) : Linear(40, 4);"),
        ["a class of which several are made beside what is float"] = Advisable("[FullPrecision] private readonly Linear a = Linear(4, 10); private readonly Block b = new(), c = new();", "return c.forward(b.forward(a.forward(fc.forward(x))));") + """

            internal sealed partial class Block() : Module<Tensor, Tensor>("block") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
            """,
        ["a merged part that may have weights"] = Advisable("[QuantizationBlock] private readonly Sequential tail; internal Sequential Tail => tail;", "return tail.forward(fc.forward(x));", "tail = Sequential(ReLU());"),
        ["attributes on parts"] = Model("[Quantize]", "partial class Net", members: "[field: Quantize(W = 8, A = 8)] private Linear Fc2 { get; } = Linear(4, 4); private readonly Block block = new();").Replace("relu(fc.forward(x))", "block.forward(Fc2.forward(fc.forward(x)))") + """

            [Quantize(Method = Method.Nearest)] internal sealed partial class Block() : Module<Tensor, Tensor>("block") { [FullPrecision] private readonly LSTM lstm = LSTM(4, 1); public override Tensor forward(Tensor x) => lstm.forward(x).Item1; }
            """,
        ["settings that count"] = Model("[Quantize(Method = Method.AdaRound, Iterations = 100)]", "partial class Net"),
        ["the class is its own factory in a global namespace"] = Usings.Replace("namespace Models;", "") + "[Quantize] internal sealed partial class Net() : Module<Tensor, Tensor>(\"net\") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }",
        ["a member with the twin's name"] = Model("[Quantize]", "partial class Net", members: "public void Quantized() { }"),
    };

    /// <summary>A source with one model that does little.</summary>
    public static string Model(string attribute, string declaration, string name = "Net", string members = "") => $$"""
        {{Usings}}
        {{attribute}}
        internal {{declaration}} : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 4);
            {{members}}
            public {{name}}() : base("{{name}}") => RegisterComponents();
            public override Tensor forward(Tensor x) => relu(fc.forward(x));
        }
        """;

    /// <summary>A source with one model that has the layer <c>fc</c>.</summary>
    public static string Advisable(string members, string body, string constructor = "") => $$"""
        {{Usings}}
        [Quantize]
        internal partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 4);
            {{members}}
            public Net() : base("net") { {{constructor}} RegisterComponents(); }
            public override Tensor forward(Tensor x) { {{body}} }
        }
        """;

    public const string Usings = """
        using QDrop;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using static TorchSharp.torch.nn.functional;
        namespace Models;

        """;
}

namespace QDrop.Generators.Tests;

/// <content>What cannot be quantized.</content>
internal static partial class DiagnosticCases
{
    public static IReadOnlyDictionary<string, string[]> Wrong { get; } = new Dictionary<string, string[]>
    {
        ["QDROP001"] =
        [
            Model("[Quantize]", "class Net"),
            Model("[Quantize]", "partial class Net", members: "private readonly Block block = new(); private sealed "
                + "class Block() : Module<Tensor, Tensor>(\"b\") { public override Tensor forward(Tensor x) => "
                + "x.relu(); }"),
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
            $$"""{{Usings}}[Quantize] internal partial class Net() : Module("net") { public Tensor forward(Tensor a, Tensor b, Tensor c, Tensor d, Tensor e, Tensor f, Tensor g) => a + b + c + d + e + f + g; }""",
            $$"""{{Usings}}[Quantize] internal partial class Net() : Module<Tensor, string, Tensor>("net") { public override Tensor forward(Tensor x, string mode) => x * mode.Length; }""",
            $$"""{{Usings}}[Quantize] internal partial class Net() : Module<Tensor[], Tensor[], Tensor>("net") { public override Tensor forward(Tensor[] x, Tensor[] y) => x[0] + y[0]; }""",
            $$"""{{Usings}}[Quantize] internal partial class Net() : Module<Tensor, System.Lazy<Tensor>>("net") { public override System.Lazy<Tensor> forward(Tensor x) => new(x); }""",
            $$"""{{Usings}}[Quantize] internal partial class Net() : Module<Tensor, float>("net") { public override float forward(Tensor x) => 0; }""",
            $$"""{{Usings}}[Quantize] internal abstract partial class Net() : Module<Tensor, Tensor>("net") { }""",
        ],
        ["QDROP003"] =
        [
            $$"""{{Usings}}[Quantize] internal partial class Net(int width) : Module<Tensor, Tensor>("net") { private readonly Linear fc = Linear(width, 1); public override Tensor forward(Tensor x) => fc.forward(x); }""",
            $$"""{{Usings}}[Quantize] internal abstract partial class Net() : Module<Tensor, Tensor>("net") { public override Tensor forward(Tensor x) => x.relu(); }""",
            $$"""{{Usings}}[Quantize] internal partial class Net<T>() : Module<Tensor, Tensor>("net") { public override Tensor forward(Tensor x) => x.relu(); }""",
            Model("""[Quantize(Factory = "Make")]""", "partial class Net"),
            Model("""[Quantize(W = 4, Factory = nameof(Make))]""", "partial class Net", members: "public Net Make() => "
                + "this;"),
            Model("""[Quantize(Factory = nameof(Make))]""", "partial class Net", members: "public static "
                + "Module<Tensor, Tensor> Make() => new Net();"),
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
            Model("""[Quantize(MaxW = 16, Budget = "6 bits")]""", "partial class Net"),
            Model("[Quantize]", "partial class Net", members: "[Quantize(W = 1)] private readonly Linear fc2 = "
                + "Linear(4, 4); [Quantize(A = 9)] private Linear Head { get; } = Linear(4, 4); public object Both => "
                + "(fc2, Head);"),
            Model("[Quantize]", "partial class Net", members: "private readonly Block block = new(); [Quantize(W = "
                + "12)] private sealed partial class Block() : Module<Tensor, Tensor>(\"b\") { public override Tensor "
                + "forward(Tensor x) => x.relu(); }"),
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
            Model("[Quantize(BatchSize = 0, RangeSamples = -5)]", "partial class Net"),
            Model("[Quantize(Lambda = -0.01, WarmUp = 1.5, LearningRate = 0, ActivationLearningRate = -1e-5, BetaEnd = "
                + "0)]", "partial class Net"),
            Model("[Quantize(LearningRate = double.PositiveInfinity, Lambda = double.NaN)]", "partial class Net"),
            Model("[Quantize(BetaStart = 1)]", "partial class Net"),
            Model("[Quantize(BetaEnd = 21)]", "partial class Net"),
            Model("[Quantize(BetaStart = 4, BetaEnd = 8)]", "partial class Net"),
            Model("[Quantize(WeightObserver = RangeObserver.Percentile, Percentile = 50)]", "partial class Net"),
            Model("[Quantize(ActivationObserver = RangeObserver.Percentile, Percentile = 100.5)]", "partial class Net"),
            Model("[Quantize(WeightObserver = (RangeObserver)5, ActivationObserver = (RangeObserver)(-1), Order = "
                + "(CalibrationOrder)2)]", "partial class Net"),
            Model("[Quantize(Norm = 0.5, Scale = (Scale)3)]", "partial class Net"),
            Model("[Quantize(Norm = 4.5)]", "partial class Net"),
            Model("[Quantize(SymmetricActivations = true, ActivationLearning = "
                + "ActivationLearning.LsqPlus)]", "partial class Net"),
            Model("[Quantize(Hardware = true, WeightsPerChannel = true, SymmetricWeights = false, Scale = Scale.Free, "
                + "SymmetricActivations = true, ActivationsPerChannel = true)]", "partial class Net"),
            Model("[Quantize(Method = (Method)7)]", "partial class Net"),
            Model("[Quantize(Method = Method.Brecq, Drop = 0.5)]", "partial class Net"),
            Model("[Quantize(Preset = (Preset)2, Granularity = (Granularity)3, Loss = (LossKind)(-1), "
                + "ActivationLearning = (ActivationLearning)3)]", "partial class Net"),
            Model("""[Quantize(Weights = "")]""", "partial class Net"),
            Model("[Quantize(Calibration = typeof(string))]", "partial class Net"),
            Model("[Quantize(Method = Method.Cpq, Epochs = 0, DropBits = 1, BitPenalty = -0.1)]", "partial class Net"),
            Model("[Quantize(Method = Method.Lsq, DropBits = 0.1, ActivationsPerChannel = true)]", "partial class Net"),
            Model("[Quantize(BitPenalty = 0.1)]", "partial class Net"),
            Model("[Quantize(Method = Method.Cpq, DropBits = 0.1, BitPenalty = 0.1)]", "partial class Net"),
            Model("[Quantize(Method = Method.Cpq, Scale = Scale.PowerOfTwo, Budget = \"5 bits\")]", "partial class "
                + "Net"),
            Model("[Quantize(ExponentShare = 0.2)]", "partial class Net"),
            Model("[Quantize(Scale = Scale.NearestPowerOfTwo, ExponentReach = 4, ExponentWeight = "
                + "1)]", "partial class Net"),
            Model("[Quantize(Scale = Scale.PowerOfTwo, ExponentShare = 0.8)]", "partial class Net"),
            Model("[Quantize(Scale = Scale.PowerOfTwo, ExponentShare = 0.5, ExponentActivationShare = "
                + "0.6)]", "partial class Net"),
            Model("[Quantize(Method = Method.Cpq, Calibration = typeof(Data))]", "partial class Net") + "\ninternal sealed class Data : ICalibrationSource { public Tensor Load(CalibrationRequest request) => zeros(request.Samples, 4); }",
            $$"""{{Usings}}[Quantize(Calibration = typeof(Data))] internal partial class Pair() : Module<Tensor, Tensor, Tensor>("pair") { private readonly Linear fc = Linear(4, 1); public override Tensor forward(Tensor x, Tensor y) => fc.forward(x + y); } internal sealed class Data : ICalibrationSource { public Tensor Load(CalibrationRequest request) => zeros(request.Samples, 4); }""",
            Model("[Quantize(Calibration = typeof(Data))]", "partial class Net") + "\ninternal sealed class Data(int "
                + "n) : ICalibrationSource { public Tensor Load(CalibrationRequest request) => zeros(n); }",
        ],
        ["QDROP033"] =
        [
            Model("[Quantize(Scale = Scale.PowerOfTwo, ActivationLearning = "
                + "ActivationLearning.LsqPlus)]", "partial class Net"),
            Model("[Quantize(ActivationLearning = ActivationLearning.LsqPlus, W = 2, Scale = "
                + "Scale.NearestPowerOfTwo)]", "partial class Net"),
        ],
        ["QDROP034"] =
        [
            Model("[Quantize(Scale = Scale.PowerOfTwo, Norm = Norm.Auto, Loss = LossKind.Fisher)]", "partial class "
                + "Net"),
            Model("[Quantize(Loss = LossKind.Fisher, Norm = 1.5)]", "partial class Net"),
        ],
        ["QDROP030"] =
        [
            Model("[Quantize]", "partial class Net", members: "[Quantize(Method = Method.Cpq)] private readonly Linear "
                + "head = Linear(4, 4);"),
            Model("[Quantize(Method = Method.Lsq)]", "partial class Net", members: "[Quantize(W = 8, Method = "
                + "Method.Nearest)] private readonly Linear head = Linear(4, 4);"),
        ],
        ["QDROP036"] =
        [
            Model("""[Quantize(Budget = "3.0")]""", "partial class Net"),
            Model("""[Quantize(Budget = "three bits")]""", "partial class Net"),
            Model("""[Quantize(Budget = "3,5 bits")]""", "partial class Net"),
            Model("""[Quantize(Budget = "40 KB")]""", "partial class Net"),
            Model("""[Quantize(Budget = "")]""", "partial class Net"),
            Model("""[Quantize(Budget = "0 bytes")]""", "partial class Net"),
            Model("""[Quantize(W = 2, Budget = "1.5 bits")]""", "partial class Net"),
            Model("""[Quantize(W = 3, Budget = "2.5 bits/MAC")]""", "partial class Net"),
            Model("""[Quantize(W = 2, MaxW = 4, FirstLast = 4, Budget = "6 bits")]""", "partial class Net"),
            Model("""[Quantize(W = 3, Budget = "3.0 bits")]""", "partial class Net"),
            Model("""[Quantize(W = 2, MaxW = 6, FirstLast = 4, Budget = "6 bits")]""", "partial class Net"),
            Model("""[Quantize(W = 2, MaxW = 6, FirstLast = 4, Budget = "6.1 bits")]""", "partial class Net"),
        ],
        ["QDROP037"] =
        [
            Model("[Quantize(W = 2, MaxW = 8)]", "partial class Net"),
            Model("""[Quantize(W = 4, MaxW = 3, Budget = "5 bits")]""", "partial class Net"),
        ],
        ["QDROP007"] =
        [
            Forwards.Source("", "return relu(conv1.forward(x)).logcumsumexp(1);"),
            Forwards.Source("", "return x.cummax(1).Item1;"),
            Forwards.Source("", "return x * rand(4);"),
            Forwards.Source("", "if (x.sum().item<float>() > 0) return x; return relu(x);"),
            Forwards.Source("", "return functional.linear(x, ((Conv2d)conv1).weight);"),
            Forwards.Source("", "return x + ((Conv2d)conv1).weight;"),
            Forwards.Source("private readonly Parameter w = new(ones(8, 8));", "return x.matmul(w * w);"),
            Forwards.Source("", "return x[x > 0];"),
            Forwards.Source("", "Scalar s = x.mean().ToScalar(); return x * s;"),
        ],
        ["QDROP008"] =
        [
            Forwards.Source("", "again: x = relu(x); if (x.shape.Length > 9) goto again; return x;"),
            Forwards.Source("", "try { return relu(x); } catch (Exception) { return x; }"),
            Forwards.Source("", "var y = x; try { y = relu(x); } finally { y = conv1.forward(y); } return y;"),
            Forwards.Source("private Tensor? last;", "last = x; return relu(x);"),
            Forwards.Source("", "Func<Tensor, Tensor> act = t => relu(t); act = t => tanh(t); return act(x);"),
            Forwards.Source("", "return Act(x); static Tensor Act(Tensor t) => t.shape[0] > 9 ? Act(relu(t)) : t;"),
            Forwards.Source("private Tensor A(Tensor t) => B(t); private Tensor B(Tensor t) => t.shape[0] > 9 ? A(t) : "
                + "t;", "return A(conv1.forward(x));"),
            Forwards.Source("private static Tensor Swap(ref Tensor t) => t = relu(t);", "return Swap(ref x);"),
            Forwards.Source("private Tensor Fail(Tensor t) { throw new "
                + "InvalidOperationException(t.shape.ToString()); }", "return Fail(x);"),
            Forwards.Source("private static Tensor Act(Tensor t) { t.relu_(); return t; }", "var y = conv1.forward(x); "
                + "var z = Act(y); return z + y;"),
            Forwards.Source("private static Tensor Act(Tensor t) { t.relu_(); return t; }", "var y = conv1.forward(x); "
                + "return y + Act(y);"),
            Forwards.Source("private static Tensor Act(Tensor t) { t.relu_(); return t; }", "return Act(x);"),
            Forwards.Source("internal sealed class Tools { public Tensor Act(Tensor t) => "
                + "relu(t); }", "return new Tools().Act(x);"),
            Forwards.Source("private readonly Tools tools = new Sharp(); internal class Tools { public virtual Tensor "
                + "Act(Tensor t) => relu(t); } internal sealed class Sharp : Tools { public override Tensor Act(Tensor "
                + "t) => tanh(t); }", "return tools.Act(x);"),
            Forwards.Source("private readonly Tools[] all = [new(), new()]; internal class Tools { public virtual "
                + "Tensor Act(Tensor t) => relu(t); }", "foreach (var tools in all) x = tools.Act(x); return x;"),
            Forwards.Source("private static Tensor Last(Tensor t) { try { return relu(t); } catch "
                + "(InvalidOperationException) when (t.shape.Length > 9) { throw; } }", "return Last(x);"),
            Forwards.Source("private static async System.Threading.Tasks.Task<Tensor> Later(Tensor t) { await "
                + "System.Threading.Tasks.Task.Yield(); return t; }", "return Later(x).Result;"),
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
            Forwards.Source("private Module<Tensor, Tensor>? late;", "late ??= conv2; late = conv1; return "
                + "late.forward(x);"),
            Forwards.Source("", "return Conv2d(4, 4, 1).forward(x);"),
            Forwards.Source("private readonly MSELoss loss = MSELoss();", "return loss.forward(x, x);"),
            Forwards.Source("", "x.relu_(); return x;"),
            Forwards.Source("", "var y = conv1.forward(x); var z = y.flatten(1); y.relu_(); return z;"),
            Forwards.Source("", "var y = conv1.forward(x); return y + y.relu_();"),
            Forwards.Source("", "var y = conv1.forward(x); var z = y.relu_(); return z + y;"),
            Forwards.Source("private readonly ReLU act = ReLU(inplace: true);", "var y = conv1.forward(x); "
                + "var z = act.forward(y); return z + y;"),
            Forwards.Source("private readonly Module<Tensor, Tensor> act = LeakyReLU(0.1, true);",
                "var y = conv1.forward(x); return y + act.forward(y);"),
            Forwards.Source("private readonly SiLU act = SiLU(true);", "var v = x.flatten(1); x = act.forward(x); "
                + "return x.flatten(1) + v;"),
            Forwards.Source("", "var y = conv1.forward(x); var z = ReLU(true).forward(y); return z + y;"),
            Forwards.Source("", "var later = new[] { 1 }.Select(i => relu(x)); x = tanh(x); return later.First();"),
            Forwards.Source("", "return new[] { 1 }.Select(i => { if (i > 0) return relu(x); return x; }).First();"),
            Forwards.Source("", "Tensor[] parts = [relu(x)]; parts[0][0] = x; return parts[0];"),
            Forwards.Source("", "object o = relu(x); return (Tensor)o;"),
            Forwards.Source("", "Func<long> count = Count; return x * count(); long Count() => "
                + "conv1.forward(x).shape[0];"),
            Forwards.Source("private readonly List<Tensor> kept = new();", "kept.Add(relu(x)); return kept[0];"),
            Forwards.Source("private readonly List<Tensor> kept = new();", "var all = kept; all[0] = relu(x); return "
                + "x;"),
            Forwards.Source("", "var parts = conv1.forward(x).chunk(2, 1); var half = parts[0]; half.relu_(); return "
                + "parts[1];"),
            Forwards.Source("", "var all = new List<Tensor>(); var y = conv1.forward(x); all.Add(y); y.relu_(); return "
                + "all[0];"),
            Forwards.Source("", "var y = conv1.forward(x); var pair = (y, x); y.relu_(); return pair.y;"),
            Forwards.Source("", "var parts = new Dictionary<string, Tensor> { [\"a\"] = x }; foreach (var pair in "
                + "parts) x = pair.Value; return x;"),
            Forwards.Source("", "var parts = new Dictionary<string, Tensor> { [\"a\"] = x }; return "
                + "parts.Values.First();"),
            Forwards.Source("private sealed class Pair { public Tensor? A; }", "var pair = new Pair { A = relu(x) }; "
                + "return pair.A;"),
            Forwards.Source("", "Tensor[] parts = [x, relu(x)]; return parts is [var a, ..] ? a : x;"),
            Forwards.Source("", "Tensor[] parts = [x, relu(x)]; var n = 0; parts[n++] += x; return parts[0];"),
            Forwards.Source("", "Tensor[] parts = [x, relu(x)]; foreach (ref var part in parts.AsSpan()) part = "
                + "relu(part); return parts[0];"),
            Forwards.Source("", "var lazy = new Lazy<Tensor>(() => relu(x)); return lazy.Value;"),
            Forwards.Source("", "x[0] = relu(x); return x;"),
            Forwards.Source("", "var sizes = from n in x.shape where n > 1 select n; return x.view(sizes.ToArray());"),
        ],
        ["QDROP009"] =
        [
            Forwards.Source("private readonly Bilinear pair = Bilinear(8, 8, 8);", "return pair.forward(x, x);"),
            Forwards.Source("private readonly Transformer transformer = Transformer(8, 2);", "return "
                + "transformer.forward(x, x);"),
            Forwards.Source("private readonly Unfold unfold = Unfold(2);", "return unfold.forward(x);"),
            Forwards.Source("private readonly CosineSimilarity similarity = CosineSimilarity();", "return similarity.forward(x, x);"),
        ],
        ["QDROP018"] =
        [
            Forwards.Source("private readonly Module<Tensor, Tensor> backbone = TorchSharp.torchvision.models.resnet18(num_classes: 10);", "return backbone.call(x);"),
            Forwards.Source("private readonly TorchSharp.Modules.GoogleNet backbone = new(transform_input: true);", "return relu(backbone.forward(x));"),
            Forwards.Source("private readonly VGG backbone = TorchSharp.torchvision.models.vgg16_bn();", "return backbone.call(x);"),
            Forwards.Source("private readonly Sequential net = Sequential((\"backbone\", TorchSharp.torchvision.models.resnet18()), (\"head\", Sequential(Linear(1000, 10), TorchSharp.torchvision.models.alexnet(10))));", "return net.call(x);"),
            Forwards.Source("private readonly Module<Tensor, Tensor> backbone = TorchSharp.torchvision.models.resnet50(groups: 4);", "return backbone.call(x);"),
            Forwards.Source("private readonly Module<Tensor, Tensor> backbone = TorchSharp.torchvision.ops.SqueezeExcitation(8, 8);", "return backbone.call(x);"),
        ],
    };
}

namespace QDrop.Generators.Tests;

/// <content>What can be, and of which there is something to say.</content>
internal static partial class DiagnosticCases
{
    /// <summary>Sources that can be quantized, of which there is something to say.</summary>
    public static IReadOnlyDictionary<string, string[]> Advised { get; } =
        new Dictionary<string, string[]>
        {
            ["QDROP010"] =
            [
                Advisable("private readonly Module<Tensor, Tensor> fc2 = Linear(4, 4);", "return fc.forward(x);"),
                Advisable(
                    "private readonly Conv2d conv, other; public void Use() { } private void Unused(Tensor y) => "
                        + "other.forward(y); private readonly int n = 1;",
                    "return fc.forward(x);",
                    "conv = Conv2d(3, 3, 1); this.other = Conv2d(3, 3, 1); init.zeros_(conv.weight); "
                        + "register_module(\"conv\", conv);"),
                Advisable("private Linear Head { get; } = Linear(4, 4);", "return fc.forward(x);"),
            ],
            ["QDROP011"] =
            [
                Advisable("", "x = relu(fc.forward(x)); return fc.forward(x);"),
                Advisable(
                    "private readonly Module<Tensor, Tensor> same = Linear(4, 4);",
                    "var a = relu(same.forward(x)); var b = this.same.call(x); return fc.forward(a + b);"),
            ],
            ["QDROP012"] =
            [
                Advisable(
                    "private readonly BatchNorm1d bn = BatchNorm1d(4);", "return fc.forward(relu(bn.forward(x)));"),
                Advisable(
                    "private readonly Module<Tensor, Tensor> bn = BatchNorm1d(4);",
                    "return bn.forward(relu(fc.forward(x)));"),
                Advisable(
                    "private readonly BatchNorm1d bn = BatchNorm1d(4);",
                    "var y = fc.forward(x); return bn.forward(y) + y;"),
                Advisable(
                    "private readonly BatchNorm1d bn = BatchNorm1d(4);",
                    "var y = fc.forward(x); return bn.forward(y + x);"),
                Advisable(
                    "private readonly BatchNorm1d bn = BatchNorm1d(4); private readonly Dropout drop = Dropout();",
                    "return bn.forward(drop.forward(fc.forward(x)));"),
                Advisable(
                    "private readonly BatchNorm1d bn = BatchNorm1d(4);",
                    "var y = fc.forward(x); if (x.shape[0] > 1) y = bn.forward(y); return y;"),
                Advisable(
                    "private readonly BatchNorm1d bn = BatchNorm1d(4);",
                    "return bn.forward(fc.forward(x).flatten(1));"),
                Advisable(
                    "private readonly BatchNorm1d bn = BatchNorm1d(4); private readonly Embedding table = Embedding(4, "
                        + "4);",
                    "return fc.forward(bn.forward(table.forward(x)));"),
            ],
            ["QDROP013"] =
            [
                $$"""{{Usings}}[Quantize(W = 2)] internal partial class Net() : Module<Tensor, Tensor>("net") { private readonly Sequential s = Sequential(ReLU(), MaxPool2d(2)); public override Tensor forward(Tensor x) => s.forward(x); }""",
            ],
            ["QDROP014"] =
            [
                Model(
                    "[Quantize]",
                    "partial class Net",
                    members: "private readonly Module<Tensor, Tensor> block = new Block();")
                    + """

                        [QuantizationBlock]
                        internal sealed partial class Block() : Module<Tensor, Tensor>("block") { public override Tensor forward(Tensor x) => relu(x) + x; }
                        """,
                Advisable(
                    "[QuantizationBlock] private readonly Sequential tail; [QuantizationBlock] private Activation Act "
                        + "{ get; } = new();",
                    "return tail.forward(Act.forward(fc.forward(x)));",
                    "tail = Sequential((\"relu\", ReLU()), (\"drop\", Dropout(0.5)));")
                    + """

                        internal sealed partial class Activation() : Module<Tensor, Tensor>("activation") { public override Tensor forward(Tensor x) => x.relu(); }
                        """,
            ],
            ["QDROP015"] =
            [
                Model("[Quantize]", "partial class Net")
                    + """

                        [QuantizationBlock]
                        internal sealed partial class Block() : Module<Tensor, Tensor>("block") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
                        """,
                Model("[Quantize]", "partial class Net", members: "private readonly Derived block = new();")
                    + """

                        [QuantizationBlock] internal abstract class Base() : Module<Tensor, Tensor>("base");
                        internal sealed partial class Derived : Base { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
                        """,
                Model("[Quantize] [FullPrecision]", "partial class Net"),
                Advisable(
                    """[Quantize(W = 3, MaxW = 8, Budget = "3 bits")] private readonly Linear fc2 = Linear(4, 4);""",
                    "return fc2.forward(fc.forward(x));"),
                Advisable(
                    "[Quantize(W = 3, MaxW = 6)] private readonly Linear fc2 = Linear(4, 4);",
                    "return fc2.forward(fc.forward(x));"),
                Advisable(
                    "[FullPrecision] private readonly int n = 1; [Quantize(W = 8)] private static readonly Linear same "
                        + "= Linear(4, 4); public object Both => (n, same);",
                    "return fc.forward(x);"),
                Advisable("[Quantize(W = 8)] private Module<Tensor, Tensor> Head => fc;", "return Head.forward(x);"),
                Advisable(
                    "[QuantizationBlock] private readonly int n = 1; [QuantizationBlock(false)] private Module<Tensor, "
                        + "Tensor> Head => fc;",
                    "return n > 0 ? Head.forward(x) : x;"),
                Advisable(
                    "[QuantizationBlock] private readonly Module<Tensor, Tensor> fc2 = Linear(4, 4); "
                        + "[QuantizationBlock(false)] private readonly Sequential tail = Sequential(Linear(4, 4)); "
                        + "[QuantizationBlock] private readonly MultiheadAttention attention = MultiheadAttention(4, "
                        + "2);",
                    "x = tail.forward(fc2.forward(fc.forward(x))).unsqueeze(1); return attention.forward(x, x, x, "
                        + "null, false, null).Item1;"),
                Advisable(
                    "[QuantizationBlock(false), FullPrecision] private readonly Sequential head = Sequential(Linear(4, "
                        + "1)); [QuantizationBlock] private readonly Float tail = new();",
                    "return tail.forward(head.forward(fc.forward(x)));")
                    + """

                        [FullPrecision, QuantizationBlock] internal sealed class Float : Module<Tensor, Tensor> { private readonly Linear fc = Linear(1, 4); public Float() : base("float") => RegisterComponents(); public override Tensor forward(Tensor x) => fc.forward(x); }
                        """,
                Advisable("private readonly Block block = new();", "return block.forward(fc.forward(x));")
                    + """

                        internal sealed partial class Block : Module<Tensor, Tensor> { [QuantizationBlock] private readonly Sequential body = Sequential(Linear(4, 4), ReLU(), Linear(4, 4)); public Block() : base("block") => RegisterComponents(); public override Tensor forward(Tensor x) => body.forward(x) + x; }
                        """,
                Advisable(
                    "[Quantize(W = 8, Drop = 0.5)] private readonly Linear fc2 = Linear(4, 4); [Quantize(W = 8), "
                        + "FullPrecision] private readonly Linear fc3 = Linear(4, 4);",
                    "return fc3.forward(fc2.forward(fc.forward(x)));"),
                Model("[Quantize]", "partial class Net", members: "private readonly Block block = new();")
                    + """

                        [Quantize(W = 8, Samples = 64)] internal sealed partial class Block() : Module<Tensor, Tensor>("block") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
                        """,
                Model("[Quantize]", "partial class Net")
                    + """

                        [FullPrecision] internal sealed class Unused() : Module<Tensor, Tensor>("unused") { [Quantize(W = 8)] private readonly Linear fc = Linear(4, 4); [field: FullPrecision] private Linear Fc2 { get; } = Linear(4, 4); public override Tensor forward(Tensor x) => Fc2.forward(fc.forward(x)); }
                        """,
            ],
            ["QDROP016"] =
            [
                Model("[Quantize(Method = Method.Nearest, Drop = 0.5, Iterations = 100)]", "partial class Net"),
                Model("[Quantize(Method = Method.AdaRound, Drop = 0.5)]", "partial class Net"),
                Model(
                    "[Quantize(Method = Method.Nearest, Preset = Preset.Quick, Granularity = Granularity.Stage, Loss = "
                        + "LossKind.Fisher)]",
                    "partial class Net"),
                Model(
                    "[Quantize(Method = Method.AdaRound, Granularity = Granularity.Block, Loss = LossKind.Fisher)]",
                    "partial class Net"),
                Model(
                    "[Quantize(Method = Method.Brecq, ActivationLearning = ActivationLearning.LsqPlus)]",
                    "partial class Net"),
                Model(
                    "[Quantize(Method = Method.Nearest, Lambda = 0.1, WarmUp = 0, BetaStart = 10, BetaEnd = 1, "
                        + "LearningRate = 0.01, ActivationLearningRate = 0)]",
                    "partial class Net"),
                Model("[Quantize(Method = Method.Brecq, ActivationLearningRate = 0.001)]", "partial class Net"),
                Model(
                    "[Quantize(ActivationLearning = ActivationLearning.Fixed, ActivationLearningRate = 0.001)]",
                    "partial class Net"),
                Model("[Quantize(Percentile = 99.9)]", "partial class Net"),
                Model("[Quantize(ActivationObserver = RangeObserver.MinMax, Percentile = 99.9)]", "partial class Net"),
                Model(
                    "[Quantize(Method = Method.Cpq, Drop = 0.5, Norm = 3, Preset = Preset.Quick, Iterations = 100)]",
                    "partial class Net"),
                Model(
                    "[Quantize(Method = Method.Lsq, Granularity = Granularity.Layer, Loss = LossKind.Fisher, "
                        + "ActivationLearning = ActivationLearning.Fixed)]",
                    "partial class Net"),
                Model("[Quantize(Epochs = 3)]", "partial class Net"),
                Model("[Quantize(TrainingBatchSize = 64, Momentum = 0.5)]", "partial class Net"),
                Model(
                    "[Quantize(Method = Method.Lsq, Epochs = 3, GateShare = 0.5, StraightThrough = 0.5)]",
                    "partial class Net"),
                Model("[Quantize(Scale = Scale.PowerOfTwo, ActivationLearningRate = 0.001)]", "partial class Net"),
                Model(
                    "[Quantize(Scale = Scale.NearestPowerOfTwo, ActivationLearning = ActivationLearning.Lsq, "
                        + "ActivationLearningRate = 0.001)]",
                    "partial class Net"),
                Model("[Quantize(Method = Method.Nearest, Norm = 1)]", "partial class Net"),
                Model("[Quantize(Method = Method.Cpq, BatchSize = 8)]", "partial class Net"),
                Model(
                    "[Quantize(Method = Method.Lsq, WeightObserver = RangeObserver.AverageMinError, ActivationObserver "
                        + "= RangeObserver.MinMax, BatchSize = 8)]",
                    "partial class Net"),
            ],
            ["QDROP017"] =
            [
                Advisable(
                    "[FullPrecision] private readonly Sequential head;",
                    "return head.forward(fc.forward(x));",
                    "head = Sequential((\"a\", Linear(4, 2)), (\"act\", ReLU()), (\"b\", Linear(2, 4)));"),
                Advisable(
                    "[FullPrecision] private readonly LSTM lstm = LSTM(4, 2, bidirectional: true); private readonly "
                        + "Block block = new();",
                    "return lstm.forward(block.forward(fc.forward(x))).Item1;")
                    + """

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
                Advisable("private readonly Float tail = new();", "return tail.forward(fc.forward(x));")
                    + """

                        [FullPrecision] internal sealed class Float() : Module<Tensor, Tensor>("float") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
                        """,
            ],
        };
}

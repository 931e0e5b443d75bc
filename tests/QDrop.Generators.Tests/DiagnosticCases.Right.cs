namespace QDrop.Generators.Tests;

/// <content>What nothing stands against.</content>
internal static partial class DiagnosticCases
{
    public static IReadOnlyDictionary<string, string> Right { get; } = new Dictionary<string, string>
    {
        ["bounds of every setting"] = Model("[Quantize(W = 2, A = 8, FirstLast = 2, Drop = 0, Iterations = 1, Samples "
            + "= 1, Seed = -1)]", "partial class Net"),
        ["a module without source that forward does not call"] = Model("[Quantize]", "partial class Net", members: "private readonly Module<Tensor, Tensor> teacher = TorchSharp.torchvision.models.resnet18(); public Tensor Teach(Tensor x) => teacher.call(x);"),
        ["a module without source that stays float"] = Advisable("[FullPrecision] private readonly Module<Tensor, Tensor> stem = TorchSharp.torchvision.models.resnet18();", "return fc.forward(stem.call(x));"),
        ["a budget"] = Model("""[Quantize(W = 2, MaxW = 6, Budget = "2.5 bits")]""", "partial class Net"),
        ["a budget in bytes"] = Model("""[Quantize(W = 2, Budget = " 0.1kib ")]""", "partial class Net"),
        ["a budget of operations at the edge"] = Model("""[Quantize(W = 3, MaxW = 3, FirstLast = 2, Budget = "2 bits/mac")]""", "partial class Net"),
        ["a budget of operations that only layers of W bits have"] = Model("""[Quantize(W = 3, Budget = "3 bits/MAC")]""", "partial class Net"),
        ["a budget of operations that only layers of MaxW bits have"] = Model("""[Quantize(W = 2, MaxW = 6, FirstLast = 4, Budget = "6 bits/MAC")]""", "partial class Net"),
        ["a budget just above W"] = Model("""[Quantize(W = 3, Budget = "3.0001 bits")]""", "partial class Net"),
        ["a budget just below MaxW"] = Model("""[Quantize(W = 2, MaxW = 6, FirstLast = 4, Budget = "5.9999 bits")]""", "partial class Net"),
        ["a budget of FirstLast below W, which a first and a last layer keep"] = Model("""[Quantize(W = 4, FirstLast = 3, Budget = "3 bits")]""", "partial class Net"),
        ["a budget of FirstLast above MaxW, which a first and a last layer take"] = Model("""[Quantize(W = 2, MaxW = 4, Budget = "8 bits")]""", "partial class Net"),
        ["a budget of just W with as many bits in the first and the last layer"] = Model("""[Quantize(W = 4, FirstLast = 4, Budget = "4 bits")]""", "partial class Net"),
        ["a budget of just W that a part's own width may leave"] = $$"""{{Usings}}[Quantize(W = 4, Budget = "4 bits")] internal partial class Net() : Module<Tensor, Tensor>("net") { [Quantize(W = 2)] private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }""",
        ["a budget below W that a part's own width may leave"] = $$"""{{Usings}}[Quantize(W = 4, Budget = "3 bits")] internal partial class Net() : Module<Tensor, Tensor>("net") { [Quantize(W = 2)] private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }""",
        ["every choice"] = Model("[Quantize(Preset = Preset.Quick, Granularity = Granularity.Stage, Loss = "
            + "LossKind.Fisher, ActivationLearning = ActivationLearning.LsqPlus)]", "partial class Net"),
        ["bounds of settings of the search and of learning"] = Model("[Quantize(BatchSize = 1, RangeSamples = 1, "
            + "Lambda = 0, WarmUp = 1, BetaStart = 1e-9, BetaEnd = 1e-9, LearningRate = 1e-9, ActivationLearningRate = "
            + "0, WeightObserver = RangeObserver.Percentile, Percentile = 100)]", "partial class Net"),
        ["every choice of ranges"] = Model("[Quantize(WeightObserver = RangeObserver.MinMax, ActivationObserver = "
            + "RangeObserver.Percentile, Percentile = 99.9, WeightsPerChannel = false, SymmetricWeights = true, "
            + "SymmetricActivations = true, Order = CalibrationOrder.UnitByUnit)]", "partial class Net"),
        ["batches that ranges of a trained model are averages over"] = Model("[Quantize(Method = Method.Cpq, "
            + "ActivationObserver = RangeObserver.AverageMinError, BatchSize = 8)]", "partial class Net"),
        ["batches that extremes of a trained model are averages over"] = Model("[Quantize(Method = Method.Lsq, "
            + "ActivationObserver = RangeObserver.AverageMinMax, BatchSize = 8)]", "partial class Net"),
        ["powers of two"] = Model("[Quantize(W = 2, Scale = Scale.PowerOfTwo, Norm = Norm.Auto, ActivationLearning = "
            + "ActivationLearning.Fixed)]", "partial class Net"),
        ["powers of two with the Fisher-weighted loss"] = Model("[Quantize(Scale = Scale.NearestPowerOfTwo, Norm = 2, "
            + "Loss = LossKind.Fisher)]", "partial class Net"),
        ["bounds of Norm"] = Model("[Quantize(Norm = 1, Preset = Preset.Quick)]", "partial class Net"),
        ["Drop = 1"] = Model("[Quantize(Drop = 1, Method = Method.Brecq)]", "partial class Net"),
        ["a calibration source, weights and data"] = Model("""[Quantize(Weights = @"a\b.safetensors", Calibration = typeof(Data), CalibrationData = "cal")]""", "partial class Net")
            + "\ninternal sealed class Data : ICalibrationSource { public Tensor Load(CalibrationRequest request) => "
            + "zeros(request.Samples, 4); }",
        ["a calibration source for several inputs"] = $$"""{{Usings}}[Quantize(Calibration = typeof(Data))] internal partial class Pair() : Module<Tensor, Tensor, Tensor>("pair") { private readonly Linear fc = Linear(4, 1); public override Tensor forward(Tensor x, Tensor y) => fc.forward(x + y); } internal sealed class Data : IMultiInputCalibrationSource { public System.Collections.Generic.IReadOnlyList<Tensor> Load(CalibrationRequest request) => [zeros(request.Samples, 4), zeros(request.Samples, 4)]; }""",
        ["a private factory"] = Model("[Quantize(Factory = nameof(@new))]", "partial class Net", members: "private static Net @new() => new();"),
        ["a constructor with defaults"] = $$"""{{Usings}}[Quantize] internal partial class Net(int width = 3, params int[] rest) : Module<Tensor, Tensor>("net") { private readonly Linear fc = Linear(width + rest.Length, 1); public override Tensor forward(Tensor x) => fc.forward(x); }""",
        ["a private constructor"] = $$"""{{Usings}}[Quantize] internal partial class Net : Module<Tensor, Tensor> { private readonly Linear fc = Linear(4, 4); private Net() : base("net") { } public override Tensor forward(Tensor x) => fc.forward(x); }""",
        ["a module class that is not reached need not be partial"] = Model("[Quantize]", "partial class "
            + "Net") + "\ninternal sealed class Other() : Module<Tensor, Tensor>(\"o\") { public override Tensor "
            + "forward(Tensor x) => x.logcumsumexp(1); }",
        ["a part of the class in another declaration"] = Model("[Quantize]", "partial class Net") + "\ninternal partial class Net { private int More => 1; }",
        ["a parameter of the class that forward reads"] = $$"""{{Usings}}[Quantize] internal partial class Net(double slope = 0.1) : Module<Tensor, Tensor>("net") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => leaky_relu(fc.forward(x), slope); }""",
        ["a model that derives from a model"] = Model("[Quantize]", "partial class Net") + "\n[Quantize] internal "
            + "sealed partial class Wide : Net;",
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
        ["a tensor of the model as a scale"] = Advisable("private readonly Parameter gamma = "
            + "new(ones(1));", "return fc.forward(x) * gamma;"),
        ["in place on what nobody else sees"] = Advisable("", "var y = fc.forward(x); y.relu_(); return y.add_(x);"),
        ["tests for null"] = Advisable("", "Tensor? y = null; if (y is null || x is not { }) y = fc.forward(x!); "
            + "return y;"),
        ["a batch norm behind its layer"] = Advisable("private readonly Module<Tensor, Tensor> bn = "
            + "BatchNorm1d(4);", "return relu(bn.forward(fc.forward(x)));"),
        ["a batch norm behind what may be anything"] = Advisable("private readonly Module<Tensor, Tensor> bn = "
            + "BatchNorm1d(4), any = Sequential(Linear(4, 4));", "return fc.forward(bn.forward(any.forward(x)));"),
        ["one layer or the other"] = Advisable("private readonly bool first = true;", "return first ? fc.forward(x) : "
            + "fc.forward(relu(x));"),
        ["one activation module everywhere"] = Advisable("private readonly ReLU act = ReLU(); private readonly Linear "
            + "fc2 = Linear(4, 4);", "return act.forward(fc2.forward(act.forward(fc.forward(x))));"),
        ["layers that other members hand on"] = Advisable("private readonly Linear a = Linear(4, 4), b = Linear(4, 4); "
            + "private readonly Sequential s; private Module<Tensor, Tensor> B => b;", "return s.forward(fc.forward(x));", "s = Sequential(a, B);"),
        ["layers that an enumeration may reach"] = Advisable("private readonly Linear a = Linear(4, 4); public int "
            + "Count => System.Linq.Enumerable.Count(children());", "return fc.forward(x);"),
        ["a layer that a derived class may use"] = Advisable("private readonly Linear a = Linear(4, 4); protected "
            + "Tensor Head(Tensor y) => a.forward(y);", "return fc.forward(x);"),
        ["layers from elsewhere"] = $$"""{{Usings}}internal static class Parts { public static readonly Module<Tensor, Tensor> Body = Linear(4, 4); } [Quantize] internal partial class Net() : Module<Tensor, Tensor>("net") { private readonly Module<Tensor, Tensor> body = Parts.Body; public override Tensor forward(Tensor x) => body.forward(x); }""",
        ["an embedding is something to quantize"] = $$"""{{Usings}}[Quantize] internal partial class Net() : Module<Tensor, Tensor>("net") { private readonly Module<Tensor, Tensor> table = Embedding(10, 4); public override Tensor forward(Tensor x) => table.forward(x); }""",
        ["a block that is reached"] = Model("[Quantize]", "partial class Net", members: "private readonly Block block "
            + "= new();") + """

            [QuantizationBlock] internal sealed partial class Block() : Module<Tensor, Tensor>("block") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
            """,
        ["blocks that are merged and split"] = Advisable("[QuantizationBlock] private readonly Sequential features = "
            + "Sequential(Linear(4, 4), ReLU()); [QuantizationBlock(false)] private readonly Block block = new(); "
            + "[field: QuantizationBlock] private ModuleList<Block> All { get; } = ModuleList(new Block()); "
            + "[QuantizationBlock] private readonly Module<Tensor, Tensor> any = Parts.Body;", "return any.forward(All[0].forward(block.forward(features.forward(fc.forward(x)))));") + """

            internal static class Parts { public static Module<Tensor, Tensor> Body => Linear(4, 4); }
            internal sealed partial class Block : Module<Tensor, Tensor> { [QuantizationBlock] private readonly Sequential body = Sequential(Linear(4, 4), ReLU(), Linear(4, 4)); public Block() : base("block") => RegisterComponents(); public override Tensor forward(Tensor x) => body.forward(x) + x; }
            """,
        ["less than half in full precision"] = Advisable("[FullPrecision] private readonly Linear fc2 = Linear(4, "
            + "3);", "return fc2.forward(fc.forward(x));"),
        ["a width that is not known"] = Advisable("[FullPrecision] private readonly Linear fc2 = Linear(4, "
            + "System.Environment.ProcessorCount);", "return fc2.forward(fc.forward(x));"),
        ["layers of a loop, a condition or a parameter beside what is float"] = Advisable("[FullPrecision] private "
            + "readonly Linear a = Linear(4, 40); private readonly ModuleList<Linear> all = ModuleList<Linear>(); "
            + "private readonly Module<Tensor, Tensor> b;", "foreach (var layer in all) x = layer.forward(x); return "
            + "b.forward(a.forward(fc.forward(x)));", "for (var i = 0; i < 20; i++) all.Add(Linear(4, 4)); b = "
            + "all.Count > 3 ? Linear(40, 400) : Linear(40, 4);"),
        ["a class of which several are made beside what is float"] = Advisable("[FullPrecision] private readonly "
            + "Linear a = Linear(4, 10); private readonly Block b = new(), c = new();", "return c.forward(b.forward(a.forward(fc.forward(x))));") + """

            internal sealed partial class Block() : Module<Tensor, Tensor>("block") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }
            """,
        ["a merged part that may have weights"] = Advisable("[QuantizationBlock] private readonly Sequential tail; "
            + "internal Sequential Tail => tail;", "return tail.forward(fc.forward(x));", "tail = Sequential(ReLU());"),
        ["attributes on parts"] = Model("[Quantize]", "partial class Net", members: "[field: Quantize(W = 8, A = 8)] "
            + "private Linear Fc2 { get; } = Linear(4, 4); private readonly Block block = new();").Replace("relu(fc.forward(x))", "block.forward(Fc2.forward(fc.forward(x)))") + """

            [Quantize(Method = Method.Nearest)] internal sealed partial class Block() : Module<Tensor, Tensor>("block") { [FullPrecision] private readonly LSTM lstm = LSTM(4, 1); public override Tensor forward(Tensor x) => lstm.forward(x).Item1; }
            """,
        ["layers of an encoder that are merged or split"] = Advisable(
            "[QuantizationBlock] private readonly TransformerEncoder whole = "
                + "TransformerEncoder(TransformerEncoderLayer(4, 2), 2); [QuantizationBlock(false)] private readonly "
                + "TransformerEncoderLayer split = TransformerEncoderLayer(4, 2);",
            "return split.forward(whole.call(fc.forward(x).unsqueeze(0))).squeeze(0);"),
        ["layers in place of a value that is not used again"] = Advisable("private readonly ReLU act = ReLU(true); "
            + "private readonly Hardtanh clip = Hardtanh(0, 1, inplace: true);",
            "var y = act.forward(fc.forward(x)); y = clip.forward(y); x = act.forward(x); return y + x;"),
        ["layers that are not in place, or change nothing"] = Advisable("private readonly ReLU act = ReLU(false); "
            + "private readonly ELU elu = ELU(inplace: true); private readonly Dropout drop = Dropout(0.5, true);",
            "var y = fc.forward(x); var z = act.forward(y) + elu.forward(y); return z + drop.forward(y) + y;"),
        ["settings that count"] = Model("[Quantize(Method = Method.AdaRound, Iterations = 100)]", "partial class Net"),
        ["the class is its own factory in a global namespace"] = Usings.Replace("namespace Models;", "") + "[Quantize] internal sealed partial class Net() : Module<Tensor, Tensor>(\"net\") { private readonly Linear fc = Linear(4, 4); public override Tensor forward(Tensor x) => fc.forward(x); }",
        ["a member with the twin's name"] = Model("[Quantize]", "partial class Net", members: "public void Quantized() "
            + "{ }"),
    };
}

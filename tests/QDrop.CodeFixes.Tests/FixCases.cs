using QDrop.Generators.Tests;

namespace QDrop.CodeFixes.Tests;

/// <summary>Sources that fixes put right, and sources for which there is none.</summary>
internal static class FixCases
{
    /// <summary>A model beside what stands for the package QDrop.Models.</summary>
    private static string WithModels(string members, string constructor = "", string usings = "") => $$"""
        using QDrop;
        using TorchSharp;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        {{usings}}

        namespace QDrop.Models
        {
            public partial class ResNet18(int classes = 1000) : Module<Tensor, Tensor>("net") { protected readonly Module<Tensor, Tensor> fc = Linear(8, classes); public override Tensor forward(Tensor x) => fc.call(x); }
            public partial class GoogLeNet(int classes = 1000, bool transformsInput = false, double dropout = 0.2) : Module<Tensor, Tensor>("net") { protected readonly Module<Tensor, Tensor> fc = Linear(8, transformsInput ? classes : (int)dropout); public override Tensor forward(Tensor x) => fc.call(x); }
        }

        namespace App
        {
            [Quantize]
            internal partial class Net : Module<Tensor, Tensor>
            {
                {{members}}
                public Net() : base("net") { {{constructor}} RegisterComponents(); }
                public override Tensor forward(Tensor x) => backbone.call(x);
            }
        }
        """;

    public static IReadOnlyDictionary<string, string> Fixed { get; } = new Dictionary<string, string>
    {
        ["a model of TorchVision"] = WithModels("private readonly Module<Tensor, Tensor> backbone = torchvision.models.resnet18();"),
        ["a model of TorchVision with arguments, declared by its class"] = WithModels("private readonly TorchSharp.Modules.GoogleNet backbone;", "backbone = torchvision.models.googlenet(10, dropout: 0.5f);"),
        ["a model of TorchVision where QDrop.Models is imported"] = WithModels("private Module<Tensor, Tensor> backbone { get; } = torchvision.models.resnet18(num_classes: 10);", usings: "using QDrop.Models;"),
        ["partial"] = DiagnosticCases.Model("[Quantize]", "sealed class Net"),
        ["partial through outer classes"] = $$"""
            {{DiagnosticCases.Usings}}
            public static class Zoo
            {
                internal record Cage<T>
                {
                    /// <summary>With no modifiers.</summary>
                    class Block() : Module<Tensor, Tensor>("block") { public override Tensor forward(Tensor x) => x.relu(); }

                    public static Module<Tensor, Tensor> Make() => new Block();
                }

                [Quantize]
                public class Net() : Module<Tensor, Tensor>("net") { private readonly Module<Tensor, Tensor> fc = Linear(4, 4), block = Cage<int>.Make(); public override Tensor forward(Tensor x) => block.forward(fc.forward(x)); }
            }
            """,
        ["settings"] = DiagnosticCases.Model("[Quantize(W = 16, A = 1, FirstLast = -8, Drop = 1.5, Iterations = 0, "
            + "Samples = -4)]", "partial class Net"),
        ["settings of the search and of learning"] = DiagnosticCases.Model("[Quantize(BatchSize = 0, RangeSamples = "
            + "-1, Lambda = -1, WarmUp = 2, BetaStart = 3, BetaEnd = 4.5, ActivationLearningRate = -1, WeightObserver "
            + "= RangeObserver.Percentile, Percentile = 101)]", "partial class Net"),
        ["a largest width below the smallest"] = DiagnosticCases.Model("""[Quantize(W = 4, MaxW = 3, Budget = "6 bits")]""", "partial class Net"),
        ["a largest width without a budget"] = DiagnosticCases.Model("[Quantize(W = 4, MaxW = 6)]", "partial class "
            + "Net"),
        ["a percentile that nobody uses"] = DiagnosticCases.Model("[Quantize(W = 2, Percentile = "
            + "99.9)]", "partial class Net"),
        ["a negative Drop"] = DiagnosticCases.Model("[Quantize(Drop = -0.5 * 3)]", "partial class Net"),
        ["Brecq with Drop"] = DiagnosticCases.Model("[Quantize(Method = Method.Brecq, Drop = 0.5)]", "partial class "
            + "Net"),
        ["a factory"] = $$"""
            {{DiagnosticCases.Usings}}
            internal enum Size { Small }

            [Quantize]
            internal sealed partial class Net : Module<Tensor, Tensor>
            {
                private readonly Linear fc;

                public Net(int width, bool @in, Size size, string name, int[]? more, int[] sizes, int last = 1) : base(name) => fc = Linear(width, last);

                public override Tensor forward(Tensor x) => fc.forward(x);
            }
            """,
        ["a factory beside settings"] = $$"""
            {{DiagnosticCases.Usings}}
            [Quantize(W = 2)]
            internal sealed partial class Net(int width) : Module<Tensor, Tensor>("net")
            {
            	private readonly Linear fc = Linear(width, 1);
            	public int Create => 1;
            	public override Tensor forward(Tensor x) => fc.forward(x);
            }
            """.Replace("\\t", "\t"),
        ["a factory that is named"] = DiagnosticCases.Model("""[Quantize(Factory = "Make")]""", "partial class Net"),
        ["a factory in one line"] = $$"""{{DiagnosticCases.Usings}}[Quantize()] internal partial class Net(int n) : Module<Tensor, Tensor>("net") { private readonly Linear fc = Linear(n, 4); public override Tensor forward(Tensor x) => fc.forward(x); }""",
        ["layers that cannot be quantized"] = $$"""
            {{DiagnosticCases.Usings}}
            [Quantize]
            internal sealed partial class Net : Module<Tensor, Tensor>
            {
                private readonly Linear fc = Linear(400, 4);
                private readonly Bilinear both = Bilinear(4, 4, 4);
                /// <summary>Has an attribute already.</summary>
                [System.Diagnostics.DebuggerBrowsable(System.Diagnostics.DebuggerBrowsableState.Never)]
                internal CosineSimilarity Near { get; } = CosineSimilarity();
                private readonly Bilinear? pair = Bilinear(4, 4, 4);

                public Net() : base("net") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    var y = both.forward(fc.forward(x), x);
                    y = both.call(y, y);
                    return pair!.forward(y, y * this.Near.forward(y, x).unsqueeze(1));
                }
            }
            """,
        ["a layer where the attribute is not imported"] = """
            using TorchSharp.Modules;
            using static TorchSharp.torch;

            [QDrop.Quantize]
            internal sealed partial class Net() : nn.Module<Tensor, Tensor>("net")
            {
                private readonly Linear fc = nn.Linear(400, 4);
                private readonly Bilinear pair = nn.Bilinear(4, 4, 4);
                public override Tensor forward(Tensor x) => pair.forward(fc.forward(x), x);
            }
            """,
        ["settings without effect"] = DiagnosticCases.Model("[Quantize(Drop = 0.5, Method = Method.Nearest, Iterations "
            + "= 100)]", "partial class Net"),
        ["settings that contradict, side by side"] = DiagnosticCases.Model(
            "[Quantize(ExponentShare = 0.2, ExponentReach = 4)]", "partial class Net"),
        ["settings that contradict, before and between others"] = DiagnosticCases.Model(
            "[Quantize(DropBits = 0.1, BitPenalty = 0.1, W = 4, ExponentReach = 4, ExponentWeight = 1, A = 4)]",
            "partial class Net"),
        ["shares that are too large together"] = DiagnosticCases.Model(
            "[Quantize(Scale = Scale.PowerOfTwo, ExponentShare = 0.8, ExponentActivationShare = 0.5)]",
            "partial class Net"),
        ["settings that contradict powers of two"] = DiagnosticCases.Model(
            "[Quantize(Scale = Scale.PowerOfTwo, ActivationLearning = ActivationLearning.LsqPlus, Loss = "
                + "LossKind.Fisher, Norm = 1.5)]", "partial class Net"),
        ["a block that no model reaches"] = DiagnosticCases.Model("[Quantize]", "partial class Net") + """

            [QuantizationBlock]
            internal sealed class Block() : Module<Tensor, Tensor>("block") { public override Tensor forward(Tensor x) => x; }

            [System.Serializable, QuantizationBlock] internal sealed class Other { }
            """,
        ["blocks that are no modules or single layers"] = DiagnosticCases.Advisable("""
            [QuantizationBlock(false)] private readonly Linear fc2 = Linear(4, 4);
            [QuantizationBlock]
                private Linear Fc3 { get; } = Linear(4, 4);
            """, "return Fc3.forward(fc2.forward(fc.forward(x)));"),
    };

    public static IReadOnlyDictionary<string, string> NotFixed { get; } = new Dictionary<string, string>
    {
        ["a layer that is no member's"] = DiagnosticCases.Advisable("private readonly ModuleList<Bilinear> all = "
            + "new(Bilinear(8, 8, 8));", "return all[0].forward(x, x);"),
        ["a model of TorchVision without the package that has its source"] = DiagnosticCases.Advisable("private readonly Module<Tensor, Tensor> backbone = TorchSharp.torchvision.models.resnet18();", "return fc.forward(backbone.call(x));"),
        ["a model of TorchVision with arguments that its source does not take"] = WithModels("private readonly Module<Tensor, Tensor> backbone = torchvision.models.resnet18(skipfc: false);"),
        ["a field of TorchVision's class beside another"] = WithModels("private readonly TorchSharp.Modules.ResNet backbone, other;", "backbone = torchvision.models.resnet18(); other = backbone;"),
        ["no number"] = DiagnosticCases.Model("[Quantize(Drop = double.NaN)]", "partial class Net"),
        ["no learning rate"] = DiagnosticCases.Model("[Quantize(LearningRate = 0)]", "partial class Net"),
        ["no method"] = DiagnosticCases.Model("[Quantize(Method = (Method)9)]", "partial class Net"),
        ["an abstract class"] = $$"""{{DiagnosticCases.Usings}}[Quantize] internal abstract partial class Net() : Module<Tensor, Tensor>("net") { public override Tensor forward(Tensor x) => x.relu(); }""",
        ["a factory whose name is taken"] = DiagnosticCases.Model("""[Quantize(Factory = "Make")]""", "partial class "
            + "Net", members: "public Net Make() => this;"),
        ["a factory whose name is none"] = DiagnosticCases.Model("""[Quantize(Factory = "a b")]""", "partial class "
            + "Net"),
    };
}

using System.Text.RegularExpressions;
using QDrop.Calibration;
using QDrop.Generators.Tests.Helpers;
using static TorchSharp.torch;

namespace QDrop.Generators.Tests;

/// <summary>A forward that says itself whether gradients are recorded.</summary>
[Collection("torch")]
public sealed partial class GradientModeTests
{
    private const string Members = """
        private readonly Linear a = Linear(8, 16), b = Linear(16, 16), head = Linear(16, 4);
        private readonly Part part = new();
        """;

    private const string Helper = """
        private Tensor Of(Tensor x)
        {
            using var g = torch.no_grad();
            return relu(b.forward(x)) + x;
        }
        """;

    private const string Classes = """
        public sealed partial class Part : Module<Tensor, Tensor>
        {
            private readonly Linear l = Linear(16, 16), m = Linear(16, 16);
            public Part() : base("part") => RegisterComponents();
            public override Tensor forward(Tensor x)
            {
                MODE
                return relu(m.forward(relu(l.forward(x))) + x);
            }
        }
        """;

    private static readonly Dictionary<string, string> Forwards = new()
    {
        ["none"] = "return head.forward(part.forward(relu(a.forward(x))));",
        ["using no_grad"] = "using var g = no_grad(); return head.forward(relu(a.forward(x)));",
        ["using enable_grad"] = "using var g = enable_grad(false); return head.forward(relu(a.forward(x)));",
        ["using inference_mode"] = "using var g = inference_mode(); return head.forward(relu(a.forward(x)));",
        ["a join"] = "using var g = no_grad(); x = relu(a.forward(x)); return head.forward(relu(b.forward(x)) + x);",
        ["a join in inference_mode"] =
            "using var g = inference_mode(); x = relu(a.forward(x)); return head.forward(relu(b.forward(x)) + x);",
        ["a part"] = """
            x = relu(a.forward(x));
            Tensor s;
            using (no_grad())
                s = relu(b.forward(x)).amax([1], true);
            return head.forward(part.forward(x) * s);
            """,
        ["a part in inference_mode"] = """
            x = relu(a.forward(x));
            Tensor s;
            using (inference_mode())
                s = x.amax([1], true);
            return head.forward(relu(b.forward(x)) * s);
            """,
        ["a layer in inference_mode"] = """
            x = relu(a.forward(x));
            Tensor s;
            using (inference_mode())
                s = relu(b.forward(x));
            return head.forward(part.forward(x) * s);
            """,
        ["a helper"] = "x = relu(a.forward(x)); return head.forward(Of(x) * x);",
        ["detached"] = "return head.forward(relu(a.forward(x))).detach();",
        ["gradients within"] = """
            using var g = no_grad();
            x = relu(a.forward(x));
            using (enable_grad())
                x = relu(b.forward(x)) + x;
            return head.forward(x);
            """,
    };

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (string name in Forwards.Keys)
            {
                foreach (string mode in new[] { "", "using var g = no_grad();", "using var g = inference_mode();" })
                {
                    if (mode.Length > 0 && !Forwards[name].Contains("part", StringComparison.Ordinal))
                        continue;
                    foreach (string way in new[] { "nearest", "QDrop", "Fisher", "channels" })
                        cases.Add(name, mode, way);
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_forward_without_gradients_is_calibrated(string name, string mode, string way)
    {
        using SmallModel model = Of(Forwards[name], mode);
        model.Settings = way switch
        {
            "QDrop" => Learned(model),
            "Fisher" => Learned(model) with { Loss = LossKind.Fisher },
            "channels" => model.Settings with { ActivationsPerChannel = true },
            _ => model.Settings,
        };
        model.StaysNear(randn(24, 8), insight: way == "nearest");
    }

    /// <summary>What is learned does not hang on it.</summary>
    [Theory]
    [InlineData("none", "using var g = no_grad();")]
    [InlineData("none", "using var g = inference_mode();")]
    [InlineData("a join", "")]
    [InlineData("a join in inference_mode", "")]
    [InlineData("gradients within", "")]
    [InlineData("a part", "using (set_grad_enabled(false)) { }")]
    [InlineData("a layer in inference_mode", "using var g = inference_mode(mode: true);")]
    [InlineData("a helper", "")]
    public void What_is_learned_is_what_the_same_forward_with_gradients_gives(string name, string mode)
    {
        using SmallModel one = Of(Forwards[name], mode),
            other = Of(Mode().Replace(Forwards[name], "enable_grad()"), Mode().Replace(mode, "enable_grad()"));
        Tensor x = randn(24, 8);
        (string Name, int Iterations, double Before, double After)[] found = Units(one);
        Assert.Equal(Units(other), found);
        Assert.Contains(found, static u => u.After < u.Before);

        (string, int, double, double)[] Units(SmallModel model)
        {
            model.Settings = Learned(model) with { W = 3 };
            return [.. model.Calibrate(x).Units.Select(u => (u.Name, u.Iterations, u.ErrorBefore, u.ErrorAfter))];
        }
    }

    [Theory]
    [InlineData("using no_grad", Method.Lsq)]
    [InlineData("using no_grad", Method.Cpq)]
    [InlineData("using enable_grad", Method.Lsq)]
    [InlineData("using inference_mode", Method.Lsq)]
    [InlineData("using inference_mode", Method.Cpq)]
    [InlineData("a join in inference_mode", Method.Lsq)]
    [InlineData("detached", Method.Lsq)]
    public void Training_without_gradients_is_an_error(string name, Method method)
    {
        using SmallModel model = Of(Forwards[name]);
        QDropException error = Assert.Throws<QDropException>(() => Train(model, method));
        Assert.True(error.Code == "QDROP282", $"{error.Code}: {error.Message}");
        Assert.Contains("Take no_grad or inference_mode out of forward", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Layer b, whatever the learning rate.</summary>
    [Theory]
    [InlineData("a part", false)]
    [InlineData("a layer in inference_mode", false)]
    [InlineData("a part in inference_mode", true)]
    public void A_part_without_gradients_is_not_trained(string name, bool isTrained)
    {
        float[][] levels = [.. new[] { 1e-9, 0.05 }.Select(Levels)];
        Assert.Equal(isTrained, !levels[0].AsSpan().SequenceEqual(levels[1]));

        float[] Levels(double rate)
        {
            using SmallModel model = Of(Forwards[name]);
            return
            [
                .. Train(model, Method.Lsq, rate).State.Layers.Single(static l => l.Name == "b")
                    .Levels.to_type(ScalarType.Float32).data<float>(),
            ];
        }
    }

    [Theory]
    [InlineData("using no_grad", false)]
    [InlineData("using inference_mode", true)]
    public void In_a_program_it_holds_as_it_is_written(string name, bool isInference)
    {
        using SmallModel model = Of(Forwards[name]);
        Tensor x = randn(24, 8);
        (_, QuantizedModule<Tensor, Tensor> loaded) = model.Quantize(x);
        using Tensor y = loaded.call(x.requires_grad_(true));
        Assert.False(y.requires_grad);
        // What inference_mode makes is not changed outside.
        Assert.Equal(isInference, Record.Exception(() => y.add_(1)) is not null);
        loaded.Dispose();
    }

    /// <summary>The code of a part that stays float is not the twin's.</summary>
    [Fact]
    public void Inference_mode_in_code_that_is_not_followed_is_an_error_with_advice()
    {
        using var model = new SmallModel(
            Members.Replace("private readonly Part", "[FullPrecision] private readonly Part"),
            "x = relu(a.forward(x)); return head.forward(relu(b.forward(x)) * part.forward(x));",
            Classes.Replace("MODE", "using var g = inference_mode();"));
        QDropException error = Assert.Throws<QDropException>(() => model.Calibrate(randn(24, 8)));
        Assert.Equal("QDROP222", error.Code);
        Assert.Contains("Expected no_grad there", error.Message, StringComparison.Ordinal);
    }

    private static QuantizationSettings Learned(SmallModel model) => model.Settings with
    {
        Method = Method.QDrop,
        Iterations = 100,
    };

    private static CalibrationOutcome Train(SmallModel model, Method method, double rate = 1e-3) =>
        ModelQuantizer.Quantize(
            model.Descriptor,
            model.Settings with
            {
                Method = method,
                Training = new TrainingSettings { Epochs = 2, BatchSize = 8, LearningRate = rate },
            },
            model.Model,
            new TrainingData(randn(24, 8), randint(0, 4, [24])));

    private static SmallModel Of(string forward, string mode = "") =>
        new(Members + Helper, forward, Classes.Replace("MODE", mode));

    [GeneratedRegex(@"(no_grad|enable_grad|set_grad_enabled|inference_mode)\([^)]*\)")]
    private static partial Regex Mode();
}

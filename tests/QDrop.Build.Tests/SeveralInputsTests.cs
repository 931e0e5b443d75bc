using Xunit;

namespace QDrop.Build.Tests;

/// <summary>
/// A model that takes tokens and a mask, and whose blocks take several tensors, from its source to the running program.
/// </summary>
public sealed class SeveralInputsTests
{
    private const string Model = """
        [Quantize(W = 4, A = 8, Iterations = 5, Samples = 16, Weights = "weights.safetensors", Calibration = typeof(Sentences))]
        public sealed partial class SentenceNet : Module<Tensor, Tensor, Tensor>
        {
            private readonly Embedding words = Embedding(20, 8);
            private readonly Mixer mixer = new();
            private readonly Linear head = Linear(8, 3);

            public SentenceNet() : base(nameof(SentenceNet)) => RegisterComponents();

            public override Tensor forward(Tensor tokens, Tensor mask)
            {
                var x = mixer.forward(words.forward(tokens), mask);
                return head.forward(x.mean([1]));
            }
        }

        public sealed partial class Mixer : Module<Tensor, Tensor, Tensor>
        {
            private readonly Linear up = Linear(8, 16);
            private readonly Linear down = Linear(16, 8);

            public Mixer() : base(nameof(Mixer)) => RegisterComponents();

            public override Tensor forward(Tensor x, Tensor mask)
            {
                var y = down.forward(functional.gelu(up.forward(x)));
                return x + y.masked_fill(mask.unsqueeze(-1), 0);
            }
        }

        public sealed class Sentences : IMultiInputCalibrationSource
        {
            public IReadOnlyList<Tensor> Load(CalibrationRequest request)
            {
                var tokens = (arange(request.Samples * 6) * 7 % 20).reshape(request.Samples, 6);
                return [tokens, tokens.lt(4)];
            }
        }

        """;

    private const string Program = """
        using TorchSharp;
        using static TorchSharp.torch;

        set_num_threads(1);
        var inputs = new App.Sentences().Load(new QDrop.CalibrationRequest(16, null, ""));
        using var exact = new App.SentenceNet();
        QDrop.Calibration.WeightFile.LoadInto(exact, "weights.safetensors");
        exact.eval();
        using var quantized = App.SentenceNet.LoadQuantized();
        var y = exact.call(inputs[0], inputs[1]);
        var error = (quantized.call(inputs[0], inputs[1]) - y).norm().item<float>() / y.norm().item<float>();
        Console.WriteLine(error is > 0 and < 0.3f ? "close" : $"off by {error}");
        """;

    private const string MixedModel = """
        [Quantize(W = 4, A = 8, Iterations = 5, Samples = 16, Weights = "weights.safetensors", Calibration = typeof(Levels))]
        public sealed partial class LevelsNet : Module<Tensor, double, Tensor[], bool, (Tensor Sum, Tensor Last)>
        {
            private readonly Linear stem = Linear(8, 8);
            private readonly ModuleList<Linear> lateral = new(Linear(8, 8), Linear(8, 8));

            public LevelsNet() : base(nameof(LevelsNet)) => RegisterComponents();

            public override (Tensor Sum, Tensor Last) forward(Tensor x, double gain, Tensor[] levels, bool rectify)
            {
                x = stem.forward(x) * gain;
                for (int i = 0; i < levels.Length; i++)
                    x = x + lateral[i].forward(levels[i]);
                return (rectify ? x.relu() : x, levels[^1] * gain);
            }
        }

        public sealed class Levels : IMultiInputCalibrationSource
        {
            public IReadOnlyList<Tensor> Load(CalibrationRequest request)
            {
                if (request is not { InputCount: 4, TakesMore: true })
                    throw new System.ArgumentException($"{request.InputCount} inputs, more: {request.TakesMore}");
                Tensor Noise(int k) => (arange(request.Samples * 8) * (k + 7) % 19 / 9.0 - 1).reshape(request.Samples, 8);
                return [Noise(0), full([request.Samples], 0.5), Noise(1), Noise(2), ones([request.Samples])];
            }
        }

        """;

    private const string MixedProgram = """
        using TorchSharp;
        using static TorchSharp.torch;

        set_num_threads(1);
        var inputs = new App.Levels().Load(new QDrop.CalibrationRequest(16, null, "") { InputCount = 4, TakesMore = true });
        using var exact = new App.LevelsNet();
        QDrop.Calibration.WeightFile.LoadInto(exact, "weights.safetensors");
        exact.eval();
        using var quantized = App.LevelsNet.LoadQuantized();
        var (y, last) = exact.call(inputs[0], 0.5, [inputs[2], inputs[3]], true);
        var (sum, same) = quantized.call(inputs[0], 0.5, [inputs[2], inputs[3]], true);
        var error = (sum - y).norm().item<float>() / y.norm().item<float>();
        Console.WriteLine(error is > 0 and < 0.3f && sum.ge(0).all().item<bool>() ? "close" : $"off by {error}");
        """;

    [Fact]
    public void A_model_of_a_number_a_list_and_a_truth_value_is_calibrated_by_the_build_and_runs() =>
        BuildAndRun(
            "App.LevelsNet",
            MixedModel,
            MixedProgram,
            ("stem.weight", [8, 8], Safetensors.Noise(1)),
            ("stem.bias", [8], Safetensors.Noise(2)),
            ("lateral.0.weight", [8, 8], Safetensors.Noise(3)),
            ("lateral.0.bias", [8], Safetensors.Noise(4)),
            ("lateral.1.weight", [8, 8], Safetensors.Noise(5)),
            ("lateral.1.bias", [8], Safetensors.Noise(6)));

    [Fact]
    public void A_model_of_two_inputs_is_calibrated_by_the_build_and_runs() =>
        BuildAndRun(
            "App.SentenceNet",
            Model,
            Program,
            ("words.weight", [20, 8], Safetensors.Noise(1)),
            ("mixer.up.weight", [16, 8], Safetensors.Noise(2)),
            ("mixer.up.bias", [16], Safetensors.Noise(3)),
            ("mixer.down.weight", [8, 16], Safetensors.Noise(4)),
            ("mixer.down.bias", [8], Safetensors.Noise(5)),
            ("head.weight", [3, 8], Safetensors.Noise(6)),
            ("head.bias", [3], Safetensors.Noise(7)));

    private static void BuildAndRun(
        string name, string model, string program, params (string Name, long[] Shape, Func<int, float> Value)[] weights)
    {
        // It loads float weights itself, for which a program has a reference to the engine.
        string engine = Repository.Output("QDrop.Calibration", "net10.0", "QDrop.Calibration.dll");
        using var project = new TestProject($"""<Reference Include="{engine}" />""");
        project.Write(
            "Model.cs",
            Sources.Usings.Replace("namespace", "using TorchSharp.Modules;\n\nnamespace", StringComparison.Ordinal)
                + model);
        project.Write("Program.cs", program);
        Safetensors.Write(project.File("weights.safetensors"), weights);

        BuildResult build = project.Build();
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.StartsWith($"QDrop: {name} W4A8 calibrated in ", build.Summary, StringComparison.Ordinal);

        (int ExitCode, string Output) run = DotNet.Run(project.Folder, [Path.Combine(project.Bin, "App.dll")]);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("close", run.Output, StringComparison.Ordinal);
    }
}

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

    [Fact]
    public void A_model_of_two_inputs_is_calibrated_by_the_build_and_runs()
    {
        // It loads float weights itself, for which a program has a reference to the engine.
        string engine = Repository.Output("QDrop.Calibration", "net10.0", "QDrop.Calibration.dll");
        using var project = new TestProject($"""<Reference Include="{engine}" />""");
        project.Write(
            "Model.cs",
            Sources.Usings.Replace("namespace", "using TorchSharp.Modules;\n\nnamespace", StringComparison.Ordinal)
                + Model);
        project.Write("Program.cs", Program);
        Safetensors.Write(
            project.File("weights.safetensors"),
            ("words.weight", [20, 8], Safetensors.Noise(1)),
            ("mixer.up.weight", [16, 8], Safetensors.Noise(2)),
            ("mixer.up.bias", [16], Safetensors.Noise(3)),
            ("mixer.down.weight", [8, 16], Safetensors.Noise(4)),
            ("mixer.down.bias", [8], Safetensors.Noise(5)),
            ("head.weight", [3, 8], Safetensors.Noise(6)),
            ("head.bias", [3], Safetensors.Noise(7)));

        BuildResult build = project.Build();
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.StartsWith("QDrop: App.SentenceNet W4A8 calibrated in ", build.Summary, StringComparison.Ordinal);

        (int ExitCode, string Output) run = DotNet.Run(project.Folder, [Path.Combine(project.Bin, "App.dll")]);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("close", run.Output, StringComparison.Ordinal);
    }
}

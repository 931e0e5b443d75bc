namespace QDrop.Build.Tests;

/// <summary>Sources and data of the programs that the tests build.</summary>
internal static class Sources
{
    internal const string Program = """
        using TorchSharp;

        torch.set_num_threads(1);
        using var net = App.TinyNet.LoadQuantized();
        using var y = net.call(torch.zeros(2, 3, 8, 8));
        Console.WriteLine($"classes {y.shape[1]}");
        """;

    /// <summary>A model of the package QDrop.Models, and its data.</summary>
    internal const string Flowers = """
        using QDrop;
        using QDrop.Models;
        using static TorchSharp.torch;

        namespace App;

        [Quantize(W = 4, A = 8, Method = Method.Nearest, Samples = 8, Weights = "flowers.dat", Calibration = typeof(Noise))]
        public sealed partial class Flowers() : ResNet18(classes: 5);

        public sealed class Noise : ICalibrationSource
        {
            public Tensor Load(CalibrationRequest request)
            {
                random.manual_seed(1);
                return rand(request.Samples, 3, 32, 32);
            }
        }
        """;

    /// <summary>Writes the weights of that model, or runs it quantized.</summary>
    internal const string FlowersProgram = """
        using System;
        using App;
        using TorchSharp;

        torch.set_num_threads(1);
        if (args is ["write"])
        {
            using var model = new Flowers();
            model.save("flowers.dat");
            return;
        }
        using var net = Flowers.LoadQuantized();
        using var y = net.call(torch.zeros(2, 3, 32, 32));
        Console.WriteLine($"classes {y.shape[1]}");
        """;

    /// <summary>A program that does nothing, for models that are not loaded.</summary>
    internal const string EmptyProgram = "Console.WriteLine();";

    internal const string Usings = """
        using QDrop;
        using TorchSharp;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        namespace App;

        """;

    /// <summary>A small convolutional network.</summary>
    /// <param name="name">Name of the class.</param>
    /// <param name="arguments">Arguments of <c>[Quantize]</c>.</param>
    /// <param name="start">Statements at the start of <c>forward</c>.</param>
    /// <param name="constructor">Statements at the start of the constructor.</param>
    internal static string Net(string name, string arguments, string start = "", string constructor = "") => $$"""
        [Quantize({{arguments}})]
        public sealed partial class {{name}} : Module<Tensor, Tensor>
        {
            private readonly Module<Tensor, Tensor> conv1 = Conv2d(3, 4, 3, padding: 1);
            private readonly Module<Tensor, Tensor> bn1 = BatchNorm2d(4);
            private readonly Module<Tensor, Tensor> conv2 = Conv2d(4, 8, 3, stride: 2, padding: 1);
            private readonly Module<Tensor, Tensor> linear = Linear(8 * 4 * 4, 5);

            public {{name}}() : base("{{name}}")
            {
                {{constructor}}
                RegisterComponents();
            }

            public override Tensor forward(Tensor x)
            {
                {{start}}
                x = functional.relu(bn1.forward(conv1.forward(x)));
                x = functional.relu(conv2.forward(x));
                return linear.forward(x.flatten(1));
            }
        }

        """;

    /// <summary>A network that is calibrated in no time, from the files of <see cref="WriteData"/>.</summary>
    internal static string TinyNet { get; } = Usings + Net("TinyNet", """
        Iterations = 5, Samples = 16, Weights = "weights.safetensors", CalibrationData = "inputs.safetensors"
        """);

    /// <summary>Weights and inputs of a project.</summary>
    internal static void WriteData(string folder)
    {
        WriteWeights(Path.Combine(folder, "weights.safetensors"));
        WriteInputs(Path.Combine(folder, "inputs.safetensors"));
    }

    /// <summary>Weights that fit the network, but for what is said.</summary>
    internal static void WriteWeights(string path, int classes = 5, float first = 0.1f) => Safetensors.Write(
        path,
        ("conv1.weight", [4, 3, 3, 3], Starting(first, Safetensors.Noise(1))),
        ("conv1.bias", [4], Safetensors.Noise(2)),
        ("bn1.weight", [4], static _ => 1),
        ("bn1.bias", [4], Safetensors.Noise(3)),
        ("bn1.running_mean", [4], Safetensors.Noise(4)),
        ("bn1.running_var", [4], static _ => 1.5f),
        ("conv2.weight", [8, 4, 3, 3], Safetensors.Noise(5)),
        ("conv2.bias", [8], Safetensors.Noise(6)),
        ("linear.weight", [classes, 128], Safetensors.Noise(7)),
        ("linear.bias", [classes], Safetensors.Noise(8)));

    /// <summary>Calibration inputs that fit the network, but for what is said.</summary>
    internal static void WriteInputs(string path, int samples = 16, int channels = 3, int seed = 9) =>
        Safetensors.Write(path, ("input", [samples, channels, 8, 8], Safetensors.Noise(seed)));

    private static Func<int, float> Starting(float first, Func<int, float> rest) => i => i == 0 ? first : rest(i);
}

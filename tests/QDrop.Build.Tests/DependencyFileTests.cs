using System.Text.Json;
using Xunit;

namespace QDrop.Build.Tests;

public sealed class DependencyFileTests
{
    [Fact]
    public void Only_packages_are_left_and_without_the_native_libraries_that_the_worker_loads_itself()
    {
        using JsonDocument json = PackagesOnly(
            """
            {
              "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0", "signature": "" },
              "compilationOptions": {},
              "targets": { ".NETCoreApp,Version=v10.0": {
                "App/1.0.0": { "dependencies": { "Lib": "1.0.0", "TorchSharp": "0.107.0" }, "runtime": { "App.dll": {} } },
                "Lib/1.0.0": { "runtime": { "Lib.dll": { "assemblyVersion": "1.0.0.0" } } },
                "TorchSharp/0.107.0": {
                  "runtime": { "lib/net6.0/TorchSharp.dll": { "fileVersion": "0.107.0.0" } },
                  "runtimeTargets": { "native/libLibTorchSharp.so": { "rid": "linux-x64", "assetType": "native" } } },
                "libtorch-cpu-linux-x64/2.10.0": { "native": { "native/libtorch_cpu.so": {} } },
                "SkiaSharp/2.88.6": {
                  "native": { "native/libSkiaSharp.dylib": {} },
                  "runtimeTargets": { "native/libSkiaSharp.so": { "rid": "linux-x64", "assetType": "native" } } } } },
              "libraries": {
                "App/1.0.0": { "type": "project", "serviceable": false, "sha512": "" },
                "Lib/1.0.0": { "type": "reference", "serviceable": false, "sha512": "" },
                "TorchSharp/0.107.0": { "type": "package", "serviceable": true, "path": "torchsharp/0.107.0" },
                "libtorch-cpu-linux-x64/2.10.0": { "type": "package" },
                "SkiaSharp/2.88.6": { "type": "package" } }
            }
            """
        );

        JsonElement target = json.RootElement.GetProperty("targets").GetProperty(".NETCoreApp,Version=v10.0");
        Assert.Equal(
            ["TorchSharp/0.107.0", "libtorch-cpu-linux-x64/2.10.0", "SkiaSharp/2.88.6"],
            target.EnumerateObject().Select(static l => l.Name));
        JsonElement torchSharp = target.GetProperty("TorchSharp/0.107.0");
        JsonElement assembly = torchSharp.GetProperty("runtime").GetProperty("lib/net6.0/TorchSharp.dll");
        Assert.Equal("0.107.0.0", assembly.GetProperty("fileVersion").GetString());
        Assert.Empty(torchSharp.GetProperty("runtimeTargets").EnumerateObject());
        Assert.Empty(target.GetProperty("libtorch-cpu-linux-x64/2.10.0").EnumerateObject());
        JsonElement skiaSharp = target.GetProperty("SkiaSharp/2.88.6");
        Assert.Single(skiaSharp.GetProperty("runtimeTargets").EnumerateObject());
        Assert.Single(skiaSharp.GetProperty("native").EnumerateObject());
        JsonElement listed = json.RootElement.GetProperty("libraries").GetProperty("TorchSharp/0.107.0");
        Assert.True(listed.GetProperty("serviceable").GetBoolean());
        Assert.Equal("torchsharp/0.107.0", listed.GetProperty("path").GetString());
        Assert.Equal(
            ".NETCoreApp,Version=v10.0", json.RootElement.GetProperty("runtimeTarget").GetProperty("name").GetString());
    }

    [Fact]
    public void With_CUDA_the_native_libraries_stay()
    {
        using JsonDocument json = PackagesOnly("""
            {
              "targets": { "net10.0": {
                "TorchSharp/0.107.0": { "native": { "libLibTorchSharp.so": {} } },
                "libtorch-cuda-12.8-linux-x64/2.10.0": { "native": { "libtorch_cuda.so": {} } } } },
              "libraries": {
                "TorchSharp/0.107.0": { "type": "package" },
                "libtorch-cuda-12.8-linux-x64/2.10.0": { "type": "package" } }
            }
            """);

        JsonElement.ObjectEnumerator libraries = json
            .RootElement.GetProperty("targets")
            .GetProperty("net10.0")
            .EnumerateObject();
        Assert.All(libraries, static l => Assert.Single(l.Value.GetProperty("native").EnumerateObject()));
    }

    private static JsonDocument PackagesOnly(string dependencies)
    {
        using var folder = new TemporaryFolder();
        string target = folder.File("worker.deps.json");
        DependencyFile.WritePackagesOnly(folder.Write("App.deps.json", dependencies), target);
        return JsonDocument.Parse(File.ReadAllText(target));
    }
}

using System.Text.Json;
using Xunit;

namespace QDrop.Build.Tests;

public sealed class DependencyFileTests
{
    [Fact]
    public void Only_packages_are_left_with_their_assets_unchanged()
    {
        using var folder = new TemporaryFolder();
        string source = folder.Write("App.deps.json", """
            {
              "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0", "signature": "" },
              "compilationOptions": {},
              "targets": { ".NETCoreApp,Version=v10.0": {
                "App/1.0.0": { "dependencies": { "Lib": "1.0.0", "TorchSharp": "0.107.0" }, "runtime": { "App.dll": {} } },
                "Lib/1.0.0": { "runtime": { "Lib.dll": { "assemblyVersion": "1.0.0.0" } } },
                "TorchSharp/0.107.0": {
                  "runtime": { "lib/net6.0/TorchSharp.dll": { "fileVersion": "0.107.0.0" } },
                  "runtimeTargets": { "runtimes/linux-x64/native/libLibTorchSharp.so": { "rid": "linux-x64", "assetType": "native" } } } } },
              "libraries": {
                "App/1.0.0": { "type": "project", "serviceable": false, "sha512": "" },
                "Lib/1.0.0": { "type": "reference", "serviceable": false, "sha512": "" },
                "TorchSharp/0.107.0": { "type": "package", "serviceable": true, "sha512": "x==", "path": "torchsharp/0.107.0" } }
            }
            """);
        string target = folder.File("worker.deps.json");

        DependencyFile.WritePackagesOnly(source, target);

        using var json = JsonDocument.Parse(File.ReadAllText(target));
        var library = Assert.Single(json.RootElement.GetProperty("targets").GetProperty(".NETCoreApp,Version=v10.0").EnumerateObject());
        Assert.Equal("TorchSharp/0.107.0", library.Name);
        Assert.Equal("native", library.Value.GetProperty("runtimeTargets").GetProperty("runtimes/linux-x64/native/libLibTorchSharp.so").GetProperty("assetType").GetString());
        var listed = Assert.Single(json.RootElement.GetProperty("libraries").EnumerateObject());
        Assert.True(listed.Value.GetProperty("serviceable").GetBoolean());
        Assert.Equal("torchsharp/0.107.0", listed.Value.GetProperty("path").GetString());
        Assert.Equal(".NETCoreApp,Version=v10.0", json.RootElement.GetProperty("runtimeTarget").GetProperty("name").GetString());
    }
}

using Xunit;

namespace QDrop.Build.Tests;

/// <summary>A sound project on a machine that is not: each test builds it with one thing amiss.</summary>
public sealed class ToolFailureTests
{
    [Fact]
    public void A_full_disk_is_an_error_and_leaves_nothing()
    {
        using TestProject project = Project();
        // No file may grow past 1 KiB, which writing then says; the .NET runtime itself would map more without the
        // variable.
        string host = project.Write(
            "host.sh",
            "#!/bin/bash\nexport DOTNET_EnableWriteXorExecute=0\ntrap '' XFSZ\nulimit -f 1\nexec dotnet \"$@\"\n");
        Script.MakeExecutable(host);

        BuildResult result = project.Build($"-p:QDropDotNetHost={host}");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal("QDROP260", Assert.Single(result.Errors).Code);
        Assert.DoesNotContain(
            Directory.GetFiles(project.Intermediate),
            static f => !f.EndsWith("qdrop.settings.txt", StringComparison.Ordinal));
    }

    private static TestProject Project()
    {
        var project = new TestProject();
        project.Write(
            "TinyNet.cs",
            Sources.Usings
                + Sources.Net(
                    "TinyNet",
                    """Iterations = 5, Samples = 16, Weights = "weights.safetensors", CalibrationData = "inputs.safetensors" """
                ));
        Sources.WriteWeights(project.File("weights.safetensors"));
        Sources.WriteInputs(project.File("inputs.safetensors"));
        return project;
    }
}

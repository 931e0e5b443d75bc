using QDrop.Generators.Tests.Helpers;
using VerifyXunit;

namespace QDrop.Generators.Tests;

/// <summary>What the generator writes for whole models, to be read.</summary>
public sealed class SnapshotTests
{
    [Theory]
    [InlineData("ResNet20")]
    [InlineData("LeNet")]
    [InlineData("Vgg")]
    [InlineData("VggList")]
    [InlineData("BottleneckResNet")]
    public async Task Twins_of_a_model(string model)
    {
        var run = GeneratorRun.OfModel(model);
        Assert.Empty(run.Diagnostics);
        string text = string.Join(
            "\n", run.Sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"//// {s.Key}\n{s.Value}"));
        await Verifier.Verify(text, "cs").UseDirectory("Snapshots").UseParameters(model);
    }
}

using System.Diagnostics;
using QDrop.Calibration;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts.PyTorch;

/// <summary>A test with a folder for checkpoints, and <c>Files</c>, which PyTorch wrote.</summary>
public abstract class CheckpointTest : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    private protected TempFolder Folder { get; } = new();

    public void Dispose()
    {
        _scope.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A file of <c>Files</c>.</summary>
    internal static string Written(string name) => Path.Combine(AppContext.BaseDirectory, "Checkpoints", name);

    internal string Refused(byte[] file, string code, string text, nn.Module? model = null) =>
        Refused(Folder.Write("a.pth", file), code, text, model);

    /// <summary>
    /// The file must be refused with a message that has the text and the path, and the model be as it was. It takes a
    /// fraction of a second; what would go on for ever is stopped by the test.
    /// </summary>
    internal static string Refused(string path, string code, string text, nn.Module? given = null)
    {
        nn.Module model = given ?? new SmallNet();
        string before = WeightFile.Hash(model);
        var watch = Stopwatch.StartNew();
        QDropException error = Assert.Throws<QDropException>(() => WeightFile.LoadInto(model, path));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.True(code == error.Code, error.Code + ": " + error.Message);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, WeightFile.Hash(model));
        return error.Message;
    }
}

using System.Text;
using System.Text.Json;
using QDrop.Calibration;
using QDrop.Tests.Artifacts.PyTorch;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

public sealed class ShardedWeightsTests : IDisposable
{
    private const string First = "model-00001-of-00002.safetensors", Second = "model-00002-of-00002.safetensors";

    private readonly TempFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SmallNet _trained = new();

    public ShardedWeightsTests() => Save(Names(0), Names(1));

    public void Dispose()
    {
        _trained.Dispose();
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Tensors_of_all_files_are_loaded()
    {
        using var model = new SmallNet();
        WeightFile.LoadInto(model, Index());
        Assert.Equal(WeightFile.Hash(_trained), WeightFile.Hash(model));
        Assert.Equal([Index(), _folder[First], _folder[Second]], WeightFile.FilesOf(Index()));
    }

    [Fact]
    public void A_file_that_is_missing_is_named()
    {
        File.Delete(_folder[Second]);
        Refused(Index(), "QDROP210", Second);
    }

    [Fact]
    public void Files_that_do_not_belong_together_are_refused()
    {
        Save(Names(0), Names(1)[1..]);
        Refused(Index(), "QDROP213", "which lacks it");
        Save([.. Names(0), Names(1)[0]], Names(1));
        Refused(Index(), "QDROP213", $"says is in '{Second}'");
        Refused(Index((Names(0)[0], First)), "QDROP213", "does not name");
    }

    [Theory]
    [InlineData("../weights.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("C:weights.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("model.safetensors.index.json")]
    public void A_name_that_leads_elsewhere_is_refused(string name) =>
        Refused(Index(("gain", name)), "QDROP213", "in its own folder");

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{ \"weight_map\": [] }")]
    [InlineData("{ \"weight_map\": { \"gain\": 3 } }")]
    [InlineData("{ \"weight_map\": { \"gain\": \"\\ud800\" } }")]
    [InlineData("{ \"weight_map\": { \"gain\": \"a\", \"gain\": \"b\" } }")]
    public void What_is_no_index_is_refused(string text) =>
        Refused(_folder.Write("bad.index.json", Encoding.UTF8.GetBytes(text)), "QDROP213", "bad.index.json");

    [Fact]
    public void A_damaged_file_is_named()
    {
        _folder.Write(Second, [1, 2, 3]);
        Refused(Index(), "QDROP213", _folder[Second]);
    }

    private string[] Names(int remainder) =>
        [.. _trained.state_dict().Keys.Order(StringComparer.Ordinal).Where((_, i) => i % 2 == remainder)];

    private void Save(string[] first, string[] second)
    {
        Dictionary<string, Tensor> tensors = _trained.state_dict();
        SafetensorsFile.Write(_folder[First], first.ToDictionary(static n => n, n => tensors[n]));
        SafetensorsFile.Write(_folder[Second], second.ToDictionary(static n => n, n => tensors[n]));
    }

    private string Index(params (string Name, string File)[] map)
    {
        if (map.Length == 0)
            map = [.. Names(0).Select(static n => (n, First)), .. Names(1).Select(static n => (n, Second))];
        Dictionary<string, string> files = map.ToDictionary(static m => m.Name, static m => m.File);
        var index = new { metadata = new { total_size = 1 }, weight_map = files };
        return _folder.Write("model.safetensors.index.json", JsonSerializer.SerializeToUtf8Bytes(index));
    }

    private static void Refused(string path, string code, string text)
    {
        using var model = new SmallNet();
        QDropException error = Assert.Throws<QDropException>(() => WeightFile.LoadInto(model, path));
        Assert.True(code == error.Code, error.Code + ": " + error.Message);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }
}

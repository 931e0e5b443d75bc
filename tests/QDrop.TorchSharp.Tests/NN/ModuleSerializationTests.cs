using System.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class ModuleSerializationTests
{
    private static Sequential Model() => nn.Sequential(("conv", nn.Conv2d(1, 2, 3)), ("bn", nn.BatchNorm2d(2)), ("fc", nn.Linear(3, 2)));

    private static MemoryStream Saved(nn.Module module, IList<string>? skip = null)
    {
        var stream = new MemoryStream();
        module.save(stream, skip);
        stream.Position = 0;
        return stream;
    }

    private static void Same(nn.Module expected, nn.Module actual)
    {
        Dictionary<string, Tensor> state = actual.state_dict();
        foreach ((string key, Tensor tensor) in expected.state_dict()) Assert.Equal(Samples.Values(tensor), Samples.Values(state[key]));
    }

    [Fact]
    public void A_saved_module_loads_into_another()
    {
        using Sequential source = Model(), target = Model();
        var loaded = new Dictionary<string, bool>();
        Assert.Same(target, target.load(Saved(source), loadedParameters: loaded));
        Same(source, target);
        Assert.Equal(source.state_dict().Keys.Order(), loaded.Keys.Order());
        Assert.All(loaded.Values, Assert.True);
    }

    [Fact]
    public void A_saved_module_loads_from_a_file()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using Sequential source = Model(), target = Model();
            source.save(path);
            target.load(path);
            Same(source, target);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_file_has_a_count_then_for_each_tensor_name_type_shape_and_bytes()
    {
        using Linear layer = nn.Linear(nn.Parameter(Samples.Of([1, 2, 3, 4, 5, 6], 2, 3)));
        using var expected = new MemoryStream();
        using (var writer = new BinaryWriter(expected, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write((byte)1);
            writer.Write("weight");
            writer.Write((byte)6); // float32
            writer.Write((byte)2); // two dimensions
            writer.Write((byte)2);
            writer.Write((byte)3);
            for (int i = 1; i <= 6; i++) writer.Write((float)i);
        }

        Assert.Equal(expected.ToArray(), Saved(layer).ToArray());
    }

    [Fact]
    public void Skipped_names_are_neither_written_nor_read()
    {
        using Sequential source = Model(), target = Model();
        float[] before = Samples.Values(target.get_parameter("fc.bias")!);
        target.load(Saved(source, ["fc.bias"]), skip: ["fc.bias"]);
        Assert.Equal(before, Samples.Values(target.get_parameter("fc.bias")!));

        var loaded = new Dictionary<string, bool>();
        target.load(Saved(source), skip: ["fc.bias"], loadedParameters: loaded);
        Assert.Equal(before, Samples.Values(target.get_parameter("fc.bias")!));
        Assert.False(loaded["fc.bias"]);
        Assert.True(loaded["fc.weight"]);
    }

    [Fact]
    public void Strict_loading_refuses_another_modules_file_and_lax_loading_takes_what_fits()
    {
        using Sequential source = Model();
        using Sequential fewer = nn.Sequential(("fc", nn.Linear(3, 2)));
        using Sequential renamed = nn.Sequential(("conv", nn.Conv2d(1, 2, 3)), ("bn", nn.BatchNorm2d(2)), ("head", nn.Linear(3, 2)));
        Assert.Throws<ArgumentException>(() => fewer.load(Saved(source)));
        var failure = Assert.Throws<ArgumentException>(() => renamed.load(Saved(source)));
        Assert.Contains("fc.weight", failure.Message, StringComparison.Ordinal);
        fewer.load(Saved(source), strict: false);
        Assert.Equal(Samples.Values(source.get_parameter("fc.weight")!), Samples.Values(fewer.get_parameter("fc.weight")!));
    }

    [Fact]
    public void A_tensor_of_another_shape_is_refused()
    {
        using Sequential source = nn.Sequential(nn.Linear(3, 2)), target = nn.Sequential(nn.Linear(2, 3));
        Assert.ThrowsAny<ArgumentException>(() => target.load(Saved(source)));
    }
}

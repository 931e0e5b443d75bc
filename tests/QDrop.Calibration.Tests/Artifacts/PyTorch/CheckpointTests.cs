using QDrop.Calibration;
using Xunit;
using static QDrop.Tests.Artifacts.PyTorch.CheckpointWriter;

namespace QDrop.Tests.Artifacts.PyTorch;

/// <summary>Checkpoints that PyTorch 1.13 wrote; <c>Files/make.py</c> is the program.</summary>
public sealed class CheckpointTests : CheckpointTest
{
    [Theory]
    [InlineData("zip.pth")]
    [InlineData("zip4.pth")]
    [InlineData("older.pth")]
    [InlineData("older4.pth")]
    [InlineData("half.pth")]
    [InlineData("bfloat16.pth")]
    [InlineData("double.pth")]
    [InlineData("parameters.pth")]
    public void A_state_dict_is_loaded(string file) => Loaded(Written(file));

    [Theory]
    [InlineData("views.pth")]
    [InlineData("olderviews.pth")]
    public void Strides_offsets_and_shared_storages_are_kept(string file) => Loaded(Written(file), gain: [8, 8, 8, 8]);

    [Theory]
    [InlineData("published.pth")]
    [InlineData("olderpublished.pth")]
    public void Weights_are_found_beside_what_training_programs_keep(string file) => Loaded(Written(file));

    [Fact]
    public void The_prefix_of_data_parallel_training_is_taken_away() => Loaded(Written("parallel.pth"));

    [Theory]
    [InlineData("weights.bin")]
    [InlineData("weights.ckpt")]
    [InlineData("weights.PT")]
    [InlineData("weights")]
    public void The_contents_say_what_it_is_and_not_the_name(string name)
    {
        foreach (string file in (string[])["zip.pth", "older.pth"])
        {
            File.Copy(Written(file), Folder[name], overwrite: true);
            Loaded(Folder[name]);
        }
    }

    [Fact]
    public void The_items_of_Python_2_are_pairs_in_a_list()
    {
        byte[] pair = [EmptyList, .. Text("gain"), Append, .. Tensor([4], [1]), Append];
        byte[] state = Call(Name("collections", "OrderedDict"), [EmptyList, .. pair, Append, AsTuple]);
        using var model = new GainNet();
        WeightFile.LoadInto(model, Folder.Write("a.pth", Zip(Pickle(state))));
        Assert.Equal([0, 0, 0, 0], model.parameters().Single().detach().data<float>().ToArray());
    }

    private static void Loaded(string path, float[]? gain = null)
    {
        using var model = new SmallNet();
        WeightFile.LoadInto(model, path);
        foreach (string name in model.state_dict().Keys)
            Assert.Equal(name == "gain" && gain is not null ? gain : model.Expected(name), model.Values(name));
    }
}

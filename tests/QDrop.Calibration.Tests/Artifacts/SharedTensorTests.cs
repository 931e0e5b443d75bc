using QDrop.Calibration;
using QDrop.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

/// <summary>Weights of models in which a tensor has several names, and numbers that have several shapes.</summary>
public sealed class SharedTensorTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Names_of_one_tensor_are_those_of_tied_weights_and_of_modules_in_two_fields()
    {
        using var model = new TiedNet();
        Assert.Equal(
            ["emb.weight head.weight", "first.bias second.bias", "first.weight second.weight"],
            ModelTensor.Of(model)
                .Where(static t => t.Names.Count > 1)
                .Select(static t => string.Join(' ', t.Names.Order(StringComparer.Ordinal)))
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("emb.weight")]
    [InlineData("head.weight")]
    [InlineData("first.weight", "first.bias")]
    [InlineData("second.weight", "second.bias")]
    public void One_name_of_a_tensor_is_enough(params string[] left_out)
    {
        using var trained = new TiedNet();
        using var model = new TiedNet();
        WeightFile.LoadInto(model, Saved(trained, tensors => Array.ForEach(left_out, n => tensors.Remove(n))));
        Assert.Equal(WeightFile.Hash(trained), WeightFile.Hash(model));
    }

    [Fact]
    public void A_tensor_of_which_the_file_has_no_name_is_missing_by_all_its_names()
    {
        using var model = new TiedNet();
        string path = Saved(model, static tensors =>
        {
            tensors.Remove("emb.weight");
            tensors.Remove("head.weight");
        });
        Refused(model, path, "it lacks 'emb.weight' or 'head.weight' (one tensor) [5, 3]");
    }

    [Fact]
    public void Two_names_of_a_tensor_with_different_values_are_refused()
    {
        using var model = new TiedNet();
        string path = Saved(model, static tensors => tensors["head.weight"] = tensors["head.weight"].detach() + 1);
        Refused(model, path, "'emb.weight' and 'head.weight' are one tensor of the model, but have different");
    }

    [Fact]
    public void A_tensor_in_two_shapes_is_one_tensor()
    {
        using var model = new OverlapNet();
        Assert.Equal("flat a.weight", string.Join(' ', ModelTensor.Of(model)[0].Names));
        WeightFile.LoadInto(model, Saved(model, static tensors => tensors.Remove("flat")));
        using var trained = new OverlapNet();
        WeightFile.LoadInto(model, Saved(trained, static _ => { }));
        Assert.Equal(WeightFile.Hash(trained), WeightFile.Hash(model));
        Refused(
            model,
            Saved(model, static tensors => tensors["flat"] = zeros(16)),
            "'flat' and 'a.weight' are one tensor of the model, but have different values");
        Refused(model, Saved(model, static tensors => tensors["flat"] = zeros(4, 4)), "'flat' is [4, 4], expected [16]");
    }

    [Theory]
    [InlineData("row", new long[] { 4 })]
    [InlineData("turned", new long[] { 4, 4 })]
    public void A_view_of_a_tensor_with_other_values_is_refused(string name, long[] shape)
    {
        using var model = new OverlapNet();
        string path = Saved(model, tensors =>
        {
            tensors[name] = zeros(shape);
            tensors["a.bias"] = zeros(4);
        });
        Refused(model, path, "share memory in the model, but have different values");
    }

    [Theory]
    [InlineData("norm.num_batches_tracked", new long[] { 1 })]
    [InlineData("norm.running_mean", new long[] { })]
    [InlineData("norm.running_var", new long[] { 1, 1 })]
    [InlineData("gain", new long[] { 1 })]
    public void A_number_is_one_in_any_shape(string name, long[] shape)
    {
        using var trained = new TiedNet();
        using (no_grad())
        {
            foreach ((string _, Tensor tensor) in trained.state_dict().Where(static t => t.Value.numel() == 1))
                tensor.fill_(3);
        }
        using var model = new TiedNet();
        string path = Saved(trained, tensors => tensors[name] = tensors[name].detach().reshape(shape));
        WeightFile.LoadInto(model, path);
        Assert.Equal(WeightFile.Hash(trained), WeightFile.Hash(model));
        Assert.Equal(3, model.state_dict()["norm.num_batches_tracked"].ToInt64());
    }

    [Fact]
    public void A_prefix_is_recognised_where_the_file_has_one_name_of_a_tensor()
    {
        using var model = new TiedNet();
        string path = Saved(model, static tensors =>
        {
            tensors.Remove("head.weight");
            foreach ((string name, Tensor tensor) in tensors.ToList())
            {
                tensors.Remove(name);
                tensors.Add("net." + name, tensor);
            }
        });
        Refused(model, path, "begin with 'net.'");
    }

    private static void Refused(nn.Module model, string path, string text)
    {
        string before = WeightFile.Hash(model);
        QDropException error = Assert.Throws<QDropException>(() => WeightFile.LoadInto(model, path));
        Assert.Equal("QDROP211", error.Code);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, WeightFile.Hash(model));
    }

    private string Saved(nn.Module model, Action<Dictionary<string, Tensor>> edit)
    {
        Dictionary<string, Tensor> tensors = model.state_dict();
        edit(tensors);
        SafetensorsFile.Write(_folder["a.safetensors"], tensors);
        return _folder["a.safetensors"];
    }
}

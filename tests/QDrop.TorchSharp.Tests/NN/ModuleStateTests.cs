using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class ModuleStateTests
{
    private static Sequential Model() => nn.Sequential(("conv", nn.Conv2d(1, 2, 3)), ("bn", nn.BatchNorm2d(2)), ("fc", nn.Linear(3, 2)));

    private static void Same(nn.Module expected, nn.Module actual)
    {
        Dictionary<string, Tensor> state = actual.state_dict();
        foreach ((string key, Tensor tensor) in expected.state_dict()) Assert.Equal(Samples.Values(tensor), Samples.Values(state[key]));
    }

    [Fact]
    public void Load_state_dict_copies_values_and_keeps_the_tensors()
    {
        using Sequential source = Model(), target = Model();
        Parameter weight = target.get_parameter("fc.weight")!;
        (IList<string> missing, IList<string> unexpected) = target.load_state_dict(source.state_dict());
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        Assert.Same(weight, target.get_parameter("fc.weight"));
        Same(source, target);
    }

    [Fact]
    public void Strict_loading_refuses_other_names_and_says_which()
    {
        using Sequential source = Model(), target = Model();
        Dictionary<string, Tensor> state = source.state_dict();
        state.Remove("fc.bias");
        state.Add("extra", state["fc.weight"]);
        var failure = Assert.Throws<InvalidOperationException>(() => target.load_state_dict(state));
        Assert.Contains("fc.bias", failure.Message, StringComparison.Ordinal);
        Assert.Contains("extra", failure.Message, StringComparison.Ordinal);
        (IList<string> missing, IList<string> unexpected) = target.load_state_dict(state, strict: false);
        Assert.Equal(["fc.bias"], missing);
        Assert.Equal(["extra"], unexpected);
        target.load_state_dict(state, skip: ["fc.bias", "extra"]);
    }

    [Fact]
    public void A_tensor_of_another_shape_is_refused_before_anything_is_copied()
    {
        using Sequential source = Model(), target = Model();
        float[] before = Samples.Values(target.get_parameter("conv.weight")!);
        Dictionary<string, Tensor> state = source.state_dict();
        using Tensor wrong = zeros(2);
        state["fc.weight"] = wrong;
        var failure = Assert.Throws<ArgumentException>(() => target.load_state_dict(state));
        Assert.Contains("'fc.weight' has shape [2]", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Samples.Values(target.get_parameter("conv.weight")!));
    }
}

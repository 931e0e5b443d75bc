using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class ContainerTests
{
    private static string[] Children(nn.Module module) => [.. module.named_children().Select(child => $"{child.name}:{child.module.GetName()}")];

    [Fact]
    public void Sequential_applies_its_modules_in_order_whichever_way_it_was_made()
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module<Tensor, Tensor>[] layers = [nn.Hardtanh(-1, 1), nn.LeakyReLU(0.5)];
        (string, nn.Module<Tensor, Tensor>)[] named = [("a", layers[0]), ("b", layers[1])];
        Tensor input = Samples.Of([-4, 0.5f, 4]);
        foreach (Sequential model in new[]
        {
            nn.Sequential(layers), nn.Sequential(layers.AsEnumerable()), nn.Sequential(named), nn.Sequential(named.AsEnumerable()),
            nn.Sequential(Tuple.Create("a", layers[0]), Tuple.Create("b", layers[1])), nn.Sequential().append(nn.Hardtanh(-1, 1)).append("b", nn.LeakyReLU(0.5)),
        })
            Samples.Close([-0.5, 0.5, 1], model.forward(input));
        Samples.Close([-4, 0.5, 4], nn.Sequential().forward(input));
    }

    [Fact]
    public void Sequential_slices_share_the_modules()
    {
        using Sequential model = nn.Sequential(nn.Linear(1, 1), nn.ReLU(), nn.Tanh(), nn.Sigmoid());
        Assert.Equal(4, model.Count);
        Assert.Same(model[1], model[1..3][0]);
        Assert.Equal(["1:ReLU", "2:Tanh"], Children(model[1..3]));
        Assert.Equal(["0:Linear", "1:ReLU"], Children(model[(null, 2)]));
        Assert.Equal(["2:Tanh", "3:Sigmoid"], Children(model[(2, null)]));
        Assert.ThrowsAny<Exception>(() => model[(5, null)]);
    }

    [Fact]
    public void Sequential_disposes_intermediate_results_but_neither_input_nor_output()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? between = null;
        ReLU relu = nn.ReLU();
        relu.register_forward_hook((_, _, output) => between = output);
        using Sequential model = nn.Sequential(relu, nn.Tanh());
        Tensor input = Samples.Wave(3);
        Tensor output = model.forward(input);
        Assert.True(between!.IsInvalid);
        Assert.False(input.IsInvalid);
        Assert.False(output.IsInvalid);
    }

    private sealed class Fork : Sequential<Tensor, (Tensor, Tensor)>
    {
        public Fork(params nn.Module[] modules) : base(modules)
        {
        }

        public override (Tensor, Tensor) forward(Tensor input) => (((nn.Module<Tensor, Tensor>)this[0]).call(input), ((nn.Module<Tensor, Tensor>)this[1]).call(input));
    }

    [Fact]
    public void A_chain_of_other_types_runs_as_its_class_says()
    {
        using DisposeScope scope = NewDisposeScope();
        using var fork = new Fork(nn.ReLU());
        fork.append("other", nn.Hardtanh());
        Assert.Equal(["0:ReLU", "other:Hardtanh"], Children(fork));
        (Tensor left, Tensor right) = fork.call(Samples.Of([-3, 3]));
        Samples.Close([0, 3], left);
        Samples.Close([-1, 1], right);
        Assert.Throws<NotSupportedException>(() => fork[..1]);
    }

    [Fact]
    public void A_module_list_renumbers_when_it_changes()
    {
        using ModuleList<nn.Module<Tensor, Tensor>> list = nn.ModuleList<nn.Module<Tensor, Tensor>>(nn.ReLU(), nn.Tanh());
        list.append(nn.Sigmoid());
        list.Insert(1, nn.SELU());
        list.RemoveAt(0);
        Assert.Equal(["0:SELU", "1:Tanh", "2:Sigmoid"], Children(list));
        list[0] = nn.ELU();
        Assert.Equal(["0:ELU", "1:Tanh", "2:Sigmoid"], Children(list));
        Assert.Equal(3, list.Count);
    }

    [Fact]
    public void A_module_dict_keeps_the_order_of_its_keys()
    {
        using ModuleDict<nn.Module<Tensor, Tensor>> dict = nn.ModuleDict<nn.Module<Tensor, Tensor>>(("z", nn.ReLU()), ("a", nn.Tanh()));
        dict.Add("m", nn.Sigmoid());
        Assert.Equal(["z:ReLU", "a:Tanh", "m:Sigmoid"], Children(dict));
        dict["a"] = nn.ELU();
        Assert.True(dict.Remove("z"));
        Assert.Equal(["a:ELU", "m:Sigmoid"], Children(dict));
        Assert.True(dict.TryGetValue("m", out _));
        Assert.Equal(["a", "m"], dict.Keys);
    }

    [Fact]
    public void Parameter_containers_register_under_index_or_key()
    {
        using ParameterList list = nn.ParameterList(nn.Parameter(zeros(1)), nn.Parameter(ones(1)));
        list.RemoveAt(0);
        Assert.Equal(["0"], list.state_dict().Keys);
        Samples.Close([1], list[0]);
        using ParameterDict dict = nn.ParameterDict(("b", nn.Parameter(zeros(1))), ("a", nn.Parameter(ones(1))));
        Assert.Equal(["b", "a"], dict.named_parameters().Select(parameter => parameter.name));
        Assert.Same(dict["a"], dict.get_parameter("a"));
    }

    [Fact]
    public void An_ordered_dictionary_finds_by_key_and_by_position()
    {
        var dict = new OrderedDict<string, int> { { "b", 2 }, { "a", 1 } };
        dict.Insert(0, ("c", 3));
        var entries = new List<(string, int)>();
        foreach ((string, int) entry in dict) entries.Add(entry);
        Assert.Equal([("c", 3), ("b", 2), ("a", 1)], entries);
        Assert.Equal(("b", 2), dict[1]);
        Assert.Equal(-1, dict.IndexOf(("b", 9)));
        Assert.True(dict.Remove("b"));
        Assert.Equal(["c", "a"], dict.Keys);
    }
}

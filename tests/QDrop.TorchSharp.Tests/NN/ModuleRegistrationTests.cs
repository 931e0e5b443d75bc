using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class ModuleRegistrationTests
{
    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        public readonly Linear inner;
        private readonly Parameter scale;
        private readonly Tensor offset;

        public Block() : base(nameof(Block))
        {
            inner = nn.Linear(2, 3);
            scale = new Parameter(ones(3));
            offset = zeros(3);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => (inner.forward(input) * scale) + offset;
    }

    private sealed class Model : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> first = nn.Linear(2, 2);
        private readonly Block block = new();

        [ComponentName(Name = "head")]
        private readonly nn.Module<Tensor, Tensor> last = nn.Linear(3, 1);

        public Model() : base(nameof(Model)) => RegisterComponents();

        public override Tensor forward(Tensor input) => last.forward(block.forward(first.forward(input)));
    }

    private class Empty : nn.Module<Tensor, Tensor>
    {
        public Empty() : base("Empty")
        {
        }

        public override Tensor forward(Tensor input) => input.alias();
    }

    [Fact]
    public void Fields_register_in_the_order_of_their_declaration_under_their_component_names()
    {
        using var model = new Model();
        Assert.Equal(["first", "block", "head"], model.named_children().Select(child => child.name));
        Assert.Equal(["first", "block", "head", "block.inner"], model.named_modules().Select(module => module.name));
        Assert.Equal(
            ["first.weight", "first.bias", "block.scale", "block.inner.weight", "block.inner.bias", "head.weight", "head.bias"],
            model.named_parameters().Select(parameter => parameter.name));
        Assert.Equal(["block.offset"], model.named_buffers().Select(buffer => buffer.name));
    }

    [Fact]
    public void State_dict_lists_parameters_before_buffers_and_holds_the_tensors_themselves()
    {
        using var model = new Model();
        Dictionary<string, Tensor> state = model.state_dict();
        Assert.Equal("block.offset", state.Keys.Last());
        Assert.Equal(8, state.Count);
        Assert.Same(model.get_parameter("block.inner.weight"), state["block.inner.weight"]);
        Assert.Equal(["net.first.weight"], model.state_dict(null, "net").Keys.Take(1));
    }

    [Fact]
    public void A_parameter_is_found_by_its_dotted_name_and_a_missing_one_is_null()
    {
        using var model = new Model();
        Assert.True(model.has_parameter("head.bias"));
        Assert.True(model.has_buffer("block.offset"));
        Assert.Null(model.get_parameter("block.inner.nothing"));
        Assert.Null(model.get_buffer("nowhere.offset"));
    }

    [Fact]
    public void Layers_register_weight_and_bias_once_even_when_a_parent_registers_them_again()
    {
        using nn.Module parent = nn.Sequential(("conv", nn.Conv2d(1, 1, 1)), ("bn", nn.BatchNorm2d(1)), ("fc", nn.Linear(1, 1)), ("act", nn.PReLU(1)));
        Assert.Equal(
            ["conv.weight", "conv.bias", "bn.weight", "bn.bias", "fc.weight", "fc.bias", "act.weight"],
            parent.named_parameters().Select(parameter => parameter.name));
        Assert.Equal(["bn.running_mean", "bn.running_var", "bn.num_batches_tracked"], parent.named_buffers().Select(buffer => buffer.name));
    }

    [Fact]
    public void A_parameter_shared_by_two_modules_is_listed_once()
    {
        using var shared = new Parameter(ones(2, 2));
        using nn.Module model = nn.Sequential(("a", nn.Linear(shared)), ("b", nn.Linear(shared)));
        Assert.Equal(["a.weight"], model.named_parameters().Select(parameter => parameter.name));
    }

    [Fact]
    public void Buffers_that_are_not_persistent_stay_out_of_the_state()
    {
        using var module = new Empty();
        module.register_buffer("kept", zeros(1));
        module.register_buffer("scratch", zeros(1), persistent: false);
        Assert.Equal(["kept"], module.state_dict().Keys);
        Assert.Equal(["kept", "scratch"], module.named_buffers().Select(buffer => buffer.name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    public void Names_that_would_break_the_tree_are_refused(string name)
    {
        using var module = new Empty();
        using nn.Module<Tensor, Tensor> child = nn.ReLU();
        Assert.Throws<ArgumentException>(() => module.register_module(name, child));
    }

    [Fact]
    public void Registering_a_name_twice_is_refused_and_null_takes_it_away()
    {
        using var module = new Empty();
        module.register_module("child", nn.ReLU());
        Assert.Throws<InvalidOperationException>(() => module.register_module("child", nn.ReLU()));
        module.register_module("child", null!);
        Assert.Empty(module.named_children());
    }

    [Fact]
    public void Modules_without_parameters_refuse_to_register_any()
    {
        using ReLU relu = nn.ReLU();
        Assert.Throws<InvalidOperationException>(() => relu.register_buffer("x", zeros(1)));
        Assert.Throws<InvalidOperationException>(() => relu.register_module("x", nn.ReLU()));
    }

    [Fact]
    public void Assigning_a_layers_weight_keeps_its_place()
    {
        using Linear layer = nn.Linear(2, 1);
        layer.weight = new Parameter(ones(1, 2));
        Assert.Equal(["weight", "bias"], layer.state_dict().Keys);
    }

    [Fact]
    public void Assigning_a_layers_bias_replaces_the_registered_one_and_null_removes_it()
    {
        using Linear layer = nn.Linear(2, 1);
        layer.bias = new Parameter(ones(1));
        Assert.Same(layer.bias, layer.get_parameter("bias"));
        layer.bias = null;
        Assert.Equal(["weight"], layer.state_dict().Keys);
    }
}

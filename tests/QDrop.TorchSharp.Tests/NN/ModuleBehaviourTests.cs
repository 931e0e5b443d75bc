using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class ModuleBehaviourTests
{
    private sealed class Sum : nn.Module<Tensor, Tensor, Tensor>
    {
        public Sum() : base(nameof(Sum))
        {
        }

        public override Tensor forward(Tensor input1, Tensor input2) => input1 + input2;
    }

    [Fact]
    public void Train_and_eval_reach_every_submodule()
    {
        using Sequential model = nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Dropout(), nn.BatchNorm1d(1)));
        Assert.True(model.training);
        model.eval();
        Assert.All(model.modules(), module => Assert.False(module.training));
        model.train();
        Assert.All(model.modules(), module => Assert.True(module.training));
    }

    [Fact]
    public void Apply_visits_children_before_the_module_itself()
    {
        var seen = new List<string>();
        using Sequential model = nn.Sequential(nn.Linear(1, 1), nn.ReLU());
        model.apply(module => seen.Add(module.GetName()));
        Assert.Equal(["Linear", "ReLU", "Sequential"], seen);
    }

    [Fact]
    public void Hooks_see_and_replace_inputs_and_outputs_until_removed()
    {
        using DisposeScope scope = NewDisposeScope();
        using ReLU relu = nn.ReLU();
        var order = new List<string>();
        var before = relu.register_forward_pre_hook((_, input) => input * -1);
        var after = relu.register_forward_hook((_, _, output) => output + 10);
        var plain = relu.register_forward_hook(module => order.Add(module.GetName()));
        Samples.Close([10, 12], relu.call(Samples.Of([1, -2])));
        Samples.Close([1, 0], relu.forward(Samples.Of([1, -2])));
        Assert.Equal(["ReLU"], order);
        before.remove();
        Samples.Close([11, 10], relu.call(Samples.Of([1, -2])));
        after.remove();
        plain.remove();
        Samples.Close([1, 0], relu.call(Samples.Of([1, -2])));
        Assert.Equal(2, order.Count);
    }

    [Fact]
    public void A_hook_that_returns_null_changes_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using ReLU relu = nn.ReLU();
        relu.register_forward_pre_hook((_, _) => null!);
        relu.register_forward_hook((_, _, _) => null!);
        Samples.Close([1, 0], relu.call(Samples.Of([1, -2])));
    }

    [Fact]
    public void Hooks_of_modules_with_several_inputs_take_all_of_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using var sum = new Sum();
        sum.register_forward_pre_hook((_, a, b) => (a * 2, b));
        sum.register_forward_hook((_, a, _, result) => result + a);
        Samples.Close([2 + 5 + 2], sum.call(Samples.Of([1]), Samples.Of([5])));
    }

    [Fact]
    public void Sequential_runs_the_hooks_of_its_members()
    {
        using DisposeScope scope = NewDisposeScope();
        using ReLU relu = nn.ReLU();
        relu.register_forward_hook((_, _, output) => output * 3);
        using Sequential model = nn.Sequential(nn.Identity(), relu);
        Samples.Close([6, 0], model.forward(Samples.Of([2, -1])));
    }

    [Fact]
    public void Conversion_changes_floating_point_tensors_in_place_and_leaves_counters()
    {
        using Sequential model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2));
        Parameter weight = model.get_parameter("0.weight")!;
        float[] before = Samples.Values(weight);
        Assert.Same(model, model.to(float64));
        Assert.Same(weight, model.get_parameter("0.weight"));
        Assert.Equal(float64, weight.dtype);
        Assert.True(weight.requires_grad);
        Assert.Equal(before, Samples.Values(weight));
        Assert.Equal(float64, model.get_buffer("1.running_mean")!.dtype);
        Assert.Equal(int64, model.get_buffer("1.num_batches_tracked")!.dtype);
        using Tensor output = model.forward(zeros(3, 2, dtype: float64));
        Assert.Equal(float64, output.dtype);
        Assert.Throws<ArgumentException>(() => model.to(int32));
    }

    [Fact]
    public void Gradients_are_dropped_or_zeroed()
    {
        using DisposeScope scope = NewDisposeScope();
        using Linear layer = nn.Linear(2, 1, hasBias: false);
        layer.forward(ones(1, 2)).sum().backward();
        Samples.Close([1, 1], layer.weight.grad!);
        layer.zero_grad(set_to_none: false);
        Samples.Close([0, 0], layer.weight.grad!);
        layer.zero_grad();
        Assert.Null(layer.weight.grad);
    }

    [Fact]
    public void A_module_outlives_the_scope_in_which_it_was_made()
    {
        nn.Module<Tensor, Tensor> model;
        using (NewDisposeScope()) model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.PReLU(1));
        using (model)
        {
            using Tensor output = model.forward(Samples.Wave(4, 2));
            Assert.Equal([4, 2], output.shape);
        }
    }

    [Fact]
    public void Disposing_a_module_disposes_its_tensors_and_those_below()
    {
        Linear inner = nn.Linear(2, 2);
        Sequential model = nn.Sequential(inner);
        Parameter weight = inner.weight;
        model.Dispose();
        Assert.True(weight.IsInvalid);
    }
}

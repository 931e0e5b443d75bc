using QDrop.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>How chains split into units, and where quantizers sit.</summary>
public sealed class ChainTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public ChainTests()
    {
        set_num_threads(1);
        manual_seed(1);
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_twin_with_its_quantizers_off_computes_what_the_model_computes()
    {
        using var model = new ResidualNet();
        model.eval();
        using QuantizedModule<Tensor, Tensor> twin = QuantizedModel.Create(ResidualNet.Descriptor, model);
        using IDisposable guard = no_grad();
        Tensor x = randn(4, 3, 16, 16);
        Tensor expected = model.call(x), found = twin.call(x);
        double error = (found - expected).abs().max().ToDouble() / expected.abs().max().ToDouble();
        Assert.InRange(error, 0, 1e-4);
    }

    [Fact]
    public void Layers_are_named_by_their_path_and_stand_in_the_order_in_which_they_run()
    {
        using var model = new ResidualNet();
        model.eval();
        using QuantizedModule<Tensor, Tensor> twin = QuantizedModel.Create(ResidualNet.Descriptor, model);
        using IDisposable guard = no_grad();
        twin.call(randn(1, 3, 16, 16));
        Assert.Equal(
            ["conv1", "layers.0.conv1", "layers.0.conv2", "layers.1.conv1", "layers.1.conv2", "linear"],
            twin.Context.Layers.Select(l => l.Name));
    }

    [Fact]
    public void A_quantizer_follows_each_activation_function_and_join_but_neither_what_feeds_a_join_nor_the_output()
    {
        using var model = new ResidualNet();
        model.eval();
        using QuantizedModule<Tensor, Tensor> twin = QuantizedModel.Create(ResidualNet.Descriptor, model);
        using IDisposable guard = no_grad();
        twin.call(randn(1, 3, 16, 16));
        Assert.Equal(
            [
                "conv1.output",
                "layers.0.conv1.output",
                "layers.0.add.output",
                "layers.1.conv1.output",
                "layers.1.add.output",
            ],
            twin.Context.Activations.Select(a => a.Name));
    }

    [Fact]
    public void Pooling_before_the_activation_function_keeps_the_quantizer_after_both()
    {
        using TorchSharp.Modules.Sequential model = Sequential(
            Conv2d(3, 4, 3), MaxPool2d(2), ReLU(), Conv2d(4, 4, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(16, 5));
        model.eval();
        var context = new QuantizationContext(model);
        var chain = new Chain(context, null, "model", Feeds.Result, afterJoin: false, () => [model]);
        using IDisposable guard = no_grad();
        Tensor x = randn(2, 3, 14, 14);
        Assert.Equal(model.call(x).data<float>().ToArray(), chain.forward(x).data<float>().ToArray());
        Assert.Equal(["0.output", "3.output"], context.Activations.Select(a => a.Name));
    }

    [Fact]
    public void A_batch_norm_without_a_layer_before_it_stays_float_and_is_quantized_with_its_activation_function()
    {
        using TorchSharp.Modules.Sequential model = Sequential(BatchNorm2d(3), ReLU(), Conv2d(3, 4, 3));
        model.eval();
        var context = new QuantizationContext(model);
        var chain = new Chain(context, null, "model", Feeds.Result, afterJoin: false, () => [model]);
        using IDisposable guard = no_grad();
        Tensor x = randn(2, 3, 8, 8);
        Assert.Equal(model.call(x).data<float>().ToArray(), chain.forward(x).data<float>().ToArray());
        Assert.Equal(["model.output"], context.Activations.Select(a => a.Name));
        Assert.Null(Assert.Single(context.Layers).BatchNorm);
    }

    [Fact]
    public void A_module_that_cannot_be_quantized_is_an_error_that_names_it()
    {
        using TorchSharp.Modules.Sequential model = Sequential(("first", Linear(4, 4)), ("bilinear", new Squarer()));
        var context = new QuantizationContext(model);
        var chain = new Chain(context, null, "model", Feeds.Result, afterJoin: false, () => [model]);
        QDropException error = Assert.Throws<QDropException>(() => chain.forward(randn(2, 4)));
        Assert.Equal("QDROP232", error.Code);
        Assert.Contains("'bilinear' is a Squarer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_that_was_not_registered_is_an_error_that_says_so()
    {
        using TorchSharp.Modules.Sequential model = Sequential(Linear(4, 4));
        using Linear stray = Linear(4, 4);
        var context = new QuantizationContext(model);
        var chain = new Chain(context, null, "model", Feeds.Result, afterJoin: false, () => [stray]);
        QDropException error = Assert.Throws<QDropException>(() => chain.forward(randn(2, 4)));
        Assert.Equal("QDROP232", error.Code);
        Assert.Contains("RegisterComponents", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_is_called_twice_has_one_weight_quantizer_and_two_activation_quantizers()
    {
        using TorchSharp.Modules.Sequential model = Sequential(Linear(4, 4), ReLU());
        model.eval();
        var context = new QuantizationContext(model);
        var first = new Chain(context, null, "a", Feeds.Next, afterJoin: false, () => [model]);
        var second = new Chain(context, null, "b", Feeds.Next, afterJoin: false, () => [model]);
        using IDisposable guard = no_grad();
        second.forward(first.forward(randn(2, 4)));
        Assert.Single(context.Layers);
        Assert.Equal(["0.output", "0.output#2"], context.Activations.Select(a => a.Name));
    }

    private sealed class Squarer() : Module<Tensor, Tensor>(nameof(Squarer))
    {
        public override Tensor forward(Tensor input) => input * input;
    }
}

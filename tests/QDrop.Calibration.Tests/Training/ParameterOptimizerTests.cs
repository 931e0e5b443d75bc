using QDrop.Calibration.Training;
using QDrop.Tests.Golden;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Training;

/// <summary>The steps are those of libtorch's optimizers.</summary>
public sealed class ParameterOptimizerTests
{
    [Fact]
    public void Gradient_descent_with_momentum() =>
        Same(
            new() { Momentum = 0.9, WeightDecay = 5e-4 },
            0.1,
            static parameters => optim.SGD(parameters, 0.1, momentum: 0.9, weight_decay: 5e-4, nesterov: true));

    [Fact]
    public void Adam() =>
        Same(
            new() { Optimizer = TrainingOptimizer.Adam, WeightDecay = 0.01 },
            0.02,
            static parameters => optim.AdamW(parameters, 0.02, weight_decay: 0.01));

    [Fact]
    public void Biases_do_not_decay()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor bias = ones(5).requires_grad_(true);
        bias.mul(0).sum().backward();
        new ParameterOptimizer(bias, new() { WeightDecay = 0.5 }).Step(0.1);
        Assert.All(Near.Values(bias), static v => Assert.Equal(1, v));
    }

    private static void Same(
        TrainingSettings settings, double rate, Func<IEnumerable<Parameter>, optim.Optimizer> reference)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        // Not a multiple of a vector's length.
        Tensor start = randn(3, 7);
        var expected = new Parameter(start.clone());
        Tensor found = start.clone().requires_grad_(true);
        using optim.Optimizer theirs = reference([expected]);
        var own = new ParameterOptimizer(found, settings);
        for (int step = 0; step < 6; step++)
        {
            Tensor target = randn(3, 7);
            theirs.zero_grad();
            (expected - target).pow(2).sum().backward();
            theirs.step();
            (found - target).pow(2).sum().backward();
            own.Step(rate);
            Near.Equal(Near.Values(expected), found, 1e-5, 1e-6);
        }
    }
}

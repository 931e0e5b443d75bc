using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.Optim;

/// <summary>Optimizers against the same update computed element by element in plain C#, on f(x) = Σ c·x²/2 + b·x.</summary>
public sealed class OptimizerTrajectoryTests
{
    private const int Steps = 25;
    private static readonly double[] Start = [1.5, -0.7, 0.02, -3.1];
    private static readonly double[] Curvature = [1.0, 4.0, 0.5, 2.5];
    private static readonly double[] Slope = [0.3, -0.2, 0.1, 0.0];

    [Theory]
    [InlineData(0.0, 0.0, 0.0, false, false)]
    [InlineData(0.0, 0.0, 0.1, false, false)]
    [InlineData(0.9, 0.0, 0.0, false, false)]
    [InlineData(0.9, 0.0, 0.05, false, false)]
    [InlineData(0.9, 0.3, 0.05, false, false)]
    [InlineData(0.8, 0.0, 0.05, true, false)]
    [InlineData(0.8, 0.0, 0.05, true, true)]
    public void Sgd_follows_the_scalar_recurrence(double momentum, double dampening, double decay, bool nesterov, bool maximize)
    {
        const double rate = 0.05;
        double[] expected = Trajectory(() =>
        {
            double buffer = 0;
            return (x, grad, step) =>
            {
                double d = (maximize ? -grad : grad) + decay * x;
                if (momentum != 0)
                {
                    buffer = step == 1 ? d : momentum * buffer + (1 - dampening) * d;
                    d = nesterov ? d + momentum * buffer : buffer;
                }
                return x - rate * d;
            };
        });
        AssertFollows(expected, parameters => optim.SGD(parameters, rate, momentum, dampening, decay, nesterov, maximize));
    }

    [Theory]
    [InlineData(0.9, 0.999, 0.0, false, false)]
    [InlineData(0.9, 0.999, 0.1, false, false)]
    [InlineData(0.3, 0.6, 0.1, true, false)]
    [InlineData(0.0, 0.9, 0.0, true, true)]
    public void Adam_follows_the_scalar_recurrence(double beta1, double beta2, double decay, bool amsgrad, bool maximize)
    {
        const double rate = 0.03, eps = 1e-7;
        double[] expected = Trajectory(() => AdamElement(rate, beta1, beta2, eps, amsgrad, maximize, decay, decoupled: 0));
        AssertFollows(expected, parameters => optim.Adam(parameters, rate, beta1, beta2, eps, decay, amsgrad, maximize));
    }

    [Theory]
    [InlineData(0.9, 0.999, 0.1, false, false)]
    [InlineData(0.3, 0.6, 0.2, true, false)]
    [InlineData(0.9, 0.99, 0.2, false, true)]
    public void AdamW_decays_the_weight_apart_from_the_gradient(double beta1, double beta2, double decay, bool amsgrad, bool maximize)
    {
        const double rate = 0.03, eps = 1e-7;
        double[] expected = Trajectory(() => AdamElement(rate, beta1, beta2, eps, amsgrad, maximize, coupled: 0, decay));
        AssertFollows(expected, parameters => optim.AdamW(parameters, rate, beta1, beta2, eps, decay, amsgrad, maximize));
    }

    [Fact]
    public void Each_group_uses_its_own_options_and_the_defaults_for_what_it_leaves_open()
    {
        using Parameter fast = Leaf(Start), slow = Leaf(Start);
        var own = new SGD.ParamGroup([slow], new SGD.Options { LearningRate = 0.01, momentum = 0.5 });
        using SGD optimizer = optim.SGD([new SGD.ParamGroup { Parameters = [fast] }, own], 0.1, weight_decay: 0.2);
        Backward(fast);
        Backward(slow);
        optimizer.step();
        for (int i = 0; i < Start.Length; i++)
        {
            double direction = Curvature[i] * Start[i] + Slope[i] + 0.2 * Start[i];
            Assert.Equal(Start[i] - 0.1 * direction, fast.data<double>()[i], 12);
            Assert.Equal(Start[i] - 0.01 * direction, slow.data<double>()[i], 12);
        }
        Assert.Equal(0.5, own.Momentum);
        Assert.Equal([0.1, 0.01], optimizer.ParamGroups.Select(group => group.InitialLearningRate));
    }

    [Fact]
    public void A_parameter_without_gradient_stays_as_it_is()
    {
        using Parameter used = Leaf(Start), unused = Leaf(Start);
        using Adam optimizer = optim.Adam([used, unused], weight_decay: 0.1);
        Backward(used);
        optimizer.step();
        Assert.Equal(Start, unused.data<double>().ToArray());
        Assert.NotEqual(Start, used.data<double>().ToArray());
    }

    [Fact]
    public void A_parameter_that_needs_no_history_keeps_being_a_leaf()
    {
        using Parameter parameter = Leaf(Start);
        using SGD optimizer = optim.SGD([parameter], 0.1);
        Backward(parameter);
        optimizer.step();
        Assert.True(parameter.is_leaf);
        Assert.True(parameter.requires_grad);
    }

    private static Func<double, double, int, double> AdamElement(double rate, double beta1, double beta2, double eps, bool amsgrad, bool maximize, double coupled, double decoupled)
    {
        double mean = 0, square = 0, greatest = 0;
        return (x, grad, step) =>
        {
            double d = (maximize ? -grad : grad) + coupled * x;
            x -= rate * decoupled * x;
            mean = beta1 * mean + (1 - beta1) * d;
            square = beta2 * square + (1 - beta2) * d * d;
            greatest = Math.Max(greatest, square);
            double correctedMean = mean / (1 - Math.Pow(beta1, step));
            double correctedSquare = (amsgrad ? greatest : square) / (1 - Math.Pow(beta2, step));
            return x - rate * correctedMean / (Math.Sqrt(correctedSquare) + eps);
        };
    }

    private static double[] Trajectory(Func<Func<double, double, int, double>> createElement) => [.. Enumerable.Range(0, Start.Length).SelectMany(i =>
    {
        Func<double, double, int, double> update = createElement();
        double x = Start[i];
        return Enumerable.Range(1, Steps).Select(step => x = update(x, Curvature[i] * x + Slope[i], step)).ToArray();
    })];

    private static void AssertFollows(double[] expected, Func<Parameter[], optim.Optimizer> create)
    {
        using Parameter parameter = Leaf(Start);
        using optim.Optimizer optimizer = create([parameter]);
        for (int step = 0; step < Steps; step++)
        {
            optimizer.zero_grad();
            Backward(parameter);
            optimizer.step();
            double[] actual = parameter.data<double>().ToArray();
            for (int i = 0; i < actual.Length; i++)
            {
                double want = expected[i * Steps + step];
                Assert.True(Math.Abs(actual[i] - want) <= 1e-11 * Math.Max(1, Math.Abs(want)), $"element {i} after step {step + 1}: {actual[i]:R}, expected {want:R}");
            }
        }
    }

    private static Parameter Leaf(double[] values) => new(tensor(values));

    private static void Backward(Parameter parameter)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = (tensor(Curvature) * parameter * parameter / 2 + tensor(Slope) * parameter).sum();
        loss.backward();
    }
}

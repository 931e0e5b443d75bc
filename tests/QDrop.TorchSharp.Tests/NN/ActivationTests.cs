using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class ActivationTests
{
    private static readonly float[] Points = [-30, -6.5f, -3, -2.5f, -1, -0.5f, -0.4f, 0, 0.3f, 0.5f, 1, 2.5f, 3, 6.5f, 30];

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    // Φ by its power series (Abramowitz and Stegun 26.2.10), good to far below float32 for |x| ≤ 6.5.
    private static double Phi(double x)
    {
        if (Math.Abs(x) > 7) return x > 0 ? 1 : 0;
        double term = x, sum = x;
        for (int n = 1; n < 400; n++)
        {
            term *= -x * x / 2 / n;
            sum += term / (2 * n + 1);
        }

        return 0.5 + sum / Math.Sqrt(2 * Math.PI);
    }

    private static readonly Dictionary<string, (Func<nn.Module<Tensor, Tensor>> Module, Func<double, double> Formula)> Table = new()
    {
        ["CELU"] = (() => nn.CELU(2), x => Math.Max(0, x) + Math.Min(0, 2 * (Math.Exp(x / 2) - 1))),
        ["CELU in place"] = (() => nn.CELU(2, true), x => Math.Max(0, x) + Math.Min(0, 2 * (Math.Exp(x / 2) - 1))),
        ["ELU"] = (() => nn.ELU(1.5), x => x > 0 ? x : 1.5 * (Math.Exp(x) - 1)),
        ["GELU"] = (() => nn.GELU(), x => x * Phi(x)),
        ["GELU by tanh"] = (() => nn.GELU(Modules.GELU.Approximate.tanh), x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
        ["Hardshrink"] = (() => nn.Hardshrink(0.45), x => Math.Abs(x) > 0.45 ? x : 0),
        ["Hardsigmoid"] = (() => nn.Hardsigmoid(), x => Math.Clamp(x / 6 + 0.5, 0, 1)),
        ["Hardswish"] = (() => nn.Hardswish(), x => x * Math.Clamp(x / 6 + 0.5, 0, 1)),
        ["Hardtanh"] = (() => nn.Hardtanh(-2, 1.5), x => Math.Clamp(x, -2, 1.5)),
        ["LeakyReLU"] = (() => nn.LeakyReLU(0.2), x => x > 0 ? x : 0.2 * x),
        ["LogSigmoid"] = (() => nn.LogSigmoid(), x => x < -20 ? x : Math.Log(Sigmoid(x))),
        ["Mish"] = (() => nn.Mish(), x => x * Math.Tanh(x > 20 ? x : Math.Log(1 + Math.Exp(x)))),
        ["PReLU"] = (() => nn.PReLU(1, 0.3), x => x > 0 ? x : 0.3 * x),
        ["ReLU"] = (() => nn.ReLU(), x => Math.Max(0, x)),
        ["ReLU in place"] = (() => nn.ReLU(true), x => Math.Max(0, x)),
        ["ReLU6"] = (() => nn.ReLU6(), x => Math.Clamp(x, 0, 6)),
        ["SELU"] = (() => nn.SELU(), x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1))),
        ["SiLU"] = (() => nn.SiLU(), x => x * Sigmoid(x)),
        ["Sigmoid"] = (() => nn.Sigmoid(), Sigmoid),
        ["Softplus"] = (() => nn.Softplus(2, 10), x => 2 * x > 10 ? x : Math.Log(1 + Math.Exp(2 * x)) / 2),
        ["Softshrink"] = (() => nn.Softshrink(0.45), x => x > 0.45 ? x - 0.45 : x < -0.45 ? x + 0.45 : 0),
        ["Softsign"] = (() => nn.Softsign(), x => x / (1 + Math.Abs(x))),
        ["Softsign in place"] = (() => nn.Softsign(true), x => x / (1 + Math.Abs(x))),
        ["Tanh"] = (() => nn.Tanh(), Math.Tanh),
        ["Tanhshrink"] = (() => nn.Tanhshrink(), x => x - Math.Tanh(x)),
        ["Threshold"] = (() => nn.Threshold(0.4, -7), x => x > 0.4f ? x : -7),
    };

    public static TheoryData<string> Names => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Activation_is_its_formula(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        (Func<nn.Module<Tensor, Tensor>> make, Func<double, double> formula) = Table[name];
        using nn.Module<Tensor, Tensor> module = make();
        Tensor input = Samples.Of(Points);
        Samples.Close([.. Points.Select(x => formula(x))], module.call(input), 2e-5);
        bool inPlace = name.EndsWith("in place", StringComparison.Ordinal);
        if (inPlace) Samples.Close([.. Points.Select(x => formula(x))], input, 2e-5);
        else Assert.Equal(Points, Samples.Values(input));
    }

    [Fact]
    public void PReLU_has_one_slope_per_channel()
    {
        using DisposeScope scope = NewDisposeScope();
        using Modules.PReLU module = nn.PReLU(2);
        module.weight = new Modules.Parameter(Samples.Of([0.5f, 0.1f]));
        Samples.Close([-1, 3, -0.2, 4], module.forward(Samples.Of([-2, 3, -2, 4], 1, 2, 2)));
    }

    [Fact]
    public void RReLU_has_the_mean_slope_in_evaluation_and_slopes_within_bounds_in_training()
    {
        using DisposeScope scope = NewDisposeScope();
        using Modules.RReLU module = nn.RReLU(0.2, 0.4);
        Tensor negative = full([100], -1.0);
        Assert.All(Samples.Values(module.forward(negative)), value => Assert.InRange(value, -0.4f, -0.2f));
        module.eval();
        Samples.Close([-0.3, 2], module.forward(Samples.Of([-1, 2])));
    }

    [Fact]
    public void GLU_gates_one_half_by_the_other()
    {
        using DisposeScope scope = NewDisposeScope();
        Samples.Close([Sigmoid(3), 2 * Sigmoid(-1)], nn.GLU().forward(Samples.Of([1, 2, 3, -1])));
    }

    [Fact]
    public void Softmax_and_its_relatives_normalize_one_dimension()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] x = [1, 2, -1, 0.5f];
        Tensor input = Samples.Of(x, 2, 2);
        double Part(int i, double sign) => Math.Exp(sign * x[i]) / (Math.Exp(sign * x[i]) + Math.Exp(sign * x[i ^ 1]));
        Samples.Close([.. x.Select((_, i) => Part(i, 1))], nn.Softmax(1).forward(input));
        Samples.Close([.. x.Select((_, i) => Part(i, -1))], nn.Softmin(1).forward(input));
        Samples.Close([.. x.Select((_, i) => Math.Log(Part(i, 1)))], nn.LogSoftmax(-1).forward(input));
        Assert.Equal(float64, nn.functional.softmax(input, 1, float64).dtype);
    }

    [Fact]
    public void Softmax2d_normalizes_the_channels_of_images()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Samples.Wave(2, 3, 2, 2);
        Samples.Close(nn.functional.softmax(input, 1), nn.Softmax2d().forward(input));
        Samples.Close(nn.functional.softmax(input[0], 0), nn.Softmax2d().forward(input[0]));
        Assert.Throws<ArgumentException>(() => nn.Softmax2d().forward(Samples.Wave(2, 3)));
    }

    [Theory]
    [InlineData("method")]
    [InlineData("function")]
    [InlineData("in place")]
    [InlineData("module")]
    public void Gelus_gradient_is_right_where_the_one_that_comes_in_lies_in_another_order(string spelling)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        Tensor values = randn(6, 8, 16), flow = randn(16, 6, 8);
        Tensor x = values.clone().requires_grad_();
        Tensor y = spelling switch
        {
            "method" => x.gelu(),
            "function" => nn.functional.gelu(x),
            "in place" => (x * 1).gelu_(),
            _ => nn.GELU().call(x),
        };
        y.permute(2, 0, 1).backward([flow]);

        Tensor z = values.to(ScalarType.Float64), density = (z.pow(2) / -2).exp() / Math.Sqrt(2 * Math.PI), share = ((z / Math.Sqrt(2)).erf() + 1) / 2;
        Tensor expected = flow.permute(1, 2, 0).to(ScalarType.Float64) * (share + z * density);
        Assert.True(x.grad!.to(ScalarType.Float64).allclose(expected, rtol: 1e-5, atol: 1e-6));
    }
}

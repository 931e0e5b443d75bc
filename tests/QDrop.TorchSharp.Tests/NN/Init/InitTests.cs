using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.init;

namespace TorchSharp.Tests.NN.Init;

public sealed class InitTests
{
    [Fact]
    public void Fan_in_and_out_count_the_kernel()
    {
        using Tensor weight = zeros(8, 3, 5, 7);
        Assert.Equal((3 * 35, 8 * 35), CalculateFanInAndFanOut(weight));
        using Tensor bias = zeros(8);
        Assert.Throws<ArgumentException>(() => CalculateFanInAndFanOut(bias));
    }

    [Theory]
    [InlineData(NonlinearityType.Linear, 0.0, 1.0)]
    [InlineData(NonlinearityType.Conv2D, 0.0, 1.0)]
    [InlineData(NonlinearityType.Sigmoid, 0.0, 1.0)]
    [InlineData(NonlinearityType.Tanh, 0.0, 5.0 / 3)]
    [InlineData(NonlinearityType.ReLU, 0.0, 1.4142135623730951)]
    [InlineData(NonlinearityType.LeakyReLU, 1.0, 1.0)]
    public void The_gain_undoes_what_the_nonlinearity_shrinks(NonlinearityType nonlinearity, double slope, double expected) =>
        Assert.Equal(expected, calculate_gain(nonlinearity, slope), 15);

    [Fact]
    public void He_initialization_has_its_variance() => WithSeed(() =>
    {
        // [out 40, in 50, 3, 3]: fan in 450, fan out 360.
        AssertMoments(t => kaiming_normal_(t, 0, FanInOut.FanIn, NonlinearityType.ReLU), 0, Math.Sqrt(2.0 / 450));
        AssertMoments(t => kaiming_normal_(t, 0, FanInOut.FanOut, NonlinearityType.ReLU), 0, Math.Sqrt(2.0 / 360));
        double bound = AssertMoments(t => kaiming_uniform_(t, Math.Sqrt(5)), 0, Math.Sqrt(1.0 / 3 / 450));
        Assert.True(bound <= Math.Sqrt(1.0 / 450) && bound > 0.99 * Math.Sqrt(1.0 / 450));
    });

    [Fact]
    public void Glorot_initialization_has_its_variance() => WithSeed(() =>
    {
        AssertMoments(t => xavier_normal_(t, 1.5), 0, 1.5 * Math.Sqrt(2.0 / 810));
        AssertMoments(t => glorot_normal_(t), 0, Math.Sqrt(2.0 / 810));
        double bound = AssertMoments(t => xavier_uniform_(t), 0, Math.Sqrt(2.0 / 810));
        Assert.True(bound <= Math.Sqrt(6.0 / 810) && bound > 0.99 * Math.Sqrt(6.0 / 810));
        AssertMoments(t => glorot_uniform_(t, 2), 0, 2 * Math.Sqrt(2.0 / 810));
    });

    [Fact]
    public void Plain_distributions_have_their_moments() => WithSeed(() =>
    {
        AssertMoments(t => normal_(t, 2, 0.5), 2, 0.5);
        AssertMoments(t => uniform_(t, -1, 3), 1, 4 / Math.Sqrt(12));
        AssertMoments(t => constant_(t, 0.25), 0.25, 0);
        AssertMoments(t => ones_(t), 1, 0);
        AssertMoments(t => zeros_(t), 0, 0);
    });

    [Fact]
    public void A_truncated_normal_keeps_within_its_bounds() => WithSeed(() =>
    {
        // Var = 1 - 2·2·φ(2) / (2·Φ(2) - 1) for a standard normal cut at ±2.
        double density = Math.Exp(-2) / Math.Sqrt(2 * Math.PI), mass = 0.954499736103642;
        double greatest = AssertMoments(t => trunc_normal_(t), 0, Math.Sqrt(1 - 4 * density / mass));
        Assert.InRange(greatest, 1.9, 2.0);
        // The half-normal distribution: mean √(2/π), variance 1 - 2/π.
        AssertMoments(t => trunc_normal_(t, 0, 1, 0, 50), Math.Sqrt(2 / Math.PI), Math.Sqrt(1 - 2 / Math.PI));
    });

    [Theory]
    [InlineData(6, 6)]
    [InlineData(4, 7)]
    [InlineData(7, 4)]
    public void An_orthogonal_matrix_has_orthonormal_rows_or_columns(long rows, long columns) => WithSeed(() =>
    {
        Tensor matrix = orthogonal_(empty([rows, columns], dtype: ScalarType.Float64), 3);
        Tensor product = rows <= columns ? matrix.mm(matrix.t()) : matrix.t().mm(matrix);
        Near.Assert(Near.Values(eye(Math.Min(rows, columns), dtype: ScalarType.Float64) * 9), product, 1e-12);
    });

    [Fact]
    public void A_sparse_matrix_has_its_zeros_in_every_column() => WithSeed(() =>
    {
        Tensor matrix = sparse_(empty(10, 6), 0.25);
        Near.Assert([3, 3, 3, 3, 3, 3], (matrix == 0).sum(dim: 0), 0);
    });

    [Fact]
    public void An_identity_fills_what_it_can()
    {
        using Tensor matrix = eye_(ones(2, 3));
        Near.Assert([1, 0, 0, 0, 1, 0], matrix, 0);
        using Tensor cube = ones(2, 2, 2);
        Assert.Throws<ArgumentException>(() => eye_(cube));
    }

    [Fact]
    public void A_dirac_convolution_copies_its_input()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = randn(1, 3, 5, 5), weight = dirac_(empty(2, 3, 3, 3));
        Near.Assert(Near.Values(input.slice(1, 0, 2, 1)), nn.functional.conv2d(input, weight, padding: [1, 1]), 0);
        Assert.Throws<ArgumentException>(() => dirac_(empty(2, 3)));
    }

    [Fact]
    public void Initialization_records_no_gradient_and_returns_the_tensor_itself()
    {
        using var weight = new Parameter(zeros(4, 4));
        Assert.Same(weight, xavier_uniform_(weight));
        Assert.Same(weight, orthogonal_(weight));
        Assert.Same(weight, trunc_normal_(weight));
        Assert.True(weight.is_leaf && weight.requires_grad);
    }

    [Fact]
    public void The_same_generator_seed_gives_the_same_values()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor first = normal_(empty(5), generator: new Generator(7)), second = normal_(empty(5), generator: new Generator(7));
        Near.Assert(Near.Values(first), second, 0);
    }

    /// <summary>Checks mean and standard deviation of 18,000 values (within 4 % of the deviation); returns the greatest absolute value.</summary>
    private static double AssertMoments(Func<Tensor, Tensor> fill, double mean, double deviation)
    {
        double[] values = Near.Values(fill(empty(40, 50, 3, 3)));
        double actual = values.Average();
        Assert.Equal(mean, actual, 0.04 * deviation + 1e-12);
        Assert.Equal(deviation, Math.Sqrt(values.Average(value => (value - actual) * (value - actual))), 0.02 * deviation + 1e-12);
        return values.Max(Math.Abs);
    }

    private static void WithSeed(Action test)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(42);
        test();
    }
}

using QDrop.Calibration.Reconstruction;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Reconstruction;

/// <summary>Powers of errors in the loss, and how one is chosen by the distribution of errors.</summary>
public sealed class NormTests
{
    public NormTests()
    {
        set_num_threads(1);
        manual_seed(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.3)]
    [InlineData(2)]
    [InlineData(2.4)]
    [InlineData(4)]
    public void Loss_and_gradient_are_those_of_the_power(double power)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor? target, Tensor? output) = (randn(6, 5, 3, 3), randn(4, 5, 3, 3));
        long[] rows = [5, 0, 3, 1];
        // Some outputs are right: there the gradient is 0.
        output.narrow(0, 1, 1).narrow(1, 0, 2).copy_(target.narrow(0, 0, 1).narrow(1, 0, 2));
        // Squares have no factor: the loss is as large as with squares anyway.
        double factor = power == 2 ? 1 : 0.7;
        using var loss = new ReconstructionLoss(target, 1, norm: new LossNorm(power, factor));

        (double value, Tensor? gradient) = loss.Evaluate(output, rows);

        float[] found = Near.Values(output), expected = Near.Values(target);
        const int Row = 5 * 3 * 3, Positions = 4 * 3 * 3;
        (double sum, float[]? slopes) = (0.0, new float[found.Length]);
        for (int i = 0; i < found.Length; i++)
        {
            double error = (double)found[i] - expected[rows[i / Row] * Row + i % Row];
            sum += Math.Pow(Math.Abs(error), power);
            slopes[i] = (float)(
                error == 0 ? 0 : factor * power * Math.Pow(Math.Abs(error), power - 1) * Math.Sign(error) / Positions);
        }
        Assert.Equal(factor * sum / Positions, value, 1e-5);
        Near.Equal(slopes, gradient, 1e-4, 1e-6);
        Assert.Equal(2 * 9, Near.Values(gradient).Count(g => g == 0));
    }

    [Fact]
    public void Squares_are_computed_as_ever()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor? target, Tensor? output) = (randn(4, 50), randn(4, 50));
        using ReconstructionLoss plain = new(target, 1), squares = new(target, 1, norm: LossNorm.Squares);
        long[] rows = [0, 1, 2, 3];
        ((double Loss, Tensor Gradient) one, (double Loss, Tensor Gradient) other) = (
            plain.Evaluate(output, rows), squares.Evaluate(output, rows));
        Assert.Equal(one.Loss, other.Loss);
        Assert.Equal(Near.Values(one.Gradient), Near.Values(other.Gradient));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_power_of_a_generalized_Gaussian_distribution_is_found_from_its_moments(double power)
    {
        // Moments by numeric integration of the density exp(−|e|^p); the integral over all errors is finite far below
        // 40.
        (double mass, double magnitude, double square) = (0.0, 0.0, 0.0);
        for (double e = 0.0005; e < 40; e += 0.001)
        {
            double density = Math.Exp(-Math.Pow(e, power));
            mass += density;
            magnitude += e * density;
            square += e * e * density;
        }
        Assert.Equal(power, ErrorShape.Power(magnitude / mass, square / mass), 1e-3);
    }

    [Theory]
    [InlineData(1, 10)] // Heavier tails than Laplace's.
    [InlineData(1, 1)] // All errors of one size.
    public void The_power_stays_from_1_to_4(double magnitude, double square)
    {
        double power = ErrorShape.Power(magnitude, square);
        Assert.Equal(square > 2 ? ErrorShape.Min : ErrorShape.Max, power, 1e-9);
    }

    [Fact]
    public void Errors_of_outputs_decide_and_the_loss_keeps_its_size()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor expected = randn(100, 400);
        Tensor normal = randn(100, 400) * 0.3, uniform = rand(100, 400);
        // Of Laplace's distribution: the difference of two of the exponential one.
        Tensor laplace = (rand(100, 400).log() - rand(100, 400).log()) * 0.1;
        Check(normal, QDrop.Norm.Auto, 2, 0.05);
        Check(laplace, QDrop.Norm.Auto, 1, 0.05);
        Check(uniform - 0.5, QDrop.Norm.Auto, 4, 1e-6);
        Check(normal, 3, 3, 0);

        void Check(Tensor errors, double norm, double power, double tolerance)
        {
            // Outputs count together, whatever their shapes.
            LossNorm found = ErrorShape.Norm(
                norm, [(expected + errors, expected), ((expected + errors).narrow(0, 0, 3), expected.narrow(0, 0, 3))]);
            Assert.InRange(found.Power, power - tolerance, power + tolerance);
            float[] magnitudes =
            [
                .. Near.Values(errors).Select(Math.Abs),
                .. Near.Values(errors.narrow(0, 0, 3)).Select(Math.Abs),
            ];
            double squares = magnitudes.Sum(e => (double)e * e), powers = magnitudes.Sum(e => Math.Pow(e, found.Power));
            Assert.Equal(1, found.Factor * powers / squares, 1e-3);
        }
    }

    [Fact]
    public void Without_errors_and_for_squares_nothing_is_chosen()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn(3, 4);
        Assert.Equal(LossNorm.Squares, ErrorShape.Norm(QDrop.Norm.Auto, [(x, x)]));
        Assert.Equal(LossNorm.Squares, ErrorShape.Norm(2, [(x, x + 1)]));
    }
}

using QDrop.Calibration.Learning;
using QDrop.Calibration.Training;
using Xunit;

namespace QDrop.Tests.Training;

public sealed class HardConcreteTests
{
    [Theory]
    [InlineData(2.0)]
    [InlineData(0.0)]
    [InlineData(-1.5)]
    public void It_is_not_0_and_it_is_1_with_the_probabilities_that_its_distribution_has(double logPhi)
    {
        const int n = 1 << 17;
        float[] uniforms = new float[n];
        new SeededDraws(5).Fill(0, 0, uniforms);
        double[] values = [.. uniforms.Where(u => u > 0).Select(u => HardConcrete.Sample(logPhi, u).Value)];
        // P(Z ≤ z) = S(β·logit((z + 0.1) / 1.2) − log φ): arXiv 1712.01312, eq. 10 and 11.
        Counted(1 - Below(0), values.Count(v => v != 0));
        Counted(1 - Below(1), values.Count(v => v == 1));
        Assert.Equal(1 - Below(0), HardConcrete.Active(logPhi).Value, 1e-12);

        double Below(double z) => 1 / (1 + Math.Exp(logPhi - 2.0 / 3 * Math.Log((z + 0.1) / (1.1 - z))));

        // Five standard deviations.
        void Counted(double probability, int count) =>
            Assert.InRange(
                (double)count / values.Length,
                probability - 5 * Math.Sqrt(probability * (1 - probability) / n),
                probability + 5 * Math.Sqrt(probability * (1 - probability) / n));
    }

    [Fact]
    public void Derivatives_are_those_of_finite_differences()
    {
        const double h = 1e-6;
        foreach (double logPhi in new[] { -2, -0.3, 0.9, 2.5 })
        {
            Assert.Equal(
                (HardConcrete.Active(logPhi + h).Value - HardConcrete.Active(logPhi - h).Value) / (2 * h),
                HardConcrete.Active(logPhi).Slope,
                1e-7);
            foreach (double uniform in new[] { 0.003, 0.3, 0.55, 0.98 })
                Assert.Equal(
                    (HardConcrete.Sample(logPhi + h, uniform).Value - HardConcrete.Sample(logPhi - h, uniform).Value)
                        / (2 * h),
                    HardConcrete.Sample(logPhi, uniform).Slope,
                    1e-7);
        }
    }

    [Fact]
    public void Without_chance_it_is_0_where_the_mean_is_so_low()
    {
        Assert.Equal(0, HardConcrete.Deterministic(-2.5));
        Assert.Equal(0.5, HardConcrete.Deterministic(0), 1e-12);
        Assert.Equal(1, HardConcrete.Deterministic(2.5));
        Assert.InRange(HardConcrete.Active(Math.Log(1 / 11.0)).Value, 0.3, 0.32);
    }
}

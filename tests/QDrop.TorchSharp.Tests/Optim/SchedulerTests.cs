using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Tests.Optim;

/// <summary>Schedulers, stepped one by one as PyTorch's recurrences do, against the closed forms of their schedules.</summary>
public sealed class SchedulerTests
{
    private const double Base = 0.4;

    [Fact]
    public void StepLR_decays_every_step_size_epochs() =>
        AssertSchedule(optimizer => lr_scheduler.StepLR(optimizer, 3, 0.5), 12, epoch => Base * Math.Pow(0.5, epoch / 3));

    [Fact]
    public void MultiStepLR_decays_at_its_milestones_and_twice_at_one_named_twice() =>
        AssertSchedule(optimizer => lr_scheduler.MultiStepLR(optimizer, [7, 2, 7], 0.1), 10, epoch => Base * (epoch < 2 ? 1 : epoch < 7 ? 0.1 : 0.001));

    [Fact]
    public void ExponentialLR_decays_every_epoch() =>
        AssertSchedule(optimizer => lr_scheduler.ExponentialLR(optimizer, 0.9), 10, epoch => Base * Math.Pow(0.9, epoch));

    [Fact]
    public void ConstantLR_returns_to_the_full_rate() =>
        AssertSchedule(optimizer => lr_scheduler.ConstantLR(optimizer, 0.25, 4), 8, epoch => Base * (epoch < 4 ? 0.25 : 1));

    [Fact]
    public void LinearLR_ramps_up_and_stays() =>
        AssertSchedule(optimizer => lr_scheduler.LinearLR(optimizer, 0.2, 0.8, 6), 10, epoch => Base * (0.2 + 0.6 * Math.Min(epoch, 6) / 6));

    [Fact]
    public void PolynomialLR_falls_to_zero_and_stays() =>
        AssertSchedule(optimizer => lr_scheduler.PolynomialLR(optimizer, 5, 2), 8, epoch => Base * Math.Pow(1 - Math.Min(epoch, 5) / 5.0, 2));

    [Theory]
    [InlineData(10, 0.0)]
    [InlineData(7, 0.01)]
    public void CosineAnnealingLR_is_a_cosine_that_rises_again_past_T_max(int period, double floor) =>
        AssertSchedule(optimizer => lr_scheduler.CosineAnnealingLR(optimizer, period, floor), 3 * period, epoch => floor + (Base - floor) * (1 + Math.Cos(Math.PI * epoch / period)) / 2);

    [Fact]
    public void LambdaLR_scales_the_initial_rate() =>
        AssertSchedule(optimizer => lr_scheduler.LambdaLR(optimizer, epoch => 1.0 / (1 + epoch)), 6, epoch => Base / (1 + epoch));

    [Fact]
    public void MultiplicativeLR_scales_the_current_rate() =>
        AssertSchedule(optimizer => lr_scheduler.MultiplicativeLR(optimizer, epoch => epoch), 6, epoch => Base * Enumerable.Range(1, epoch).Aggregate(1.0, (product, i) => product * i));

    [Fact]
    public void ChainedLR_multiplies_its_schedules() => AssertSchedule(
        optimizer => lr_scheduler.ChainedLR([lr_scheduler.ConstantLR(optimizer, 0.1, 2), lr_scheduler.ExponentialLR(optimizer, 0.9)]),
        6, epoch => Base * (epoch < 2 ? 0.1 : 1) * Math.Pow(0.9, epoch));

    [Fact]
    public void SequentialLR_starts_each_schedule_at_its_milestone() => AssertSchedule(
        optimizer => lr_scheduler.SequentialLR(optimizer, [lr_scheduler.ConstantLR(optimizer, 0.1, 100), lr_scheduler.ExponentialLR(optimizer, 0.5)], [3]),
        8, epoch => epoch < 3 ? 0.1 * Base : Base * Math.Pow(0.5, epoch - 3));

    [Fact]
    public void SequentialLR_warms_up_into_a_cosine() => AssertSchedule(
        optimizer => lr_scheduler.SequentialLR(optimizer, [lr_scheduler.LinearLR(optimizer, 0.1, 1, 5), lr_scheduler.CosineAnnealingLR(optimizer, 15)], [5]),
        20, epoch => epoch < 5 ? Base * (0.1 + 0.9 * epoch / 5) : Base * (1 + Math.Cos(Math.PI * (epoch - 5) / 15)) / 2);

    [Fact]
    public void Stepping_to_an_epoch_uses_the_closed_form()
    {
        using Fixture fixture = new();
        lr_scheduler.LRScheduler scheduler = lr_scheduler.CosineAnnealingLR(fixture.Optimizer, 10);
        scheduler.step(4);
        Assert.Equal(Base * (1 + Math.Cos(Math.PI * 0.4)) / 2, fixture.Rate, 14);
        Assert.Equal([fixture.Rate], scheduler.get_last_lr());
    }

    [Theory]
    [InlineData(lr_scheduler.impl.OneCycleLR.AnnealStrategy.Cos)]
    [InlineData(lr_scheduler.impl.OneCycleLR.AnnealStrategy.Linear)]
    public void OneCycleLR_rises_to_the_maximum_and_falls_below_the_start(lr_scheduler.impl.OneCycleLR.AnnealStrategy strategy)
    {
        const int steps = 20;
        double[] momenta = new double[steps];
        double Between(double from, double to, double part) =>
            strategy == lr_scheduler.impl.OneCycleLR.AnnealStrategy.Linear ? from + (to - from) * part : to + (from - to) * (1 + Math.Cos(Math.PI * part)) / 2;
        double Piecewise(int step, double start, double top, double end) => step <= 5 ? Between(start, top, step / 5.0) : Between(top, end, (step - 5) / 14.0);
        AssertSchedule(
            optimizer => lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps: steps, anneal_strategy: strategy, div_factor: 10, final_div_factor: 100),
            steps - 1,
            step => Piecewise(step, 0.05, 0.5, 0.0005),
            (step, optimizer) => momenta[step] = optimizer.ParamGroups.OfType<IMomentum>().Single().Momentum);
        for (int step = 0; step < steps; step++) Assert.Equal(Piecewise(step, 0.95, 0.85, 0.95), momenta[step], 12);
    }

    [Fact]
    public void OneCycleLR_in_three_phases_returns_to_the_start_before_it_falls_below() => AssertSchedule(
        optimizer => lr_scheduler.OneCycleLR(optimizer, 1.0, epochs: 5, steps_per_epoch: 4, anneal_strategy: lr_scheduler.impl.OneCycleLR.AnnealStrategy.Linear, cycle_momentum: false, div_factor: 10, final_div_factor: 10, three_phase: true),
        19,
        // Up to step 0.3·20 - 1 = 5, down to step 2·0.3·20 - 2 = 10, then to a tenth of the start at step 19.
        step => step <= 5 ? 0.1 + 0.9 * step / 5 : step <= 10 ? 1 - 0.9 * (step - 5) / 5 : 0.1 - 0.09 * (step - 10) / 9);

    [Fact]
    public void OneCycleLR_moves_the_first_beta_of_Adam()
    {
        using var parameter = new Parameter(ones(2));
        using Adam optimizer = Adam([parameter], 0.1, beta2: 0.77);
        lr_scheduler.LRScheduler scheduler = lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps: 10);
        Assert.Equal((0.95, 0.77), optimizer.ParamGroups.OfType<IBetas>().Single().Betas);
        for (int i = 0; i < 2; i++) scheduler.step();
        Assert.Equal((0.85, 0.77), optimizer.ParamGroups.OfType<IBetas>().Single().Betas);
    }

    [Fact]
    public void OneCycleLR_says_when_the_cycle_is_over()
    {
        using Fixture fixture = new();
        lr_scheduler.LRScheduler scheduler = lr_scheduler.OneCycleLR(fixture.Optimizer, 0.5, total_steps: 3);
        for (int i = 0; i < 3; i++) scheduler.step();
        Assert.Throws<InvalidOperationException>(scheduler.step);
    }

    [Fact]
    public void CyclicLR_goes_up_and_down_between_its_bounds() => AssertSchedule(
        optimizer => lr_scheduler.CyclicLR(optimizer, 0.1, 0.5, step_size_up: 4, step_size_down: 2),
        12, step => (step % 6) <= 4 ? 0.1 + 0.4 * (step % 6) / 4 : 0.5 - 0.4 * (step % 6 - 4) / 2);

    [Fact]
    public void CyclicLR_halves_its_height_every_cycle() => AssertSchedule(
        optimizer => lr_scheduler.CyclicLR(optimizer, 0.1, 0.5, step_size_up: 2, mode: lr_scheduler.impl.CyclicLR.Mode.Triangular2),
        11, step => 0.1 + 0.4 * (1 - Math.Abs(step % 4 - 2) / 2.0) / Math.Pow(2, step / 4));

    [Fact]
    public void ReduceLROnPlateau_waits_for_its_patience_then_cools_down()
    {
        using Fixture fixture = new();
        lr_scheduler.LRScheduler scheduler = lr_scheduler.ReduceLROnPlateau(fixture.Optimizer, factor: 0.5, patience: 1, cooldown: 2, min_lr: [0.15]);
        double[] metrics = [1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9];
        double[] rates = [.. metrics.Select(metric =>
        {
            scheduler.step(metric);
            return fixture.Rate;
        })];
        // Two epochs without improvement halve the rate; then two of cooldown and two more bad ones before the floor is reached.
        Assert.Equal([0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2, 0.15, 0.15, 0.15], rates);
        Assert.Throws<InvalidOperationException>(scheduler.step);
    }

    [Fact]
    public void ReduceLROnPlateau_counts_an_improvement_below_the_threshold_as_none()
    {
        using Fixture fixture = new();
        lr_scheduler.LRScheduler scheduler = lr_scheduler.ReduceLROnPlateau(fixture.Optimizer, "max", 0.1, patience: 0, threshold: 0.1, threshold_mode: "abs");
        scheduler.step(1.0);
        scheduler.step(1.2);
        Assert.Equal(Base, fixture.Rate);
        scheduler.step(1.25);
        Assert.Equal(Base * 0.1, fixture.Rate, 15);
    }

    [Fact]
    public void Every_group_is_scheduled_from_its_own_rate()
    {
        using var a = new Parameter(ones(1));
        using var b = new Parameter(ones(1));
        using SGD optimizer = SGD([new SGD.ParamGroup([a], 0.1), new SGD.ParamGroup([b], 0.3)], 1.0);
        lr_scheduler.LRScheduler scheduler = lr_scheduler.StepLR(optimizer, 1, 0.5);
        scheduler.step();
        Assert.Equal([0.05, 0.15], scheduler.get_last_lr());
        Assert.Equal([0.05, 0.15], optimizer.ParamGroups.Select(group => group.LearningRate));
    }

    private static void AssertSchedule(Func<Optimizer, lr_scheduler.LRScheduler> create, int last, Func<int, double> closedForm, Action<int, Optimizer>? observe = null)
    {
        using Fixture fixture = new();
        lr_scheduler.LRScheduler scheduler = create(fixture.Optimizer);
        for (int epoch = 0; epoch <= last; epoch++)
        {
            if (epoch > 0) scheduler.step();
            double expected = closedForm(epoch);
            Assert.True(Math.Abs(fixture.Rate - expected) <= 1e-12, $"epoch {epoch}: {fixture.Rate:R}, expected {expected:R}");
            Assert.Equal(fixture.Rate, Assert.Single(scheduler.get_last_lr()));
            observe?.Invoke(epoch, fixture.Optimizer);
        }
    }

    private sealed class Fixture : IDisposable
    {
        private readonly Parameter _parameter = new(ones(1));

        internal Fixture() => Optimizer = SGD([_parameter], Base, momentum: 0.9);

        internal Optimizer Optimizer { get; }

        internal double Rate => Optimizer.ParamGroups.Single().LearningRate;

        public void Dispose()
        {
            Optimizer.Dispose();
            _parameter.Dispose();
        }
    }
}

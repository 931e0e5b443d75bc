using System.Diagnostics;
using System.Globalization;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Learning;
using QDrop.CompilerServices;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>The iterations in which one unit's rounding, and the grids of its activations, are learned.</summary>
/// <param name="unit">The unit. Its quantizers are learning.</param>
/// <param name="settings">The settings.</param>
/// <param name="draws">Where every random choice comes from.</param>
/// <param name="input">What goes into the unit.</param>
/// <param name="loss">The loss of what comes out of it.</param>
/// <param name="exponents">
/// The phase in which the exponents of weights are learned; <see langword="null"/> where they are not.
/// </param>
/// <param name="activations">The activation quantizers whose grids are learned.</param>
internal sealed class ReconstructionLoop(
    IReconstructable unit,
    QuantizationSettings settings,
    DrawSource draws,
    UnitInputs input,
    UnitLoss loss,
    ExponentPhase? exponents,
    ActivationQuantizer[] activations)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private readonly ActivationSteps? _steps = settings.Scale == Scale.Free ? new(activations, settings) : null;

    /// <summary>The exponents of activations are learned when those of weights are fixed.</summary>
    private readonly ActivationExponentPhase? _powers =
        settings.Scale == Scale.PowerOfTwo ? new(activations, settings, begin: exponents?.Iterations ?? 0) : null;

    private readonly Temperature _temperature = new(
        settings.Iterations, settings.WarmUp, settings.BetaStart, settings.BetaEnd);
    private readonly long[] _rows = new long[input.BatchSize];
    private RoundingOptimizer[] _rounding = [.. unit.Weights.Select(static w => new RoundingOptimizer(w))];

    /// <summary>Counts the time of each phase.</summary>
    public required CalibrationProfile Profile { get; init; }

    /// <summary>Says when the loss has grown too much; <see langword="null"/> where it may.</summary>
    public DivergenceGuard? Guard { get; init; }

    /// <summary>Is called after each iteration with its number, from 1, and its loss, regulariser included.</summary>
    public Action<int, double>? Iterated { get; init; }

    /// <summary>Gives the unit's error as it is now, nothing dropped.</summary>
    public required Func<double> Measure { get; init; }

    /// <summary>Runs all iterations.</summary>
    /// <param name="progress">Is told about four times a second how far it is.</param>
    /// <param name="cancellation">Is checked in each iteration.</param>
    /// <exception cref="QDropException">
    /// The loss became infinite or not a number, or grew too much (QDROP240).
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public UnitResult Run(IProgress<UnitProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan told = TimeSpan.Zero;
        for (int iteration = 1; iteration <= settings.Iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Begin(iteration);
            double error = Pass(), penalty = Step(iteration), total = error + penalty;
            Check(iteration, error, total);
            Iterated?.Invoke(iteration, total);
            if (progress is not null && (clock.Elapsed - told >= ProgressInterval || iteration == settings.Iterations))
            {
                double? settled = SettledRounding.Share(unit.Weights);
                progress.Report(
                    new(unit.Name, iteration, settings.Iterations, total, error, penalty, settled, clock.Elapsed));
                told = clock.Elapsed;
            }
        }
        _powers?.End(Measure);
        return new(clock.Elapsed, exponents?.Settled ?? double.NaN);
    }

    private void Begin(int iteration)
    {
        if (exponents is not null && iteration == exponents.Iterations + 1)
        {
            exponents.End();
            _rounding = [.. unit.Weights.Select(static w => new RoundingOptimizer(w))];
        }
        _powers?.Begin(iteration, Measure);
    }

    /// <summary>A batch forward and backward.</summary>
    /// <returns>Its loss, without regularisers.</returns>
    private double Pass()
    {
        Bundle batch, output;
        using (Profile.In(CalibrationPhase.Batch))
        {
            draws.NextBatch(_rows, input.Rows);
            batch = input.Batch(_rows);
        }
        using (Profile.In(CalibrationPhase.Forward))
            output = unit.Forward(batch);
        using (Profile.In(CalibrationPhase.Backward))
            return loss.Backward(output, _rows);
    }

    /// <summary>A step of all that is learned.</summary>
    /// <returns>What regularisers have in the loss.</returns>
    private double Step(int iteration)
    {
        using CalibrationProfile.Lap lap = Profile.In(CalibrationPhase.Step);
        double penalty = 0.0;
        double? beta = _temperature.IsActive(iteration) ? _temperature.Beta(iteration) : null;
        foreach (RoundingOptimizer optimizer in _rounding)
            penalty += optimizer.Step(settings.LearningRate, beta, settings.Lambda);
        if (exponents is not null && iteration <= exponents.Iterations)
            penalty += exponents.Step(iteration);
        _steps?.Step(iteration);
        _powers?.Step(iteration);
        return penalty;
    }

    private void Check(int iteration, double error, double total)
    {
        if (!double.IsFinite(total))
        {
            throw Diverged(
                iteration,
                FormattableString.Invariant($"became {total}"),
                "Expected a finite loss. Check that the calibration inputs "
                    + "are preprocessed as in training and that the float model's outputs on them are finite; if they "
                    + "are, lower the learning rates "
                    + "or raise the bit widths.");
        }
        if (Guard?.Diverges(error) == true)
        {
            string rate =
                settings.Scale == Scale.PowerOfTwo ? "Exponents.ActivationLearningRate" : "ActivationLearningRate";
            throw Diverged(
                iteration,
                FormattableString.Invariant(
                    $"grew to more than {DivergenceGuard.Growth} times its start, {Guard.Start:g3},"),
                $"Expected one that falls. Lower LearningRate or {rate}, or raise the unit's bit widths.");
        }
    }

    private QDropException Diverged(int iteration, string what, string advice) =>
        new(
            Codes.Diverged,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The loss of unit '{unit.Name}' {what} in iteration {iteration} of {settings.Iterations} (W "
                    + $"{settings.W}, A {settings.A}, "
                    + $"Drop {settings.Drop}, learning rate {settings.LearningRate}, for activation scales "
                    + $"{settings.ActivationLearningRate}, "
                    + $"λ {settings.Lambda}). {advice}"));
}

using System.Globalization;
namespace QDrop.Calibration;

/// <summary>How far a calibration is.</summary>
/// <param name="Phase">
/// <c>discover</c>, <c>sensitivity</c> (with a budget of bit widths), <c>ranges</c>, <c>reconstruct</c>, <c>insight</c>
/// or <c>train</c>.
/// </param>
/// <param name="Unit">
/// Name of the unit, while reconstructing; of the layer, while sensitivities are measured; of the epoch while training,
/// such as <c>epoch 2</c>.
/// </param>
/// <param name="UnitIndex">Number of the unit, layer or epoch, from 1.</param>
/// <param name="UnitCount">Number of units, layers or epochs.</param>
/// <param name="Iteration">Iteration in the unit, from 1; 0 where the unit begins.</param>
/// <param name="Iterations">Iterations for each unit, or steps in an epoch.</param>
/// <param name="Loss">
/// Loss of the iteration: <paramref name="ReconstructionLoss"/> and <paramref name="RoundingLoss"/> together.
/// </param>
/// <param name="ReconstructionLoss">The part that says how far the unit's output is from the float unit's.</param>
/// <param name="RoundingLoss">
/// The part of the rounding regulariser, λ included, 0 during the warm-up; and, where they are learned, of the
/// exponents of weights.
/// </param>
/// <param name="Settled">
/// Share of the unit's rounding variables, from 0 to 1, that are settled: h(α), the part of a step by which a weight is
/// rounded up, is at most 0.01 or at least 0.99. <see langword="null"/> where no rounding is learned, or not yet.
/// </param>
/// <param name="TimeLeft">
/// How long reconstruction will go on, as far as can be told from the units so far: what an iteration has taken for
/// each second that the float unit needs for all calibration inputs, times that of what remains; and so for what is
/// done around the iterations. <see langword="null"/> before the first iterations. What comes after reconstruction is
/// not in it.
/// </param>
public sealed record CalibrationProgress(
    string Phase,
    string? Unit,
    int UnitIndex,
    int UnitCount,
    int Iteration,
    int Iterations,
    double Loss,
    double ReconstructionLoss = 0,
    double RoundingLoss = 0,
    double? Settled = null,
    TimeSpan? TimeLeft = null)
{
    /// <summary>
    /// It in words, such as <c>layer1.0 (2 of 11): 1,200 of 2,000, loss 0.0123 + rounding 0.004, 63 % settled, about 1
    /// min 20 s left</c>.
    /// </summary>
    public string Describe()
    {
        if (Unit is null)
            return Phase;
        string unit = $"{(Phase == "sensitivity" ? "sensitivity of " : "")}{Unit} ({UnitIndex} of {UnitCount})",
            left = TimeLeft is { } time ? $", about {Words(time)} left" : "";
        if (Iteration == 0)
            return unit + left;
        string rounding = RoundingLoss > 0 ? FormattableString.Invariant($" + rounding {RoundingLoss:g3}") : "";
        // Not 100 before all are.
        string settled = Settled is { } share
            ? FormattableString.Invariant($", {Math.Floor(100 * share):f0} % settled")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{unit}: {Iteration:n0} of {Iterations:n0}, loss {ReconstructionLoss:g3}{rounding}{settled}{left}");
    }

    private static string Words(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => FormattableString.Invariant($"{(int)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => FormattableString.Invariant($"{time.Minutes} min {time.Seconds} s"),
        _ => FormattableString.Invariant($"{time.Seconds} s"),
    };
}

using QDrop.Calibration.Learning;
using QDrop.Native;
using QDrop.Quantizers;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// The phase of a unit's reconstruction in which the exponents of its activations' steps are learned (arXiv
/// 1903.08066), after those of its weights. Where the unit's error is lower on either side of the border between two
/// exponents, log2 of a step goes to and fro across it, and where it stops is chance: so at the end the unit's error
/// decides.
/// </summary>
/// <param name="activations">The quantizers whose exponents are learned.</param>
/// <param name="settings">The settings.</param>
/// <param name="begin">Iterations before the phase.</param>
internal sealed class ActivationExponentPhase(
    IReadOnlyList<ActivationQuantizer> activations, QuantizationSettings settings, int begin)
{
    private readonly int _iterations = (int)(settings.Iterations * settings.ExponentsOrDefault.ActivationShare);
    private ActivationExponents[] _learned = [];

    /// <summary>Is called before each iteration, counted from 1.</summary>
    /// <param name="iteration">The iteration.</param>
    /// <param name="error">Gives the unit's error with its activations as they are, nothing dropped.</param>
    public void Begin(int iteration, Func<double> error)
    {
        if (iteration == begin + 1)
            _learned = [.. activations.Select(static a => new ActivationExponents(a))];
        if (iteration == begin + _iterations + 1)
            End(error);
    }

    /// <summary>Ends it, if it has begun and not ended yet: the exponents are fixed.</summary>
    /// <param name="error">As for <see cref="Begin"/>.</param>
    public void End(Func<double> error)
    {
        LearnedActivation[] all = [.. activations.Select(static a => a.Calibration.Learning!)];
        double[] drops = [.. all.Select(static a => a.Drop)];
        foreach (LearnedActivation activation in all)
            activation.Drop = 0;
        foreach (ActivationExponents activation in _learned)
            activation.Harden(error);
        for (int i = 0; i < drops.Length; i++)
            all[i].Drop = drops[i];
        _learned = [];
    }

    /// <summary>One step, after the backward pass of an iteration.</summary>
    public void Step(int iteration)
    {
        int own = iteration - begin;
        if (own < 1 || own > _iterations)
            return;
        double rate = ActivationSteps.Cosine(settings.ExponentsOrDefault.ActivationLearningRate, own, _iterations);
        foreach (ActivationExponents activation in _learned)
            activation.Step(rate, counts: own > _iterations / 2);
    }

    /// <summary>The exponents of one activation's steps while they are learned.</summary>
    private sealed class ActivationExponents
    {
        private readonly LearnedPower _activation;
        private readonly int[] _first;
        private readonly ScaleOptimizer _optimizer;
        private readonly double[] _sums;
        private int _count;

        public ActivationExponents(ActivationQuantizer activation)
        {
            _activation = (LearnedPower)activation.Calibration.Learning!;
            _activation.BeginExponents();
            _first = _activation.Exponents;
            _optimizer = new ScaleOptimizer(activation);
            _sums = new double[_first.Length];
        }

        /// <summary>One step along the gradient.</summary>
        /// <param name="rate">The learning rate.</param>
        /// <param name="counts">Whether where it leads has a part in the mean.</param>
        public void Step(double rate, bool counts)
        {
            _optimizer.Step(rate);
            if (!counts)
                return;
            ReadOnlySpan<float> logs = DenseMemory.Values(_activation.LogScale!);
            for (int c = 0; c < logs.Length; c++)
                _sums[c] += logs[c];
            _count++;
        }

        /// <summary>
        /// Fixes the exponents: the whole ones below and above the mean of the phase's second half, or those it began
        /// with, whichever have the least error.
        /// </summary>
        public void Harden(Func<double> error)
        {
            int[][] candidates = _count == 0 ? [_first] : [_first, Rounded(Math.Floor), Rounded(Math.Ceiling)];
            int[] best = _first;
            double least = double.PositiveInfinity;
            foreach (int[] candidate in candidates.Where((c, i) => !candidates.Take(i).Any(c.SequenceEqual)))
            {
                _activation.Exponents = candidate;
                double found = candidates.Length == 1 ? 0 : error();
                if (found < least)
                    (best, least) = (candidate, found);
            }
            _activation.Exponents = best;
            _activation.EndExponents();
        }

        private int[] Rounded(Func<double, double> round) => [.. _sums.Select(sum => (int)round(sum / _count))];
    }
}

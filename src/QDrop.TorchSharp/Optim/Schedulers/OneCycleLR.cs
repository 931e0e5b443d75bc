namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The 1cycle policy (arXiv 1708.07120): up to <c>max_lr</c>, then down far below the initial rate. Steps are batches.</summary>
                public class OneCycleLR : LRScheduler
                {
                    private readonly int _total_steps;
                    private readonly Func<double, double, double, double> _anneal;
                    private readonly Phase[] _phases;
                    private readonly CyclicMomentum? _momentum;
                    private readonly double[][] _rates;

                    public OneCycleLR(Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, double base_momentum = 0.85, double max_momentum = 0.95, double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, [max_lr], total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum, [base_momentum], [max_momentum], div_factor, final_div_factor, three_phase, last_epoch, verbose)
                    {
                    }

                    public OneCycleLR(Optimizer optimizer, IEnumerable<double> max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null, double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _total_steps = TotalSteps(total_steps, epochs, steps_per_epoch);
                        if (pct_start is not (>= 0 and <= 1)) throw new ArgumentException($"pct_start is {pct_start}; it must be between 0 and 1.", nameof(pct_start));
                        _anneal = anneal_strategy == AnnealStrategy.Cos ? Cosine : Linear;
                        _phases = three_phase
                            ? [new(pct_start * _total_steps - 1, Rate.Initial, Rate.Max, true), new(2 * pct_start * _total_steps - 2, Rate.Max, Rate.Initial, false), new(_total_steps - 1, Rate.Initial, Rate.Min, null)]
                            : [new(pct_start * _total_steps - 1, Rate.Initial, Rate.Max, true), new(_total_steps - 1, Rate.Max, Rate.Min, false)];
                        double[] max = PerGroup(optimizer, max_lr, nameof(max_lr));
                        double[] initial = [.. max.Select(rate => rate / div_factor)];
                        _rates = [initial, max, [.. initial.Select(rate => rate / final_div_factor)]];
                        if (last_epoch == -1)
                        {
                            foreach ((ILearningRateController group, double rate) in optimizer.ParamGroups.Zip(initial)) group.InitialLearningRate = rate;
                            _base_lrs = initial;
                        }
                        if (cycle_momentum) _momentum = new CyclicMomentum(optimizer, base_momentum ?? [0.85], max_momentum ?? [0.95]);
                        step();
                    }

                    /// <summary>The curve between the rates.</summary>
                    public enum AnnealStrategy
                    {
                        Cos,
                        Linear,
                    }

                    private enum Rate
                    {
                        Initial,
                        Max,
                        Min,
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (_last_epoch > _total_steps)
                            throw new InvalidOperationException($"This is step {_last_epoch} of a cycle of {_total_steps} steps; make total_steps as large as the training run.");
                        int index = 0;
                        while (index < _phases.Length - 1 && _last_epoch > _phases[index].End) index++;
                        Phase phase = _phases[index];
                        double start = index == 0 ? 0 : _phases[index - 1].End;
                        double progress = (_last_epoch - start) / (phase.End - start);
                        var rates = new double[_base_lrs.Count];
                        for (int i = 0; i < rates.Length; i++)
                        {
                            rates[i] = _anneal(_rates[(int)phase.From][i], _rates[(int)phase.To][i], progress);
                            if (_momentum is null) continue;
                            double high = _momentum.Max[i], low = _momentum.Base[i];
                            _momentum.Set(i, phase.MomentumFalls is not { } falls ? high : falls ? _anneal(high, low, progress) : _anneal(low, high, progress));
                        }
                        return rates;
                    }

                    private static int TotalSteps(int total_steps, int epochs, int steps_per_epoch)
                    {
                        if (total_steps == -1)
                        {
                            if (epochs <= 0 || steps_per_epoch <= 0)
                                throw new ArgumentException($"Found epochs {epochs} and steps_per_epoch {steps_per_epoch}; give total_steps, or both of these, above 0.");
                            return epochs * steps_per_epoch;
                        }
                        return total_steps > 0 ? total_steps : throw new ArgumentException($"total_steps is {total_steps}; it must be above 0.", nameof(total_steps));
                    }

                    private static double Cosine(double start, double end, double progress) => end + (start - end) / 2 * (Math.Cos(Math.PI * progress) + 1);

                    private static double Linear(double start, double end, double progress) => (end - start) * progress + start;

                    /// <param name="End">The last step of the phase.</param>
                    /// <param name="MomentumFalls">Whether momentum falls from its greatest value to its least (or rises back); null where it stays at its greatest.</param>
                    private sealed record Phase(double End, Rate From, Rate To, bool? MomentumFalls);
                }
            }
        }
    }
}

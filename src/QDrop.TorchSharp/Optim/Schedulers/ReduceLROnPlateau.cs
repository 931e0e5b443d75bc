namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Multiplies the rate by a factor when a metric has stopped improving.</summary>
                public class ReduceLROnPlateau : LRScheduler
                {
                    private readonly bool _minimize;
                    private readonly bool _relative;
                    private readonly double _factor;
                    private readonly int _patience;
                    private readonly double _threshold;
                    private readonly int _cooldown;
                    private readonly double[] _min_lrs;
                    private readonly double _eps;
                    private double _best;
                    private int _bad_epochs;
                    private int _cooldown_left;

                    public ReduceLROnPlateau(Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10, double threshold = 1e-4, string threshold_mode = "rel", int cooldown = 0, IList<double>? min_lr = null, double eps = 1e-8, bool verbose = false)
                        : base(optimizer, -1, verbose)
                    {
                        if (factor >= 1) throw new ArgumentException($"The factor is {factor}; it must be below 1.", nameof(factor));
                        _minimize = OneOf(mode, "min", "max", nameof(mode));
                        _relative = OneOf(threshold_mode, "rel", "abs", nameof(threshold_mode));
                        _factor = factor;
                        _patience = patience;
                        _threshold = threshold;
                        _cooldown = cooldown;
                        _min_lrs = PerGroup(optimizer, min_lr ?? [0.0], nameof(min_lr));
                        _eps = eps;
                        _best = _minimize ? double.PositiveInfinity : double.NegativeInfinity;
                        _last_epoch = 0;
                    }

                    public override void step() => throw NeedsMetric();

                    public override void step(int? epoch) => throw NeedsMetric();

                    /// <param name="current">The metric of this epoch.</param>
                    /// <param name="epoch">The epoch's number; one more than the last where it is not given.</param>
                    public override void step(double current, int? epoch = null)
                    {
                        _step_count++;
                        _last_epoch = epoch ?? _last_epoch + 1;
                        if (IsBetter(current))
                        {
                            _best = current;
                            _bad_epochs = 0;
                        }
                        else
                        {
                            _bad_epochs++;
                        }
                        if (_cooldown_left > 0)
                        {
                            _cooldown_left--;
                            _bad_epochs = 0;
                        }
                        if (_bad_epochs <= _patience) return;
                        SetRates([.. _optimizer.ParamGroups.Zip(_min_lrs, (group, floor) => Reduced(group.LearningRate, floor))]);
                        _cooldown_left = _cooldown;
                        _bad_epochs = 0;
                    }

                    private double Reduced(double rate, double floor)
                    {
                        double reduced = Math.Max(rate * _factor, floor);
                        return rate - reduced > _eps ? reduced : rate;
                    }

                    private bool IsBetter(double current) => (_minimize, _relative) switch
                    {
                        (true, true) => current < _best * (1 - _threshold),
                        (true, false) => current < _best - _threshold,
                        (false, true) => current > _best * (1 + _threshold),
                        (false, false) => current > _best + _threshold,
                    };

                    private static bool OneOf(string value, string first, string second, string name) => value == first || (value == second ? false
                        : throw new ArgumentException($"{name} is '{value}', expected '{first}' or '{second}'.", name));

                    private static InvalidOperationException NeedsMetric() => new("ReduceLROnPlateau decides by a metric: call step(double current).");
                }
            }
        }
    }
}

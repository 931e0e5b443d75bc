namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Cycles the rate between two bounds (arXiv 1506.01186). Steps are batches.</summary>
                public class CyclicLR : LRScheduler
                {
                    private readonly double[] _max_lrs;
                    private readonly double _total_size;
                    private readonly double _step_ratio;
                    private readonly Func<double, double> _scale_fn;
                    private readonly ScaleMode _scale_mode;
                    private readonly CyclicMomentum? _momentum;

                    public CyclicLR(Optimizer optimizer, double base_lr, double max_lr, int step_size_up = 2000, int step_size_down = -1, Mode mode = Mode.Triangular, double gamma = 1.0, Func<double, double>? scale_fn = null, ScaleMode scale_mode = ScaleMode.Cycle, bool cycle_momentum = true, double base_momentum = 0.8, double max_momentum = 0.9, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, [base_lr], [max_lr], step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode, cycle_momentum, [base_momentum], [max_momentum], last_epoch, verbose)
                    {
                    }

                    public CyclicLR(Optimizer optimizer, IEnumerable<double> base_lr, IEnumerable<double> max_lr, int step_size_up = 2000, int step_size_down = -1, Mode mode = Mode.Triangular, double gamma = 1.0, Func<double, double>? scale_fn = null, ScaleMode scale_mode = ScaleMode.Cycle, bool cycle_momentum = true, IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        double down = step_size_down == -1 ? step_size_up : step_size_down;
                        _total_size = step_size_up + down;
                        if (_total_size <= 0) throw new ArgumentException($"The cycle has {_total_size} steps; it must have more than 0.", nameof(step_size_up));
                        _step_ratio = step_size_up / _total_size;
                        _max_lrs = PerGroup(optimizer, max_lr, nameof(max_lr));
                        _base_lrs = PerGroup(optimizer, base_lr, nameof(base_lr));
                        // A scale function given by the caller comes with its own scale mode; those of the modes have theirs.
                        _scale_fn = scale_fn ?? (mode switch
                        {
                            Mode.Triangular => _ => 1,
                            Mode.Triangular2 => cycle => 1 / Math.Pow(2, cycle - 1),
                            _ => iterations => Math.Pow(gamma, iterations),
                        });
                        _scale_mode = scale_fn is not null ? scale_mode : mode == Mode.ExpRange ? ScaleMode.Iterations : ScaleMode.Cycle;
                        if (cycle_momentum) _momentum = new CyclicMomentum(optimizer, base_momentum ?? [0.8], max_momentum ?? [0.9]);
                        step();
                    }

                    /// <summary>How the height of the cycles changes: not at all, halved each cycle, or by gamma to the power of the iteration.</summary>
                    public enum Mode
                    {
                        Triangular,
                        Triangular2,
                        ExpRange,
                    }

                    /// <summary>What the scale function is given: the cycle's number from 1, or the iteration's from 0.</summary>
                    public enum ScaleMode
                    {
                        Cycle,
                        Iterations,
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        double cycle = Math.Floor(1 + _last_epoch / _total_size);
                        double place = 1 + _last_epoch / _total_size - cycle;
                        double height = place <= _step_ratio ? place / _step_ratio : (place - 1) / (_step_ratio - 1);
                        height *= _scale_fn(_scale_mode == ScaleMode.Cycle ? cycle : _last_epoch);
                        var rates = new double[_base_lrs.Count];
                        for (int i = 0; i < rates.Length; i++)
                        {
                            rates[i] = _base_lrs[i] + (_max_lrs[i] - _base_lrs[i]) * height;
                            _momentum?.Set(i, _momentum.Max[i] - (_momentum.Max[i] - _momentum.Base[i]) * height);
                        }
                        return rates;
                    }
                }
            }
        }
    }
}

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Half a cosine from the initial rate to <c>eta_min</c> over <c>T_max</c> epochs (arXiv 1608.03983, eq. 5, without restarts).</summary>
                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double _T_max;
                    private readonly double _eta_min;

                    public CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0.0, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(T_max);
                        _T_max = T_max;
                        _eta_min = eta_min;
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (_last_epoch == 0) return Unchanged();
                        if (_step_count == 1) return get_closed_form_lr();
                        // The epoch before was a minimum, where the ratio below would divide by zero.
                        if ((_last_epoch - 1 - _T_max) % (2 * _T_max) == 0)
                        {
                            double rise = (1 - Math.Cos(Math.PI / _T_max)) / 2;
                            return _optimizer.ParamGroups.Zip(_base_lrs, (group, rate) => group.LearningRate + (rate - _eta_min) * rise);
                        }
                        double ratio = (1 + Math.Cos(Math.PI * _last_epoch / _T_max)) / (1 + Math.Cos(Math.PI * (_last_epoch - 1) / _T_max));
                        return _optimizer.ParamGroups.Select(group => ratio * (group.LearningRate - _eta_min) + _eta_min);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        _base_lrs.Select(rate => _eta_min + (rate - _eta_min) * (1 + Math.Cos(Math.PI * _last_epoch / _T_max)) / 2);
                }
            }
        }
    }
}

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Lets the rate fall to 0 in <c>total_iters</c> epochs, as (1 - epoch / total_iters)^power.</summary>
                public class PolynomialLR : LRScheduler
                {
                    private readonly int _total_iters;
                    private readonly double _power;

                    public PolynomialLR(Optimizer optimizer, int total_iters = 5, double power = 1, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(total_iters);
                        _total_iters = total_iters;
                        _power = power;
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (_last_epoch == 0 || _last_epoch > _total_iters) return Unchanged();
                        double left = 1 - (double)_last_epoch / _total_iters, before = 1 - (double)(_last_epoch - 1) / _total_iters;
                        return Scaled(Math.Pow(left / before, _power));
                    }

                    protected override IEnumerable<double> get_closed_form_lr() => ScaledBase(Math.Pow(1 - (double)Math.Min(_total_iters, _last_epoch) / _total_iters, _power));
                }
            }
        }
    }
}

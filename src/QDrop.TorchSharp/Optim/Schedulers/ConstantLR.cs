namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Multiplies the rate by a factor for the first <c>total_iters</c> epochs.</summary>
                public class ConstantLR : LRScheduler
                {
                    private readonly double _factor;
                    private readonly int _total_iters;

                    public ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        if (factor is not (>= 0 and <= 1)) throw new ArgumentException($"The factor is {factor}; it must be between 0 and 1.", nameof(factor));
                        _factor = factor;
                        _total_iters = total_iters;
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (_last_epoch == 0) return Scaled(_factor);
                        return _last_epoch == _total_iters ? Scaled(1 / _factor) : Unchanged();
                    }

                    protected override IEnumerable<double> get_closed_form_lr() => ScaledBase(_last_epoch >= _total_iters ? 1 : _factor);
                }
            }
        }
    }
}

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Multiplies the rate by a function of the epoch, every epoch.</summary>
                public class MultiplicativeLR : LRScheduler
                {
                    private readonly Func<int, double>[] _lr_lambdas;

                    public MultiplicativeLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, optimizer.ParamGroups.Select(_ => lr_lambda), last_epoch, verbose)
                    {
                    }

                    public MultiplicativeLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        _lr_lambdas = [.. lr_lambdas];
                        if (_lr_lambdas.Length != _base_lrs.Count)
                            throw new ArgumentException($"There are {_lr_lambdas.Length} functions, expected one for each of the {_base_lrs.Count} parameter groups.", nameof(lr_lambdas));
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => _last_epoch > 0
                        ? _optimizer.ParamGroups.Zip(_lr_lambdas, (group, lambda) => group.LearningRate * lambda(_last_epoch))
                        : Unchanged();
                }
            }
        }
    }
}

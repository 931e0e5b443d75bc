namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Steps several schedulers of one optimizer together; their factors multiply.</summary>
                public class ChainedLR : LRScheduler
                {
                    private readonly LRScheduler[] _schedulers;

                    public ChainedLR(IEnumerable<LRScheduler> schedulers)
                    {
                        _schedulers = [.. schedulers];
                        if (_schedulers.Length == 0) throw new ArgumentException("There is no scheduler to chain; give at least one.", nameof(schedulers));
                        _optimizer = _schedulers[0]._optimizer;
                        if (_schedulers.Any(scheduler => !ReferenceEquals(scheduler._optimizer, _optimizer)))
                            throw new ArgumentException("The chained schedulers belong to different optimizers; give schedulers of one optimizer.", nameof(schedulers));
                        _last_lrs = [.. Unchanged()];
                    }

                    public override void step() => MoveTo(null);

                    internal override void MoveTo(int? epoch)
                    {
                        foreach (LRScheduler scheduler in _schedulers)
                        {
                            if (epoch is null) scheduler.step();
                            else scheduler.step(epoch);
                        }
                        _last_lrs = [.. Unchanged()];
                    }
                }
            }
        }
    }
}

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Uses one scheduler after another, changing at the milestones.</summary>
                public class SequentialLR : LRScheduler
                {
                    private readonly LRScheduler[] _schedulers;
                    private readonly int[] _milestones;

                    public SequentialLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1) : base(optimizer, last_epoch + 1)
                    {
                        _schedulers = [.. schedulers];
                        _milestones = [.. milestones];
                        if (_schedulers.Length == 0) throw new ArgumentException("There is no scheduler; give at least one.", nameof(schedulers));
                        if (_schedulers.Any(scheduler => !ReferenceEquals(scheduler._optimizer, optimizer)))
                            throw new ArgumentException("A scheduler belongs to another optimizer than the one given.", nameof(schedulers));
                        if (_milestones.Length != _schedulers.Length - 1)
                            throw new ArgumentException($"There are {_milestones.Length} milestones, expected {_schedulers.Length - 1}: one between each two of the {_schedulers.Length} schedulers.", nameof(milestones));
                        // Constructing the schedulers took the first step of each: undo them all, then take that of the first alone.
                        foreach (ILearningRateController group in optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate;
                        foreach (LRScheduler scheduler in _schedulers) scheduler._last_epoch--;
                        _schedulers[0].Restart();
                        _last_lrs = [.. _schedulers[0].get_last_lr()];
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        int index = _milestones.Count(milestone => milestone <= _last_epoch);
                        LRScheduler current = _schedulers[index];
                        if (index > 0 && _milestones[index - 1] == _last_epoch) current.step(0);
                        else current.step();
                        return current.get_last_lr();
                    }
                }
            }
        }
    }
}

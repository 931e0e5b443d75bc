namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The momenta (or first betas) that a cyclic schedule moves against the learning rate.</summary>
                internal sealed class CyclicMomentum
                {
                    private readonly IReadOnlyList<ILearningRateController> _groups;

                    internal CyclicMomentum(Optimizer optimizer, IEnumerable<double> base_momentum, IEnumerable<double> max_momentum)
                    {
                        _groups = [.. optimizer.ParamGroups];
                        foreach (ILearningRateController group in _groups)
                        {
                            if (group is not (IMomentum or IBetas))
                                throw new ArgumentException($"{optimizer.GetType().Name} has neither momentum nor betas; pass cycle_momentum: false.", nameof(optimizer));
                        }
                        Base = LRScheduler.PerGroup(optimizer, base_momentum, nameof(base_momentum));
                        Max = LRScheduler.PerGroup(optimizer, max_momentum, nameof(max_momentum));
                        for (int i = 0; i < _groups.Count; i++) Set(i, Max[i]);
                    }

                    internal double[] Base { get; }

                    internal double[] Max { get; }

                    internal void Set(int group, double momentum)
                    {
                        if (_groups[group] is IBetas betas) betas.Betas = (momentum, betas.Betas.Item2);
                        else ((IMomentum)_groups[group]).Momentum = momentum;
                    }
                }
            }
        }
    }
}

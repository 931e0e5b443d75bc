using System.Globalization;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>
            /// Base of the learning rate schedulers. The constructor of each takes the first step (epoch 0);
            /// <see cref="step()"/> is then called once per epoch, or per batch where the schedule counts batches.
            /// </summary>
            public abstract class LRScheduler
            {
                protected int _step_count;

                internal Optimizer _optimizer = null!;
                internal int _last_epoch = -1;
                internal IList<double> _base_lrs = [];
                internal IList<double> _last_lrs = [];
                private readonly bool _verbose;

                protected LRScheduler()
                {
                }

                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    _optimizer = optimizer;
                    _last_epoch = last_epoch;
                    _verbose = verbose;
                    _base_lrs = [.. optimizer.ParamGroups.Select(group => group.InitialLearningRate)];
                    _last_lrs = [.. optimizer.ParamGroups.Select(group => group.LearningRate)];
                }

                /// <summary>The rates set by the latest step, one per parameter group.</summary>
                public IEnumerable<double> get_last_lr() => _last_lrs;

                /// <summary>Moves on by one epoch.</summary>
                public virtual void step() => step(null);

                /// <summary>Moves to an epoch, or on by one where none is given.</summary>
                public virtual void step(int? epoch) => MoveTo(epoch);

                /// <summary>Moves on like <see cref="step(int?)"/>; only <see cref="impl.ReduceLROnPlateau"/> looks at the metric.</summary>
                public virtual void step(double current, int? epoch = null) => step(epoch);

                /// <summary>The rates of the current epoch, from those of the epoch before. Called once per step.</summary>
                protected virtual IEnumerable<double> get_lr() => _optimizer.ParamGroups.Select(group => group.LearningRate);

                /// <summary>The rates of the current epoch, whatever came before.</summary>
                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();

                internal virtual void MoveTo(int? epoch)
                {
                    _step_count++;
                    _last_epoch = epoch ?? _last_epoch + 1;
                    SetRates([.. epoch is null ? get_lr() : get_closed_form_lr()]);
                }

                /// <summary>Takes the first step anew.</summary>
                internal void Restart()
                {
                    _step_count = 0;
                    step();
                }

                internal void SetRates(double[] rates)
                {
                    int index = 0;
                    foreach (ILearningRateController group in _optimizer.ParamGroups)
                    {
                        group.LearningRate = rates[index];
                        if (_verbose && _last_lrs[index] != rates[index]) Report(index, rates[index]);
                        index++;
                    }
                    _last_lrs = rates;
                }

                /// <summary>A factor times each group's current rate.</summary>
                internal IEnumerable<double> Scaled(double factor) => _optimizer.ParamGroups.Select(group => group.LearningRate * factor);

                /// <summary>A factor times each group's initial rate.</summary>
                internal IEnumerable<double> ScaledBase(double factor) => _base_lrs.Select(rate => rate * factor);

                /// <summary>Each group's current rate.</summary>
                internal IEnumerable<double> Unchanged() => _optimizer.ParamGroups.Select(group => group.LearningRate);

                /// <summary>One value for each parameter group, from a list or by repeating a single value.</summary>
                internal static double[] PerGroup(Optimizer optimizer, IEnumerable<double> values, string name)
                {
                    double[] list = [.. values];
                    int groups = optimizer.ParamGroups.Count();
                    if (list.Length == 1) return [.. Enumerable.Repeat(list[0], groups)];
                    if (list.Length != groups) throw new ArgumentException($"{name} has {list.Length} values, expected one for each of the {groups} parameter groups.", name);
                    return list;
                }

                private void Report(int group, double rate) =>
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Epoch {_last_epoch}: adjusting learning rate of group {group} to {rate:e4}."));
            }
        }
    }
}

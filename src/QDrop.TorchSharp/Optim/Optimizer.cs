using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>What a learning rate scheduler needs of a parameter group.</summary>
        public interface ILearningRateController
        {
            /// <summary>The rate of the next step.</summary>
            double LearningRate { get; set; }

            /// <summary>The rate before any scheduler changed it.</summary>
            double InitialLearningRate { get; set; }
        }

        /// <summary>A parameter group or optimizer with a momentum, which cyclic schedulers anneal.</summary>
        public interface IMomentum
        {
            double Momentum { get; set; }
        }

        /// <summary>A parameter group or optimizer with Adam's betas; cyclic schedulers anneal the first.</summary>
        public interface IBetas
        {
            (double, double) Betas { get; set; }
        }

        /// <summary>Base of all optimizers.</summary>
        public abstract class Optimizer : IDisposable
        {
            protected IList<ParamGroup> _parameter_groups = [];

            /// <param name="handle">A native optimizer; always zero here, since every optimizer is managed code.</param>
            protected Optimizer(IntPtr handle)
            {
                if (handle != IntPtr.Zero)
                    throw new ArgumentException("Optimizers implemented in native code are not supported; derive from TorchSharp.Modules.OptimizerHelper.", nameof(handle));
            }

            public virtual IEnumerable<ILearningRateController> ParamGroups => _parameter_groups;

            /// <summary>All parameters, group after group.</summary>
            public virtual IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(group => group.Parameters);

            public virtual void add_param_group(ParamGroup param_group) => _parameter_groups.Add(param_group);

            /// <summary>Sets the gradients of all parameters to zero.</summary>
            public virtual void zero_grad()
            {
                foreach (Parameter parameter in parameters())
                {
                    using Tensor? grad = parameter.grad;
                    if (grad is not null) InPlace.Zero(grad);
                }
            }

            /// <summary>Updates the parameters from their gradients.</summary>
            /// <param name="closure">Evaluates the model anew and returns the loss; optional.</param>
            /// <returns>What <paramref name="closure"/> returned, or null without one.</returns>
            public virtual Tensor step(Func<Tensor>? closure = null) =>
                throw new NotSupportedException($"{GetType().Name} does not override step().");

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
            }

            /// <summary>The live options and state of an optimizer, and which state belongs to which group.</summary>
            public class StateDictionary
            {
                internal StateDictionary()
                {
                }

                /// <summary>The options of each parameter group.</summary>
                public List<OptimizerOptions> Options { get; } = [];

                /// <summary>The state of each parameter, group after group.</summary>
                public List<OptimizerState> State { get; } = [];

                /// <summary>For each group, the indices of its parameters in <see cref="State"/>.</summary>
                public List<List<int>> StateIndexRef { get; } = [];
            }
        }
    }
}

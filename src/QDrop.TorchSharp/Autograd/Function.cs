namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>An operation whose gradient is written in C#; see its two subclasses.</summary>
        public abstract class Function<T> where T : Function<T>, new()
        {
            protected Function() { }

            /// <summary>The name of the node in the graph.</summary>
            public abstract string Name { get; }

            internal abstract List<Tensor> Forward(AutogradContext ctx, object[] vars);

            internal abstract List<Tensor?> Backward(AutogradContext ctx, List<Tensor> gradients);

            /// <summary>Runs forward on <paramref name="vars"/>; tensors among them, alone or in lists, are differentiable inputs.</summary>
            public static List<Tensor> apply_internal(params object[] vars)
            {
                var function = new T();
                return FunctionCall.Apply(function.Name, function.Forward, function.Backward, vars);
            }
        }

        /// <summary>A custom operation with one tensor as result.</summary>
        public abstract class SingleTensorFunction<T> : Function<T> where T : SingleTensorFunction<T>, new()
        {
            protected SingleTensorFunction() { }

            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            /// <summary>The gradient of each argument of <see cref="forward"/>: as many as there were, null for what is not a tensor or needs none.</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            internal override List<Tensor> Forward(AutogradContext ctx, object[] vars) => [forward(ctx, vars)];

            internal override List<Tensor?> Backward(AutogradContext ctx, List<Tensor> gradients) => backward(ctx, gradients[0])!;
        }

        /// <summary>A custom operation with several tensors as results.</summary>
        public abstract class MultiTensorFunction<T> : Function<T> where T : MultiTensorFunction<T>, new()
        {
            protected MultiTensorFunction() { }

            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            /// <summary>The gradient of each argument of <see cref="forward"/>: as many as there were, null for what is not a tensor or needs none.</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            internal override List<Tensor> Forward(AutogradContext ctx, object[] vars) => forward(ctx, vars);

            internal override List<Tensor?> Backward(AutogradContext ctx, List<Tensor> gradients) => backward(ctx, gradients)!;
        }
    }
}

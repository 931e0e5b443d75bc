using System.Runtime.ExceptionServices;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Reverse-mode differentiation.</summary>
    public static partial class autograd
    {
        [ThreadStatic] private static ExceptionDispatchInfo? ManagedFailure;

        /// <summary>The exception that a managed backward function threw on this thread, if that is why libtorch failed.</summary>
        internal static ExceptionDispatchInfo? TakeManagedFailure()
        {
            ExceptionDispatchInfo? failure = ManagedFailure;
            ManagedFailure = null;
            return failure;
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            nint[] roots = Handles(tensors), gradients = Handles(grad_tensors ?? []), leaves = Handles(inputs ?? []);
            ManagedFailure = null;
            fixed (nint* r = roots, g = gradients, l = leaves)
                Native.Check(Native.qd_backward(r, roots.Length, g, gradients.Length, Flag(retain_graph), create_graph ? 1 : 0, l, leaves.Length));
            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
        }

        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            nint[] roots = Handles(outputs), leaves = Handles(inputs), gradients = Handles(grad_outputs ?? []), results = new nint[inputs.Count];
            ManagedFailure = null;
            fixed (nint* r = roots, l = leaves, g = gradients, t = results)
            {
                Native.Check(Native.qd_gradients(r, roots.Length, l, leaves.Length, g, gradients.Length, retain_graph || create_graph ? 1 : 0,
                    create_graph ? 1 : 0, allow_unused ? 1 : 0, t));
            }
            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            // An input that the outputs do not depend on has no gradient: null, where allow_unused permits it.
            return Array.ConvertAll(results, static handle => Tensor.FromNullable(handle)!);
        }

        private static nint[] Handles(IList<Tensor> tensors)
        {
            var handles = new nint[tensors.Count];
            for (int i = 0; i < handles.Length; i++) handles[i] = tensors[i] is { } tensor ? tensor.LiveHandle : 0;
            return handles;
        }

        private static int Flag(bool? value) => value switch { null => -1, true => 1, false => 0 };
    }

    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Kept(Native.qd_requires_grad(LiveHandle)) != 0;
            set
            {
                Native.Check(Native.qd_set_requires_grad(LiveHandle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public bool is_leaf => Kept(Native.qd_is_leaf(LiveHandle)) != 0;

        public void retain_grad()
        {
            Native.Check(Native.qd_retain_grad(LiveHandle));
            GC.KeepAlive(this);
        }

        /// <summary>The gradient that backward accumulated, or null; another object at each call.</summary>
        public Tensor? grad
        {
            get
            {
                nint handle = Native.qd_grad(LiveHandle);
                GC.KeepAlive(this);
                return FromNullable(handle);
            }

            set
            {
                Native.Check(Native.qd_set_grad(LiveHandle, value is null ? 0 : value.LiveHandle));
                GC.KeepAlive(this);
                GC.KeepAlive(value);
            }
        }

        public void backward() => autograd.backward(this);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward(this, grad_tensors, retain_graph || create_graph, create_graph, inputs);

        public Tensor detach() => Aten.Call("detach", this);
        public Tensor detach_() => InPlace("detach_", this);
    }
}

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a custom function keeps from its forward for its backward.</summary>
        public class AutogradContext : IDisposable
        {
            private readonly Dictionary<string, object> _data = [];

            internal AutogradContext() { }

            // The node, while libtorch keeps it alive for us: during forward and during backward.
            internal nint Node { get; set; }

            /// <summary>Whether outputs that got no gradient give a tensor of zeros to backward (else null).</summary>
            public bool MaterializeGrads { get; private set; } = true;

            /// <summary>Keeps tensors for backward, once per forward; changing one of them in place afterwards is an error in backward.</summary>
            public unsafe void save_for_backward(List<Tensor> tensors)
            {
                nint[] handles = Handles(tensors);
                fixed (nint* h = handles) Native.Check(Native.qd_node_save(LiveNode, h, handles.Length));
                GC.KeepAlive(tensors);
            }

            /// <summary>The tensors that were kept. In backward they belong to its dispose scope.</summary>
            public unsafe List<Tensor> get_saved_variables()
            {
                nint node = LiveNode;
                var handles = new nint[Native.qd_node_saved_count(node)];
                fixed (nint* h = handles) Native.Check(Native.qd_node_saved(node, h));
                // A null that was saved comes back as null.
                return [.. handles.Select(static handle => Tensor.FromNullable(handle)!)];
            }

            public void save_data(string key, object value) => _data[key] = value;

            public object get_data(string key) => _data.TryGetValue(key, out object? value)
                ? value
                : throw new KeyNotFoundException($"No data were saved under '{key}'; known are {string.Join(", ", _data.Keys)}.");

            /// <summary>Declares inputs that forward changed in place and returned.</summary>
            public unsafe void mark_dirty(List<Tensor> tensors)
            {
                nint[] handles = Handles(tensors);
                fixed (nint* h = handles) Native.qd_node_mark_dirty(LiveNode, h, handles.Length);
            }

            /// <summary>Declares outputs that have no gradient, such as indices.</summary>
            public unsafe void mark_non_differentiable(List<Tensor> tensors)
            {
                nint[] handles = Handles(tensors);
                fixed (nint* h = handles) Native.qd_node_mark_non_differentiable(LiveNode, h, handles.Length);
            }

            public void set_materialize_grads(bool value)
            {
                MaterializeGrads = value;
                Native.qd_node_materialize_grads(LiveNode, value ? 1 : 0);
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>The graph owns the context: nothing is held here.</summary>
            protected virtual void Dispose(bool disposing) { }

            private nint LiveNode => Node != 0
                ? Node
                : throw new InvalidOperationException("The context of a custom function can be used within its forward and its backward only.");
        }
    }
}

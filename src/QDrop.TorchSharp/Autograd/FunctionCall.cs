using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>
        /// One application of a custom function. libtorch's node holds it by a GCHandle, which the node frees when it dies; it holds
        /// no reference to the node, so that the two do not keep each other alive.
        /// </summary>
        private sealed unsafe class FunctionCall
        {
            private readonly AutogradContext _context = new();
            private readonly string _name;
            private readonly Func<AutogradContext, List<Tensor>, List<Tensor?>> _backward;
            private readonly bool[] _isTensor;

            private FunctionCall(string name, Func<AutogradContext, List<Tensor>, List<Tensor?>> backward, bool[] isTensor)
            {
                _name = name;
                _backward = backward;
                _isTensor = isTensor;
            }

            internal static List<Tensor> Apply(string name, Func<AutogradContext, object[], List<Tensor>> forward,
                Func<AutogradContext, List<Tensor>, List<Tensor?>> backward, object[] vars)
            {
                (List<Tensor> inputs, bool[] isTensor) = Inputs(vars);
                var call = new FunctionCall(name, backward, isTensor);
                nint node;
                fixed (byte* label = Encoding.UTF8.GetBytes(name + "\0"))
                    node = Native.qd_node_new(label, &OnBackward, &OnFree, GCHandle.ToIntPtr(GCHandle.Alloc(call)));
                try
                {
                    call._context.Node = Native.qd_node_address(node);
                    nint[] handles = Handles(inputs);
                    fixed (nint* h = handles) Native.Check(Native.qd_node_inputs(node, h, handles.Length));
                    List<Tensor> outputs;
                    using (no_grad()) outputs = forward(call._context, vars);
                    return Wrap(node, outputs);
                }
                finally
                {
                    call._context.Node = 0;
                    Native.qd_node_free(node);
                }
            }

            // Links the outputs to the node. The same objects come back unless libtorch had to make new tensors of them (an input
            // returned as it is, for example).
            private static List<Tensor> Wrap(nint node, List<Tensor> outputs)
            {
                nint[] raw = Handles(outputs), results = new nint[outputs.Count];
                fixed (nint* r = raw, t = results) Native.Check(Native.qd_node_outputs(node, r, raw.Length, t));
                var wrapped = new List<Tensor>(results.Length);
                for (int i = 0; i < results.Length; i++)
                {
                    if (results[i] != 0 && results[i] == raw[i])
                    {
                        Native.qd_release(results[i]);
                        wrapped.Add(outputs[i]);
                    }
                    else
                    {
                        wrapped.Add(Tensor.FromNullable(results[i])!);
                    }
                }
                return wrapped;
            }

            private static (List<Tensor> Inputs, bool[] IsTensor) Inputs(object[] vars)
            {
                var inputs = new List<Tensor>();
                var isTensor = new List<bool>();
                foreach (object? value in vars)
                {
                    if (value is Tensor tensor)
                    {
                        inputs.Add(tensor);
                        isTensor.Add(true);
                    }
                    else if (value is IEnumerable<Tensor> list)
                    {
                        foreach (Tensor element in list)
                        {
                            inputs.Add(element);
                            isTensor.Add(true);
                        }
                    }
                    else
                    {
                        isTensor.Add(false);
                    }
                }
                return (inputs, [.. isTensor]);
            }

            private void Run(nint node, ReadOnlySpan<nint> incoming, Span<nint> outgoing)
            {
                // What backward makes is freed with this scope; libtorch takes references of its own to the results.
                using DisposeScope scope = NewDisposeScope();
                var gradients = new List<Tensor>(incoming.Length);
                foreach (nint handle in incoming) gradients.Add(Tensor.FromNullable(handle)!);
                List<Tensor?> results;
                _context.Node = node;
                try
                {
                    results = _backward(_context, gradients);
                }
                finally
                {
                    _context.Node = 0;
                }
                Place(results, outgoing);
            }

            private void Place(List<Tensor?> results, Span<nint> outgoing)
            {
                bool surplus = results.Skip(_isTensor.Length).Any(static gradient => gradient is not null);
                if (results.Count < _isTensor.Length || surplus)
                {
                    throw new InvalidOperationException(
                        $"{_name}.backward returned {results.Count} gradients for {_isTensor.Length} arguments of forward; return one for each, null for those without.");
                }
                int at = 0;
                for (int i = 0; i < _isTensor.Length; i++)
                {
                    if (!_isTensor[i])
                    {
                        if (results[i] is not null)
                            throw new InvalidOperationException($"{_name}.backward returned a gradient for argument {i} of forward, which is not a tensor; return null there.");
                        continue;
                    }
                    if (results[i] is { } gradient)
                    {
                        Native.qd_retain(gradient.LiveHandle);
                        outgoing[at] = gradient.Handle;
                    }
                    at++;
                }
            }

            [UnmanagedCallersOnly]
            private static byte* OnBackward(nint state, nint node, nint* incoming, int incomingCount, nint* outgoing, int outgoingCount)
            {
                try
                {
                    var call = (FunctionCall)GCHandle.FromIntPtr(state).Target!;
                    call.Run(node, new ReadOnlySpan<nint>(incoming, incomingCount), new Span<nint>(outgoing, outgoingCount));
                    return null;
                }
                catch (Exception failure)
                {
                    // Exceptions do not cross native frames: libtorch carries the message, and the caller of backward gets the exception itself.
                    ManagedFailure = ExceptionDispatchInfo.Capture(failure);
                    return Message(failure.Message);
                }
            }

            [UnmanagedCallersOnly]
            private static void OnFree(nint state) => GCHandle.FromIntPtr(state).Free();

            private static byte* Message(string text)
            {
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                var message = (byte*)NativeMemory.Alloc((nuint)utf8.Length + 1);
                utf8.CopyTo(new Span<byte>(message, utf8.Length));
                message[utf8.Length] = 0;
                return message;
            }
        }
    }
}

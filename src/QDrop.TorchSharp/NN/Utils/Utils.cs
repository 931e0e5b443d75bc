using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Functions over the parameters of a model.</summary>
        public static partial class utils
        {
            /// <summary>Scales all gradients down where the norm of all of them together is greater than <paramref name="max_norm"/>.</summary>
            /// <returns>The norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using DisposeScope scope = NewDisposeScope();
                using IDisposable mode = no_grad();
                Tensor[] gradients = Gradients(tensors);
                if (gradients.Length == 0) return 0;
                Tensor[] norms = [.. gradients.Select(gradient => Aten.Call("linalg_vector_norm", gradient, norm_type))];
                double norm = Aten.CallDouble("item", Aten.Call("linalg_vector_norm", Aten.Call("stack", norms), norm_type));
                // 1e-6 as in PyTorch: the division stays finite.
                double factor = max_norm / (norm + 1e-6);
                if (factor < 1)
                {
                    foreach (Tensor gradient in gradients) InPlace.Mul(gradient, factor);
                }
                return norm;
            }

            /// <summary>Cuts each element of the gradients to <c>[-clip_value, clip_value]</c>.</summary>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using DisposeScope scope = NewDisposeScope();
                using IDisposable mode = no_grad();
                foreach (Tensor gradient in Gradients(tensors)) Aten.CallVoid("clamp_", gradient, -clip_value, clip_value);
            }

            /// <summary>All parameters, flattened, one after the other.</summary>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor[] flat = [.. tensors.Select(tensor => Aten.Call("reshape", tensor, new long[] { -1 }))];
                return Aten.Call("cat", flat, 0).MoveToOuterDisposeScope();
            }

            /// <summary>Copies the parts of a vector into the parameters, in order.</summary>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using DisposeScope scope = NewDisposeScope();
                using IDisposable mode = no_grad();
                Parameter[] parameters = [.. tensors];
                long needed = parameters.Sum(parameter => parameter.numel());
                if (vec.numel() != needed) throw new ArgumentException($"The vector has {vec.numel()} elements, the parameters have {needed}.", nameof(vec));
                long start = 0;
                foreach (Parameter parameter in parameters)
                {
                    Tensor part = Aten.Call("slice.Tensor", vec, 0, start, start + parameter.numel());
                    InPlace.Copy(parameter, Aten.Call("reshape", part, parameter.shape));
                    start += parameter.numel();
                }
            }

            private static Tensor[] Gradients(IEnumerable<Parameter> tensors)
            {
                var gradients = new List<Tensor>();
                foreach (Parameter tensor in tensors)
                    if (tensor.grad is { } gradient) gradients.Add(gradient);
                return [.. gradients];
            }
        }
    }
}

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class init
        {
            /// <summary>The identity matrix, cut or padded with zeros to the tensor's two dimensions.</summary>
            public static Tensor eye_(Tensor tensor)
            {
                long[] shape = RequireDimensions(tensor, 2, 2, nameof(eye_));
                using (no_grad()) Aten.CallVoid("eye.m_out", shape[0], shape[1], tensor);
                return tensor;
            }

            /// <summary>A convolution's weight that copies its input: 1 at the centre of each kernel from channel i to channel i.</summary>
            public static Tensor dirac_(Tensor tensor)
            {
                long[] shape = RequireDimensions(tensor, 3, 5, nameof(dirac_));
                using (no_grad())
                using (NewDisposeScope())
                {
                    Aten.CallVoid("zero_", tensor);
                    for (long channel = 0; channel < Math.Min(shape[0], shape[1]); channel++)
                    {
                        Tensor kernel = Aten.Call("select.int", Aten.Call("select.int", tensor, 0, channel), 0, channel);
                        foreach (long size in shape.AsSpan(2)) kernel = Aten.Call("select.int", kernel, 0, size / 2);
                        Aten.CallVoid("fill_.Scalar", kernel, 1);
                    }
                }
                return tensor;
            }

            /// <summary>A random (semi-)orthogonal matrix (Saxe et al. 2013), the trailing dimensions taken as one.</summary>
            public static Tensor orthogonal_(Tensor tensor, double gain = 1.0)
            {
                long[] shape = tensor.shape;
                if (shape.Length < 2) throw new ArgumentException($"The tensor has {shape.Length} dimensions; orthogonal_ needs at least 2.", nameof(tensor));
                long rows = shape[0];
                if (tensor.numel() == 0) return tensor;
                long columns = tensor.numel() / rows;
                using (no_grad())
                using (NewDisposeScope())
                {
                    Tensor random = Aten.Call("empty_like", Aten.Call("reshape", tensor, new[] { rows, columns }));
                    Aten.CallVoid("normal_", random, 0.0, 1.0);
                    if (rows < columns) random = Aten.Call("t", random);
                    (Tensor q, Tensor r) = Aten.Call2("linalg_qr", random);
                    // Without the signs of R's diagonal the distribution would not be uniform (arXiv math-ph/0609050).
                    q = Aten.Call("mul.Tensor", q, Aten.Call("sign", Aten.Call("diagonal", r)));
                    if (rows < columns) q = Aten.Call("t", q);
                    Aten.CallVoid("copy_", tensor, Aten.Call("reshape", q, shape));
                    Aten.CallVoid("mul_.Scalar", tensor, gain);
                }
                return tensor;
            }

            /// <summary>Normal values, of which in each column the given part is set to zero (Martens 2010).</summary>
            /// <param name="tensor">A matrix, filled in place.</param>
            /// <param name="sparsity">The part of each column that is zero, rounded up to whole elements.</param>
            public static Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01)
            {
                long[] shape = RequireDimensions(tensor, 2, 2, nameof(sparse_));
                long zeros = (long)Math.Ceiling(sparsity * shape[0]);
                Fill(tensor, "normal_", 0.0, std, null);
                using (no_grad())
                using (NewDisposeScope())
                {
                    for (long column = 0; column < shape[1]; column++)
                    {
                        Tensor order = Aten.Call("randperm", shape[0], ScalarType.Int64, Value.None, tensor.device);
                        Tensor chosen = Aten.Call("slice.Tensor", order, 0, 0, zeros);
                        Aten.CallVoid("index_fill_.int_Scalar", Aten.Call("select.int", tensor, 1, column), 0, chosen, 0);
                    }
                }
                return tensor;
            }

            private static long[] RequireDimensions(Tensor tensor, int least, int most, string what)
            {
                long[] shape = tensor.shape;
                if (shape.Length >= least && shape.Length <= most) return shape;
                string expected = least == most ? $"{least}" : $"{least} to {most}";
                throw new ArgumentException($"The tensor has {shape.Length} dimensions; {what} needs {expected}.", nameof(tensor));
            }
        }
    }
}

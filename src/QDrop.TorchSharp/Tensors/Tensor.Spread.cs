namespace TorchSharp;

public static partial class torch
{
    // Standard deviations and variances along dimensions.
    public partial class Tensor
    {
        public (Tensor, Tensor) std_mean((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call2("std_mean.dim", this, new[] { dim.Item1, dim.Item2 }, unbiased, keepdim), type);
        public (Tensor, Tensor) std_mean((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call2("std_mean.dim", this, new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim), type);
        public (Tensor, Tensor) std_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call2("std_mean.dim", this, dimensions.ToArray(), unbiased, keepdim), type);
        public (Tensor, Tensor) std_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call2("std_mean.dim", this, dim, unbiased, keepdim), type);
        public (Tensor, Tensor) std_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call2("std_mean.dim", this, dimensions, unbiased, keepdim), type);
        public (Tensor, Tensor) var_mean((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call2("var_mean.dim", this, new[] { dim.Item1, dim.Item2 }, unbiased, keepdim), type);
        public (Tensor, Tensor) var_mean((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call2("var_mean.dim", this, new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim), type);
        public (Tensor, Tensor) var_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call2("var_mean.dim", this, dimensions.ToArray(), unbiased, keepdim), type);
        public (Tensor, Tensor) var_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call2("var_mean.dim", this, dim, unbiased, keepdim), type);
        public (Tensor, Tensor) var_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call2("var_mean.dim", this, dimensions, unbiased, keepdim), type);
        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call("std.dim", this, new[] { dim.Item1, dim.Item2 }, unbiased, keepdim), type);
        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call("std.dim", this, new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim), type);
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call("std.dim", this, dimensions.ToArray(), unbiased, keepdim), type);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call("std.dim", this, dim, unbiased, keepdim), type);
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call("std.dim", this, dimensions, unbiased, keepdim), type);
        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call("var.dim", this, new[] { dim.Item1, dim.Item2 }, unbiased, keepdim), type);
        public Tensor var((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call("var.dim", this, new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim), type);
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call("var.dim", this, dimensions.ToArray(), unbiased, keepdim), type);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call("var.dim", this, dim, unbiased, keepdim), type);
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.Call("var.dim", this, dimensions, unbiased, keepdim), type);

        private static Tensor Typed(Tensor result, ScalarType? type)
        {
            if (type is null || type == result.dtype) return result;
            using (result) return result.to(type.Value);
        }

        private static (Tensor, Tensor) Typed((Tensor First, Tensor Second) result, ScalarType? type) => (Typed(result.First, type), Typed(result.Second, type));
    }
}

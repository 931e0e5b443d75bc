namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>softmax(Q·Kᵀ/√d + mask)·V, with dropout on the softmax.</summary>
            /// <param name="query"><c>[…, L, d]</c>.</param>
            /// <param name="key"><c>[…, S, d]</c>.</param>
            /// <param name="value"><c>[…, S, v]</c>.</param>
            /// <param name="attn_mask">Added to the scores; a mask of truth values keeps where it is true. Broadcasts to <c>[…, L, S]</c>.</param>
            /// <param name="p">The probability of dropout, applied whenever it is positive.</param>
            /// <param name="is_casual">Whether each position attends to itself and earlier ones only; excludes a mask.</param>
            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
            {
                if (is_casual && attn_mask is not null) throw new ArgumentException("Causal attention takes no mask besides its own.", nameof(attn_mask));
                using Tensor scaled = Aten.Call("mul.Scalar", query, 1 / Math.Sqrt(query.shape[^1]));
                using Tensor transposed = Aten.Call("transpose.int", key, -2L, -1L);
                using Tensor scores = Aten.Call("matmul", scaled, transposed);
                using Tensor? earlier = is_casual ? Triangle(query.shape[^2], key.shape[^2], query.device) : null;
                using Tensor masked = Masked(scores, earlier ?? attn_mask);
                using Tensor weights = softmax(masked, -1);
                using Tensor dropped = Aten.Call("dropout", weights, p, p > 0);
                return Aten.Call("matmul", dropped, value);
            }

            private static Tensor Triangle(long rows, long columns, Device device)
            {
                using Tensor all = Aten.Call("ones", new[] { rows, columns }, ScalarType.Bool, Value.None, device);
                return Aten.Call("tril", all);
            }

            private static Tensor Masked(Tensor scores, Tensor? mask)
            {
                if (mask is null) return Aten.Call("alias", scores);
                if (mask.dtype != ScalarType.Bool) return Aten.Call("add.Tensor", scores, mask);
                using Tensor hidden = Aten.Call("logical_not", mask);
                return Aten.Call("masked_fill.Scalar", scores, hidden, double.NegativeInfinity);
            }
        }
    }
}

using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// GELU with a gradient that can be relied on. Where the gradient that comes in does not lie in memory as the input does (behind a permutation, say),
/// libtorch 1.13 lets oneDNN write GELU's gradient elsewhere and gives memory that nobody has set.
/// </summary>
internal static class Gelu
{
    /// <summary>GELU of a tensor.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="approximate"><c>none</c> or <c>tanh</c>.</param>
    public static Tensor Of(Tensor x, string approximate = "none")
    {
        Tensor y = Aten.Call("gelu", x, approximate);
        if (!y.requires_grad)
            return y;
        using (y)
            return InOrder(y);
    }

    /// <summary>GELU in place.</summary>
    public static Tensor InPlace(Tensor x, string approximate = "none")
    {
        if (x.requires_grad && is_grad_enabled())
        {
            // The gradient is computed from what is overwritten.
            using Tensor before = x.clone(), y = Of(before, approximate);
            return x.copy_(y);
        }
        Aten.Call("gelu_", x, approximate).Dispose();
        return x;
    }

    /// <summary>
    /// The same values in the same memory. On its way back through one row and out of it, a gradient is copied if its elements are in another order.
    /// </summary>
    private static Tensor InOrder(Tensor y)
    {
        long[] stride = y.stride();
        long[] outer = [.. Enumerable.Range(0, stride.Length).OrderByDescending(d => stride[d]).Select(static d => (long)d)];
        long[] back = [.. Enumerable.Range(0, stride.Length).Select(d => (long)Array.IndexOf(outer, d))];
        using Tensor ordered = y.permute(outer), row = ordered.reshape(-1), rows = row.view(ordered.shape);
        return rows.permute(back);
    }
}

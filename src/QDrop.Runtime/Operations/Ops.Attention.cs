using QDrop.Native;
using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Attention.</content>
public static partial class Ops
{
    private static readonly Scalar Hidden = double.NegativeInfinity;

    /// <summary>
    /// softmax(Q·Kᵀ/√d + mask)·V. Both matrix products have quantized operands: queries, keys and values are quantized
    /// before, the weights between the products.
    /// </summary>
    /// <param name="weights">The chain of the weights that the softmax gives.</param>
    /// <param name="query"><c>[…, L, d]</c>.</param>
    /// <param name="key"><c>[…, S, d]</c>.</param>
    /// <param name="value"><c>[…, S, v]</c>.</param>
    /// <param name="attn_mask">Added to the scores; a mask of truth values keeps where it is true.</param>
    /// <param name="p">The probability of dropout, applied whenever it is positive.</param>
    /// <param name="is_casual">Whether each position attends to itself and earlier ones only; excludes a mask.</param>
    [Lowers(typeof(torch.nn.functional), "scaled_dot_product_attention", Kind = OpKind.Join)]
    public static Tensor scaled_dot_product_attention(
        TensorChain weights,
        Tensor query,
        Tensor key,
        Tensor value,
        Tensor? attn_mask = null,
        double p = 0.0,
        bool is_casual = false)
    {
        if (is_casual && attn_mask is not null)
            throw new ArgumentException("Causal attention takes no mask besides its own.", nameof(attn_mask));
        using Scalar scaling = 1 / Math.Sqrt(query.shape[^1]);
        Tensor scores = Note.As(
            SafeProduct.Matmul(query * scaling, key.transpose(-2, -1)),
            $"matmul(mul({query}, {scaling}), permute({key}, order={Exchanged(key, -2, -1)}))");
        if (is_casual)
            attn_mask = ones([query.shape[^2], key.shape[^2]], ScalarType.Bool, query.device).tril();
        if (attn_mask is { dtype: ScalarType.Bool } kept)
            scores = Note.As(scores.masked_fill(kept.logical_not(), Hidden), $"where({kept}, {scores}, {Hidden})");
        else if (attn_mask is not null)
            scores = Note.As(scores + attn_mask, $"add({scores}, {attn_mask})");
        weights.HasChannels = false;
        Tensor mixing = weights.forward(Note.As(scores.softmax(-1), $"softmax({scores}, dim=-1)"));
        if (p > 0)
            return Note.None(SafeProduct.Matmul(functional.dropout(mixing, p, training: true), value), "dropout");
        return Note.As(SafeProduct.Matmul(mixing, value), $"matmul({mixing}, {value})");
    }
}

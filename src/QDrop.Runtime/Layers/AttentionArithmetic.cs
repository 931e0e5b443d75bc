using QDrop.Native;
using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>
/// Multi-head scaled dot-product attention (arXiv 1706.03762, section 3.2.2) in the steps between which quantizers sit.
/// Sequences come first.
/// </summary>
/// <param name="parameters">The module's parameters.</param>
/// <param name="heads">Number of heads.</param>
/// <param name="addsZeroKey">Whether each sequence of keys and values is followed by zeros.</param>
internal sealed class AttentionArithmetic(AttentionParameters parameters, long heads, bool addsZeroKey)
{
    // Held, because the collector may free a number that an operator makes while libtorch still uses it.
    private static readonly Scalar Hidden = double.NegativeInfinity;

    private readonly Scalar _scaling = 1 / Math.Sqrt(parameters.Embedding / heads);
    private readonly long _embedding = parameters.Embedding;
    private readonly long _perHead = parameters.Embedding / heads;

    /// <summary>
    /// Projected queries, keys and values <c>[length, N, E]</c>, with what the module adds to keys and values.
    /// </summary>
    public (Tensor Query, Tensor Key, Tensor Value) Extend(Tensor query, Tensor key, Tensor value)
    {
        long batch = key.shape[1];
        if (parameters is { BiasKey: { } biasKey, BiasValue: { } biasValue })
        {
            key = With(key, biasKey.expand(1, batch, _embedding), biasKey);
            value = With(value, biasValue.expand(1, batch, _embedding), biasValue);
        }
        if (!addsZeroKey)
            return (query, key, value);
        Tensor none = zeros([1, 1, _embedding], key.dtype), zero = none.expand(1, batch, _embedding);
        return (query, With(key, zero, none), With(value, zero, none));

        Tensor With(Tensor x, Tensor added, Tensor one)
        {
            Note.Expanded(added, one);
            return Note.As(cat([x, added]), $"concat({x}, {added}, dim=0)");
        }
    }

    /// <summary>How much each query attends to each key: <c>[N · heads, L, S]</c>, before the softmax.</summary>
    /// <param name="query"><c>[L, N, E]</c></param>
    /// <param name="key"><c>[S, N, E]</c></param>
    /// <param name="keyPaddingMask"><c>[N, S]</c>, truth values: true where a key is to be ignored.</param>
    /// <param name="mask">
    /// <c>[L, S]</c>, added to the scores whatever its element type: libtorch's C++ module, which TorchSharp calls,
    /// adds a truth value as 0 or 1.
    /// </param>
    public Tensor Scores(Tensor query, Tensor key, Tensor? keyPaddingMask, Tensor? mask)
    {
        long length = query.shape[0], batch = query.shape[1], keys = key.shape[0];
        Tensor q = Split(query), k = Split(key);
        Tensor scores = Note.As(
            (q * _scaling).bmm(k.transpose(1, 2)), $"matmul(mul({q}, {_scaling}), permute({k}, order=[0, 2, 1]))");
        if (mask is not null)
        {
            Tensor added = Padded(mask, keys), before = scores;
            // A truth value is added as 0 or 1.
            scores = added.dtype == ScalarType.Bool
                ? Note.InPlace(before, before.add_(added, Numbers.One), $"add({before}, cast({added}, to=f32))")
                : Note.InPlace(before, before.add_(added, Numbers.One), $"add({before}, {added})");
        }
        if (keyPaddingMask is not null)
        {
            Tensor padded = Padded(keyPaddingMask, keys), hidden = padded.view(batch, 1, 1, keys);
            Note.Reshaped(hidden, padded);
            Tensor split = Note.Reshaped(scores.view(batch, heads, length, keys), scores);
            Tensor masked = Note.As(split.masked_fill(hidden, Hidden), $"where({hidden}, {Hidden}, {split})");
            scores = Note.Reshaped(masked.view(batch * heads, length, keys), masked);
        }
        return scores;
    }

    /// <summary>The values <c>[S, N, E]</c>, mixed with weights <c>[N · heads, L, S]</c>: <c>[L, N, E]</c>.</summary>
    public Tensor Mix(Tensor weights, Tensor value)
    {
        Tensor v = Split(value);
        long[] shape = [weights.shape[1], value.shape[1], _embedding];
        return Note.As(
            weights.bmm(v).transpose(0, 1).reshape(shape),
            $"reshape(permute(matmul({weights}, {v}), order=[1, 0, 2]), shape={shape})");
    }

    /// <summary>Weights averaged over the heads: <c>[N, L, S]</c>.</summary>
    public Tensor Averaged(Tensor weights)
    {
        Tensor split = Note.Reshaped(
            weights.view(weights.shape[0] / heads, heads, weights.shape[1], weights.shape[2]), weights);
        return Note.As(split.mean([1L]), $"mean({split}, dims=[1])");
    }

    /// <summary>The whole module with its float weights.</summary>
    public Tensor Float(Tensor query, Tensor key, Tensor value)
    {
        Tensor[] inputs = [query, key, value];
        Tensor[] projected = [.. inputs.Select((x, part) => parameters.IsSplit
            ? Linear(parameters.Layers[part], x)
            : Linear(parameters.Layers[0], x).narrow(2, part * _embedding, _embedding))];
        (Tensor? q, Tensor? k, Tensor? v) = Extend(projected[0], projected[1], projected[2]);
        return Linear(parameters.Layers[^1], Mix(Scores(q, k, null, null).softmax(-1), v));

        static Tensor Linear(LayerSource layer, Tensor x) => layer.Apply(x, layer.Weight, layer.Bias);
    }

    /// <summary><c>[length, N, E]</c> to <c>[N · heads, length, E / heads]</c>.</summary>
    private Tensor Split(Tensor x)
    {
        Tensor split = Note.Reshaped(x.reshape(x.shape[0], x.shape[1] * heads, _perHead), x);
        return Note.As(split.transpose(0, 1), $"permute({split}, order=[1, 0, 2])");
    }

    /// <summary>A mask with zeros for the keys that the module adds itself.</summary>
    private static Tensor Padded(Tensor mask, long keys) => keys - mask.shape[^1] is > 0 and var missing
        ? ConvolutionPadding.Padded(mask, [0, missing], PaddingModes.Constant)
        : mask;
}

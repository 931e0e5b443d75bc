using QDrop.Native;
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
            key = cat([key, biasKey.expand(1, batch, _embedding)]);
            value = cat([value, biasValue.expand(1, batch, _embedding)]);
        }
        if (!addsZeroKey)
            return (query, key, value);
        Tensor zero = zeros([1, batch, _embedding], key.dtype);
        return (query, cat([key, zero]), cat([value, zero]));
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
        Tensor scores = (Split(query) * _scaling).bmm(Split(key).transpose(1, 2));
        if (mask is not null)
            scores = scores.add_(Padded(mask, keys), Numbers.One);
        if (keyPaddingMask is not null)
        {
            Tensor hidden = Padded(keyPaddingMask, keys).view(batch, 1, 1, keys);
            scores = scores.view(batch, heads, length, keys).masked_fill(hidden, Hidden);
            scores = scores.view(batch * heads, length, keys);
        }
        return scores;
    }

    /// <summary>The values <c>[S, N, E]</c>, mixed with weights <c>[N · heads, L, S]</c>: <c>[L, N, E]</c>.</summary>
    public Tensor Mix(Tensor weights, Tensor value) =>
        weights.bmm(Split(value)).transpose(0, 1).reshape(weights.shape[1], value.shape[1], _embedding);

    /// <summary>Weights averaged over the heads: <c>[N, L, S]</c>.</summary>
    public Tensor Averaged(Tensor weights) =>
        weights.view(weights.shape[0] / heads, heads, weights.shape[1], weights.shape[2]).mean([1L]);

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
    private Tensor Split(Tensor x) => x.reshape(x.shape[0], x.shape[1] * heads, _perHead).transpose(0, 1);

    /// <summary>A mask with zeros for the keys that the module adds itself.</summary>
    private static Tensor Padded(Tensor mask, long keys) =>
        keys - mask.shape[^1] is > 0 and var missing ? nn.functional.pad(mask, [0, missing]) : mask;
}

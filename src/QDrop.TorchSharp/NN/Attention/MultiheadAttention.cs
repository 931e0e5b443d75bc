using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Multi-head scaled dot-product attention (arXiv 1706.03762, section 3.2.2). Sequences come first: <c>[L, N, E]</c>.</summary>
public sealed class MultiheadAttention : nn.Module<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, Tuple<Tensor, Tensor>>
{
    private readonly long _embed;
    private readonly long _heads;
    private readonly double _dropout;
    private readonly bool _add_zero_attn;

    // The fields' names are those of the parameters.
    private readonly Parameter? in_proj_weight;
    private readonly Parameter? q_proj_weight;
    private readonly Parameter? k_proj_weight;
    private readonly Parameter? v_proj_weight;
    private readonly Parameter? in_proj_bias;
    private readonly Parameter? bias_k;
    private readonly Parameter? bias_v;
    private readonly Linear out_proj;

    internal MultiheadAttention(long embedded_dim, long num_heads, double dropout, bool bias, bool add_bias_kv, bool add_zero_attn, long? kdim, long? vdim) : base(nameof(MultiheadAttention))
    {
        if (num_heads <= 0 || embedded_dim % num_heads != 0)
            throw new ArgumentException($"{embedded_dim} embedding dimensions cannot be divided among {num_heads} heads.", nameof(num_heads));
        _embed = embedded_dim;
        _heads = num_heads;
        _dropout = dropout;
        _add_zero_attn = add_zero_attn;
        long keys = kdim ?? embedded_dim, values = vdim ?? embedded_dim;
        if (keys == embedded_dim && values == embedded_dim)
        {
            in_proj_weight = Glorot(3 * embedded_dim, embedded_dim);
        }
        else
        {
            q_proj_weight = Glorot(embedded_dim, embedded_dim);
            k_proj_weight = Glorot(embedded_dim, keys);
            v_proj_weight = Glorot(embedded_dim, values);
        }
        if (bias) in_proj_bias = new Parameter(zeros([3 * embedded_dim], null, null));
        out_proj = nn.Linear(embedded_dim, embedded_dim, bias);
        if (bias) nn.init.zeros_(out_proj.bias!);
        if (add_bias_kv)
        {
            bias_k = new Parameter(empty([1, 1, embedded_dim], null, null));
            bias_v = new Parameter(empty([1, 1, embedded_dim], null, null));
            nn.init.xavier_normal_(bias_k);
            nn.init.xavier_normal_(bias_v);
        }
        RegisterComponents();
    }

    /// <param name="query"><c>[L, N, E]</c></param>
    /// <param name="key"><c>[S, N, kdim]</c></param>
    /// <param name="value"><c>[S, N, vdim]</c></param>
    /// <param name="key_padding_mask"><c>[N, S]</c>: true (or what is added to the scores) where a key is to be ignored.</param>
    /// <param name="need_weights">Whether to return the weights, averaged over the heads, <c>[N, L, S]</c>.</param>
    /// <param name="attn_mask"><c>[L, S]</c> or <c>[N · heads, L, S]</c>: true (or what is added to the scores) where attention is not allowed.</param>
    /// <returns>The output <c>[L, N, E]</c>, and the weights or null.</returns>
    public override Tuple<Tensor, Tensor> forward(Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask, bool need_weights, Tensor? attn_mask)
    {
        if (query.dim() != 3 || key.dim() != 3 || value.dim() != 3)
            throw new ArgumentException($"Query, key and value have {query.dim()}, {key.dim()} and {value.dim()} dimensions, expected 3 each: [length, batch, embedding].", nameof(query));
        using DisposeScope scope = NewDisposeScope();
        long length = query.size(0), batch = query.size(1), head = _embed / _heads;
        Tensor q = Project(query, 0, q_proj_weight), k = Project(key, 1, k_proj_weight), v = Project(value, 2, v_proj_weight);
        if (bias_k is not null)
        {
            k = Concat(k, Aten.Call("expand", bias_k, new[] { 1, batch, _embed }), 0);
            v = Concat(v, Aten.Call("expand", bias_v, new[] { 1, batch, _embed }), 0);
        }
        (q, k, v) = (Heads(q, batch, head), Heads(k, batch, head), Heads(v, batch, head));
        if (_add_zero_attn)
        {
            Tensor zero = Aten.Call("new_zeros", k, new[] { batch * _heads, 1, head });
            (k, v) = (Concat(k, zero, 1), Concat(v, zero, 1));
        }
        long keys = k.size(1);
        Tensor scores = Aten.Call("bmm", Aten.Call("mul.Scalar", q, 1 / Math.Sqrt(head)), Aten.Call("transpose.int", k, 1, 2));
        if (attn_mask is not null) scores = Aten.Call("add.Tensor", scores, Additive(attn_mask, keys, scores));
        if (key_padding_mask is not null)
        {
            Tensor mask = Aten.Call("reshape", Additive(key_padding_mask, keys, scores), new[] { batch, 1, 1, keys });
            Tensor byHead = Aten.Call("view", scores, new[] { batch, _heads, length, keys });
            scores = Aten.Call("view", Aten.Call("add.Tensor", byHead, mask), new[] { batch * _heads, length, keys });
        }
        Tensor weights = Aten.Call("softmax.int", scores, -1);
        if (_dropout > 0) weights = Aten.Call("dropout", weights, _dropout, training);
        Tensor mixed = Aten.Call("transpose.int", Aten.Call("bmm", weights, v), 0, 1);
        Tensor output = out_proj.call(Aten.Call("reshape", mixed, new[] { length, batch, _embed })).MoveToOuterDisposeScope();
        if (!need_weights) return new Tuple<Tensor, Tensor>(output, null!);
        Tensor perHead = Aten.Call("view", weights, new[] { batch, _heads, length, keys });
        return new Tuple<Tensor, Tensor>(output, Aten.Call("mean.dim", perHead, new long[] { 1 }).MoveToOuterDisposeScope());
    }

    /// <inheritdoc cref="forward"/>
    public new Tuple<Tensor, Tensor> call(Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask = null, bool need_weights = true, Tensor? attn_mask = null) =>
        base.call(query, key, value, key_padding_mask, need_weights, attn_mask);

    /// <summary>What is added to the scores: -∞ for true; masks are extended by zeros for the keys that this module adds itself.</summary>
    internal static Tensor Additive(Tensor mask, long keys, Tensor like)
    {
        if (mask.dtype is ScalarType.Bool or ScalarType.Byte)
        {
            Tensor zero = Aten.Call("zeros_like", mask, like.dtype);
            mask = Aten.Call("masked_fill.Scalar", zero, Aten.Call("to.dtype", mask, ScalarType.Bool), double.NegativeInfinity);
        }
        long missing = keys - mask.size((int)mask.dim() - 1);
        return missing > 0 ? Aten.Call("constant_pad_nd", mask, new[] { 0, missing }) : mask;
    }

    private static Parameter Glorot(long outputs, long inputs)
    {
        var weight = new Parameter(empty([outputs, inputs], null, null));
        nn.init.xavier_uniform_(weight);
        return weight;
    }

    /// <summary>The projection of query (0), key (1) or value (2).</summary>
    private Tensor Project(Tensor input, long part, Parameter? weight)
    {
        Tensor matrix = weight is not null ? weight : Aten.Call("narrow", in_proj_weight, 0, part * _embed, _embed);
        Tensor? bias = in_proj_bias is null ? null : Aten.Call("narrow", in_proj_bias, 0, part * _embed, _embed);
        return Aten.Call("linear", input, matrix, bias);
    }

    /// <summary><c>[length, N, E]</c> to <c>[N · heads, length, E / heads]</c>.</summary>
    private Tensor Heads(Tensor tensor, long batch, long head) =>
        Aten.Call("transpose.int", Aten.Call("reshape", tensor, new[] { -1, batch * _heads, head }), 0, 1);

    private static Tensor Concat(Tensor first, Tensor second, long dim) => Aten.Call("cat", new[] { first, second }, dim);
}

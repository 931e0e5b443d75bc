using QDrop.Layers;
using QDrop.Recording;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// The quantized counterpart of <c>MultiheadAttention</c>, one unit of reconstruction. Its projections are quantized
/// linear layers; quantizers follow the projected queries, keys and values, the softmax, and the mixed values, so that
/// both matrix products have quantized operands.
/// </summary>
internal sealed class QuantizedAttention
    : IQuantizedModule,
        IModule<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, Tuple<Tensor, Tensor>>
{
    private readonly AttentionArithmetic _arithmetic;
    private readonly ProjectionUnit _projections;
    private readonly FusedUnit _query, _key, _value, _weights, _mixed, _output;

    /// <summary>Makes it.</summary>
    /// <param name="context">What the twins of the model share.</param>
    /// <param name="output">Where the module's output goes.</param>
    /// <param name="module">The float module.</param>
    /// <exception cref="QDropException">The module is not understood (QDROP232).</exception>
    public static QuantizedAttention Of(QuantizationContext context, Feeds output, MultiheadAttention module)
    {
        string name = context.PathOf(module);
        var parameters = AttentionParameters.Of(name, module);
        (long heads, bool addsZeroKey) = parameters.Probe(name, module);
        return new(context, output, name, parameters, new AttentionArithmetic(parameters, heads, addsZeroKey));
    }

    /// <summary>Makes it from what the module consists of.</summary>
    /// <param name="context">What the twins of the model share.</param>
    /// <param name="output">Where the output goes.</param>
    /// <param name="name">The path of the attention in the model.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="arithmetic">What it computes.</param>
    public QuantizedAttention(
        QuantizationContext context,
        Feeds output,
        string name,
        AttentionParameters parameters,
        AttentionArithmetic arithmetic)
    {
        Context = context;
        _arithmetic = arithmetic;
        _projections = new ProjectionUnit(
            context,
            context.UnitName(parameters.IsSplit ? $"{name}.projections" : parameters.Layers[0].Name),
            [.. parameters.Layers.SkipLast(1).Select(l => context.Layer(l))],
            parameters.Embedding);
        _query = Quantizer("query");
        _key = Quantizer("key");
        _value = Quantizer("value");
        _weights = new(
            context,
            $"{name}.weights",
            null,
            [static x => Note.As(x.softmax(-1), $"softmax({x}, dim=-1)")],
            context.Activation($"{name}.weights", hasChannels: false));
        _mixed = Quantizer("mixed");
        QuantizedLayer last = context.Layer(parameters.Layers[^1]);
        _output = new FusedUnit(
            context,
            context.UnitName(last.Name),
            last,
            [],
            output == Feeds.Next ? context.Activation(name + ".output") : null);

        FusedUnit Quantizer(string part) =>
            new(context, $"{name}.{part}", null, [], context.Activation($"{name}.{part}"));
    }

    /// <inheritdoc/>
    public QuantizationContext Context { get; }

    /// <inheritdoc/>
    public bool IsBlock => true;

    /// <summary>
    /// As TorchSharp's module: output <c>[L, N, E]</c>, and the weights averaged over the heads, <c>[N, L, S]</c>, or
    /// null.
    /// </summary>
    public Tuple<Tensor, Tensor> call(
        Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask, bool need_weights, Tensor? attn_mask)
    {
        (Tensor? q, Tensor? k, Tensor? v) = _projections.Run(query, key, value);
        (q, k, v) = _arithmetic.Extend(q, k, v);
        (q, k, v) = (_query.Run(q), _key.Run(k), _value.Run(v));
        Tensor weights = _weights.Run(_arithmetic.Scores(q, k, key_padding_mask, attn_mask));
        Tensor output = _output.Run(_mixed.Run(_arithmetic.Mix(weights, v)));
        return new(output, need_weights ? _arithmetic.Averaged(weights) : null!);
    }
}

/// <summary>The projections of queries, keys and values: one layer for all, or one for each.</summary>
internal sealed class ProjectionUnit(QuantizationContext context, string name, QuantizedLayer[] layers, long embedding)
    : Unit(context, name)
{
    private bool _known;

    /// <inheritdoc/>
    public override bool IsBlock => false;

    private protected override bool IsBoundary => true;

    /// <summary>Runs the unit where attention calls it.</summary>
    public (Tensor Query, Tensor Key, Tensor Value) Run(Tensor query, Tensor key, Tensor value) =>
        (IsIntercepted ? Intercept(new([query, key, value])) : Compute(new([query, key, value]))).Get<(
            Tensor, Tensor, Tensor)>();

    internal override Bundle Compute(Bundle inputs)
    {
        if (!Volatile.Read(ref _known))
        {
            foreach (QuantizedLayer layer in layers)
                Context.Ran(this, layer, null);
            Volatile.Write(ref _known, true);
        }
        IReadOnlyList<Tensor> x = inputs.Tensors;
        if (layers.Length > 1)
            return new([(Whole(0), Whole(1), Whole(2))]);
        if (ReferenceEquals(x[0], x[1]) && ReferenceEquals(x[1], x[2]))
        {
            Tensor whole = Whole(0);
            Tensor[] parts = Note.Parts(whole.chunk(3, -1), whole, -1);
            return new([(parts[0], parts[1], parts[2])]);
        }
        Tensor weight = layers[0].CurrentWeight;
        return new([(Part(0), Part(1), Part(2))]);

        Tensor Whole(int layer) => Seen(layers[layer], layers[layer].Forward(x[layer]));

        Tensor Part(int part)
        {
            Tensor rows = Rows(weight);
            layers[0].Count(x[part].numel() / x[part].shape[^1] * rows.numel());
            Tensor? bias = layers[0].CurrentBias is { } own ? Rows(own) : null;
            return Seen(layers[0], LinearProduct.Of(x[part], rows, bias));

            Tensor Rows(Tensor all)
            {
                long start = part * embedding;
                return Note.As(
                    all.narrow(0, start, embedding), $"slice({all}, dim=0, start={start}, end={start + embedding})");
            }
        }

        Tensor Seen(QuantizedLayer layer, Tensor output) => Context.Watcher?.OnValue(layer, output) ?? output;
    }
}

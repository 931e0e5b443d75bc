using QDrop.Recording;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers;

/// <summary>
/// What a layer of a transformer consists of (arXiv 1706.03762, section 3.1): attention of a sequence to itself, in a
/// decoder attention to the encoder's output, and two linear layers, each added to its input and normalised.
/// </summary>
/// <param name="Name">Its path in the model.</param>
/// <param name="Self">Attention of the sequence to itself.</param>
/// <param name="Cross">Attention to the encoder's output; <see langword="null"/> in an encoder.</param>
/// <param name="Up">The first linear layer, before the activation function.</param>
/// <param name="Down">The second linear layer.</param>
/// <param name="Norms">Layer norms in their order.</param>
internal sealed record TransformerLayer(
    string Name,
    AttentionParameters Self,
    AttentionParameters? Cross,
    LayerSource Up,
    LayerSource Down,
    IReadOnlyList<Func<Tensor, Tensor>> Norms)
{
    // What libtorch's layers have, as TorchSharp gives no other.
    private const double Epsilon = 1e-5;

    /// <summary>The weights in the order in which they are used.</summary>
    public IEnumerable<LayerSource> Sources => [.. Self.Layers, .. Cross?.Layers ?? [], Up, Down];

    /// <summary>The layers of a module: an encoder or a decoder has several, a layer is the only one.</summary>
    /// <param name="name">The module's path in the model.</param>
    /// <param name="module">The module.</param>
    /// <exception cref="QDropException">Its parameters have been disposed (QDROP232).</exception>
    public static IReadOnlyList<TransformerLayer> AllOf(string name, Module module)
    {
        Dictionary<string, Parameter> parameters = RegisteredParameters.Of(name, module);
        if (parameters.ContainsKey("linear1.weight"))
            return [Of(name, parameters)];
        int count = parameters.Keys.Count(static key => key.EndsWith(".linear1.weight", StringComparison.Ordinal));
        return [.. Enumerable.Range(0, count).Select(i => Of($"{name}.layers.{i}", Within(parameters, $"layers.{i}")))];
    }

    /// <summary>Computes the layer with its float weights, without masks.</summary>
    /// <param name="x">The sequences <c>[T, N, E]</c>.</param>
    /// <param name="memory">The encoder's output <c>[S, N, E]</c>; not used in an encoder.</param>
    /// <param name="form">What the parameters do not tell.</param>
    public Tensor Float(Tensor x, Tensor memory, TransformerForm form)
    {
        int norm = 0;
        x = Norms[norm++](x + form.Arithmetic(Self).Float(x, x, x));
        if (Cross is not null)
            x = Norms[norm++](x + form.Arithmetic(Cross).Float(x, memory, memory));
        Tensor inner = form.Activation(Up.Apply(x, Up.Weight, Up.Bias));
        return Norms[norm](x + Down.Apply(inner, Down.Weight, Down.Bias));
    }

    private static TransformerLayer Of(string name, IReadOnlyDictionary<string, Parameter> parameters)
    {
        bool isDecoder = parameters.ContainsKey("norm3.weight");
        return new(
            name,
            AttentionParameters.Of($"{name}.self_attn", Within(parameters, "self_attn")),
            isDecoder
                ? AttentionParameters.Of($"{name}.multihead_attn", Within(parameters, "multihead_attn"))
                : null,
            Linear("linear1"),
            Linear("linear2"),
            [.. Enumerable.Range(1, isDecoder ? 3 : 2).Select(Norm)]);

        LayerSource Linear(string part) => LinearProduct.Source(
            $"{name}.{part}",
            parameters[$"{part}.weight"],
            parameters[$"{part}.bias"],
            $"{name}.{part}.weight",
            $"{name}.{part}.bias");

        Func<Tensor, Tensor> Norm(int number)
        {
            Tensor weight = parameters[$"norm{number}.weight"], bias = parameters[$"norm{number}.bias"];
            return x => Note.As(
                functional.layer_norm(x, weight.shape, weight, bias, Epsilon),
                $"layer_norm({x}, {weight}, {bias}, dims=1, eps={Epsilon})");
        }
    }

    private static Dictionary<string, Parameter> Within(
        IReadOnlyDictionary<string, Parameter> parameters, string part) =>
        parameters
            .Where(p => p.Key.StartsWith($"{part}.", StringComparison.Ordinal))
            .ToDictionary(p => p.Key[(part.Length + 1)..], static p => p.Value);
}

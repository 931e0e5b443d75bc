using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace QDrop.Layers;

/// <summary>The weights of a recurrent layer in one direction, or those of a cell.</summary>
/// <param name="Name">
/// What tells it from the others of the module: <c>_l0</c>, <c>_l0_reverse</c>; empty for a cell.
/// </param>
/// <param name="Input">The weight for the input <c>[G, in]</c> with its bias.</param>
/// <param name="Hidden">The weight for the hidden state <c>[G, H]</c> with its bias.</param>
internal sealed record RecurrentDirection(string Name, LayerSource Input, LayerSource Hidden);

/// <summary>
/// What a recurrent module consists of: TorchSharp gives its parameters by name. All else follows from their shapes,
/// but for what <see cref="RecurrentProbe"/> finds.
/// </summary>
/// <param name="Layers">Its layers, each with one direction or two.</param>
internal sealed record RecurrentParameters(IReadOnlyList<IReadOnlyList<RecurrentDirection>> Layers)
{
    /// <summary>Length of the hidden state.</summary>
    public long Hidden => Layers[0][0].Hidden.Weight.shape[1];

    /// <summary>Number of gates: 4 of an LSTM, 3 of a GRU, 1 of a plain layer.</summary>
    public long Gates => Layers[0][0].Hidden.Weight.shape[0] / Hidden;

    /// <summary>All weights, in the order in which they are used.</summary>
    public IEnumerable<LayerSource> Sources => Layers.SelectMany(static l => l)
        .SelectMany(static d => new[] { d.Input, d.Hidden });

    /// <summary>Reads the parameters of a module.</summary>
    /// <param name="name">Its path in the model.</param>
    /// <param name="module">The module.</param>
    /// <exception cref="QDropException">They have been disposed (QDROP232).</exception>
    public static RecurrentParameters Of(string name, Module module)
    {
        Dictionary<string, Parameter> parameters = RegisteredParameters.Of(name, module);
        if (parameters.ContainsKey("weight_ih"))
            return new([[Direction("")]]);
        var layers = new List<IReadOnlyList<RecurrentDirection>>();
        while (parameters.ContainsKey($"weight_ih_l{layers.Count}"))
        {
            string forward = $"_l{layers.Count}", backward = $"{forward}_reverse";
            layers.Add(parameters.ContainsKey($"weight_ih{backward}")
                ? [Direction(forward), Direction(backward)]
                : [Direction(forward)]);
        }
        return new(layers);

        RecurrentDirection Direction(string suffix) => new(suffix, Source("ih", suffix), Source("hh", suffix));

        LayerSource Source(string part, string suffix)
        {
            string weight = $"weight_{part}{suffix}", bias = $"bias_{part}{suffix}";
            return LinearProduct.Source(
                $"{name}.{part}{suffix}",
                parameters[weight],
                parameters.GetValueOrDefault(bias),
                $"{name}.{weight}",
                $"{name}.{bias}");
        }
    }
}

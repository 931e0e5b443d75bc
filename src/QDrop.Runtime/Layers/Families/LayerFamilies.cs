using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>The table of all families of layers, by the type of the module.</summary>
internal static class LayerFamilies
{
    /// <summary>Gets all families.</summary>
    public static IReadOnlyList<LayerFamily> All { get; } =
    [
        new ActivationFamily(),
        new AttentionFamily(),
        new BatchNormFamily(),
        new BilinearFamily(),
        new CollectionFamily(),
        new ConvolutionFamily(),
        new DistanceFamily(),
        new EmbeddingBagFamily(),
        new EmbeddingFamily(),
        new LinearFamily(),
        new NormFamily(),
        new OtherPoolingFamily(),
        new PassThroughFamily(),
        new PatchFamily(),
        new RecurrentCellFamily(),
        new RecurrentFamily(),
        new SequentialFamily(),
        new TransformerFamily(),
        new TransposedConvolutionFamily(),
        new WholeTransformerFamily(),
    ];

    private static readonly Dictionary<Type, LayerFamily> ByType =
        All.SelectMany(static f => f.Types, static (f, t) => (Family: f, Type: t))
            .ToDictionary(static e => e.Type, static e => e.Family);

    /// <summary>Gets the family of a module.</summary>
    /// <returns>The family; <see langword="null"/> if the module is none of TorchSharp's layers.</returns>
    public static LayerFamily? Of(object module)
    {
        for (Type? type = module.GetType(); type is not null; type = type.BaseType)
        {
            if (ByType.TryGetValue(type.IsGenericType ? type.GetGenericTypeDefinition() : type, out LayerFamily? family)
            )
                return family;
        }
        return null;
    }

    /// <summary>Gets what a module is to quantization.</summary>
    public static LayerKind KindOf(object module) => Of(module)?.Kind ?? LayerKind.Unsupported;

    /// <summary>Gets the weight of a layer that has one.</summary>
    /// <param name="name">The layer's path in the model.</param>
    /// <param name="module">A module of the kind <see cref="LayerKind.Weighted"/>.</param>
    /// <exception cref="QDropException">This layer cannot be quantized (QDROP232).</exception>
    public static LayerSource SourceOf(string name, Module module) => Of(module)!.SourcesOf(name, module)[0];

    /// <summary>Looks a weight up by the name of its layer.</summary>
    /// <param name="modules">The model's modules by their path.</param>
    /// <param name="name">The layer's name.</param>
    /// <returns>The weight; <see langword="null"/> if the model has none of that name.</returns>
    public static LayerSource? FindSource(IReadOnlyDictionary<string, Module> modules, string name)
    {
        if (modules.TryGetValue(name, out Module? module))
            return KindOf(module) == LayerKind.Weighted ? SourceOf(name, module) : null;
        for (int dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            if (modules.TryGetValue(name[..dot], out Module? parent))
                return Of(parent)?.SourcesOf(name[..dot], parent).FirstOrDefault(l => l.Name == name);
        }
        return null;
    }
}

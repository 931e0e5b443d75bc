using QDrop.Recording;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers.Families;

/// <summary>
/// What quantization knows of some of TorchSharp's layers. Everything about them is said in one class.
/// </summary>
internal abstract class LayerFamily
{
    private readonly LayerFamilyAttribute _facts;

    protected LayerFamily()
    {
        Type family = GetType();
        _facts = (LayerFamilyAttribute?)Attribute.GetCustomAttribute(family, typeof(LayerFamilyAttribute))
            ?? throw new InvalidOperationException($"'{family}' has no [LayerFamily].");
        Attribute[] types = Attribute.GetCustomAttributes(family, typeof(LayerTypesAttribute));
        Types = [.. types.Cast<LayerTypesAttribute>().SelectMany(static a => a.Types)];
    }

    /// <summary>Gets the classes of the layers.</summary>
    public IReadOnlyList<Type> Types { get; }

    /// <inheritdoc cref="LayerFamilyAttribute.Kind"/>
    public LayerKind Kind => _facts.Kind;

    /// <inheritdoc cref="LayerFamilyAttribute.FoldsBatchNorm"/>
    public bool FoldsBatchNorm => _facts.FoldsBatchNorm;

    /// <summary>Gets why the layers cannot be quantized and what to do instead; an empty string if they can.</summary>
    public string WhyNot => _facts.Reason is null ? "" : $": {_facts.Reason}; {_facts.Advice}";

    /// <summary>Gets the weights of a layer that are quantized.</summary>
    /// <param name="name">The layer's path in the model.</param>
    /// <param name="layer">The layer.</param>
    /// <exception cref="QDropException">This layer cannot be quantized (QDROP232).</exception>
    public virtual IReadOnlyList<LayerSource> SourcesOf(string name, Module layer) => [];

    /// <summary>Gets what a chain computes in place of a call of the layer, or <see langword="null"/>.</summary>
    /// <param name="layer">The layer.</param>
    /// <returns>A function that may change its argument if the layer does.</returns>
    public virtual Func<Tensor, Tensor>? FunctionOf(object layer) => null;

    /// <summary>Tells whether the value of a layer has channels if its input has.</summary>
    public virtual bool KeepsChannels(object layer) => true;

    /// <summary>
    /// Counts the multiply-accumulates with weights of a layer that runs as it is, because it stays float.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="count">Takes the multiply-accumulates of a run.</param>
    /// <returns>Ends the counting; <see langword="null"/> if the layer has no such weights.</returns>
    public virtual Action? CountFloat(Module layer, Action<long> count) => null;

    /// <summary>Notes what a layer is in a program, where it runs as a function of one tensor.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">What it was given.</param>
    /// <param name="y">What it gave.</param>
    /// <returns>What it gave.</returns>
    public virtual Tensor Noted(object layer, Tensor x, Tensor y)
    {
        // A layer with weights that stays float notes what it computes with them.
        if (Recorder.Current is not null && Kind == LayerKind.Weighted && SourcesOf("", (Module)layer) is [var only])
            return Note.Same(y, only.Apply(x, only.Weight, only.Bias));
        return Note.None(y, layer.GetType().Name);
    }

    /// <summary>Looks all rows of a layer up that may change those it looks up; others do nothing.</summary>
    /// <param name="layer">The layer.</param>
    public virtual void LookUpAll(Module layer)
    {
    }
}

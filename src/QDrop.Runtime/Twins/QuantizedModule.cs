using QDrop.CompilerServices;
using static TorchSharp.torch.nn;

namespace QDrop;

/// <summary>Base class of generated quantized twins.</summary>
/// <typeparam name="T">Input of <c>forward</c>.</typeparam>
/// <typeparam name="TResult">Result of <c>forward</c>: a tensor, or a tuple or an array of tensors.</typeparam>
public abstract class QuantizedModule<T, TResult> : Module<T, TResult>, IModelTwin
{
    /// <summary>Makes a twin.</summary>
    /// <param name="model">The float instance.</param>
    /// <param name="context">What the twins of one model share.</param>
    /// <param name="output">Where the value that <c>forward</c> returns goes.</param>
    /// <param name="isBlock">Whether the module is reconstructed as one unit.</param>
    protected QuantizedModule(Module model, QuantizationContext context, Feeds output, bool isBlock)
        : base(model.GetName())
    {
        Sites = new Sites(model, context, output);
        IsBlock = isBlock;
    }

    /// <summary>Where generated code makes its chains and calls.</summary>
    protected Sites Sites { get; }

    /// <inheritdoc/>
    public QuantizationContext Context => Sites.Context;

    /// <inheritdoc/>
    public bool IsBlock { get; }

    /// <summary>The float model that this is the twin of.</summary>
    public Module Float => Sites.Float;

    IReadOnlyList<Type> IModelTwin.InputTypes => [typeof(T)];

    object? IModelTwin.Run(Bundle arguments) => call(arguments.Get<T>());

    object? IModelTwin.RunFloat(Bundle arguments) => ((IModule<T, TResult>)Float).call(arguments.Get<T>());

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Sites.DisposeRoot();
        base.Dispose(disposing);
    }
}

using QDrop.CompilerServices;
using static TorchSharp.torch.nn;

namespace QDrop;

/// <summary>Base class of generated quantized twins of modules with five inputs.</summary>
/// <typeparam name="T1">First input of <c>forward</c>.</typeparam>
/// <typeparam name="T2">Second input of <c>forward</c>.</typeparam>
/// <typeparam name="T3">Third input of <c>forward</c>.</typeparam>
/// <typeparam name="T4">Fourth input of <c>forward</c>.</typeparam>
/// <typeparam name="T5">Fifth input of <c>forward</c>.</typeparam>
/// <typeparam name="TResult">Result of <c>forward</c>: a tensor, or a tuple or an array of tensors.</typeparam>
public abstract class QuantizedModule<T1, T2, T3, T4, T5, TResult>
    : Module<T1, T2, T3, T4, T5, TResult>, IModelTwin
{
    /// <summary>Makes a twin.</summary>
    /// <param name="model">The float instance.</param>
    /// <param name="context">What the twins of one model share.</param>
    /// <param name="output">Where the values that <c>forward</c> returns go.</param>
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

    IReadOnlyList<Type> IModelTwin.InputTypes => [typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5)];

    object? IModelTwin.Run(Bundle arguments) =>
        call(
            arguments.Get<T1>(),
            arguments.Get<T2>(1),
            arguments.Get<T3>(2),
            arguments.Get<T4>(3),
            arguments.Get<T5>(4));

    object? IModelTwin.RunFloat(Bundle arguments) =>
        ((IModule<T1, T2, T3, T4, T5, TResult>)Float).call(
            arguments.Get<T1>(),
            arguments.Get<T2>(1),
            arguments.Get<T3>(2),
            arguments.Get<T4>(3),
            arguments.Get<T5>(4));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Sites.DisposeRoot();
        base.Dispose(disposing);
    }
}

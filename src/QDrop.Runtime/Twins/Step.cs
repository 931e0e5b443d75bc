using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// One step of a <see cref="Chain"/>: a module, an activation function, or a function that passes the grid through.
/// </summary>
public readonly struct Step
{
    private Step(object? module, string name, OpKind kind, Func<Tensor, Tensor>? function)
    {
        Module = module;
        Name = name;
        Kind = kind;
        Function = function;
    }

    /// <summary>
    /// The float module, or <see langword="null"/> for a function or for a module that the model does not have.
    /// </summary>
    internal object? Module { get; }

    internal string Name { get; }

    internal OpKind Kind { get; }

    internal Func<Tensor, Tensor>? Function { get; }

    /// <summary>A module of the float model; a <see langword="null"/> module is skipped.</summary>
    /// <param name="module">The module.</param>
    public static implicit operator Step(Module? module) => new(module, "", OpKind.PassThrough, null);

    /// <summary>A module known by its interface only.</summary>
    /// <param name="module">The module; <see langword="null"/> is skipped.</param>
    /// <returns>The step.</returns>
    public static Step Of(IModule<Tensor, Tensor>? module) => new(module, "", OpKind.PassThrough, null);

    /// <summary>An activation function: the quantizer sits after it.</summary>
    /// <param name="name">Its name in the vocabulary <see cref="Ops"/>.</param>
    /// <param name="function">The function.</param>
    /// <returns>The step.</returns>
    public static Step Activation(string name, Func<Tensor, Tensor> function) =>
        new(null, name, OpKind.Activation, function);

    /// <summary>A function without a quantizer of its own: pooling, reshaping, dropout.</summary>
    /// <param name="name">Its name, for messages and reports.</param>
    /// <param name="function">The function.</param>
    /// <returns>The step.</returns>
    public static Step PassThrough(string name, Func<Tensor, Tensor> function) =>
        new(null, name, OpKind.PassThrough, function);
}

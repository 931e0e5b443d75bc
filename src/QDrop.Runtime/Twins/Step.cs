using QDrop.Layers;
using QDrop.Recording;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// One step of a <see cref="Chain"/>: a module, an activation function, or a function that passes the grid through.
/// </summary>
public readonly struct Step
{
    private Step(
        object? module, string name, OpKind kind, Func<Tensor, Tensor>? function, OwnProduct? product = null,
        Tensor? addend = null)
    {
        Module = module;
        Name = name;
        Kind = kind;
        Function = function;
        OwnProduct = product;
        Addend = addend;
    }

    /// <summary>
    /// The float module, or <see langword="null"/> for a function or for a module that the model does not have.
    /// </summary>
    internal object? Module { get; }

    internal string Name { get; }

    internal OpKind Kind { get; }

    internal Func<Tensor, Tensor>? Function { get; }

    /// <summary>A product with a weight that the user's module has itself.</summary>
    internal OwnProduct? OwnProduct { get; }

    /// <summary>A parameter that is added to such a product: its bias, if it has the form of one.</summary>
    internal Tensor? Addend { get; }

    /// <summary>A module of the float model; a <see langword="null"/> module is skipped.</summary>
    /// <param name="module">The module.</param>
    public static implicit operator Step(Module? module) => new(module, "", OpKind.PassThrough, null);

    /// <summary>A module known by its interface only.</summary>
    /// <param name="module">The module; <see langword="null"/> is skipped.</param>
    /// <returns>The step.</returns>
    public static Step Of(IModule<Tensor, Tensor>? module) => new(module, "", OpKind.PassThrough, null);

    /// <summary>
    /// A layer without weights that <c>forward</c> makes itself, as in <c>ReLU().forward(x)</c>. It runs as in
    /// inference, while one that is made anew each time is always in training.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <returns>The step.</returns>
    public static Step Made(Module module)
    {
        module.eval();
        return module;
    }

    /// <summary>An activation function: the quantizer sits after it.</summary>
    /// <param name="name">Its name in the vocabulary <see cref="Ops"/>.</param>
    /// <param name="function">The function.</param>
    /// <returns>The step.</returns>
    public static Step Activation(string name, Func<Tensor, Tensor> function) =>
        new(null, name, OpKind.Activation, function);

    /// <summary>
    /// A product with a weight that the user's module has itself: it is quantized as that of a linear layer.
    /// </summary>
    /// <param name="name">The operation's name in the vocabulary <see cref="Ops"/>.</param>
    /// <param name="weight">The weight, a parameter of the model.</param>
    /// <param name="axis">
    /// The dimension of what <paramref name="view"/> gives that counts the channels of the output; from the end if
    /// negative.
    /// </param>
    /// <param name="outputAxis">The dimension of the output that they are in, likewise.</param>
    /// <param name="view">What the operation multiplies by: a view of the weight, or a cast.</param>
    /// <param name="function">The operation, of an input and of what it multiplies by.</param>
    /// <returns>The step.</returns>
    public static Step Product(
        string name, Tensor weight, int axis, int outputAxis, Func<Tensor, Tensor> view,
        Func<Tensor, Tensor, Tensor> function) =>
        Product(name, new OwnProduct(weight, null, axis, outputAxis, view, (x, w, b) =>
        {
            Tensor y = function(x, w);
            if (b is null)
                return y;
            int behind = outputAxis < 0 ? -1 - outputAxis : (int)y.dim() - 1 - outputAxis;
            Tensor added = behind == 0 ? b : Note.Reshaped(b.view([-1, .. Enumerable.Repeat(1L, behind)]), b);
            return Note.As(y + added, $"add({y}, {added})");
        })
        { Place = function.Method });

    /// <inheritdoc cref="Product(string, Tensor, int, int, Func{Tensor, Tensor}, Func{Tensor, Tensor, Tensor})"/>
    /// <param name="name">The operation's name in the vocabulary <see cref="Ops"/>.</param>
    /// <param name="weight">The weight, a parameter of the model.</param>
    /// <param name="bias">The bias, or none.</param>
    /// <param name="axis">
    /// The dimension of what <paramref name="view"/> gives that counts the channels of the output; from the end if
    /// negative.
    /// </param>
    /// <param name="outputAxis">The dimension of the output that they are in, likewise.</param>
    /// <param name="view">What the operation multiplies by: a view of the weight, or a cast.</param>
    /// <param name="function">The operation, of an input, of what it multiplies by, and of a bias.</param>
    public static Step Product(
        string name, Tensor weight, Tensor? bias, int axis, int outputAxis, Func<Tensor, Tensor> view,
        Func<Tensor, Tensor, Tensor?, Tensor> function) =>
        Product(name, new OwnProduct(weight, bias, axis, outputAxis, view, function) { Place = function.Method });

    private static Step Product(string name, OwnProduct product) => new(null, name, OpKind.Join, null, product);

    /// <summary>The sum of a product and a parameter of the model.</summary>
    /// <param name="name">The operation's name in the vocabulary <see cref="Ops"/>.</param>
    /// <param name="addend">The parameter.</param>
    /// <param name="function">Adds it.</param>
    /// <returns>The step.</returns>
    public static Step Sum(string name, Tensor addend, Func<Tensor, Tensor> function) =>
        new(null, name, OpKind.Join, function, addend: addend);

    /// <summary>A function without a quantizer of its own: pooling, reshaping, dropout.</summary>
    /// <param name="name">Its name, for messages and reports.</param>
    /// <param name="function">The function.</param>
    /// <returns>The step.</returns>
    public static Step PassThrough(string name, Func<Tensor, Tensor> function) =>
        new(null, name, OpKind.PassThrough, function);
}

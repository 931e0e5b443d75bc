using QDrop.CompilerServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo;

/// <summary>A model of the zoo, whatever its <c>forward</c> takes and gives.</summary>
/// <param name="Descriptor">What the generator knows of it.</param>
/// <param name="Inputs">
/// Example inputs, one tensor for each parameter of <c>forward</c>, from a number of samples.
/// </param>
/// <param name="ToQuantized">The twin of a float instance.</param>
/// <param name="Load">The quantized model in an artifact.</param>
/// <param name="Forward">Runs a float instance or a twin.</param>
public sealed record ZooModel(
    QuantizedModelDescriptor Descriptor,
    Func<int, Tensor[]> Inputs,
    Func<Module, Module> ToQuantized,
    Func<string, Module> Load,
    Func<Module, Tensor[], Tensor[]> Forward)
{
    /// <summary>Ends of the names of the modules that are last in a residual branch.</summary>
    public IReadOnlyList<string> BranchEnds { get; init; } = [];

    /// <summary>
    /// Units in which nothing is learned: tables of embeddings whose rows are added to others before anything is
    /// quantized.
    /// </summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>The simple name of the model's class.</summary>
    public string Name => Descriptor.Name[(Descriptor.Name.LastIndexOfAny(['.', '+']) + 1)..];

    /// <summary>A model of one input and one output.</summary>
    public static ZooModel Of<TModel, TTwin>(
        QuantizedModelDescriptor descriptor,
        Func<int, Tensor> inputs,
        Func<TModel, TTwin> toQuantized,
        Func<string, TTwin> load)
        where TModel : Module<Tensor, Tensor>
        where TTwin : Module<Tensor, Tensor> =>
        new(
            descriptor,
            samples => [inputs(samples)],
            model => toQuantized((TModel)model),
            load,
            (model, x) => [((Module<Tensor, Tensor>)model).call(x[0])]);

    /// <summary>A model of two inputs and one output.</summary>
    public static ZooModel Of<TModel, TTwin>(
        QuantizedModelDescriptor descriptor,
        Func<int, Tensor> first,
        Func<int, Tensor> second,
        Func<TModel, TTwin> toQuantized,
        Func<string, TTwin> load)
        where TModel : Module<Tensor, Tensor, Tensor>
        where TTwin : Module<Tensor, Tensor, Tensor> =>
        new(
            descriptor,
            samples => [first(samples), second(samples)],
            model => toQuantized((TModel)model),
            load,
            (model, x) => [((Module<Tensor, Tensor, Tensor>)model).call(x[0], x[1])]);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

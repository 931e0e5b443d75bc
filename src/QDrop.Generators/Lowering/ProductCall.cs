using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Lowering;

/// <summary>A product with a weight that the model's code has itself: a layer written by hand.</summary>
/// <param name="Data">What is multiplied.</param>
/// <param name="Weight">What it is multiplied by, as the call has it.</param>
/// <param name="Source">The value of <paramref name="Weight"/>: a parameter of the model, or a view of one.</param>
/// <param name="Bias">The bias that the operation takes, as the call has it; <see langword="null"/> for none.</param>
/// <param name="BiasSource">The value of <paramref name="Bias"/>, a parameter of the model.</param>
/// <param name="Axis">
/// The dimension of what it is multiplied by that counts the channels of the output; from the end if negative.
/// </param>
/// <param name="OutputAxis">The dimension of the output that they are in, likewise.</param>
internal sealed record ProductCall(
    IOperation Data,
    IOperation Weight,
    TensorValue Source,
    IOperation? Bias,
    TensorValue? BiasSource,
    int Axis,
    int OutputAxis)
{
    /// <summary>Gets the parameter.</summary>
    public TensorValue Parameter
    {
        get
        {
            TensorValue value = Source;
            while (value.Input?.Source is { } before)
                value = before;
            return value;
        }
    }

    /// <summary>Gets whether the operation itself adds a bias, given or not.</summary>
    public bool TakesBias { get; init; }
}

/// <summary>The sum of a value and a parameter of the model.</summary>
/// <param name="Data">The value.</param>
/// <param name="Addend">The parameter, as the sum has it.</param>
/// <param name="Source">The value of <paramref name="Addend"/>.</param>
internal sealed record SumCall(IOperation Data, IOperation Addend, TensorValue Source);

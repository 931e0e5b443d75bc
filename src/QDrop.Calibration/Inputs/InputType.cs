using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>
/// The type of a parameter of <c>forward</c>: a tensor, a number or a truth value, a tuple of these, or an array or a
/// list of tensors.
/// </summary>
internal static class InputType
{
    /// <summary>Whether a parameter takes as many tensors as are given.</summary>
    public static bool IsList(Type type) => type == typeof(Tensor[]) || type == typeof(List<Tensor>);

    /// <summary>
    /// How many tensors give a value of the type, of a list at least; <see langword="null"/> if no tensors do.
    /// </summary>
    public static int? Count(Type type) => type == typeof(Tensor) || IsNumber(type) || IsList(type) ? 1
        : IsTuple(type)
            ? type.GenericTypeArguments.Select(Count).Aggregate((int?)0, static (sum, count) => sum + count)
            : null;

    /// <summary>A value of the type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="inputs">The tensors that have not been taken yet, from left to right.</param>
    /// <param name="inList">How many of them a list takes.</param>
    /// <exception cref="QDropException">A number differs between the samples of a batch (QDROP222).</exception>
    public static object Make(Type type, Queue<Tensor> inputs, int inList)
    {
        if (type == typeof(Tensor))
            return inputs.Dequeue();
        if (IsNumber(type))
            return Number(type, inputs.Dequeue());
        if (IsTuple(type))
        {
            object[] items = [.. type.GenericTypeArguments.Select(item => Make(item, inputs, inList))];
            return Activator.CreateInstance(type, items)!;
        }
        Tensor[] tensors = [.. Enumerable.Range(0, inList).Select(_ => inputs.Dequeue())];
        return type.IsArray ? tensors : tensors.ToList();
    }

    private static bool IsTuple(Type type) => type.IsGenericType && type.IsAssignableTo(typeof(ITuple));

    private static bool IsNumber(Type type) =>
        type == typeof(int) || type == typeof(long) || type == typeof(float) || type == typeof(double)
        || type == typeof(bool);

    /// <summary><c>forward</c> runs on a batch, so that a number is one for all samples in it.</summary>
    private static object Number(Type type, Tensor input)
    {
        using Tensor values = input.to(float64).flatten();
        double[] numbers = values.data<double>().ToArray();
        double first = numbers.FirstOrDefault();
        if (Array.Exists(numbers, n => n != first))
        {
            double other = numbers.First(n => n != first);
            throw new QDropException(
                Codes.InputsDoNotFit,
                $"forward takes a {type.Name} for all samples of a batch, but calibration gives "
                    + FormattableString.Invariant($"{first} and {other}. Give the same value for each sample."));
        }
        return Convert.ChangeType(first, type, System.Globalization.CultureInfo.InvariantCulture);
    }
}

using System.Reflection;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>Brings calibration inputs and the parameters of a model's <c>forward</c> together.</summary>
internal static class ModelInputs
{
    /// <summary>How many tensors <c>forward</c> takes; of a list, one.</summary>
    /// <exception cref="QDropException">It takes something that no tensor gives (QDROP222).</exception>
    public static int Count(IModelTwin twin) =>
        twin.InputTypes.Sum(type =>
            InputType.Count(type)
            ?? throw new QDropException(
                Codes.InputsDoNotFit,
                $"forward of {twin.Float.GetType().FullName} takes a {type.Name}: calibration can give it tensors "
                    + "and numbers only. Expected parameters that are these, tuples of them, or an array or a List of "
                    + "tensors."));

    /// <summary>Whether <c>forward</c> takes a list, and with it as many tensors more as there are.</summary>
    public static bool TakesMore(IModelTwin twin) => twin.InputTypes.Any(InputType.IsList);

    /// <summary>
    /// The tensors that <c>forward</c> takes, by the names of its parameters; empty where a parameter is a tuple or a
    /// list.
    /// </summary>
    public static IReadOnlyList<string> Names(torch.nn.Module model)
    {
        MethodInfo? forward = model
            .GetType()
            .GetMethods()
            .Where(static m => m.Name == "forward" && m.GetBaseDefinition() != m)
            .MaxBy(static m => m.GetParameters().Length);
        ParameterInfo[] parameters = forward?.GetParameters() ?? [];
        return parameters.All(static p => InputType.Count(p.ParameterType) == 1 && !InputType.IsList(p.ParameterType))
            ? [.. parameters.Select(static p => p.Name!)]
            : [];
    }

    /// <summary>Arguments of <c>forward</c>.</summary>
    /// <param name="twin">The model's twin.</param>
    /// <param name="inputs">The tensors that it takes, in order.</param>
    /// <exception cref="QDropException">
    /// There are more or fewer than <c>forward</c> takes, or it takes something that is no tensor (QDROP222).
    /// </exception>
    public static Bundle Bind(IModelTwin twin, IReadOnlyList<Tensor> inputs)
    {
        int expected = Count(twin);
        bool takesMore = TakesMore(twin);
        if (takesMore ? inputs.Count < expected : inputs.Count != expected)
        {
            IReadOnlyList<string> names = Names(twin.Float);
            throw new QDropException(
                Codes.InputsDoNotFit,
                $"Calibration gives {inputs.Count} {(inputs.Count == 1 ? "tensor" : "tensors")} for each input, but "
                    + $"forward of {twin.Float.GetType().FullName} takes {expected}{(takesMore ? " or more" : "")}"
                    + $"{(names.Count > 0 ? $" ({string.Join(", ", names)})" : "")}. Give as many, in that order.");
        }
        var rest = new Queue<Tensor>(inputs);
        return new([.. twin.InputTypes.Select(type => InputType.Make(type, rest, inputs.Count - expected + 1))]);
    }
}

using QDrop.Calibration.Memory;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Whether a twin gives what its model gives. Where it does not, and modules change values in place, says which of them
/// are the reason: the twin runs with them changing the values that others see, too.
/// </summary>
/// <param name="name">The model's name.</param>
/// <param name="runner">Runs the twin.</param>
/// <param name="context">What the twins of the model share; its quantizers are off.</param>
internal sealed class TwinCheck(string name, TwinRunner runner, QuantizationContext context)
{
    /// <summary>Runs something while no module changes a value that others see.</summary>
    public T WithCopies<T>(Func<T> run) => Acting([], run);

    /// <summary>
    /// Compares the twin with the model on a batch of the inputs, more loosely than on the first ones: where the model
    /// chooses, such as the index of the greatest value, the last digit may decide for some samples.
    /// </summary>
    /// <param name="inputs">The inputs of both.</param>
    /// <param name="found">What the twin gave.</param>
    /// <exception cref="QDropException">They differ (QDROP233, QDROP237).</exception>
    public void CheckBatch(Bundle inputs, Bundle found)
    {
        const double Share = 0.01;
        using DisposeScope scope = NewDisposeScope();
        Bundle expected = runner.Float(inputs);
        foreach ((Tensor own, Tensor other) in found
                .Tensors.Zip(expected.Tensors)
                .Where(static p => p.Second.is_floating_point() && p.First.shape.SequenceEqual(p.Second.shape)))
        {
            double error = Sums.OfErrors(own.detach(), other, 2, 1), power = Sums.OfSquares(other);
            if (error > Share * Share * power)
                Check(inputs, expected, found);
        }
    }

    /// <summary>Compares what twin and model gave.</summary>
    /// <param name="inputs">The inputs of both.</param>
    /// <param name="expected">What the model gave.</param>
    /// <param name="found">What the twin gave.</param>
    /// <exception cref="QDropException">
    /// They differ: because a module changes a value that is used again (QDROP237), or for a reason that is not known
    /// (QDROP233).
    /// </exception>
    public void Check(Bundle inputs, Bundle expected, Bundle found)
    {
        if (TwinRunner.Difference(expected, found) is not { } how)
            return;
        object[] modules = [.. context.InPlace.Seen];
        if (modules.Length > 0 && TwinRunner.Difference(expected, Run(inputs, modules)) is null)
            throw ChangedInPlace([.. modules.Where(m => TwinRunner.Difference(found, Run(inputs, [m])) is not null)]);
        throw new QDropException(
            Codes.TwinDiffers,
            $"The twin of '{name}' does not compute what the model computes: {how}. "
                + "Does forward depend on state, on randomness, or on training mode? Otherwise this is an error of "
                + "QDrop: please report the model.");
    }

    private Bundle Run(Bundle inputs, IReadOnlyCollection<object> acting)
    {
        using IDisposable guard = no_grad();
        return Acting(acting, () => runner.RunGuarded(inputs));
    }

    private T Acting<T>(IReadOnlyCollection<object> modules, Func<T> run)
    {
        context.InPlace.Acting = modules;
        try
        {
            return run();
        }
        finally
        {
            context.InPlace.Acting = null;
        }
    }

    private QDropException ChangedInPlace(object[] modules)
    {
        string names = string.Join(", ", modules.Select(m => $"'{context.PathOf(m)}'"));
        string what = modules.Length switch
        {
            // Each alone makes no difference, all of them do.
            0 => "modules change values",
            1 => $"{names} changes a value",
            _ => $"{names} change values",
        };
        return new(
            Codes.ChangedInPlace,
            $"In '{name}' {what} in place that forward uses again, so that the model computes with the changed one "
                + "there as well. A quantized value has one place where it is made, and stays as it is. If the model "
                + "was trained like this, let forward use the module's result in both places (y = relu.forward(y)); "
                + "otherwise make the module with inplace: false.");
    }
}

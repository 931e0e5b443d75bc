using static TorchSharp.torch;

namespace QDrop.Calibration.Training;

/// <summary>Calls the functions of <see cref="TrainingData"/>, and says which of them it was that failed.</summary>
internal static class UserFunction
{
    /// <summary>Changes a batch at random.</summary>
    /// <exception cref="QDropException">QDROP276: it threw, or gave what is no such batch.</exception>
    public static Tensor Augment(Func<Tensor, long, Tensor> augment, Tensor batch, long seed)
    {
        (long samples, ScalarType type) = (batch.shape[0], batch.dtype);
        Tensor? found = Call(nameof(TrainingData.Augment), () => augment(batch, seed));
        return found is not null && found.dim() > 0 && found.shape[0] == samples && found.dtype == type
            ? found
            : throw Unusable(nameof(TrainingData.Augment), found, $"{type} of {samples} samples, as it was given");
    }

    /// <summary>The loss of a batch.</summary>
    /// <exception cref="QDropException">QDROP276: it threw, or gave what is no loss.</exception>
    public static Tensor Loss(
        Func<IReadOnlyList<Tensor>, Tensor, Tensor> loss, IReadOnlyList<Tensor> outputs, Tensor targets)
    {
        Tensor? found = Call(nameof(TrainingData.Loss), () => loss(outputs, targets));
        return found is not null && found.NumberOfElements == 1 && found.requires_grad
            ? found
            : throw Unusable(
                nameof(TrainingData.Loss), found, "one number that gradients flow back from to the model's outputs");
    }

    private static Tensor? Call(string name, Func<Tensor?> function)
    {
        try
        {
            return function();
        }
        catch (Exception e) when (e is not (QDropException or OperationCanceledException))
        {
            throw new QDropException(
                Codes.TrainingFunction, $"{name} of the training data threw {e.GetType().Name}: {e.Message}", e);
        }
    }

    private static string Describe(Tensor? found)
    {
        if (found is null)
            return "null";
        string gradient = found.requires_grad ? "" : " without a gradient";
        return $"{found.dtype} [{string.Join(", ", found.shape)}]{gradient}";
    }

    private static QDropException Unusable(string name, Tensor? found, string expected) =>
        new(
            Codes.TrainingFunction, $"{name} of the training data gave {Describe(found)}. Expected {expected}.");
}

using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Weights;

/// <summary>
/// Values that no weights have: NaN, infinite ones, variances below zero. Buffers may be infinite (attention masks
/// are), running statistics not.
/// </summary>
internal static class WeightValues
{
    private const string Mean = "running_mean", Variance = "running_var",
        Advice = "The training has probably diverged: take a checkpoint from before, or train again with a lower "
            + "learning rate.";

    /// <summary>Checks the parameters and the running statistics of a model.</summary>
    /// <param name="model">The model, whose other buffers may hold anything.</param>
    /// <exception cref="QDropException">QDROP212: one of them has such a value.</exception>
    public static void Check(nn.Module model)
    {
        var parameters = model.named_parameters().Select(static p => p.name).ToHashSet(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in model.state_dict())
        {
            if ((parameters.Contains(name) || IsStatistic(name)) && Problem(tensor, name, true) is { } problem)
                throw Error($"The model '{model.GetType().Name}'", tensor, name, problem);
        }
    }

    /// <summary>Checks a tensor of a weights file.</summary>
    /// <param name="tensor">The values in the model's type.</param>
    /// <param name="source">The values in the file's type.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="isParameter">Whether it is a parameter of the model, and no buffer.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="QDropException">QDROP212: it has such a value.</exception>
    public static void Check(Tensor tensor, Tensor source, string name, bool isParameter, string path)
    {
        if (Problem(tensor, name, isParameter) is not { } problem)
            return;
        bool fits = Problem(source, name, isParameter) is not null;
        throw Error(
            $"The weights file '{path}'",
            tensor,
            name,
            fits ? problem : problem with { What = $"too large for the model's type, {tensor.dtype}" });
    }

    private static QDropException Error(string where, Tensor tensor, string name, Fault fault) =>
        new(
            Codes.WeightsNotFinite,
            $"{where} has a value in '{name}' (element {fault.Element} of {tensor.numel()}) that is {fault.What}. "
                + Advice);

    private static Fault? Problem(Tensor tensor, string name, bool isParameter)
    {
        if (!SafetensorsTypes.IsFloat(tensor.dtype))
            return null;
        if (FirstNotFinite(tensor, infiniteToo: isParameter || IsStatistic(name)) is >= 0 and var index)
            return new(index, "NaN or infinite");
        if (!name.EndsWith(Variance, StringComparison.Ordinal))
            return null;
        using DisposeScope scope = NewDisposeScope();
        long least = tensor.numel() == 0 ? -1 : tensor.detach().flatten().argmin().ToInt64();
        return least >= 0 && tensor.detach().flatten()[least].ToDouble() is < 0 and var value
            ? new(least, FormattableString.Invariant($"a variance below zero ({value:g4})"))
            : null;
    }

    private static bool IsStatistic(string name) =>
        name.EndsWith(Mean, StringComparison.Ordinal) || name.EndsWith(Variance, StringComparison.Ordinal);

    private static long FirstNotFinite(Tensor tensor, bool infiniteToo)
    {
        if (tensor.dtype == ScalarType.Float64)
        {
            // float32 would make large values infinite.
            using Tensor bad = infiniteToo ? tensor.isfinite().logical_not() : tensor.isnan();
            using Tensor flags = TensorBytes.Dense(bad);
            long found = -1, passed = 0;
            TensorBytes.ForEachPiece(flags, bytes =>
            {
                int index = found < 0 ? bytes.IndexOf((byte)1) : -1;
                if (index >= 0)
                    found = passed + index;
                passed += bytes.Length;
            });
            return found;
        }

        using DisposeScope scope = NewDisposeScope();
        return TensorBytes.FirstNotFinite(TensorBytes.Dense(tensor.to_type(ScalarType.Float32)), infiniteToo);
    }

    /// <summary>Such a value.</summary>
    /// <param name="Element">Its index in the tensor's elements.</param>
    /// <param name="What">What it is.</param>
    private sealed record Fault(long Element, string What);
}

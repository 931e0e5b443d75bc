using System.Diagnostics;
using QDrop.Calibration.Memory;
using QDrop.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>Runs a model and its twin, whose <c>forward</c> is the user's code.</summary>
/// <param name="name">The model's name.</param>
/// <param name="twin">The twin.</param>
internal sealed class TwinRunner(string name, IModelTwin twin)
{
    private readonly Unit? _root =
        twin.IsBlock && twin.Context.Granularity != Granularity.Layer
            ? new BlockUnit(twin.Context, name, arguments => new([twin.Run(arguments)]))
            : null;

    /// <summary>Runs the float model on copies of the inputs, which <c>forward</c> may change.</summary>
    /// <exception cref="QDropException">It cannot run on the inputs (QDROP222, QDROP230).</exception>
    public Bundle Float(Bundle inputs) =>
        Guarded(arguments => new([twin.RunFloat(Copies(arguments))]), inputs);

    /// <summary>Runs the twin, an executor in place of its units.</summary>
    /// <exception cref="QDropException">It cannot run on the inputs (QDROP222, QDROP230).</exception>
    public Bundle Run(Bundle inputs, UnitExecutor executor) => With(executor, () => Guarded(Run, inputs));

    /// <summary>Runs the twin on copies of the inputs, as it stands.</summary>
    /// <exception cref="QDropException">It cannot run on the inputs (QDROP222, QDROP230).</exception>
    public Bundle RunGuarded(Bundle inputs) => Guarded(Run, inputs);

    /// <summary>Runs the twin on copies of the inputs, which <c>forward</c> may change.</summary>
    public Bundle Run(Bundle inputs)
    {
        Bundle copies = Copies(inputs);
        twin.Context.Visits.Begin();
        if (_root is null)
            return new([twin.Run(copies)]);
        return _root.IsIntercepted ? _root.Intercept(copies) : _root.Compute(copies);
    }

    /// <summary>Does something while an executor stands in for the units.</summary>
    public T With<T>(UnitExecutor executor, Func<T> run)
    {
        twin.Context.Executor = executor;
        try
        {
            return run();
        }
        finally
        {
            twin.Context.Executor = null;
        }
    }

    /// <summary>How what the twin gave differs from what the model gave, or <see langword="null"/>.</summary>
    public static string? Difference(Bundle expected, Bundle found)
    {
        if (expected.Tensors.Count != found.Tensors.Count)
            return $"it gives {found.Tensors.Count} tensors, the model {expected.Tensors.Count}";
        foreach ((Tensor own, Tensor other) in found
                .Tensors.Zip(expected.Tensors)
                .Where(static p => p.Second.is_floating_point()))
        {
            if (!own.shape.SequenceEqual(other.shape))
            {
                return $"an output has shape [{string.Join(", ", own.shape)}], the model's "
                    + $"[{string.Join(", ", other.shape)}]";
            }
            if (own.numel() > 0 && Difference(own.detach(), other) is { } values)
                return FormattableString.Invariant(
                    $"outputs differ by {values.Error:g3}, where the greatest is {values.Size:g3}");
        }
        return null;
    }

    /// <summary>
    /// The greatest error where it is more than a thousandth of the greatest value: of the tensor, or of those with an
    /// index of a dimension, since a column of the outputs may be much smaller than others.
    /// </summary>
    private static (double Error, double Size)? Difference(Tensor own, Tensor other)
    {
        const double Share = 1e-3, Rounding = 1e-6;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor errors = (own.to_type(ScalarType.Float64) - other.to_type(ScalarType.Float64)).abs(),
            sizes = other.to_type(ScalarType.Float64).abs();
        double greatest = sizes.max().ToDouble(), worst = errors.max().ToDouble();
        if (worst > Share * greatest)
            return (worst, greatest);
        for (int d = 0; d < errors.dim(); d++)
        {
            long[] rest = [.. Enumerable.Range(0, (int)errors.dim()).Where(k => k != d).Select(static k => (long)k)];
            Tensor error = rest.Length == 0 ? errors : errors.amax(rest),
                size = rest.Length == 0 ? sizes : sizes.amax(rest),
                excess = error - (size * Share).clamp(min: greatest * Rounding);
            // What is no number is reported where it is met.
            if (!(excess.max().ToDouble() > 0))
                continue;
            using Tensor at = excess.argmax();
            return (error[at.ToInt64()].ToDouble(), size[at.ToInt64()].ToDouble());
        }
        return null;
    }

    private static Bundle Copies(Bundle inputs)
    {
        Bundle copies = inputs.Copies();
        MappedPages.Passed(copies.Tensors.Sum(static t => t.numel() * t.element_size()));
        return copies;
    }

    private string Advice(Exception error)
    {
        if (error.Message.Contains("Inference tensors", StringComparison.Ordinal))
        {
            return "Code that is called in forward, such as that of a [FullPrecision] part, makes a value within "
                + "inference_mode and uses it outside, which works without gradients only. Expected no_grad there.";
        }
        (string name, Parameter? other) = twin.Float
            .named_parameters()
            .FirstOrDefault(static p => p.parameter.is_floating_point() && p.parameter.dtype != ScalarType.Float32);
        return other is null
            ? "Expected inputs as the model's forward takes them, the first dimension counting samples."
            : $"'{name}' has type {other.dtype}, and the inputs are {ScalarType.Float32}. Convert the model "
                + "(model.to(ScalarType.Float32)), and create its layers without a dtype.";
    }

    private Bundle Guarded(Func<Bundle, Bundle> forward, Bundle inputs)
    {
        string shapes = string.Join(
            " and ", inputs.Tensors.Select(static t => $"[{string.Join(", ", t.shape)}] ({t.dtype})"));
        try
        {
            return forward(inputs);
        }
        catch (Exception error)
            when (error is not (QDropException or OperationCanceledException)
                && new StackTrace(error).GetFrame(0)?.GetMethod()?.Module.Assembly == typeof(Tensor).Assembly
            )
        {
            // TorchSharp or libtorch refused the values: shapes or types do not fit.
            throw new QDropException(
                Codes.InputsDoNotFit,
                $"The model cannot run on the calibration inputs, of shape {shapes}: {error.Message.Split('\n')[0]} "
                    + Advice(error),
                error);
        }
        catch (Exception error) when (error is not (QDropException or OperationCanceledException))
        {
            throw new QDropException(
                Codes.ForwardThrew,
                $"forward of '{name}' threw {error.GetType().Name} on calibration inputs of shape {shapes}: "
                    + $"{error.Message}",
                error);
        }
    }
}

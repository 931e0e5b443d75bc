using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>Checks what a model should give for its inputs.</summary>
internal static class TargetCheck
{
    /// <summary>Checks that there is a target for each sample.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="samples">Number of samples.</param>
    /// <param name="areClasses">Whether they are classes.</param>
    /// <exception cref="QDropException">
    /// QDROP271: there are none. QDROP272: they are too few, too many, or no whole numbers.
    /// </exception>
    public static void Check([NotNull] Tensor? targets, long samples, bool areClasses)
    {
        if (targets is null || targets.IsInvalid)
        {
            throw new QDropException(
                Codes.TargetsMissing,
                $"Training got inputs without targets ({(targets is null ? "null" : "a disposed tensor")}). Expected "
                    + $"the class of each input, int64 [{samples}]. "
                    + "Let the calibration source implement ILabelledCalibrationSource, or give the safetensors file a "
                    + "tensor 'targets'.");
        }
        if (targets.dim() == 0 || targets.shape[0] != samples)
        {
            throw new QDropException(
                Codes.TargetsDoNotFit,
                $"There are targets of shape [{string.Join(", ", targets.shape)}] for {samples} inputs. Expected one "
                    + $"for each, in their order: [{samples}, …].");
        }
        if (areClasses
            && targets.dtype
                is not (ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8 or ScalarType.Byte))
        {
            throw new QDropException(
                Codes.TargetsDoNotFit,
                $"Targets have type {targets.dtype}. Expected classes as whole numbers, of type {ScalarType.Int64}: "
                    + "convert them, or give training a loss function that takes them as they are.");
        }
    }

    /// <summary>Checks that classes fit the model's output.</summary>
    /// <param name="targets">The targets, int64.</param>
    /// <param name="outputs">What the model gives for some samples.</param>
    /// <exception cref="QDropException">QDROP272: they do not.</exception>
    public static void CheckClasses(Tensor targets, IReadOnlyList<Tensor> outputs)
    {
        if (outputs.Count != 1 || outputs[0].dim() < 2 || !outputs[0].is_floating_point())
        {
            throw new QDropException(
                Codes.TargetsDoNotFit,
                $"The model gives {string.Join(" and ", outputs.Select(Describe))}, whose cross entropy with classes "
                    + "is "
                    + "not defined. Expected one output [samples, classes, …] of logits. Give training a loss function "
                    + "(TrainingData.Loss).");
        }
        long[] output = outputs[0].shape;
        if (!targets.shape.AsSpan(1).SequenceEqual(output.AsSpan(2)))
        {
            throw new QDropException(
                Codes.TargetsDoNotFit,
                $"Targets have shape [{string.Join(", ", targets.shape)}], outputs "
                    + $"[samples{string.Concat(output.Skip(1).Select(static n => $", {n}"))}]. "
                    + "Expected a class for each position of an output: "
                    + $"[{string.Join(", ", [targets.shape[0], .. output.Skip(2)])}].");
        }
        long least = targets.min().item<long>(), greatest = targets.max().item<long>();
        if (least < 0 || greatest >= output[1])
        {
            throw new QDropException(
                Codes.TargetsDoNotFit,
                $"Targets range from {least} to {greatest}, but the model has {output[1]} classes. Expected 0 to "
                    + $"{output[1] - 1}. Check that the labels are numbered from 0 and belong to this model.");
        }
    }

    private static string Describe(Tensor output) => $"{output.dtype} [{string.Join(", ", output.shape)}]";
}

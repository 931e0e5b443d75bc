using QDrop.Calibration;
using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Calibrator;

/// <summary>Gets the calibration inputs from the model's source, and checks them.</summary>
internal static class CalibrationInputs
{
    /// <summary>Loads the inputs that a plan asks for.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="settings">The merged settings.</param>
    /// <param name="twin">The model's twin, which knows what <c>forward</c> takes.</param>
    /// <param name="assembly">The user's assembly, in which an item's calibration class is looked up.</param>
    /// <returns>As many inputs as the settings ask for, with their targets where the model is trained.</returns>
    /// <exception cref="QDropException">QDROP220 to QDROP224, QDROP271, QDROP272.</exception>
    internal static CalibrationSamples Load(
        ModelPlan plan, QuantizationSettings settings, IModelTwin twin, System.Reflection.Assembly assembly)
    {
        object source = Source(plan, assembly);
        var request = new CalibrationRequest(settings.Samples, plan.CalibrationData, plan.ProjectDirectory)
        {
            InputCount = ModelInputs.Count(twin),
            TakesMore = ModelInputs.TakesMore(twin),
            InputNames = ModelInputs.Names(twin.Float),
        };
        IReadOnlyList<Tensor>? inputs;
        try
        {
            inputs = source is IMultiInputCalibrationSource several
                ? several.Load(request)
                : [((ICalibrationSource)source).Load(request)];
        }
        catch (Exception e) when (e is not QDropException)
        {
            throw new QDropException(
                Codes.InputsUnusable,
                $"The calibration source {source.GetType().FullName} threw {Diagnosis.Describe(e)}. "
                    + $"{Asked(plan, settings)}",
                e);
        }

        CalibrationData.Check(inputs, settings);
        Tensor[] wanted =
        [
            .. inputs.Select(i => i.shape[0] == settings.Samples ? i : i.narrow(0, 0, settings.Samples)),
        ];
        return settings.Trains
            ? Labelled(source, request, wanted, settings)
            : new CalibrationSamples(new CalibrationSet(wanted), null);
    }

    private static CalibrationSamples Labelled(
        object source, CalibrationRequest request, Tensor[] inputs, QuantizationSettings settings)
    {
        if (source is not ILabelledCalibrationSource labelled)
        {
            throw new QDropException(
                Codes.TargetsMissing,
                $"Method = {settings.Method} trains the model, which needs the class of each input, but the "
                    + $"calibration source {source.GetType().FullName} gives inputs alone. "
                    + $"Let it implement {typeof(ILabelledCalibrationSource).FullName}, or choose a method that works "
                    + $"without labels, such as {QuantizationSettings.Paper.Method}.");
        }
        Tensor? targets;
        try
        {
            targets = labelled.LoadTargets(request);
        }
        catch (Exception e) when (e is not QDropException)
        {
            throw new QDropException(
                Codes.TargetsMissing,
                $"LoadTargets of the calibration source {source.GetType().FullName} threw {Diagnosis.Describe(e)}.",
                e);
        }
        if (targets is { IsInvalid: false } && targets.dim() > 0 && targets.shape[0] > settings.Samples)
            targets = targets.narrow(0, 0, settings.Samples);
        TargetCheck.Check(targets, settings.Samples, areClasses: true);
        return new CalibrationSamples(
            new CalibrationSet(inputs),
            new TrainingSet(new TrainingData(inputs, targets!) { Augment = labelled.Augment }));
    }

    /// <summary>Runs the float model on one of the inputs.</summary>
    /// <returns>What it computes.</returns>
    /// <exception cref="QDropException">
    /// QDROP222: TorchSharp refuses the inputs, or there are not as many as it takes. QDROP230: the model's own code
    /// throws.
    /// </exception>
    internal static Bundle Try(IModelTwin twin, IReadOnlyList<Tensor> inputs, int sample = 0)
    {
        using IDisposable mode = no_grad();
        try
        {
            return new Bundle(
            [
                twin.RunFloat(ModelInputs.Bind(twin, [.. inputs.Select(i => i.narrow(0, sample, 1).clone())])),
            ]);
        }
        catch (Exception e) when (e is not QDropException)
        {
            string shape = string.Join(
                " and ", inputs.Select(static i => $"[{string.Join(", ", i.shape)}] and type {i.dtype}"));
            if (Diagnosis.IsThrownByTorch(e))
            {
                throw new QDropException(
                    Codes.InputsDoNotFit,
                    $"The model does not take the calibration inputs, of shape {shape}: forward ended with "
                        + $"{Diagnosis.Describe(e)}. "
                        + "Give inputs as the model was trained on, preprocessed alike, with the samples in the first "
                        + "dimension.",
                    e);
            }

            throw new QDropException(
                Codes.ForwardThrew,
                $"The model's forward threw {Diagnosis.Describe(e)}, on a calibration input (all of them: shape "
                    + $"{shape}). Make forward work on it in evaluation mode.",
                e);
        }
    }

    private static object Source(ModelPlan plan, System.Reflection.Assembly assembly)
    {
        Type? type = plan.CalibrationType is { } name
            ? assembly.GetType(name)
                ?? throw new QDropException(
                    Codes.InputsUnusable,
                    $"The class {name}, named as Calibration, is not in {assembly.GetName().Name}. Give its full name, "
                        + "with the namespace.")
            : plan.Descriptor.Calibration;
        if (type is null)
            return new SafetensorsCalibrationSource();
        if (!typeof(ICalibrationSource).IsAssignableFrom(type)
            && !typeof(IMultiInputCalibrationSource).IsAssignableFrom(type))
            throw new QDropException(
                Codes.InputsUnusable,
                $"{type.FullName}, named as Calibration, does not implement {typeof(ICalibrationSource).FullName} (or, "
                    + $"for several inputs, {typeof(IMultiInputCalibrationSource).FullName}).");
        if (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
            throw new QDropException(
                Codes.InputsUnusable,
                $"{type.FullName}, named as Calibration, cannot be made: expected a class that is not abstract, with a "
                    + "public constructor without parameters.");
        try
        {
            return Activator.CreateInstance(type)!;
        }
        catch (Exception e)
        {
            throw new QDropException(
                Codes.InputsUnusable,
                $"The constructor of {type.FullName}, named as Calibration, threw {Diagnosis.Describe(e)}.",
                e);
        }
    }

    private static string Asked(ModelPlan plan, QuantizationSettings settings) =>
        $"It was asked for {settings.Samples} samples from "
            + $"{(plan.CalibrationData is { } path ? $"'{path}'" : "no path in particular")}.";
}

/// <summary>What a calibration source gave.</summary>
/// <param name="Unlabelled">The inputs.</param>
/// <param name="Labelled">Inputs and their classes; <see langword="null"/> where the model is not trained.</param>
internal sealed record CalibrationSamples(CalibrationSet Unlabelled, TrainingSet? Labelled)
{
    /// <summary>For each parameter of <c>forward</c> a tensor of shape <c>[Samples, …]</c>.</summary>
    internal IReadOnlyList<Tensor> Inputs => Unlabelled.Inputs;

    /// <summary>The hash of all of it.</summary>
    internal string Hash => Labelled?.Hash ?? Unlabelled.Hash;
}

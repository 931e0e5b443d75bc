using QDrop.Artifacts;
using static TorchSharp.torch;

namespace QDrop.Calibrator;

/// <summary>Gets the calibration inputs from the model's source, and checks them.</summary>
internal static class CalibrationInputs
{
    /// <summary>Loads the inputs that a plan asks for.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="settings">The merged settings.</param>
    /// <param name="assembly">The user's assembly, in which an item's calibration class is looked up.</param>
    /// <returns>As many inputs as the settings ask for, shape <c>[Samples, …]</c>, float32, finite.</returns>
    /// <exception cref="QDropException">QDROP220 to QDROP224.</exception>
    internal static Tensor Load(ModelPlan plan, QuantizationSettings settings, System.Reflection.Assembly assembly)
    {
        var source = Source(plan, assembly);
        Tensor? inputs;
        try
        {
            inputs = source.Load(new CalibrationRequest(settings.Samples, plan.CalibrationData, plan.ProjectDirectory));
        }
        catch (Exception e) when (e is not QDropException)
        {
            throw new QDropException("QDROP220", $"The calibration source {source.GetType().FullName} threw {Diagnosis.Describe(e)}. {Asked(plan, settings)}", e);
        }

        CalibrationData.Check(inputs, settings);
        return inputs.shape[0] == settings.Samples ? inputs : inputs.narrow(0, 0, settings.Samples);
    }

    /// <summary>Runs the model on the first input: what is wrong shows before anything is computed at length.</summary>
    /// <exception cref="QDropException">QDROP222: TorchSharp refuses the inputs. QDROP230: the model's own code throws.</exception>
    internal static void Try(nn.Module<Tensor, Tensor> model, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        try
        {
            model.call(inputs.narrow(0, 0, 1));
        }
        catch (Exception e) when (e is not QDropException)
        {
            string shape = $"[{string.Join(", ", inputs.shape)}] and type {inputs.dtype}";
            if (Diagnosis.IsThrownByTorch(e))
            {
                throw new QDropException(
                    "QDROP222",
                    $"The model does not take the calibration inputs, of shape {shape}: forward ended with {Diagnosis.Describe(e)}. "
                    + "Give inputs as the model was trained on, preprocessed alike, with the samples in the first dimension.",
                    e);
            }

            throw new QDropException("QDROP230", $"The model's forward threw {Diagnosis.Describe(e)}, on a calibration input (all of them: shape {shape}). Make forward work on it in evaluation mode.", e);
        }
    }

    private static ICalibrationSource Source(ModelPlan plan, System.Reflection.Assembly assembly)
    {
        var type = plan.CalibrationType is { } name
            ? assembly.GetType(name) ?? throw new QDropException("QDROP220", $"The class {name}, named as Calibration, is not in {assembly.GetName().Name}. Give its full name, with the namespace.")
            : plan.Descriptor.Calibration;
        if (type is null)
            return new SafetensorsCalibrationSource();
        if (!typeof(ICalibrationSource).IsAssignableFrom(type))
            throw new QDropException("QDROP220", $"{type.FullName}, named as Calibration, does not implement {typeof(ICalibrationSource).FullName}.");
        if (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
            throw new QDropException("QDROP220", $"{type.FullName}, named as Calibration, cannot be made: expected a class that is not abstract, with a public constructor without parameters.");
        try
        {
            return (ICalibrationSource)Activator.CreateInstance(type)!;
        }
        catch (Exception e)
        {
            throw new QDropException("QDROP220", $"The constructor of {type.FullName}, named as Calibration, threw {Diagnosis.Describe(e)}.", e);
        }
    }

    private static string Asked(ModelPlan plan, QuantizationSettings settings) =>
        $"It was asked for {settings.Samples} samples from {(plan.CalibrationData is { } path ? $"'{path}'" : "no path in particular")}.";
}

using QDrop.Artifacts;
using QDrop.CompilerServices;
using QDrop.Models;
using QDrop.Native;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop;

/// <summary>Makes quantized twins; generated code calls it.</summary>
public static class QuantizedModel
{
    /// <summary>File name of a model's artifact, beside the program.</summary>
    /// <param name="name">Full name of the model's class.</param>
    /// <returns>The file name.</returns>
    public static string ArtifactFileName(string name) => name + ".qdrop.safetensors";

    /// <summary>
    /// The twin of a float model, its quantizers off: it computes what the model computes, with batch norms folded.
    /// </summary>
    /// <param name="descriptor">The model.</param>
    /// <param name="model">
    /// The float model, in evaluation mode; it keeps belonging to the caller and must outlive the twin.
    /// </param>
    /// <returns>The twin.</returns>
    /// <exception cref="ArgumentException">The model is not of the described class.</exception>
    public static QuantizedModule<Tensor, Tensor> Create(
        QuantizedModelDescriptor descriptor,
        Module<Tensor, Tensor> model) => (QuantizedModule<Tensor, Tensor>)Create(descriptor, (Module)model);

    /// <summary>
    /// The twin of a float model with any number of inputs and outputs, its quantizers off: it computes what the model
    /// computes, with batch norms folded.
    /// </summary>
    /// <param name="descriptor">The model.</param>
    /// <param name="model">
    /// The float model, in evaluation mode; it keeps belonging to the caller and must outlive the twin.
    /// </param>
    /// <returns>The twin, of the model's class <c>Quantized</c>.</returns>
    /// <exception cref="ArgumentException">The model is not of the described class.</exception>
    public static IQuantizedModule Create(QuantizedModelDescriptor descriptor, Module model)
    {
        Libtorch.Load();
        return model.GetType().FullName == descriptor.Name
            ? Twin(model, new QuantizationContext(model, descriptor.Overrides))
            : throw new ArgumentException(
                $"The model is a {model.GetType().FullName}: expected {descriptor.Name}.", nameof(model));
    }

    /// <summary>The quantized model that the build left, of a model with one tensor in and one out.</summary>
    /// <inheritdoc cref="Load{TTwin}"/>
    public static QuantizedModule<Tensor, Tensor> Load(QuantizedModelDescriptor descriptor, string? path = null) =>
        Load<QuantizedModule<Tensor, Tensor>>(descriptor, path);

    /// <summary>The quantized model that the build left.</summary>
    /// <typeparam name="TTwin">The twin's class.</typeparam>
    /// <param name="descriptor">The model.</param>
    /// <param name="path">The artifact; <see langword="null"/> for the one beside the program.</param>
    /// <returns>The quantized model, which owns its float parts.</returns>
    /// <exception cref="QDropException">
    /// The artifact is missing (QDROP254), damaged (QDROP250), not one (QDROP251), newer (QDROP252), or another model's
    /// (QDROP253).
    /// </exception>
    public static TTwin Load<TTwin>(QuantizedModelDescriptor descriptor, string? path = null)
        where TTwin : class, IQuantizedModule
    {
        Libtorch.Load();
        path ??= Path.Combine(AppContext.BaseDirectory, ArtifactFileName(descriptor.Name));
        return (TTwin)Of(descriptor, Artifact.Read(path), path);
    }

    /// <summary>The quantized model of a state, which it takes.</summary>
    /// <param name="descriptor">The model.</param>
    /// <param name="state">What an artifact holds. Its tensors are disposed if there is no such model.</param>
    /// <param name="path">What messages call the state.</param>
    /// <exception cref="QDropException">The state is another model's (QDROP253).</exception>
    internal static IQuantizedModule Of(QuantizedModelDescriptor descriptor, QuantizedModelState state, string path)
    {
        Module? model = null;
        try
        {
            StateBinding.CheckOrigin(descriptor, state, path);
            model = descriptor.CreateModel();
            model.eval();
            StateBinding.Apply(model, state, path);
            // Layers take their share when they first run, perhaps long after the caller's dispose scope has ended.
            // TorchSharp puts the model's own parameters into it, too.
            foreach (Tensor tensor in state.Tensors.Concat(model.parameters()).Concat(model.buffers()))
                tensor.DetachFromDisposeScope();
            return Twin(model, new QuantizationContext(model, descriptor.Overrides, state));
        }
        catch
        {
            model?.Dispose();
            foreach (Tensor tensor in state.Tensors)
                tensor.Dispose();
            throw;
        }
    }

    /// <summary>Reads how the model in an artifact was quantized.</summary>
    /// <param name="path">The artifact.</param>
    /// <returns>The settings, with the values that attribute, item and properties gave them.</returns>
    /// <exception cref="QDropException">
    /// The artifact is missing (QDROP254), damaged (QDROP250), not one (QDROP251), or newer (QDROP252).
    /// </exception>
    public static QuantizationSettings ReadSettings(string path)
    {
        Libtorch.Load();
        using DisposeScope scope = NewDisposeScope();
        return Artifact.Read(path).Manifest.Settings;
    }

    private static IQuantizedModule Twin(Module model, QuantizationContext context)
    {
        if (model is not IQuantizable quantizable)
        {
            throw new QDropException(
                Codes.UnsupportedModule,
                $"{model.GetType()} has no quantized twin: expected a partial class marked [Quantize], built with the "
                    + "QDrop generator.");
        }
        return Twins.Of(quantizable, context, Feeds.Result);
    }
}

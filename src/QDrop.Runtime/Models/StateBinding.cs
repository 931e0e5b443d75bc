using QDrop.Artifacts;
using QDrop.CompilerServices;
using QDrop.Layers.Families;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>Holds an artifact's state against a model before anything is changed.</summary>
internal static class StateBinding
{
    /// <summary>The artifact must have been made of this model's code.</summary>
    public static void CheckOrigin(QuantizedModelDescriptor descriptor, QuantizedModelState state, string path)
    {
        if (state.Manifest.Model != descriptor.Name)
            throw Foreign(
                path,
                $"it holds the model '{state.Manifest.Model}', expected '{descriptor.Name}'. Give the path of this "
                    + "model's artifact.");
        if (state.Manifest.Fingerprint != descriptor.Fingerprint)
        {
            throw Foreign(
                path,
                $"it was made from other code of '{descriptor.Name}' (fingerprint {Short(state.Manifest.Fingerprint)}, "
                    + $"the program has {Short(descriptor.Fingerprint)}). "
                    + "Build the project again, so that the model is calibrated as it now is.");
        }
    }

    /// <summary>Checks every layer and float tensor against the model, then copies the float tensors into it.</summary>
    public static void Apply(Module model, QuantizedModelState state, string path)
    {
        var modules = model.named_modules().ToDictionary(m => m.Item1, m => m.Item2);
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (QuantizedLayerState layer in state.Layers)
        {
            Tensor weight =
                LayerFamilies.FindSource(modules, layer.Name)?.Weight
                // What the model's own code multiplies with is named after the parameter.
                ?? parameters.GetValueOrDefault(layer.Name)
                ?? throw Foreign(
                    path,
                    $"its layer '{layer.Name}' is not a quantizable layer of the model. Build the project again.");
            if (!weight.shape.SequenceEqual(layer.Levels.shape))
                throw Foreign(
                    path,
                    $"its layer '{layer.Name}' has weights of shape {Shape(layer.Levels)}, the model {Shape(weight)}. "
                        + "Build the project again.");
        }
        Dictionary<string, Tensor> target = model.state_dict();
        foreach ((string name, Tensor tensor) in state.FloatTensors)
        {
            if (!target.TryGetValue(name, out Tensor? own))
                throw Foreign(path, $"the model has no '{name}'. Build the project again.");
            if (!own.shape.SequenceEqual(tensor.shape))
                throw Foreign(
                    path,
                    $"its '{name}' has shape {Shape(tensor)}, the model's {Shape(own)}. Build the project again.");
        }
        using (no_grad())
        {
            foreach ((string name, Tensor tensor) in state.FloatTensors)
                target[name].copy_(tensor);
        }
    }

    /// <summary>What of the model is not in a quantized layer: it stays float in the artifact.</summary>
    public static Dictionary<string, Tensor> FloatTensors(Module model, QuantizationContext context)
    {
        var replaced = context.Layers.SelectMany(static l => l.Parameters).ToHashSet();
        var folded = context
            .Layers.Where(static l => l.BatchNorm is not null)
            .Select(l => context.PathOf(l.BatchNorm!))
            .ToHashSet();
        return model
            .state_dict()
            .Where(t => !replaced.Contains(t.Key) && !folded.Contains(Owner(t.Key)))
            .ToDictionary(t => t.Key, t => t.Value.detach());

        static string Owner(string name) => name.LastIndexOf('.') is var dot and >= 0 ? name[..dot] : "";
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    private static string Short(string fingerprint) => fingerprint.Length > 12 ? fingerprint[..12] : fingerprint;

    private static QDropException Foreign(string path, string message) =>
        new(Codes.OtherModel, $"'{path}' does not fit: {message}");
}

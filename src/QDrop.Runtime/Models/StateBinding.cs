using QDrop.Artifacts;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Layers.Families;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>Holds an artifact's state against a model before anything is changed.</summary>
internal static class StateBinding
{
    private const string BuildAgain = "Build the project again.";

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

    /// <summary>
    /// Checks every layer and float tensor against the model, and that none of the model's is missing; then copies the
    /// float tensors into it.
    /// </summary>
    public static void Apply(Module model, QuantizedModelState state, string path)
    {
        var modules = model.named_modules().ToDictionary(m => m.Item1, m => m.Item2);
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        var replaced = new HashSet<string>(StringComparer.Ordinal);
        var biases = new HashSet<long>();
        foreach (QuantizedLayerState layer in state.Layers)
        {
            LayerSource? source = LayerFamilies.FindSource(modules, layer.Name);
            Tensor weight =
                source?.Weight
                // What the model's own code multiplies with is named after the parameter.
                ?? parameters.GetValueOrDefault(layer.Name)
                ?? throw Foreign(
                    path, $"its layer '{layer.Name}' is not a quantizable layer of the model. {BuildAgain}");
            if (!weight.shape.SequenceEqual(layer.Levels.shape))
                throw Foreign(
                    path,
                    $"its layer '{layer.Name}' has weights of shape {Shape(layer.Levels)}, the model {Shape(weight)}. "
                        + BuildAgain);
            replaced.UnionWith(source?.Parameters ?? [layer.Name]);
            // Only the model's code says which parameter such a product has for its bias.
            if (source is null && layer.Bias is { } bias)
                biases.Add(bias.numel());
        }
        IReadOnlyList<ModelTensor> target = ModelTensor.Of(model);
        var owners = target.SelectMany(static t => t.Names, static (tensor, name) => (tensor, name))
            .ToDictionary(static o => o.name, static o => o.tensor, StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in state.FloatTensors)
        {
            if (!owners.TryGetValue(name, out ModelTensor? own))
                throw Foreign(path, $"the model has no '{name}'. {BuildAgain}");
            if (!own.Takes(name, tensor))
                throw Foreign(
                    path, $"its '{name}' has shape {Shape(tensor)}, the model's {Shape(own.Value)}. {BuildAgain}");
        }
        if (target.FirstOrDefault(IsMissing) is { } missing)
            throw Foreign(path, $"it lacks '{missing.Names[0]}' of shape {Shape(missing.Value)}. {BuildAgain}");
        using (no_grad())
        {
            foreach ((string name, Tensor tensor) in state.FloatTensors)
                owners[name].Value.copy_(tensor.view(owners[name].Value.shape));
        }

        // What belongs to a batch norm may be folded, which is known once the model runs.
        bool IsMissing(ModelTensor tensor) =>
            !tensor.Names.Any(name =>
                state.FloatTensors.ContainsKey(name)
                || replaced.Contains(name)
                || modules.GetValueOrDefault(OwnerOf(name)) is BatchNorm)
            && !(tensor.Value.dim() == 1 && biases.Contains(tensor.Value.numel()));
    }

    /// <summary>
    /// What of the model is not in a quantized layer: it stays float in the artifact. What a module that stands in
    /// several fields has is under the name of the first of them.
    /// </summary>
    public static Dictionary<string, Tensor> FloatTensors(Module model, QuantizationContext context)
    {
        var replaced = context.Layers.SelectMany(static l => l.Parameters).ToHashSet();
        var folded = context
            .Layers.Where(static l => l.BatchNorm is not null)
            .Select(l => context.PathOf(l.BatchNorm!))
            .ToHashSet();
        var paths = model.named_modules().ToDictionary(static m => m.Item1, m => context.PathOf(m.Item2));
        return model
            .state_dict()
            .Where(t => PathOf(OwnerOf(t.Key)) is var owner
                && owner == OwnerOf(t.Key) && !replaced.Contains(t.Key) && !folded.Contains(owner))
            .ToDictionary(t => t.Key, t => t.Value.detach());

        string PathOf(string owner) => paths.GetValueOrDefault(owner, owner);
    }

    private static string OwnerOf(string name) => name.LastIndexOf('.') is var dot and >= 0 ? name[..dot] : "";

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    private static string Short(string fingerprint) => fingerprint.Length > 12 ? fingerprint[..12] : fingerprint;

    private static QDropException Foreign(string path, string message) =>
        new(Codes.OtherModel, $"'{path}' does not fit: {message}");
}

using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace QDrop.Layers;

/// <summary>
/// The parameters of a layer that TorchSharp leaves to libtorch, such as an embedding or attention. A property of such
/// a layer makes another tensor at each call, which belongs to the caller's dispose scope and ends with it; those that
/// the layer has registered stay.
/// </summary>
internal static class RegisteredParameters
{
    /// <summary>Reads them.</summary>
    /// <param name="name">The layer's path in the model, for messages.</param>
    /// <param name="layer">The layer.</param>
    /// <returns>The parameters by name; those that a layer may be made without are missing then.</returns>
    /// <exception cref="QDropException">They have been disposed (QDROP232).</exception>
    public static Dictionary<string, Parameter> Of(string name, Module layer)
    {
        var parameters = layer.named_parameters().ToDictionary(static p => p.name, static p => p.parameter);
        return parameters.Count > 0 ? parameters : throw new QDropException(Codes.UnsupportedModule,
            $"'{name}', a {layer.GetType().Name}, has no parameters: they end with the dispose scope in which the "
            + "model is made. Make the model outside of the scope, or use it within.");
    }
}

using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The sizes that the layers of a transformer share.</summary>
internal sealed record TransformerOptions(long Width, long Heads, long Inner, double Dropout, nn.Activations Activation)
{
    internal Tensor Activate(Tensor input) => Activation == nn.Activations.GELU ? Gelu.Of(input) : Aten.Call("relu", input);

    /// <summary>Gives the copy its own tensors with the values, element type and device of the original's.</summary>
    internal static TModule CopyParameters<TModule>(TModule original, TModule copy) where TModule : nn.Module
    {
        using IDisposable mode = no_grad();
        foreach ((Parameter source, Parameter target) in original.parameters().Zip(copy.parameters()))
        {
            using Tensor values = Aten.Call("clone", source);
            Aten.CallVoid("set_data", target, values);
        }
        return copy;
    }
}

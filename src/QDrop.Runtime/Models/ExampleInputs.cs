using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Models;

/// <summary>Inputs of any number of samples, made of an example.</summary>
/// <param name="example">Inputs; the tensors that have as many entries as the first one count samples.</param>
internal sealed class ExampleInputs(Bundle example)
{
    /// <summary>The samples of the example, from the first one on, and again where there are too few.</summary>
    public Bundle Of(int samples) => example.Select(t => IsOfSamples(t) ? Repeated(t, samples) : t);

    /// <summary>
    /// Samples with other values, so that what does not follow from the inputs is seen: what stands in the last
    /// dimension, or in each sample where there is only one, is moved by one place.
    /// </summary>
    public Bundle Others(int samples) => Of(samples).Select(static t => t.dim() == 0 ? t : Changed(t));

    private static Tensor Changed(Tensor tensor)
    {
        Tensor rolled = tensor.roll(1, -1);
        return tensor.is_floating_point() ? rolled * 0.75 : rolled;
    }

    private bool IsOfSamples(Tensor tensor) =>
        tensor.dim() > 0 && tensor.shape[0] > 0 && tensor.shape[0] == example.Tensors[0].shape[0];

    private static Tensor Repeated(Tensor tensor, int samples)
    {
        using Tensor index = arange(samples, ScalarType.Int64).remainder(tensor.shape[0]);
        return tensor.index_select(0, index);
    }
}

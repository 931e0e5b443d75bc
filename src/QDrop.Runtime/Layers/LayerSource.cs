using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>A weight of the float model that is quantized, and what is computed with it.</summary>
/// <param name="Name">Path in the model, such as <c>layer1.0.conv1</c>.</param>
/// <param name="Weight">
/// The weight; where there is an <see cref="Arrangement"/>, the parameter, of which the property gives what it makes.
/// </param>
/// <param name="Bias">The bias, or none.</param>
/// <param name="ChannelAxis">
/// The dimension of the weight that has a scale for each of its indices: output channels, rows of an embedding.
/// </param>
/// <param name="Apply">Computes with an input, a weight and a bias.</param>
/// <param name="MultiplyAccumulates">Counts the multiply-accumulates of a run from its input and its output.</param>
/// <param name="Parameters">Names in the model's <c>state_dict</c> of what the quantized layer replaces.</param>
internal sealed record LayerSource(
    string Name,
    Tensor Weight,
    Tensor? Bias,
    int ChannelAxis,
    Func<Tensor, Tensor, Tensor?, Tensor> Apply,
    Func<Tensor, Tensor, long> MultiplyAccumulates,
    IReadOnlyList<string> Parameters)
{
    private readonly Tensor _parameter = Weight;

    /// <summary>Gets the weight as it is quantized, stored, and given to <see cref="Apply"/>.</summary>
    public Tensor Weight => Arrangement is null ? _parameter : Arrangement(_parameter);

    /// <summary>
    /// Gets how the elements of the parameter are arranged, where no dimension of it counts the output channels;
    /// gradients flow back through it.
    /// </summary>
    public Func<Tensor, Tensor>? Arrangement { get; init; }

    /// <summary>
    /// Gets whether reconstruction learns the rounding. It does not for an embedding: what that gives are its rows
    /// themselves, to which rounding to nearest is closest.
    /// </summary>
    public bool Learns { get; init; } = true;

    /// <summary>Gets the dimension of the weight that counts the channels of the output.</summary>
    public int OutputAxis { get; init; } = ChannelAxis;

    /// <summary>
    /// Gets the dimension of the output that counts its channels, from the end if negative: <c>[N, T, C]</c> of a
    /// matrix, <c>[N, C, H, W]</c> of a kernel.
    /// </summary>
    public int ValueAxis { get; init; } = 1 - (int)Weight.dim();
}

using TorchSharp;
using static TorchSharp.torch;
using MethodInfo = System.Reflection.MethodInfo;

namespace QDrop.Layers;

/// <summary>
/// A product of a value with a weight that the user's module has itself, such as <c>matmul(x, weight.t())</c>.
/// </summary>
/// <param name="Weight">The weight, a parameter of the model.</param>
/// <param name="Bias">The bias that the operation takes, or none.</param>
/// <param name="Axis">
/// The dimension of what <paramref name="View"/> gives that counts the channels of the output; from the end if
/// negative.
/// </param>
/// <param name="OutputAxis">The dimension of the output that they are in, likewise.</param>
/// <param name="View">What the operation multiplies by, as a function of the weight: a view of it, or a cast.</param>
/// <param name="Function">The operation: of an input, what it multiplies by, and a bias.</param>
internal sealed record OwnProduct(
    Tensor Weight,
    Tensor? Bias,
    int Axis,
    int OutputAxis,
    Func<Tensor, Tensor> View,
    Func<Tensor, Tensor, Tensor?, Tensor> Function)
{
    /// <summary>Gets the code that multiplies, which tells the places of a model's code apart.</summary>
    public required MethodInfo Place { get; init; }

    /// <summary>Gets whether a batch norm that follows can be folded: the channels are where it expects them.</summary>
    public bool FoldsBatchNorm => OutputAxis is 1 or -1;

    /// <summary>
    /// Gets whether the channels of the output are where those of a linear layer or a convolution with such a weight
    /// are, so that activations can have a range for each.
    /// </summary>
    public bool HasChannels => Weight.dim() == 2 ? OutputAxis == -1 : OutputAxis == 1;

    /// <summary>Tells whether a parameter that is added to the output is a bias.</summary>
    public bool IsBias(Tensor addend) => Bias is null && OutputAxis == -1 && addend.dim() == 1
        && addend.shape[0] == Channels();

    /// <summary>Describes the weight.</summary>
    /// <param name="name">The weight's name in the model, such as <c>head.weight</c>.</param>
    /// <param name="bias">The bias that is added behind the operation, or none.</param>
    /// <param name="nameOf">Gives the names of the model's parameters.</param>
    /// <exception cref="QDropException">
    /// No dimension of the weight counts the channels of the output (QDROP232).
    /// </exception>
    public LayerSource Source(string name, Tensor? bias, Func<Tensor, string> nameOf)
    {
        int axis = ChannelAxis() ?? throw new QDropException(
            Codes.UnsupportedModule,
            $"'{name}' of shape [{string.Join(", ", Weight.shape)}] is multiplied with in a form in which no dimension "
                + "of it counts the channels of the output, so that they can have no scales. Expected a view that "
                + "keeps one dimension for them. Use a Linear layer or a convolution, or [FullPrecision].");
        Tensor? whole = bias ?? Bias;
        string[] names = whole is null ? [name] : [name, nameOf(whole)];
        long slice = Weight.numel() / Weight.shape[axis];
        return new(name, Weight, whole, axis, Apply, (_, y) => y.numel() * slice, names) { ValueAxis = OutputAxis };

        Tensor Apply(Tensor x, Tensor w, Tensor? b) => Function(x, View(w), b);
    }

    private long Channels()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor seen = View(Weight.detach());
        return seen.shape[Axis < 0 ? (int)seen.dim() + Axis : Axis];
    }

    /// <summary>
    /// The dimension of the weight along which what the operation multiplies by changes from channel to channel, and in
    /// no other way: found by looking where the indices of each dimension go.
    /// </summary>
    private int? ChannelAxis()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        long[] shape = Weight.shape;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            long[] along = [.. shape.Select((size, i) => i == axis ? size : 1L)];
            // Counted from 1, so that what a view pads with zeros is no index.
            Tensor index = arange(1, shape[axis] + 1, dtype: ScalarType.Float32).view(along).expand(shape);
            Tensor seen = View(index.contiguous()).to(ScalarType.Float32);
            // A vector has no channels: what it gives is one number.
            if (seen.dim() < 2)
                return null;
            int channels = (int)(Axis < 0 ? seen.dim() + Axis : Axis);
            Tensor rows = seen.transpose(0, channels).reshape(seen.shape[channels], -1);
            Tensor first = rows.narrow(1, 0, 1);
            if (first.numel() == shape[axis] && rows.eq(first).all().ToBoolean()
                && first.flatten().sort().Values.eq(arange(1, shape[axis] + 1)).all().ToBoolean())
            {
                return axis;
            }
        }
        return null;
    }
}

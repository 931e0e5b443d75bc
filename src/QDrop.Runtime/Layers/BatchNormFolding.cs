using QDrop.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>Folds a batch norm's inference-time arithmetic into the convolution or linear layer before it.</summary>
internal static class BatchNormFolding
{
    /// <summary>Weight and bias of one layer that computes what layer and batch norm compute together.</summary>
    /// <param name="weight">The layer's weight.</param>
    /// <param name="bias">The layer's bias, <c>[C]</c>.</param>
    /// <param name="gamma">The batch norm's weight, <c>[C]</c>; <see langword="null"/> stands for ones.</param>
    /// <param name="beta">The batch norm's bias, <c>[C]</c>; <see langword="null"/> stands for zeros.</param>
    /// <param name="mean">The running mean, <c>[C]</c>.</param>
    /// <param name="variance">The running variance, <c>[C]</c>.</param>
    /// <param name="eps">What the batch norm adds to the variance.</param>
    /// <param name="channelAxis">
    /// The dimension of <paramref name="weight"/> that counts output channels: 0, or 1 for transposed convolutions.
    /// </param>
    /// <exception cref="ArgumentException">The batch norm has another number of channels than the layer.</exception>
    public static (Tensor Weight, Tensor Bias) Fold(
        Tensor weight,
        Tensor? bias,
        Tensor? gamma,
        Tensor? beta,
        Tensor mean,
        Tensor variance,
        double eps,
        int channelAxis = 0)
    {
        long channels = weight.shape[channelAxis];
        if (mean.NumberOfElements != channels)
        {
            throw new ArgumentException(
                $"A batch norm of {mean.NumberOfElements} channels cannot be folded into a layer of {channels} output "
                    + "channels.",
                nameof(mean));
        }
        using IDisposable _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor deviation = variance.Plus(eps).sqrt();
        Tensor factor = gamma is null ? deviation.reciprocal() : gamma / deviation;
        Tensor shift = beta is null ? -(mean * factor) : beta - mean * factor;
        if (bias is not null)
            shift = shift.Plus(bias * factor);
        long[] shape = new long[weight.dim()];
        Array.Fill(shape, 1);
        shape[channelAxis] = channels;
        return ((weight * factor.view(shape)).MoveToOuterDisposeScope(), shift.MoveToOuterDisposeScope());
    }
}

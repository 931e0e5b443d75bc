namespace QDrop.Models;

/// <summary>A row of the tables in arXiv 1905.02244.</summary>
/// <param name="Inputs">Channels in.</param>
/// <param name="KernelSize">Size of the depthwise kernel.</param>
/// <param name="Inner">Channels between, "exp size".</param>
/// <param name="Outputs">Channels out.</param>
/// <param name="Squeezes">Whether channels are weighted by squeeze and excitation.</param>
/// <param name="IsHardswish">Whether the activation function is hard swish, not ReLU.</param>
/// <param name="Stride">Stride of the depthwise convolution.</param>
internal sealed record MobileBlock(
    int Inputs, int KernelSize, int Inner, int Outputs, bool Squeezes, bool IsHardswish, int Stride);

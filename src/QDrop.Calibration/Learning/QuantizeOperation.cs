using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>Fake quantization of activations while their grids are learned.</summary>
/// <param name="x">The activations, dense.</param>
/// <param name="pass">The forward pass.</param>
/// <param name="learned">Gets the gradients of its grids.</param>
/// <param name="factors">
/// What the gradients of the steps are multiplied with for those of what is learned; <see langword="null"/> where that
/// is the steps.
/// </param>
internal sealed class QuantizeOperation(Tensor x, QuantizePass pass, LearnedActivation learned, float[]? factors = null)
    : TapedOperation(x)
{
    /// <inheritdoc/>
    public override Tensor Backward(Tensor gradient)
    {
        (Tensor result, float[] scales, float[]? shifts) = pass.Backward(Input, gradient);
        for (int c = 0; factors is not null && c < scales.Length; c++)
            scales[c] *= factors[c];
        learned.AddGradients(scales, shifts);
        return result;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        pass.End();
        base.Dispose();
    }
}

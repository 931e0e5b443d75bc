using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>What gives the weight in place of a <see cref="WeightQuantizer"/> while its rounding is learned.</summary>
internal abstract class WeightIntercept
{
    /// <summary>Whether it does so now.</summary>
    public abstract bool IsActive { get; }

    /// <summary>The weight to compute with, which belongs to the intercept.</summary>
    public abstract Tensor Value();

    /// <summary>The quantizer has got other grids or another bit width: what was learned is void.</summary>
    public abstract void Forget();
}

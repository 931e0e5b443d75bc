using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>Calibration inputs that have been checked, and their hash, computed once.</summary>
/// <param name="inputs">A tensor <c>[samples, …]</c> for each parameter of <c>forward</c>.</param>
internal sealed class CalibrationSet(IReadOnlyList<Tensor> inputs)
{
    private readonly Lazy<string> _hash = new(() => CalibrationData.Hash(inputs));

    /// <summary>A tensor <c>[samples, …]</c> for each parameter of <c>forward</c>.</summary>
    public IReadOnlyList<Tensor> Inputs => inputs;

    /// <summary>The hash of the inputs.</summary>
    public string Hash => _hash.Value;
}

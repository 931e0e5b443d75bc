using static TorchSharp.torch;

namespace QDrop;

/// <summary>Where calibration inputs come from.</summary>
public interface ICalibrationSource
{
    /// <summary>Loads calibration inputs, preprocessed as the model expects them.</summary>
    /// <param name="request">What is asked for.</param>
    /// <returns>Inputs of shape <c>[samples, …]</c>; the first dimension counts samples.</returns>
    Tensor Load(CalibrationRequest request);
}

/// <summary>What a calibration source is asked for.</summary>
/// <param name="Samples">Inputs wanted.</param>
/// <param name="Path">Full path of the calibration data that the project names, or <see langword="null"/>.</param>
/// <param name="ProjectDirectory">Full path of the folder of the project that is built.</param>
public sealed record CalibrationRequest(int Samples, string? Path, string ProjectDirectory);

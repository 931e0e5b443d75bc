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

/// <summary>Where calibration inputs come from, for a model whose <c>forward</c> takes several tensors.</summary>
public interface IMultiInputCalibrationSource
{
    /// <summary>Loads calibration inputs, preprocessed as the model expects them.</summary>
    /// <param name="request">What is asked for.</param>
    /// <returns>
    /// A tensor of shape <c>[samples, …]</c> for each parameter of <c>forward</c>, in their order; the first dimension
    /// counts samples. Token ids and other indices are int64 or int32, masks bool, everything else float32.
    /// </returns>
    IReadOnlyList<Tensor> Load(CalibrationRequest request);
}

/// <summary>
/// What a calibration source implements besides, so that a model can be trained on its inputs: with
/// <see cref="Method.Cpq"/> and <see cref="Method.Lsq"/>.
/// </summary>
public interface ILabelledCalibrationSource
{
    /// <summary>Loads what the model should give for the inputs that the source gives for the same request.</summary>
    /// <param name="request">What is asked for.</param>
    /// <returns>Classes from 0 as whole numbers, <c>[samples]</c>, in the order of the inputs.</returns>
    Tensor LoadTargets(CalibrationRequest request);

    /// <summary>Changes a batch of training inputs at random, such as by shifting and mirroring images.</summary>
    /// <param name="batch">
    /// Inputs <c>[n, …]</c>, of a model with several inputs the first ones. They may be changed in place.
    /// </param>
    /// <param name="seed">Decides what is given, so that training can be repeated.</param>
    /// <returns>The inputs to train on; as they are unless a source says otherwise.</returns>
    Tensor Augment(Tensor batch, long seed) => batch;
}

/// <summary>What a calibration source is asked for.</summary>
/// <param name="Samples">Inputs wanted.</param>
/// <param name="Path">Full path of the calibration data that the project names, or <see langword="null"/>.</param>
/// <param name="ProjectDirectory">Full path of the folder of the project that is built.</param>
public sealed record CalibrationRequest(int Samples, string? Path, string ProjectDirectory)
{
    /// <summary>
    /// Tensors that <c>forward</c> takes. A number or a truth value counts as one: as a tensor <c>[samples]</c>, in
    /// which each element has the same value.
    /// </summary>
    public int InputCount { get; init; } = 1;

    /// <summary>
    /// Whether one of the parameters of <c>forward</c> is an array or a list, which takes all tensors that are given
    /// beyond <see cref="InputCount"/> at its place, too.
    /// </summary>
    public bool TakesMore { get; init; }

    /// <summary>Names of the parameters of <c>forward</c>, where each is a tensor; else empty.</summary>
    public IReadOnlyList<string> InputNames { get; init; } = [];
}

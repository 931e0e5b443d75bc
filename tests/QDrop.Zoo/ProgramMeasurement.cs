namespace Zoo;

/// <summary>What is measured of a program.</summary>
/// <param name="WhyNot">Why there is none; empty if there is one.</param>
/// <param name="Error">
/// Norm of the difference of its output from the quantized twin's, relative to the norm of the twin's.
/// </param>
/// <param name="Operations">The operations that are computed, with how many there are of each.</param>
/// <param name="IntegerShare">The share of its products of numbers that are computed in integers.</param>
/// <param name="Onnx">What is measured of it as ONNX; <see langword="null"/> if there is no program.</param>
public sealed record ProgramMeasurement(
    string WhyNot, double Error, IReadOnlyList<string> Operations, double IntegerShare, OnnxMeasurement? Onnx);

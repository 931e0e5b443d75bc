namespace Zoo;

/// <summary>What is measured of a program as ONNX, run by ONNX Runtime.</summary>
/// <param name="WhyNot">Why there is none; empty if there is one.</param>
/// <param name="ExactError">
/// Norm of the difference of its output from the program's, relative to the norm of the program's, where nothing is
/// rounded that the program does not round.
/// </param>
/// <param name="Error">The same where values are rounded for speed.</param>
/// <param name="Operators">The operators that ONNX Runtime computes, in order.</param>
public sealed record OnnxMeasurement(
    string WhyNot, double ExactError, double Error, IReadOnlyList<string> Operators);

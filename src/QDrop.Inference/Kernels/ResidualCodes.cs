namespace QDrop.Kernels;

/// <summary>The grid of codes that are added to outputs: <c>(code − zero) · step</c>.</summary>
/// <param name="Step">The step.</param>
/// <param name="ZeroPoint">Code that stands for 0.</param>
internal readonly record struct ResidualCodes(float Step, int ZeroPoint);

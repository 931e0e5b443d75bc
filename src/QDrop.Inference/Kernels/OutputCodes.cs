namespace QDrop.Kernels;

/// <summary>The grid that outputs are rounded to: <c>clamp(round(y · inverse) + zero, 0, top)</c>.</summary>
/// <param name="InverseSteps">1 / step, for all channels or for each; positive.</param>
/// <param name="ZeroPoints">Code that stands for 0, for all channels or for each, from 0 to the highest code.</param>
/// <param name="Top">Highest code, at most 255.</param>
internal sealed record OutputCodes(float[] InverseSteps, int[] ZeroPoints, int Top);

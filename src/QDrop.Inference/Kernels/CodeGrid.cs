namespace QDrop.Kernels;

/// <summary>A grid of codes, one for all: value = scale · (code − zero point).</summary>
/// <param name="Scale">The scale.</param>
/// <param name="ZeroPoint">The code that stands for 0.</param>
/// <param name="Top">The highest code.</param>
internal readonly record struct CodeGrid(float Scale, int ZeroPoint, int Top);

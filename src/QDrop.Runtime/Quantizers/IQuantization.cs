using System.Runtime.Intrinsics;

namespace QDrop.Quantizers;

/// <summary>
/// The arithmetic of one fake quantization: grids have a step and a <em>shift</em>, which is a zero point or an offset,
/// and levels from 0 to the highest. A type argument, so that each pass over memory is compiled for its arithmetic.
/// </summary>
internal unsafe interface IQuantization
{
    /// <summary>Whether the shift has a gradient: what clipped elements pass on.</summary>
    static abstract bool LearnsShift { get; }

    /// <summary>Quantizes elements on one grid.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="y">Receives the quantized elements.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="scale">Step of the grid.</param>
    /// <param name="shift">Shift of the grid.</param>
    /// <param name="top">Highest level.</param>
    /// <param name="keep">One bit for each element, set where it is quantized; empty if all are.</param>
    /// <param name="rectify">Whether negative elements are taken for 0 first, as ReLU does.</param>
    static abstract void Forward(
        float* x, float* y, int count, float scale, float shift, float top, ReadOnlySpan<uint> keep, bool rectify);

    /// <summary>Gradients of elements on one grid.</summary>
    /// <param name="x">The elements that were quantized.</param>
    /// <param name="gradient">Gradient of the quantized elements.</param>
    /// <param name="result">Receives the gradient of <paramref name="x"/>.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="scale">Step of the grid.</param>
    /// <param name="shift">Shift of the grid.</param>
    /// <param name="top">Highest level.</param>
    /// <param name="keep">The mask of the forward pass.</param>
    /// <param name="rectify">Whether the forward pass took negative elements for 0.</param>
    /// <returns>The gradients of step and shift.</returns>
    static abstract (float Scale, float Shift) Backward(
        float* x,
        float* gradient,
        float* result,
        int count,
        float scale,
        float shift,
        float top,
        ReadOnlySpan<uint> keep,
        bool rectify);

    /// <summary>Quantizes elements each of which has a grid of its own.</summary>
    static abstract Vector256<float> Quantize(
        Vector256<float> value, Vector256<float> scale, Vector256<float> shift, Vector256<float> top);

    /// <summary>
    /// Derivatives of the quantized elements by their steps, each with a grid of its own; and which elements the grids
    /// reach.
    /// </summary>
    static abstract Vector256<float> Slope(
        Vector256<float> value,
        Vector256<float> scale,
        Vector256<float> shift,
        Vector256<float> top,
        out Vector256<float> inside);
}

using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>
/// Where the samples of a batch are in a tensor: in most networks the first dimension counts them, but a sequence may
/// come as <c>[length, samples, features]</c>, image patches as <c>[samples · patches, features]</c>, and a mask may be
/// one for all.
/// </summary>
/// <param name="Axis">The dimension that counts samples; −1 where the tensor is the same for all batches.</param>
/// <param name="PerSample">Indices of that dimension for one sample, which lie side by side.</param>
internal readonly record struct BatchLayout(int Axis, long PerSample)
{
    /// <summary>The first dimension counts samples.</summary>
    public static readonly BatchLayout First = new(0, 1);

    /// <summary>The tensor is the same for all batches.</summary>
    public static readonly BatchLayout None = new(-1, 1);

    /// <summary>Whether the tensor is the same for all batches.</summary>
    public bool IsShared => Axis < 0;

    private bool IsFirst => Axis == 0 && PerSample == 1;

    /// <summary>Finds the layout from the shapes that a tensor has in two batches.</summary>
    /// <returns>
    /// The layout; <see langword="null"/> where the shapes do not follow the number of samples in one dimension.
    /// </returns>
    public static BatchLayout? Between((long Samples, long[] Shape) one, (long Samples, long[] Shape) other)
    {
        if (one.Shape.Length != other.Shape.Length)
            return null;
        int[] different = [.. Enumerable.Range(0, one.Shape.Length).Where(d => one.Shape[d] != other.Shape[d])];
        if (different.Length == 0)
            return None;
        int axis = different[0];
        long perSample = one.Shape[axis] / one.Samples;
        return
            different.Length == 1
            && one.Shape[axis] == perSample * one.Samples
            && other.Shape[axis] == perSample * other.Samples
            ? new(axis, perSample)
            : null;
    }

    /// <summary>
    /// Brings the samples to the front: <c>[samples, …]</c>; <c>[1, …]</c> for what is the same for all.
    /// </summary>
    public Tensor SamplesFirst(Tensor x)
    {
        if (IsFirst)
            return x;
        if (IsShared)
            return x.unsqueeze(0);
        if (PerSample > 1)
            x = x.unflatten(Axis, x.shape[Axis] / PerSample, PerSample);
        int axis = Axis;
        return axis == 0
            ? x
            : x.permute([axis, .. Enumerable.Range(0, (int)x.dim()).Where(d => d != axis).Select(d => (long)d)]);
    }

    /// <summary>Undoes <see cref="SamplesFirst"/>.</summary>
    public Tensor Restore(Tensor x)
    {
        if (IsFirst)
            return x;
        if (IsShared)
            return x.squeeze(0);
        if (Axis > 0)
            x = x.permute([
                .. Enumerable.Range(1, Axis).Select(d => (long)d),
                0,
                .. Enumerable.Range(Axis + 1, (int)x.dim() - Axis - 1).Select(d => (long)d),
            ]);
        return PerSample > 1 ? x.flatten(Axis, Axis + 1) : x;
    }

    /// <summary>Where a dimension of a tensor is once samples come first.</summary>
    public int DimensionOf(int dimension)
    {
        if (IsShared || PerSample > 1 || dimension < Axis)
            return dimension + 1;
        return dimension == Axis ? 0 : dimension;
    }
}

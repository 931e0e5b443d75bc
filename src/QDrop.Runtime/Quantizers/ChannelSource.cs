namespace QDrop.Quantizers;

/// <summary>The layer from which activations come, as far as it says where their channels are.</summary>
/// <param name="WeightDimensions">
/// Dimensions of its weight: 3 to 5 of a convolution, 2 of a linear layer or an embedding.
/// </param>
/// <param name="Channels">Channels of its output.</param>
internal readonly record struct ChannelSource(int WeightDimensions, long Channels)
{
    private int SpatialDimensions => WeightDimensions - 2;

    /// <summary>
    /// The dimension that counts channels. Of what a convolution gives it is the one before the spatial dimensions
    /// (<c>[N, C, H, W]</c>), of what a linear layer or an embedding gives the last (<c>[N, T, C]</c>). Functions and
    /// joins after the layer may rearrange: then it is the dimension with as many indices as the layer has channels, if
    /// there is one such; else, as without a layer, the second of four or more dimensions and the last of two or three.
    /// </summary>
    /// <param name="shape">Shape of the activations; samples come first in most.</param>
    /// <param name="source">The last layer before them; <see langword="null"/> if there is none.</param>
    /// <returns>
    /// The dimension; <see langword="null"/> where there are no channels: with fewer than two dimensions.
    /// </returns>
    public static int? AxisOf(ReadOnlySpan<long> shape, ChannelSource? source)
    {
        if (shape.Length < 2)
            return null;
        if (source is { } layer)
        {
            int own = shape.Length - 1 - layer.SpatialDimensions;
            if (own > 0 && shape[own] == layer.Channels)
                return own;
            if (layer.OnlyDimension(shape) is { } only)
                return only;
            if (own == 1 || (own == 0 && shape[0] == layer.Channels))
                return own;
            if (layer.SpatialDimensions == 0)
                return shape.Length - 1;
        }
        return shape.Length >= 4 ? 1 : shape.Length - 1;
    }

    /// <summary>The only dimension, samples apart, with as many indices as there are channels.</summary>
    private int? OnlyDimension(ReadOnlySpan<long> shape)
    {
        int? found = null;
        for (int d = 1; d < shape.Length; d++)
        {
            if (shape[d] != Channels)
                continue;
            if (found is not null)
                return null;
            found = d;
        }
        return found;
    }
}

using StbImageSharp;

namespace Deploy;

/// <summary>Reads pictures as the model takes them.</summary>
internal static class Picture
{
    /// <summary>Width and height of the model's inputs.</summary>
    public const int Side = 32;

    private const int Channels = 3;

    /// <summary>Mean and standard deviation of each channel, as the model's training has them.</summary>
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f], Deviation = [0.229f, 0.224f, 0.225f];

    /// <summary>Reads a PNG, JPEG, BMP or GIF file.</summary>
    /// <param name="file">The file's content.</param>
    /// <returns>The square in the middle, made smaller or larger, normalized: <c>[1, 3, 32, 32]</c>.</returns>
    /// <exception cref="InvalidDataException">It is no picture of these formats.</exception>
    public static float[] Read(byte[] file)
    {
        ImageResult image;
        try
        {
            image = ImageResult.FromMemory(file, ColorComponents.RedGreenBlue);
        }
        catch (Exception e)
        {
            throw new InvalidDataException($"This is no picture: {e.Message}. Give a PNG, JPEG, BMP or GIF file.", e);
        }
        int square = Math.Min(image.Width, image.Height);
        int left = (image.Width - square) / 2, top = (image.Height - square) / 2;
        float[] input = new float[Channels * Side * Side];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                for (int channel = 0; channel < Channels; channel++)
                {
                    float value = Average(image, left, top, square, x, y, channel) / 255;
                    input[(channel * Side + y) * Side + x] = (value - Mean[channel]) / Deviation[channel];
                }
            }
        }
        return input;
    }

    /// <summary>The mean of the pixels that become one pixel; the nearest one where the picture is smaller.</summary>
    private static float Average(ImageResult image, int left, int top, int square, int x, int y, int channel)
    {
        (int firstRow, int endRow) = Range(top, square, y);
        (int firstColumn, int endColumn) = Range(left, square, x);
        long sum = 0;
        for (int row = firstRow; row < endRow; row++)
        {
            for (int column = firstColumn; column < endColumn; column++)
                sum += image.Data[(row * image.Width + column) * Channels + channel];
        }
        return (float)sum / ((endRow - firstRow) * (endColumn - firstColumn));
    }

    private static (int First, int End) Range(int start, int square, int index)
    {
        int first = index * square / Side, end = (index + 1) * square / Side;
        return (start + first, start + Math.Max(end, first + 1));
    }
}

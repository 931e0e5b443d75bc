using StbImageSharp;

namespace Cifar10.Data;

/// <summary>A PNG file with one image of CIFAR-10 in each of its rows.</summary>
internal static class Sprite
{
    private const string Advice = "It is damaged: delete it and fetch it again.";

    /// <summary>Decodes the first rows of a sprite.</summary>
    /// <param name="file">The file, 1,024 pixels wide, 8-bit RGB or RGBA.</param>
    /// <param name="rows">How many images to take, from the top.</param>
    /// <param name="destination">Gets <c>rows × 32 × 32 × 3</c> samples, RGB.</param>
    /// <exception cref="InvalidDataException">
    /// The file is no such image, or is damaged; the message says what was found.
    /// </exception>
    public static void Read(string file, int rows, Span<byte> destination)
    {
        byte[] bytes = File.ReadAllBytes(file);
        CheckSize(file, bytes, rows);
        try
        {
            var image = ImageResult.FromMemory(bytes, ColorComponents.RedGreenBlue);
            image.Data.AsSpan(0, rows * CifarImages.Size).CopyTo(destination);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The decoder throws what its code happens to meet, from its own type to a null reference.
            string reason = string.IsNullOrWhiteSpace(e.Message) ? "its data end too early" : e.Message;
            throw new InvalidDataException($"{file} cannot be decoded: {reason}. {Advice}", e);
        }
    }

    /// <summary>Looks at the header alone, so that a foreign image is not decoded first.</summary>
    private static void CheckSize(string file, byte[] bytes, int rows)
    {
        const int Width = CifarImages.Side * CifarImages.Side;
        using var stream = new MemoryStream(bytes);
        ImageInfo info = Info(stream)
            ?? throw new InvalidDataException($"{file} is no image that can be read, expected PNG. {Advice}");
        if (info.Width != Width || info.Height < rows)
        {
            throw new InvalidDataException(
                $"{file} has {info.Width} × {info.Height} pixels, expected {Width} × {rows} or more.");
        }

        if (info.BitsPerChannel != 8
            || info.ColorComponents is not (ColorComponents.RedGreenBlue or ColorComponents.RedGreenBlueAlpha))
        {
            throw new InvalidDataException(
                $"{file} has {info.BitsPerChannel}-bit {info.ColorComponents} pixels, expected 8-bit RGB or RGBA.");
        }
    }

    private static ImageInfo? Info(Stream stream)
    {
        try
        {
            return ImageInfo.FromStream(stream);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }
}

namespace Cifar10.Data;

/// <summary>Labelled images of CIFAR-10.</summary>
/// <param name="Pixels"><c>Count × 32 × 32 × 3</c> samples, image by image, row by row, RGB.</param>
/// <param name="Labels">One class, 0 to 9, for each image.</param>
internal sealed record CifarImages(byte[] Pixels, long[] Labels)
{
    /// <summary>Width and height of an image.</summary>
    public const int Side = 32;

    /// <summary>Bytes of an image.</summary>
    public const int Size = Side * Side * 3;

    /// <summary>Names of the classes, by label.</summary>
    public static IReadOnlyList<string> Classes { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;
}

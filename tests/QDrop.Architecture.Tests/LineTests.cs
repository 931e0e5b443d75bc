namespace QDrop.Architecture.Tests;

public sealed class LineTests
{
    private const int Width = 120;

    /// <summary>Tests are apart: they hold the source of models, as users write it.</summary>
    [Theory]
    [InlineData("src")]
    [InlineData("samples")]
    [InlineData("benchmarks")]
    public void Lines_of_code_have_at_most_120_characters(string folder)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(House.Root, folder), "*.cs", SearchOption.AllDirectories)
                .Where(static f => !IsBuilt(f)),
        ];

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(LongLines));
    }

    private static bool IsBuilt(string file) =>
        Path.GetRelativePath(House.Root, file).Split(Path.DirectorySeparatorChar).Any(static p => p is "obj" or "bin");

    private static IEnumerable<string> LongLines(string file) =>
        File.ReadLines(file)
            .Select((line, i) => (Line: line, Number: i + 1))
            .Where(static l => l.Line.Length > Width)
            .Select(l => $"{Path.GetRelativePath(House.Root, file)}:{l.Number}");
}

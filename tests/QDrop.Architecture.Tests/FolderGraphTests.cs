namespace QDrop.Architecture.Tests;

/// <summary>The rooms of the house, as the compiled code has them.</summary>
public sealed class FolderGraphTests
{
    private static readonly FolderGraph Graph = FolderGraph.Read(House.Assemblies);

    [Fact]
    public void Every_folder_has_its_place() =>
        Assert.Empty(Graph.Arrows.SelectMany(static a => new[] { a.From, a.To }).Distinct().Except(House.Rooms));

    [Fact]
    public void No_folders_use_each_other_in_a_circle() =>
        Assert.Empty(Graph.Circles().Select(static c => string.Join(", ", c)));

    [Fact]
    public void Nothing_uses_what_stands_above_it()
    {
        var heights = House.Rooms.Index().ToDictionary(static r => r.Item, static r => r.Index);
        Assert.Empty(Graph.Arrows.Where(a => heights[a.From] > heights[a.To])
            .Select(static a => $"{a.From} uses {a.To}: {string.Join(", ", a.Uses.Take(5))}"));
    }

    [Fact]
    public void A_program_with_a_twin_needs_no_engine() =>
        Assert.DoesNotContain(
            Graph.Arrows,
            static a =>
                a.From.StartsWith("QDrop.Runtime", StringComparison.Ordinal)
                && !a.To.StartsWith("QDrop.Runtime", StringComparison.Ordinal)
                && !a.To.StartsWith("QDrop.Inference", StringComparison.Ordinal)
                && !a.To.StartsWith("Shared", StringComparison.Ordinal));

    [Fact]
    public void A_program_without_libtorch_needs_no_twin() =>
        Assert.DoesNotContain(
            Graph.Arrows,
            static a =>
                a.From.StartsWith("QDrop.Inference", StringComparison.Ordinal)
                && !a.To.StartsWith("QDrop.Inference", StringComparison.Ordinal)
                && !a.To.StartsWith("Shared", StringComparison.Ordinal));

    [Fact]
    public void A_circle_is_found()
    {
        var circle = FolderGraph.Of([new("a", "b", ["A → B"]), new("b", "c", ["B → C"]), new("c", "b", ["C → B"])]);
        Assert.Equal([["b", "c"]], circle.Circles());
    }

    [Fact]
    public void The_picture_shows_the_code_as_it_is()
    {
        string path = Path.Combine(House.Root, "docs", "architecture.svg");
        Assert.True(File.Exists(path) && File.ReadAllText(path) == Picture.Draw(Graph),
            "docs/architecture.svg shows other folders than the code has: make it anew with ./build.sh architecture.");
    }
}

namespace QDrop.Architecture.Tests;

/// <summary>What counts as naming something in the source.</summary>
public sealed class SourceNamesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("qdrop-names-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_leak_into_another_file_is_found()
    {
        Write("Settings.cs", "namespace N; public class Settings { public double Lambda { get; set; } }");
        Write("Loop.cs", "namespace N; class Loop { double Rate(Settings s) => s.Lambda; }");
        Assert.Equal(["src/Loop.cs", "src/Settings.cs"], Files());
        Write("Report.cs", "namespace N; class Report { bool IsGiven(Settings s) => s is { Lambda: > 0 }; }");
        Assert.Equal(["src/Loop.cs", "src/Report.cs", "src/Settings.cs"], Files());
        Write("Traits.cs", "namespace N; class Traits { string Ignored = nameof(Settings.Lambda); }");
        Assert.Equal(["src/Loop.cs", "src/Report.cs", "src/Settings.cs", "src/Traits.cs"], Files());
    }

    [Fact]
    public void Neither_a_comment_counts_nor_a_text_nor_another_member_of_the_name()
    {
        Write("Settings.cs", "namespace N; public class Settings { public double Lambda { get; set; } }");
        Write("Comment.cs", "namespace N; /// <see cref=\"Settings.Lambda\"/>\nclass Comment; // Lambda");
        Write("Text.cs", "namespace N; class Text { string Message = \"Lambda\"; }");
        Write("Other.cs", "namespace N; class Other { double Lambda; double Twice => 2 * Lambda; }");
        Assert.Equal(["src/Settings.cs"], Files());
    }

    [Fact]
    public void A_text_of_the_generator_that_is_the_name_counts()
    {
        Write("QDrop.Generators/Reader.cs", "namespace N; class Reader { string Name = \"Lambda\"; }");
        Write("QDrop.Generators/Message.cs", "namespace N; class Message { string Text = \"Lambda is too great\"; }");
        Assert.Equal(["src/QDrop.Generators/Reader.cs"], SourceNames.Read(_root).FilesWithText("Lambda"));
    }

    private IEnumerable<string> Files() => SourceNames.Read(_root).FilesOf("N.Settings.Lambda");

    private void Write(string file, string text)
    {
        string path = Path.Combine(_root, "src", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}

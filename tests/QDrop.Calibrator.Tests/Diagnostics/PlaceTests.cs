using QDrop.Calibrator;
using QDrop.Protocol;
using QDrop.Tests.Artifacts;
using Xunit;

namespace QDrop.Tests.Diagnostics;

/// <summary>Where in a project file an error points.</summary>
public sealed class PlaceTests : IDisposable
{
    private const string Project = """
        <Project>
          <PropertyGroup>
            <QDropIterations>5</QDropIterations>
            <QDropIterations>7</QDropIterations>
          </PropertyGroup>
          <ItemGroup>
            <QDropModel Include="App.First; App.Net" W="4"
                        A="3">
              <Drop>0.5</Drop>
            </QDropModel>
            <QDropModel Update="App.Net" Seed="9" />
            <QDropModel Include="App.Net2" Lambda="1" />
            <Other Include="App.Other" />
          </ItemGroup>
        </Project>
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("App.Net", null, "QDropModel Include=\"App.First")]
    [InlineData("App.Net", "W", "W=")]
    [InlineData("App.Net", "A", "A=")]
    [InlineData("App.Net", "Drop", "Drop>")]
    [InlineData("App.Net", "Seed", "Seed=")]
    [InlineData("App.Net", "Lambda", "QDropModel Include=\"App.First")]
    [InlineData("App.Net2", null, "QDropModel Include=\"App.Net2")]
    public void An_item_is_found_by_the_model_and_its_metadatum(string model, string? metadatum, string expected)
    {
        ModelItem item = Item(Project, model);
        Assert.Equal(At(item.DefiningFile, expected), Place.OfItem(item, metadatum));
    }

    [Fact]
    public void A_project_with_the_namespace_of_older_ones_is_read_alike()
    {
        const string Older = "<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">";
        string project = Project.Replace("<Project>", Older, StringComparison.Ordinal);
        ModelItem item = Item(project, "App.Net");
        Assert.Equal(At(item.DefiningFile, "Drop>"), Place.OfItem(item, "Drop"));
    }

    [Theory]
    [InlineData("App.Other")]
    [InlineData("App")]
    public void An_item_that_the_file_does_not_name_is_the_file_as_a_whole(string model)
    {
        ModelItem item = Item(Project, model);
        Assert.Equal(new Place(item.DefiningFile), Place.OfItem(item, "W"));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_place_without_a_line()
    {
        ModelItem item = Item("<Project", "App.Net");
        Assert.Equal(new Place(item.DefiningFile), Place.OfItem(item));
        item.DefiningFile = _folder["none.csproj"];
        Assert.Equal(new Place(item.DefiningFile), Place.OfItem(item));
        item.DefiningFile = "";
        Assert.Equal(new Place(""), Place.OfItem(item));
    }

    [Fact]
    public void Of_a_property_that_is_set_twice_the_last_counts()
    {
        string project = Item(Project, "").DefiningFile;
        var request = new WorkerRequest { ProjectFile = project };
        var place = Place.OfProperty(request, "QDropIterations");
        Assert.Equal(At(project, "QDropIterations>7"), place);
        Assert.Equal(new Place(project), Place.OfProperty(request, "QDropSeed"));
    }

    private ModelItem Item(string project, string model)
    {
        File.WriteAllText(_folder["App.csproj"], project);
        return new ModelItem { Name = model, DefiningFile = _folder["App.csproj"] };
    }

    /// <summary>The place of a text in a file.</summary>
    private static Place At(string file, string text)
    {
        string[] lines = File.ReadAllLines(file);
        int line = Array.FindIndex(lines, l => l.Contains(text, StringComparison.Ordinal));
        return new Place(file, line + 1, lines[line].IndexOf(text, StringComparison.Ordinal) + 1);
    }
}

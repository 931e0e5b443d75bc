using System.Text.RegularExpressions;

namespace QDrop.Architecture.Tests;

/// <summary>
/// The recipes of <c>CONTRIBUTING.md</c> are true: what is added is known in the files that they list, at most four,
/// and in no others.
/// </summary>
/// <remarks>
/// Counted are the files
/// <list type="bullet">
/// <item>of <c>src</c> that name the thing in code, as the compiler binds names: a setting's property of the attribute
/// and of the record, an observer's or a method's member, a code and its rule, a layer's class, an operation's
/// method; <c>nameof</c> counts, comments and texts of messages do not;</item>
/// <item>of the generator with a string literal that is the thing's name, since it sees the run time as metadata only:
/// settings, observers and methods in the folder that reads attributes, operations and layers anywhere;</item>
/// <item>of the reference in <c>docs</c>: the page of a code, <c>settings.md</c> and <c>torchsharp.md</c> where they
/// have the name. Other pages discuss things freely.</item>
/// </list>
/// </remarks>
public sealed partial class RecipeTests
{
    private const int Most = 4;
    private const string Attribute = "QDrop.QuantizeAttribute", Records = "QDrop.QuantizationSettings";

    /// <summary>Methods that help others of <c>Ops</c>.</summary>
    private static readonly string[] Helpers = ["Keep", "Own"];

    private static readonly SourceNames Names = SourceNames.Read(House.Root, House.TorchSharp);

    private static readonly IReadOnlyList<Recipe> Recipes = Recipe.Read(Page("CONTRIBUTING.md"));

    /// <summary>Where each setting of a part is: the name of its property in the part's record.</summary>
    private static readonly Dictionary<string, string> Places = Place()
        .Matches(Page("src/QDrop.Runtime/Annotations/QuantizeAttribute.Parts.cs")).ToDictionary(
            static m => m.Groups["name"].Value, static m => $"QDrop.{m.Groups["record"]}.{m.Groups["member"]}");

    private static readonly Dictionary<string, string> Codes = Code().Matches(Page("src/Shared/Codes.cs"))
        .ToDictionary(static m => m.Groups["code"].Value, static m => m.Groups["name"].Value);

    private static readonly Dictionary<string, Kind> Kinds = new()
    {
        ["Add a layer"] = new(
            [.. Layers()],
            static name =>
            [
                .. Names.FilesOf($"TorchSharp.Modules.{name}"), .. Names.FilesWithText(name),
                .. Named(name, "docs/torchsharp.md"),
            ]),
        ["Add an operation"] = new(
            [.. Names.MembersOf("QDrop.CompilerServices.Ops").Where(static m => !Helpers.Contains(m))],
            static name =>
            [
                .. Names.FilesOf($"QDrop.CompilerServices.Ops.{name}"), .. Names.FilesWithText(name),
                .. Named(name, "docs/torchsharp.md"),
            ]),
        ["Add an observer"] = new(
            [.. Names.MembersOf("QDrop.RangeObserver")],
            static name => [.. Names.FilesOf($"QDrop.RangeObserver.{name}"), .. Read(name), .. InSettings(name)]),
        ["Add a diagnostic"] = new(
            [.. Codes.Keys],
            static code =>
            [
                .. Names.FilesOf($"QDrop.Codes.{Codes[code]}"),
                .. Names.FilesOf($"QDrop.Generators.Diagnostics.Rules.{Codes[code]}"),
                .. Named(code, $"docs/diagnostics/{code}.md"),
            ]),
        ["Add a setting"] = new(
            [.. Settings().Where(static s => Names.FilesOf(PlaceOf(s)).Any())],
            static name =>
            [
                .. Names.FilesOf($"{Attribute}.{name}"), .. Names.FilesOf(PlaceOf(name)), .. Read(name),
                .. InSettings(name),
            ]),
        ["Add a method"] = new(
            [.. Names.MembersOf("QDrop.Method")],
            static name => [.. Names.FilesOf($"QDrop.Method.{name}"), .. Read(name), .. InSettings(name)]),
    };

    /// <summary>
    /// What is in more than four files, with their number, which may become smaller only: settings that several parts
    /// of the engine use or that messages show; attention, which has a step of its own.
    /// </summary>
    private static readonly Dictionary<string, int> Wider = new (string Name, int Files)[]
    {
        ("A", 11), ("ActivationLearningRate", 5), ("ActivationsPerPass", 5), ("AlphaLearningRate", 5), ("BatchSize", 6),
        ("BetaStart", 5), ("Budget", 8), ("Drop", 6), ("FirstLast", 7), ("Granularity", 5), ("Iterations", 10),
        ("Loss", 5), ("Method", 16), ("RangeSamples", 6), ("Samples", 6), ("Scale", 10), ("Seed", 5),
        ("SigmaLearningRate", 5), ("W", 12), ("MultiheadAttention", 5),
    }.ToDictionary(static e => e.Name, static e => e.Files);

    /// <summary>Codes that several places raise, or that a code fix knows, so that they are in more files.</summary>
    private static readonly HashSet<string> RaisedOften =
    [
        "QDROP001", "QDROP003", "QDROP004", "QDROP005", "QDROP006", "QDROP007", "QDROP008", "QDROP009", "QDROP015",
        "QDROP016", "QDROP018", "QDROP030", "QDROP033", "QDROP034", "QDROP036", "QDROP037", "QDROP106", "QDROP210",
        "QDROP220", "QDROP222", "QDROP230", "QDROP232", "QDROP250", "QDROP252", "QDROP253", "QDROP260", "QDROP270",
        "QDROP271",
    ];

    public static TheoryData<string> Titles => [.. Kinds.Keys];

    [Fact]
    public void Each_recipe_is_on_the_page() => Assert.Equal(Kinds.Keys, Recipes.Select(static r => r.Title));

    [Theory, MemberData(nameof(Titles))]
    public void A_recipe_lists_at_most_four_files_that_exist(string title)
    {
        Recipe recipe = Recipes.Single(r => r.Title == title);
        Assert.InRange(recipe.Files.Count, 1, Most);
        Assert.All(recipe.Files, static f => Assert.True(File.Exists(Path.Combine(House.Root, f)), f));
    }

    [Theory, MemberData(nameof(Titles))]
    public void The_example_of_a_recipe_is_in_the_files_that_it_lists_and_in_no_others(string title)
    {
        Recipe recipe = Recipes.Single(r => r.Title == title);
        Kind kind = Kinds[title];
        Assert.Contains(recipe.Names[0], kind.All);
        IEnumerable<string> files =
            kind.FilesOf(recipe.Names[0]).Concat(recipe.Names.Skip(1).SelectMany(Names.FilesOfAny));
        Assert.Equal(recipe.Files.Order(StringComparer.Ordinal), files.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Titles))]
    public void What_is_there_is_in_four_files_at_most(string title)
    {
        Assert.NotEmpty(Kinds[title].All);
        IEnumerable<string> offenders = Kinds[title].All.Except(RaisedOften)
            .Select(name => (Name: name, Files: Kinds[title].FilesOf(name).Distinct().Order(StringComparer.Ordinal)))
            .Where(static e => e.Files.Count() is var count
                && (Wider.TryGetValue(e.Name, out int known) ? count != known : count > Most))
            .Select(static e => $"{e.Name} is in {e.Files.Count()} files: {string.Join(", ", e.Files)}");
        Assert.True(!offenders.Any(), string.Join('\n', offenders));
    }

    [Fact]
    public void What_is_in_more_files_is_there()
    {
        Assert.All(Wider.Values, static count => Assert.True(count > Most));
        Assert.Empty(Wider.Keys.Concat(RaisedOften).Except(Kinds.Values.SelectMany(static k => k.All)));
        Assert.All(RaisedOften, static code =>
            Assert.True(Kinds["Add a diagnostic"].FilesOf(code).Distinct().Count() > Most, code));
    }

    private static string PlaceOf(string setting) => Places.GetValueOrDefault(setting) ?? $"{Records}.{setting}";

    /// <summary>Files of the folder in which the generator reads attributes.</summary>
    private static IEnumerable<string> Read(string name) =>
        Names.FilesWithText(name).Where(static f => f.Contains("/Gathering/", StringComparison.Ordinal));

    private static IEnumerable<string> InSettings(string name) => Named($"`{name}`", "docs/settings.md");

    private static IEnumerable<string> Named(string name, string page) =>
        Regex.IsMatch(Page(page), $@"(?<!\w){Regex.Escape(name)}(?!\w)") ? [page] : [];

    private static IEnumerable<string> Settings() => new[] { "QuantizeAttribute.cs", "QuantizeAttribute.Parts.cs" }
        .SelectMany(static f => Property().Matches(Page($"src/QDrop.Runtime/Annotations/{f}")))
        .Select(static m => m.Groups["name"].Value);

    private static IEnumerable<string> Layers() => Directory
        .EnumerateFiles(Path.Combine(House.Root, "src", "QDrop.Runtime", "Layers", "Families"), "*Family.cs")
        .SelectMany(static f => LayerType().Matches(File.ReadAllText(f)).Select(static m => m.Groups["name"].Value))
        .Where(static name => Names.FilesOf($"TorchSharp.Modules.{name}").Any()).Distinct();

    private static string Page(string path) => File.ReadAllText(Path.Combine(House.Root, path));

    [GeneratedRegex(
        @"nameof\((?<record>\w+)\.(?<member>\w+)\)\)\]\s+(\[SettingGroup\(.*\)\]\s+)?public \S+ (?<name>\w+) ")]
    private static partial Regex Place();

    [GeneratedRegex(@"public \S+ (?<name>\w+) \{ get; set; \}")]
    private static partial Regex Property();

    [GeneratedRegex("const string (?<name>\\w+) = \"(?<code>QDROP[0-9]{3})\"")]
    private static partial Regex Code();

    [GeneratedRegex(@"typeof\((?<name>\w+)(<,*>)?\)")]
    private static partial Regex LayerType();

    /// <summary>Something that can be added.</summary>
    /// <param name="All">The names of all that there are.</param>
    /// <param name="FilesOf">Gives the files that know one of them.</param>
    private sealed record Kind(IReadOnlyList<string> All, Func<string, IEnumerable<string>> FilesOf);
}

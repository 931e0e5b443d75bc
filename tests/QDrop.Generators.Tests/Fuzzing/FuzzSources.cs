using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests.Fuzzing;

/// <summary>
/// The models that are spoiled: those of these tests, and the zoo. Small models share files; each is spoiled by itself,
/// and gets pieces of its whole file.
/// </summary>
internal static class FuzzSources
{
    private const string Zoo = "Zoo/";

    private const int VariantsOfModel = 72;
    private const int VariantsOfSmallModel = 60;

    /// <summary>What the SDK imports into every file of a project such as the zoo.</summary>
    private const string ImplicitUsings = """
        global using global::System;
        global using global::System.Collections.Generic;
        global using global::System.IO;
        global using global::System.Linq;
        global using global::System.Net.Http;
        global using global::System.Threading;
        global using global::System.Threading.Tasks;
        """;

    private static readonly IReadOnlyDictionary<string, string> Files = typeof(FuzzSources)
        .Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".cs", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .ToDictionary(name => name, Read);

    public static IReadOnlyList<string> Names { get; } =
        [.. Files.Where(f => IsModel(f.Value)).Select(f => f.Key), .. PublicModels.Files];

    /// <summary>Number of variants of a file.</summary>
    public static int VariantsOf(string name) =>
        IsOfSmallModels(name) ? VariantsOfSmallModel * PublicModels.ModulesIn(Files[name]).Count : VariantsOfModel;

    /// <summary>The projects in which a file is spoiled: one, or one for each of its small models.</summary>
    public static IReadOnlyList<FuzzedProject> Open(string name) =>
        IsOfSmallModels(name)
            ?
            [
                .. PublicModels
                    .ModulesIn(Files[name])
                    .Select(model =>
                        Alone(
                            name,
                            PublicModels.AnnotateAlone(Files[name], model),
                            PublicModels.Annotate(Files[name], model))),
            ]
            : [OpenModel(name)];

    /// <summary>A model with the files around it: those that are no models or, where it needs them, all.</summary>
    private static FuzzedProject OpenModel(string name)
    {
        if (!name.StartsWith(Zoo, StringComparison.Ordinal))
            return Alone(name, Files[name]);
        FuzzedProject few = Among(name, file => !IsModel(file.Value));
        return few.Try(Files[name]).Compiles ? few : Among(name, _ => true);
    }

    private static FuzzedProject Alone(string name, string source, string? pieces = null) =>
        new(name, GeneratorRun.Compile((name, source)), pieces);

    private static FuzzedProject Among(string name, Func<KeyValuePair<string, string>, bool> isAround) =>
        new(
            name,
            GeneratorRun.Compile(
                Files
                    .Where(file =>
                        file.Key == name || (file.Key.StartsWith(Zoo, StringComparison.Ordinal) && isAround(file)))
                    .Select(file => (file.Key, file.Value))
                    .Append(("ImplicitUsings.cs", ImplicitUsings))));

    private static bool IsOfSmallModels(string name) => PublicModels.Files.Contains(name);

    private static bool IsModel(string source) => source.Contains("[Quantize", StringComparison.Ordinal);

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(FuzzSources).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

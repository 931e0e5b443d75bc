using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests.Fuzzing;

/// <summary>The models that are spoiled: those of these tests, and the zoo.</summary>
internal static class FuzzSources
{
    private const string Zoo = "Zoo/";

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

    public static IReadOnlyList<string> Names { get; } = [.. Files.Where(f => IsModel(f.Value)).Select(f => f.Key)];

    /// <summary>A model with the files around it: those that are no models or, where it needs them, all.</summary>
    public static FuzzedProject Open(string name)
    {
        if (!name.StartsWith(Zoo, StringComparison.Ordinal))
            return new FuzzedProject(name, GeneratorRun.Compile((name, Files[name])));
        FuzzedProject alone = Among(name, file => !IsModel(file.Value));
        return alone.Try(Files[name]).Compiles ? alone : Among(name, _ => true);
    }

    private static FuzzedProject Among(string name, Func<KeyValuePair<string, string>, bool> isAround) =>
        new(
            name,
            GeneratorRun.Compile(
                Files
                    .Where(file =>
                        file.Key == name || (file.Key.StartsWith(Zoo, StringComparison.Ordinal) && isAround(file)))
                    .Select(file => (file.Key, file.Value))
                    .Append(("ImplicitUsings.cs", ImplicitUsings))));

    private static bool IsModel(string source) => source.Contains("[Quantize", StringComparison.Ordinal);

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(FuzzSources).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

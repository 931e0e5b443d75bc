using System.Reflection;
using System.Runtime.CompilerServices;
using VerifyTests;
using Xunit.Sdk;

namespace VerifyXunit;

/// <summary>Compares text with a snapshot beside the test: <c>Class.Method.verified.ext</c>.</summary>
public static class Verifier
{
    /// <summary>Fails, and leaves a <c>*.received.*</c> file, if the text is not the snapshot's.</summary>
    /// <param name="target">The text.</param>
    /// <param name="extension">Extension of the snapshot's file, without the dot.</param>
    /// <param name="settings">Where the snapshot lies.</param>
    /// <param name="sourceFile">The test's source file, which is named for its class.</param>
    /// <param name="method">The test.</param>
    public static SettingsTask Verify(string? target, string extension = "txt", VerifySettings? settings = null,
        [CallerFilePath] string sourceFile = "", [CallerMemberName] string method = "") =>
        new(settings, s => Compare(target ?? "null", Prefix(s, sourceFile, method), extension));

    /// <summary>What a deterministic CI build calls the root of the repository in source paths.</summary>
    private const string MappedRoot = "/_/";

    private static string Root { get; } =
        typeof(Verifier)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "RepositoryRoot")
            .Value!;

    private static string Prefix(VerifySettings settings, string sourceFile, string method)
    {
        if (sourceFile.StartsWith(MappedRoot, StringComparison.Ordinal))
            sourceFile = Path.Combine(Root, sourceFile[MappedRoot.Length..]);
        string folder = Path.Combine(Path.GetDirectoryName(sourceFile)!, settings.Directory ?? "");
        string name = $"{Path.GetFileNameWithoutExtension(sourceFile)}.{method}";
        return Path.Combine(folder, settings.Parameters is null ? name : $"{name}_{settings.Parameters}");
    }

    private static async Task Compare(string text, string prefix, string extension)
    {
        string verified = $"{prefix}.verified.{extension}", received = $"{prefix}.received.{extension}";
        text = Normalise(text);
        string? expected = File.Exists(verified) ? Normalise(await File.ReadAllTextAsync(verified)) : null;
        if (text == expected)
        {
            File.Delete(received);
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(verified)!);
        await File.WriteAllTextAsync(received, text);
        throw new XunitException(
            expected is null
                ? $"There is no snapshot {verified} yet. Look at {received}, and rename it if it is right."
                : $"The text is not the snapshot's. If it is right, rename {received} to "
                    + $"{Path.GetFileName(verified)}.\n{Difference(expected, text)}");
    }

    private static string Normalise(string text) => text.Replace("\r\n", "\n").TrimEnd('\n');

    /// <summary>The first lines that differ, with two lines before them.</summary>
    private static string Difference(string expected, string found)
    {
        string[] a = expected.Split('\n'), b = found.Split('\n');
        int first = 0;
        while (first < a.Length && first < b.Length && a[first] == b[first])
            first++;
        int same = 0;
        while (same < Math.Min(a.Length, b.Length) - first && a[^(same + 1)] == b[^(same + 1)])
            same++;
        IEnumerable<string> lines = [
            $"line {first + 1}:",
            .. a.Take(first).TakeLast(2).Select(l => "  " + l),
            .. a[first..^same].Take(20).Select(l => "- " + l),
            .. b[first..^same].Take(20).Select(l => "+ " + l)];
        return string.Join('\n', lines);
    }
}

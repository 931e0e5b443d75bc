namespace QDrop.Architecture;

/// <summary>A folder that uses another, and the types that do.</summary>
/// <param name="From">The folder that uses, such as <c>QDrop.Runtime/Layers</c>.</param>
/// <param name="To">The folder that is used.</param>
/// <param name="Uses">Which type uses which.</param>
internal sealed record Arrow(string From, string To, IReadOnlyList<string> Uses);

/// <summary>The graph of projects and folders, as the compiled code has it.</summary>
internal sealed class FolderGraph
{
    private readonly Dictionary<string, HashSet<string>> _reached;

    private FolderGraph(IReadOnlyList<Arrow> arrows)
    {
        Arrows = arrows;
        _reached = arrows
            .SelectMany(static a => new[] { a.From, a.To })
            .Distinct()
            .ToDictionary(static n => n, Reached);
    }

    /// <summary>Every folder that uses another, in the order of names.</summary>
    public IReadOnlyList<Arrow> Arrows { get; }

    /// <summary>The graph of some arrows.</summary>
    public static FolderGraph Of(IReadOnlyList<Arrow> arrows) => new(arrows);

    /// <summary>Reads it.</summary>
    /// <param name="assemblies">Paths of the assemblies, with their symbols beside them.</param>
    public static FolderGraph Read(IReadOnlyList<string> assemblies)
    {
        var folders = assemblies.ToDictionary(static a => Path.GetFileNameWithoutExtension(a), FolderMap.Read);
        return new([
            .. assemblies
                .SelectMany(AssemblyReferences.Read)
                .Select(u => (Use: u, From: FolderOf(u.From), To: FolderOf(u.To)))
                .Where(static u => u.From is not null && u.To is not null && u.From != u.To)
                .GroupBy(static u => (u.From, u.To))
                .Select(static g => new Arrow(
                    g.Key.From!,
                    g.Key.To!,
                    [
                        .. g.Select(static u => $"{u.Use.From.Name} → {u.Use.To.Name}")
                            .Distinct()
                            .Order(StringComparer.Ordinal),
                    ]))
                .OrderBy(static a => a.From, StringComparer.Ordinal)
                .ThenBy(static a => a.To, StringComparer.Ordinal),
        ]);

        string? FolderOf(TypeName type) => folders.TryGetValue(type.Assembly, out FolderMap? map) ? map[type] : null;
    }

    /// <summary>The circles: folders each of which reaches the others.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Circles()
    {
        string[] nodes = [.. _reached.Keys.Order(StringComparer.Ordinal)];
        return [.. nodes.GroupBy(n => string.Join('\n', nodes.Where(o => o == n || (Reaches(n, o) && Reaches(o, n)))))
            .Where(static g => g.Count() > 1)
            .Select(static g => (IReadOnlyList<string>)[.. g])];
    }

    /// <summary>Whether a way leads from one folder to another.</summary>
    public bool Reaches(string from, string to) => _reached[from].Contains(to);

    private HashSet<string> Reached(string from)
    {
        HashSet<string> reached = [];
        var next = new Stack<string>([from]);
        while (next.TryPop(out string? node))
        {
            foreach (Arrow? arrow in Arrows.Where(a => a.From == node && reached.Add(a.To)))
                next.Push(arrow.To);
        }
        return reached;
    }
}

using QDrop.Architecture;

// Writes docs/architecture.svg, and says which folders use which. With the option --uses it names the types, too.
var graph = FolderGraph.Read(House.Assemblies);
IReadOnlyList<IReadOnlyList<string>> circles = graph.Circles();
foreach (Arrow arrow in graph.Arrows)
{
    bool isOfCircle = circles.Any(c => c.Contains(arrow.From) && c.Contains(arrow.To));
    Console.WriteLine($"{arrow.From} -> {arrow.To} ({arrow.Uses.Count}){(isOfCircle ? " CIRCLE" : "")}");
    foreach (string use in isOfCircle || args.Contains("--uses") ? arrow.Uses : [])
        Console.WriteLine($"    {use}");
}
File.WriteAllText(Path.Combine(House.Root, "docs", "architecture.svg"), Picture.Draw(graph));

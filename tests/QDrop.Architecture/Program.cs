using QDrop.Architecture;

// QDrop.Architecture ASSEMBLY…: which namespaces use which, and which types make up each use.
string[] ours = [.. args.Select(Path.GetFileNameWithoutExtension)!];
var edges = args.SelectMany(AssemblyReferences.Read)
    .Where(u => ours.Contains(u.To.Assembly) && u.From.Namespace != u.To.Namespace)
    .GroupBy(static u => (From: u.From.Namespace, To: u.To.Namespace))
    .OrderBy(static g => g.Key);
foreach (var edge in edges)
{
    Console.WriteLine($"{edge.Key.From} -> {edge.Key.To} ({edge.Count()}){(edges.Any(e => e.Key == (edge.Key.To, edge.Key.From)) ? " CIRCLE" : "")}");
    foreach (var use in edge.OrderBy(static u => u.From.Name))
        Console.WriteLine($"    {use.From.Name} -> {use.To.Name}");
}

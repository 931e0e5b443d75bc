using QDrop.Architecture;

// QDrop.Architecture ASSEMBLY…: which folders use which, the circles among them, and the types that make up each arrow of a circle.
var graph = FolderGraph.Read(args);
var circles = graph.Circles();
foreach (var arrow in graph.Arrows)
{
    bool isOfCircle = circles.Any(c => c.Contains(arrow.From) && c.Contains(arrow.To));
    Console.WriteLine($"{arrow.From} -> {arrow.To} ({arrow.Uses.Count}){(isOfCircle ? " CIRCLE" : "")}");
    foreach (string use in isOfCircle ? arrow.Uses : [])
        Console.WriteLine($"    {use}");
}

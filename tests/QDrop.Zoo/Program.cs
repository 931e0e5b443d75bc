using QDrop.Native;
using Zoo;

// Measures every model of the zoo and writes the table: dotnet run --project tests/QDrop.Zoo -c Release --
// docs/models.md
if (args is ["programs", ..])
{
    Libtorch.Load();
    torch.set_num_threads(1);
    foreach (ZooModel zoo in Registry.Models.Where(m => args.Length == 1 || args.Contains(m.Name)))
    {
        using var measurement = new Measurement(zoo);
        try
        {
            QDrop.Artifacts.ProgramState? program = measurement.EightBits().Program;
            Console.WriteLine($"{zoo.Name}: {program!.Graph?.Operations.Count.ToString() ?? program.WhyNot}");
        }
        catch (Exception e) { Console.WriteLine($"{zoo.Name}: {e}"); }
    }
    return 0;
}
if (args is not [var path])
{
    Console.Error.WriteLine("usage: QDrop.Zoo FILE    measure every model of the zoo and write the table to FILE");
    return 2;
}
Libtorch.Load();
torch.set_num_threads(1);
File.WriteAllText(path, ModelTable.Measure(Console.WriteLine));
return 0;

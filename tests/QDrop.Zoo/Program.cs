using QDrop.Native;
using Zoo;

// Measures every model of the zoo and writes the table: dotnet run --project tests/QDrop.Zoo -c Release --
// docs/models.md
if (args is not [var path])
{
    Console.Error.WriteLine("usage: QDrop.Zoo FILE    measure every model of the zoo and write the table to FILE");
    return 2;
}
Libtorch.Load();
torch.set_num_threads(1);
File.WriteAllText(path, ModelTable.Measure(Console.WriteLine));
return 0;

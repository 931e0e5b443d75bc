using System.Globalization;
using QDrop.InferenceBenchmarks;
using QDrop.Native;

// usage: [folder of models [seconds of each row [class of a model …]]]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "qdrop-inference-models");
double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 15;
Libtorch.Load();
InferenceBenchmark.Run(folder, seconds, args.Skip(2).ToArray());
Console.WriteLine();
Roofline.Run();

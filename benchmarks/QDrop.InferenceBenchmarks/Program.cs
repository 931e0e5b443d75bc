using System.Globalization;
using QDrop.InferenceBenchmarks;
using QDrop.Native;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "qdrop-inference-models");
double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 10;
Libtorch.Load();
InferenceBenchmark.Run(folder, seconds, args.Skip(2).ToArray());

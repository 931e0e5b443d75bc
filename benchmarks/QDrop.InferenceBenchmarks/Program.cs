using System.Globalization;
using QDrop.InferenceBenchmarks;
using QDrop.Native;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Libtorch.Load();
TorchSharp.torch.set_num_threads(2);
foreach ((string m, int w, int a) in new[] { ("ResNet20", 4, 4), ("ResNet20", 2, 2), ("ResNet18", 4, 4), ("Bert", 4, 8) })
    Console.WriteLine(QuantizedModels.Make(args[0], m, w, a));

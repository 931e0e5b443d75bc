using System.CommandLine;
using Cifar10.Commands;
using Cifar10.Data;
using Cifar10.Training;

var root = new RootCommand("ResNet-20 on CIFAR-10: training, and evaluation of the quantized model that the build made.")
{
    TrainCommand.Create(),
};

try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is DataMissingException or InvalidDataException or TrainingDivergedException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}

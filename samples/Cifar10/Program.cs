using System.CommandLine;
using Cifar10.Commands;
using Cifar10.Data;
using Cifar10.Training;
using QDrop;

var root = new RootCommand("ResNet-20 on CIFAR-10: training, and evaluation of the quantized model that the build made.")
{
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    ReproduceCommand.Create(),
    TrainQuantizedCommand.Create(),
};

try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (QDropException e)
{
    Console.Error.WriteLine($"error {e.Code}: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("cancelled");
    return 130;
}
catch (Exception e) when (e is DataMissingException or InvalidDataException or TrainingDivergedException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}

using System.CommandLine;
using Experiments.Commands;
using Experiments.Training;
using QDrop;

var root = new RootCommand("ResNet-20 on CIFAR-10: trains the sample's weights, and does the runs of docs/results.md.")
{
    TrainCommand.Create(),
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
catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException
    or TrainingDivergedException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}

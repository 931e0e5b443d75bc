using QDrop.Protocol;

namespace QDrop.Calibrator;

/// <summary>
/// The worker of the build: reads a request from standard input, calibrates the models of an assembly, and answers in
/// messages. It touches no type of QDrop's runtime before it knows where the user's program has it.
/// </summary>
internal static class Program
{
    private const int Succeeded = 0, Failed = 1, NotUnderstood = 2, Stopped = 3;

    private static int Main()
    {
        using var channel = WorkerChannel.Open();
        channel.Send(new WorkerMessage { Kind = MessageKind.Hello, Version = WorkerRequest.CurrentVersion });
        if (channel.ReadLine() is not { } line || JsonLine.TryRead<WorkerRequest>(line) is not { } request)
        {
            Console.Error.WriteLine(
                "This program is started by the build of a project that uses QDrop, and reads a request from its "
                    + "standard input: there was none.");
            return NotUnderstood;
        }

        using var stop = new StopSignal(channel, request.BuildProcess, Stopped);
        AssemblyResolution.Install(request);
        try
        {
            return RequestJob.Run(request, channel, stop.Token) ? Succeeded : Failed;
        }
        catch (OperationCanceledException)
        {
            return Stopped;
        }
        catch (Exception e)
        {
            channel.Send(Diagnosis.Internal(e, Place.Of(request)));
            return Failed;
        }
    }
}

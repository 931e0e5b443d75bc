using System.Text;
using Microsoft.Win32.SafeHandles;
using QDrop.Protocol;

namespace QDrop.Calibrator;

/// <summary>
/// The worker's end of the conversation with the build: what were its standard input and output when it started. From
/// then on the process's standard output is its standard error, for the user's code and native libraries alike, and its
/// input is empty.
/// </summary>
internal sealed class WorkerChannel : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock _lock = new();
    private readonly StreamReader _input;
    private readonly Stream _output;
    private bool _closed;

    private WorkerChannel(Stream input, Stream output)
    {
        // .NET Framework may begin what it sends with a byte order mark, which the reader skips.
        _input = new StreamReader(input, Utf8, detectEncodingFromByteOrderMarks: true);
        _output = output;
    }

    /// <summary>Takes standard input and output; once, before anything else uses them.</summary>
    internal static WorkerChannel Open()
    {
        Stream input, output;
        if (OperatingSystem.IsWindows())
        {
            // The streams keep the handles that they were opened with.
            StandardHandles.KeepOutput();
            input = Console.OpenStandardInput();
            output = Console.OpenStandardOutput();
            StandardHandles.Redirect();
        }
        else
        {
            input = new FileStream(
                new SafeFileHandle(StandardHandles.Duplicate(0), ownsHandle: true), FileAccess.Read, bufferSize: 0);
            output = new FileStream(
                new SafeFileHandle(StandardHandles.Duplicate(1), ownsHandle: true), FileAccess.Write, bufferSize: 0);
            StandardHandles.Redirect();
        }

        var errors = new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true };
        Console.SetIn(TextReader.Null);
        Console.SetOut(errors);
        Console.SetError(errors);
        return new WorkerChannel(input, output);
    }

    /// <summary>
    /// Reads a line from the build; <see langword="null"/> when the build wants the worker to stop, or is gone.
    /// </summary>
    internal string? ReadLine()
    {
        try
        {
            return _input.ReadLine();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>
    /// Sends a message. Where nobody listens any more it is lost: the end of the input stops the worker.
    /// </summary>
    internal void Send(WorkerMessage message)
    {
        byte[] line = Utf8.GetBytes(JsonLine.Write(message) + "\n");
        lock (_lock)
        {
            if (_closed)
                return;
            try
            {
                _output.Write(line);
                _output.Flush();
            }
            catch (IOException)
            {
                _closed = true;
            }
        }
    }

    /// <summary>Sends a line for the build's log.</summary>
    internal void Log(string text, string importance = "normal") =>
        Send(new WorkerMessage { Kind = MessageKind.Log, Importance = importance, Text = text });

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _output.Dispose();
        }
    }
}

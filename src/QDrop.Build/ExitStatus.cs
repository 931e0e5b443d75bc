using System.Globalization;

namespace QDrop.Build;

/// <summary>What the exit status of a worker says that ended before it was done.</summary>
internal static class ExitStatus
{
    /// <summary>Signals of a Unix system are given as 128 and their number; there are 64 at most.</summary>
    private const int Signal = 128, Signals = 64;

    /// <summary>The system's words for an exit status.</summary>
    /// <param name="status">The status, as <see cref="System.Diagnostics.Process.ExitCode"/> gives it.</param>
    /// <param name="isWindows">Whether Windows gave it.</param>
    /// <param name="greeted">Whether the worker ran already; before, the status may be that of <c>dotnet</c>.</param>
    internal static string Meaning(int status, bool isWindows, bool greeted)
    {
        string? meaning = greeted ? null : OfHost(status, isWindows);
        meaning ??= isWindows ? OfWindows(unchecked((uint)status)) : OfUnix(status);
        return meaning ?? (isWindows && status is < 0 or > ushort.MaxValue
            ? "exit status 0x" + status.ToString("X8", CultureInfo.InvariantCulture)
            : "exit status " + status.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// .NET's host has statuses of its own, 0x800080xx, of which a Unix system keeps the last 8 bits: there they are
    /// those of signals.
    /// </summary>
    private static string? OfHost(int status, bool isWindows)
    {
        const int Host = unchecked((int)0x80008000);
        return (isWindows ? status - Host : status) switch
        {
            0x81 or 0x8c => "the worker's files are incomplete",
            0x82 or 0x83 or 0x88 => "the .NET host could not be loaded",
            0x96 => "the .NET runtime that the project targets is not installed",
            _ => null,
        };
    }

    private static string? OfUnix(int status) => (status - Signal) switch
    {
        4 => "illegal instruction, signal 4: libtorch may need a newer processor",
        6 => "aborted, signal 6",
        9 => "killed, signal 9: often the machine ran out of memory; fewer Samples take less",
        11 => "segmentation fault, signal 11: a crash in native code",
        > 0 and < Signals and var signal => "ended by signal " + signal.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string? OfWindows(uint status) => status switch
    {
        0xC0000005 => "access violation, 0xC0000005: a crash in native code",
        0xC000001D => "illegal instruction, 0xC000001D: libtorch may need a newer processor",
        0xC0000017 or 0xC000009A or 0xC000012D => $"out of memory, 0x{status:X8}: fewer Samples take less",
        0xC00000FD => "stack overflow, 0xC00000FD",
        0xC0000135 => "a library that the worker needs is missing, 0xC0000135",
        0xC0000142 => "a library that the worker needs could not be initialized, 0xC0000142",
        0xC000013A => "stopped by Ctrl+C, 0xC000013A",
        0xC0000374 => "the heap is corrupted, 0xC0000374: a crash in native code",
        0xC0000409 => "aborted, 0xC0000409",
        0xE0434352 => "an exception that nothing handled, 0xE0434352",
        _ => null,
    };
}

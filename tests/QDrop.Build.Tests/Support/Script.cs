namespace QDrop.Build.Tests;

/// <summary>Shell scripts that stand in for programs.</summary>
internal static class Script
{
    /// <summary>Lets the file be started as a program.</summary>
    internal static void MakeExecutable(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }
}

using System.Diagnostics;
using Xunit;

namespace QDrop.Build.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void Arguments_arrive_as_they_are()
    {
        string[] arguments =
        [
            "plain",
            "",
            "a b",
            "q\"uote",
            "back\\slash",
            "ends with \\",
            "\\\\\"",
            "größe @ %20;$HOME`x`",
            "tab\there",
        ];

        using Process process = Process.Start(
            new ProcessStartInfo("printf", CommandLine.Join(["%s\\n", .. arguments])) { RedirectStandardOutput = true }
        )!;
        string[] arrived = process.StandardOutput.ReadToEnd().Split('\n')[..^1];
        process.WaitForExit();

        Assert.Equal(arguments, arrived);
    }
}

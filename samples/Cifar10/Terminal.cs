using Spectre.Console;

namespace Cifar10;

/// <summary>Where commands write: with colour and progress bars on a terminal, as plain text into files and pipes.</summary>
internal static class Terminal
{
    /// <summary>The console of this process.</summary>
    public static IAnsiConsole Open()
    {
        if (!Console.IsOutputRedirected)
            return AnsiConsole.Console;

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        // A file has no right edge at which lines would be broken.
        console.Profile.Width = 500;
        return console;
    }
}

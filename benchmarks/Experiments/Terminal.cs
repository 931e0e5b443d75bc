using Spectre.Console;

namespace Experiments;

/// <summary>The console: with colour and progress bars on a terminal, plain text in files and pipes.</summary>
internal static class Terminal
{
    /// <summary>Opens the console of this process.</summary>
    public static IAnsiConsole Open()
    {
        if (!Console.IsOutputRedirected)
            return AnsiConsole.Console;

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        // A file has no right edge at which a line must be broken.
        console.Profile.Width = 500;
        return console;
    }
}

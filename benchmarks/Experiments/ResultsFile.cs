namespace Experiments;

/// <summary>A CSV file to which several runs append a line each.</summary>
/// <remarks>No CSV library: the fields are numbers and names without commas and quotes.</remarks>
internal static class ResultsFile
{
    /// <summary>Appends a line, after the header where the file is new, and writes it to the console.</summary>
    public static void Append(string path, string header, string line)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        // In a file of an older program, which has fewer columns, the line would read as a run with other settings.
        if (File.Exists(path) && File.ReadLines(path).FirstOrDefault() is { } found && found != header)
        {
            throw new IOException($"'{path}' has other columns ({found}) than this program writes ({header}). "
                + "Name another file with --output.");
        }

        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        using var writer = new StreamWriter(file);
        if (file.Length == 0)
            writer.WriteLine(header);
        writer.WriteLine(line);
        Console.WriteLine(line);
    }
}

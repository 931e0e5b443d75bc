namespace Cifar10.Commands;

/// <summary>A CSV file that several runs append their lines to.</summary>
/// <remarks>Of our own, and not CsvHelper: the fields are numbers and names without commas and quotes.</remarks>
internal static class ResultsFile
{
    /// <summary>Appends a line, after the header where the file is new, and shows it.</summary>
    public static void Append(string path, string header, string line)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        // A file that an older program began has fewer columns: a line here would be read as a run with other settings.
        if (File.Exists(path) && File.ReadLines(path).FirstOrDefault() is { } found && found != header)
            throw new IOException($"'{path}' has other columns ({found}) than this program writes ({header}). Name another file with --output.");
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        using var writer = new StreamWriter(file);
        if (file.Length == 0)
            writer.WriteLine(header);
        writer.WriteLine(line);
        Console.WriteLine(line);
    }
}

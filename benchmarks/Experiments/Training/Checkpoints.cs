using System.Text.Json;

namespace Experiments.Training;

/// <summary>
/// A folder with the state of a training run after its last whole epoch. A run that continues from it ends with the
/// same result as one that never stopped.
/// </summary>
/// <param name="folder">The folder.</param>
internal sealed class Checkpoints(string folder)
{
    private const string StateFile = "state.json";
    private const string Prefix = "epoch-";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Reads the last checkpoint.</summary>
    /// <param name="options">The options of the run; those of the checkpoint must be the same.</param>
    /// <param name="load">Loads the state of model and optimizer from a folder.</param>
    /// <returns>The finished epochs; none without a checkpoint.</returns>
    /// <exception cref="InvalidDataException">The checkpoint is of a run with other options, or is damaged.</exception>
    public IReadOnlyList<EpochReport> Resume(TrainingOptions options, Action<string> load)
    {
        if (Latest() is not { } latest)
            return [];

        State? state;
        try
        {
            state = JsonSerializer.Deserialize<State>(File.ReadAllBytes(Path.Combine(latest, StateFile)));
        }
        catch (JsonException e)
        {
            string file = Path.Combine(latest, StateFile);
            throw new InvalidDataException($"{file} is damaged ({e.Message}): start again with --restart.", e);
        }

        if (state?.Options != options)
        {
            throw new InvalidDataException($"{folder} has a run with other options ({state?.Options}): "
                + "give the same ones, or start again with --restart.");
        }

        load(latest);
        return state.Epochs;
    }

    /// <summary>Writes a checkpoint, then removes the one before.</summary>
    /// <param name="options">The options of the run.</param>
    /// <param name="epochs">The finished epochs.</param>
    /// <param name="save">Writes the state of model and optimizer to a folder.</param>
    public void Write(TrainingOptions options, IReadOnlyList<EpochReport> epochs, Action<string> save)
    {
        string? before = Latest();
        string final = Path.Combine(folder, $"{Prefix}{epochs.Count:d4}");
        string partial = final + ".part";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        save(partial);
        byte[] state = JsonSerializer.SerializeToUtf8Bytes(new State(options, epochs), Indented);
        File.WriteAllBytes(Path.Combine(partial, StateFile), state);
        Directory.Move(partial, final);
        if (before is not null)
            Directory.Delete(before, recursive: true);
    }

    /// <summary>Removes all checkpoints.</summary>
    public void Clear()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private string? Latest() =>
        Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder, Prefix + "*")
                .Where(static path => !path.EndsWith(".part", StringComparison.Ordinal))
                .Max(StringComparer.Ordinal)
            : null;

    private sealed record State(TrainingOptions Options, IReadOnlyList<EpochReport> Epochs);
}

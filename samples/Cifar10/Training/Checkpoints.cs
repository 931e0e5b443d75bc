using System.Text.Json;

namespace Cifar10.Training;

/// <summary>
/// A folder with the state of a training run after its last whole epoch, from which the run continues with the same result as if it had
/// never stopped.
/// </summary>
/// <param name="folder">The folder.</param>
internal sealed class Checkpoints(string folder)
{
    private const string StateFile = "state.json";
    private const string Prefix = "epoch-";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Reads the last checkpoint.</summary>
    /// <param name="options">What decides the run; the checkpoint's must be the same.</param>
    /// <param name="load">Told of the folder with the state of model and optimizer.</param>
    /// <returns>The epochs done, none where there is no checkpoint.</returns>
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
            throw new InvalidDataException($"{Path.Combine(latest, StateFile)} is damaged ({e.Message}): start again with --restart.", e);
        }

        if (state?.Options != options)
            throw new InvalidDataException($"{folder} has a run with other options ({state?.Options}): give the same ones, or start again with --restart.");

        load(latest);
        return state.Epochs;
    }

    /// <summary>Writes a checkpoint, then removes the one before.</summary>
    /// <param name="options">What decides the run.</param>
    /// <param name="epochs">The epochs done.</param>
    /// <param name="save">Told of the folder to write the state of model and optimizer to.</param>
    public void Write(TrainingOptions options, IReadOnlyList<EpochReport> epochs, Action<string> save)
    {
        var before = Latest();
        var final = Path.Combine(folder, $"{Prefix}{epochs.Count:d4}");
        var partial = final + ".part";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        save(partial);
        File.WriteAllBytes(Path.Combine(partial, StateFile), JsonSerializer.SerializeToUtf8Bytes(new State(options, epochs), Indented));
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
            ? Directory.EnumerateDirectories(folder, Prefix + "*").Where(path => !path.EndsWith(".part", StringComparison.Ordinal)).Max(StringComparer.Ordinal)
            : null;

    private sealed record State(TrainingOptions Options, IReadOnlyList<EpochReport> Epochs);
}

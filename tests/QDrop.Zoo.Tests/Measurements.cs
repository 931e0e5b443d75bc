using QDrop.Calibration;

namespace Zoo.Tests;

/// <summary>A model of each kind, and its reconstruction: several tests look at the same one.</summary>
public sealed class Measurements : IDisposable
{
    /// <summary>Iterations for each unit of <see cref="Reconstruction"/>.</summary>
    public const int Iterations = 20;

    private readonly Dictionary<string, Measurement> _measurements = [];
    private readonly Dictionary<string, CalibrationOutcome> _reconstructions = [];
    private readonly Dictionary<string, ProgramMeasurement> _programs = [];

    /// <summary>The model of a name.</summary>
    public static ZooModel Model(string name) => Registry.Models.Single(m => m.Name == name);

    /// <summary>What is measured of a model.</summary>
    public Measurement Of(string name)
    {
        if (!_measurements.TryGetValue(name, out Measurement? measurement))
            _measurements.Add(name, measurement = new Measurement(Model(name)));
        return measurement;
    }

    /// <summary>The reconstruction of a model.</summary>
    public CalibrationOutcome Reconstruction(string name)
    {
        if (!_reconstructions.TryGetValue(name, out CalibrationOutcome? outcome))
            _reconstructions.Add(name, outcome = Of(name).Reconstruct(Iterations));
        return outcome;
    }

    /// <summary>The program of a model.</summary>
    public ProgramMeasurement Program(string name)
    {
        if (!_programs.TryGetValue(name, out ProgramMeasurement? program))
            _programs.Add(name, program = Of(name).Program());
        return program;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Measurement measurement in _measurements.Values)
            measurement.Dispose();
    }
}

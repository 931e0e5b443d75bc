using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// What the generator knows of one quantized model: how to make it, what its code was, where it stands.
/// </summary>
public sealed record QuantizedModelDescriptor
{
    /// <summary>Full name of the model's class, as <see cref="Type.FullName"/> gives it.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256, in hexadecimal, of the code of the model and of every module class it reaches.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Makes the float model, untrained.</summary>
    public required Func<Module> CreateModel { get; init; }

    /// <summary>The settings of the <see cref="QuantizeAttribute"/>.</summary>
    public required QuantizationSettings Settings { get; init; }

    /// <summary><see cref="QuantizeAttribute.Weights"/>.</summary>
    public string? Weights { get; init; }

    /// <summary><see cref="QuantizeAttribute.CalibrationData"/>.</summary>
    public string? CalibrationData { get; init; }

    /// <summary><see cref="QuantizeAttribute.Calibration"/>.</summary>
    public Type? Calibration { get; init; }

    /// <summary>What attributes on parts of the model say of their quantization.</summary>
    public IReadOnlyList<QuantizationOverride> Overrides { get; init; } = [];

    /// <summary>Source file of the attribute, or <see langword="null"/> if the compiler knew none.</summary>
    public string? File { get; init; }

    /// <summary>Line of the attribute, from 1.</summary>
    public int Line { get; init; }

    /// <summary>Column of the attribute, from 1.</summary>
    public int Column { get; init; }
}

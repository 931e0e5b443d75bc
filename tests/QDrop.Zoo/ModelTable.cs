using System.Globalization;
using System.Text;
using QDrop.Calibration;
using QDrop.Calibration.Checkpoints;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Reconstruction;

namespace Zoo;

/// <summary>The table of docs/models.md.</summary>
internal static class ModelTable
{
    private const string Head = """
        # Models

        The zoo under `tests/QDrop.Zoo`: models written as public TorchSharp code writes them, in small configurations, with seeded weights and
        batch norms that are not the identity. The initialisation gives the networks the condition of trained ones: batch norms shift by one
        deviation, and residual branches end at a quarter of their scale, as training from 0 leaves them (arXiv 1706.02677). Without it, deep
        networks of random weights enlarge every small difference from layer to layer (arXiv 1902.08129), rounding to 8 bits as much as Gaussian
        noise of the same power. Measured, not typed:

        ```sh
        dotnet run --project tests/QDrop.Zoo -c Release -- docs/models.md
        ```

        - **units**: what is reconstructed one after the other; **blocks**: those of them that are module classes with a join.
        - **quantized**: share of the multiply-accumulates of the layers with weights that run on quantized weights.
        - **twin error**: greatest difference of the twin, quantizers off, from the model, relative to the greatest output. Zero where no batch
          norm is folded; at most 1e-4 elsewhere.
        - **W8A8 error**: norm of the difference of the model quantized to 8 bits, rounded to nearest, from the float model, relative to the norm
          of the float output.

        | model | units | blocks | quantized | twin error | W8A8 error |
        |---|---:|---:|---:|---:|---:|
        """;

    /// <summary>Measures every model.</summary>
    /// <param name="progress">Told each line.</param>
    public static string Measure(Action<string> progress)
    {
        var text = new StringBuilder(Head).Append('\n');
        foreach (ZooModel zoo in Registry.Models)
        {
            string row = Row(zoo);
            progress(row);
            text.Append(row).Append('\n');
        }
        return text.ToString();
    }

    private static string Row(ZooModel zoo)
    {
        using var measurement = new Measurement(zoo);
        CalibrationOutcome outcome = measurement.Reconstruct(iterations: 1);
        IReadOnlyList<UnitReport> units = outcome.Units;
        double twin = measurement.TwinError();
        return string.Create(CultureInfo.InvariantCulture,
            $"| {zoo.Name} | {units.Count} | {units.Count(u => u.IsBlock)} | {outcome.Cost.QuantizedShare:0.#%} | {(twin == 0 ? "0" : twin.ToString("0e-0", CultureInfo.InvariantCulture))} | {measurement.EightBitError():0.00%} |");
    }
}

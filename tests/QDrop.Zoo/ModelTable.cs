using System.Globalization;
using System.Text;
using QDrop.Calibration;

namespace Zoo;

/// <summary>The table of docs/models.md.</summary>
internal static class ModelTable
{
    private const string Head = """
        # Models

        The zoo under `tests/QDrop.Zoo` contains models as public TorchSharp code writes them, in small
        configurations, with seeded weights and batch norms that are not the identity. The initialization gives the
        networks the condition of trained ones: batch norms shift by one deviation, and residual branches end at a
        quarter of their scale, as training from 0 leaves them (arXiv 1706.02677). Without it, deep networks of
        random weights amplify every small difference from layer to layer (arXiv 1902.08129), and rounding to 8 bits
        has the effect of Gaussian noise of the same power. This command measures the table:

        ```sh
        dotnet run --project tests/QDrop.Zoo -c Release -- docs/models.md
        ```

        - **units**: number of units of reconstruction; **blocks**: number of units that are module classes with a
          join.
        - **quantized**: share of the multiply-accumulates of layers with weights that use quantized weights.
        - **twin error**: largest difference between the twin, with its quantizers off, and the model, relative to
          the largest output. It is zero if no batch norm is folded, and at most 1e-4 otherwise.
        - **W8A8 error**: norm of the difference between the model quantized to 8 bits, rounded to nearest, and the
          float model, relative to the norm of the float output.
        - **program**: operations of the [program](internals/programs.md) of the model quantized to 8 bits, and the share
          of its multiply-accumulates that it computes in integers; or why there is none.
        - **ONNX**: norm of the difference between what ONNX Runtime gives for the program as [ONNX](onnx.md) and what the
          program gives, relative to the norm of the latter: with `Exact`, and without; or why there is none.

        | model | units | blocks | quantized | twin error | W8A8 error | program | ONNX |
        |---|---:|---:|---:|---:|---:|---|---|
        """;

    /// <summary>Measures every model.</summary>
    /// <param name="progress">Told each line.</param>
    public static string Measure(Action<string> progress)
    {
        StringBuilder text = new StringBuilder(Head).Append('\n');
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
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {zoo.Name} | {units.Count} | {units.Count(u => u.IsBlock)} | {outcome.Cost.QuantizedShare:0.#%} | "
                + $"{(twin == 0 ? "0" : twin.ToString("0e-0", CultureInfo.InvariantCulture))} | "
                + $"{measurement.EightBitError():0.00%} | {ProgramCells(measurement.Program())} |");
    }

    private static string ProgramCells(ProgramMeasurement program)
    {
        if (program.Onnx is not { } onnx)
            return $"none: {program.WhyNot.Replace("|", "\\|", StringComparison.Ordinal)} | none";
        int operations = program.Operations.Sum(static o => int.Parse(o.Split(' ')[1], CultureInfo.InvariantCulture));
        string cell = onnx.WhyNot.Length > 0
            ? $"none: {onnx.WhyNot.Replace("|", "\\|", StringComparison.Ordinal)}"
            : string.Create(CultureInfo.InvariantCulture, $"{onnx.ExactError:0.00%}, {onnx.Error:0.00%}");
        return string.Create(
            CultureInfo.InvariantCulture, $"{operations}, {program.IntegerShare:0.#%} | {cell}");
    }
}

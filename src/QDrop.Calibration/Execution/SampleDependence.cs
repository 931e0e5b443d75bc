using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Whether what goes into a unit and comes out of it for a sample is the same whichever samples run beside it. Where it
/// is not, as after <c>x - x.mean(0)</c>, what a unit is to give depends on the batch, and cannot be learned from other
/// batches.
/// </summary>
/// <param name="samples">Samples of the first run. The second has others before these.</param>
internal sealed class SampleDependence(long samples)
{
    /// <summary>Share of the greatest value by which values differ at most where a batch is of another size.</summary>
    private const double Tolerance = 1e-3;

    /// <summary>Share of the greatest value of all below which values are taken for 0.</summary>
    private const double Zero = 1e-6;

    private readonly Dictionary<Unit, (Excerpt[] Inputs, Excerpt[] Outputs)> _first = [];
    private double _greatest;

    /// <summary>What depends on the other samples, and how much; <see langword="null"/> where nothing does.</summary>
    public string? Found { get; private set; }

    /// <summary>Notes a unit in the first run, and compares it in the second.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="count">Samples of the run.</param>
    /// <param name="inputs">What went into the unit.</param>
    /// <param name="outputs">What came out of it.</param>
    public void Add(Unit unit, long count, Bundle inputs, Bundle outputs)
    {
        if (count == samples)
        {
            (Excerpt[] Inputs, Excerpt[] Outputs) own = (ExcerptsOf(inputs), ExcerptsOf(outputs));
            _first[unit] = own;
            _greatest = own.Inputs.Concat(own.Outputs).Select(static e => e.Greatest)
                .Where(double.IsFinite).Append(_greatest).Max();
            return;
        }
        // What follows from the first difference says no more.
        if (Found is not null || !_first.TryGetValue(unit, out (Excerpt[] Inputs, Excerpt[] Outputs) first))
            return;
        Found = Difference(first.Inputs, inputs, count) is { } into ? $"what goes into '{unit.Name}' {into}"
            : Difference(first.Outputs, outputs, count) is { } outOf ? $"what comes out of '{unit.Name}' {outOf}"
            : null;
    }

    private string? Difference(Excerpt[] first, Bundle second, long others)
    {
        foreach ((Excerpt one, Tensor two) in first.Zip(second.Tensors))
        {
            if (one.Values.Length == 0
                || BatchLayout.Between((samples, one.Shape), (others, two.shape)) is not { } layout)
                continue;
            double[] found = ValuesOf(
                layout.IsShared
                    ? two
                    : two.narrow(layout.Axis, (others - samples) * layout.PerSample, samples * layout.PerSample));
            double greatest = one.Greatest, error = one.Values.Zip(found, static (a, b) => Math.Abs(a - b)).Max();
            if (error > Tolerance * Math.Max(greatest, Zero * _greatest))
            {
                return FormattableString.Invariant(
                    $"for {samples} samples changes by {error:g3}, where the greatest value is {greatest:g3},");
            }
        }
        return null;
    }

    private static Excerpt[] ExcerptsOf(Bundle bundle) =>
        [.. bundle.Tensors.Select(static t => new Excerpt(t.shape, ValuesOf(t)))];

    /// <summary>
    /// Elements from all over a tensor, the same ones of each that has its shape; none of whole numbers, which a
    /// difference in the last digit may turn into others.
    /// </summary>
    private static double[] ValuesOf(Tensor x)
    {
        const int Most = 4096;
        // Multiples of the golden ratio are spread evenly and fall on every row and column.
        const double Spread = 0.6180339887498949;
        if (!x.is_floating_point() || x.numel() == 0)
            return [];
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = x.detach().flatten();
        long count = flat.numel();
        if (count > Most)
        {
            flat = flat.index_select(
                0, tensor([.. Enumerable.Range(1, Most).Select(k => (long)(k * Spread % 1 * count))]));
        }
        return flat.to_type(ScalarType.Float64).data<double>().ToArray();
    }

    private readonly record struct Excerpt(long[] Shape, double[] Values)
    {
        public double Greatest => Values.Length == 0 ? 0 : Values.Max(Math.Abs);
    }
}

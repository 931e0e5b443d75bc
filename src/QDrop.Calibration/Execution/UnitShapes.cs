using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>Shapes of what goes into and comes out of each unit, in a batch.</summary>
internal sealed class UnitShapes
{
    private readonly Dictionary<Unit, (Side Inputs, Side Outputs)> _units = [];

    private sealed record Side(long[][] Tensors, object?[] Others)
    {
        public static Side Of(Bundle bundle) =>
            new([.. bundle.Tensors.Select(static t => t.shape)], [.. bundle.Others]);
    }

    /// <summary>Notes a unit.</summary>
    public void Add(Unit unit, Bundle inputs, Bundle outputs) => _units[unit] = (Side.Of(inputs), Side.Of(outputs));

    /// <summary>Finds from the shapes of two batches where the samples are.</summary>
    /// <exception cref="QDropException">
    /// What a unit is given does not follow the number of samples (QDROP232).
    /// </exception>
    public Dictionary<Unit, UnitLayouts> Layouts(long samples, UnitShapes other, long otherSamples)
    {
        return _units.ToDictionary(
            u => u.Key,
            u =>
            {
                if (!other._units.TryGetValue(u.Key, out (Side Inputs, Side Outputs) sides))
                    throw new QDropException(
                        Codes.ForwardThrew,
                        $"'{u.Key.Name}' runs for a batch of {samples} but not for one of {otherSamples}. Which layers "
                            + "run must not depend on the input.");
                return new UnitLayouts(
                    Between(u.Key, "into", u.Value.Inputs, sides.Inputs),
                    Between(u.Key, "out of", u.Value.Outputs, sides.Outputs));
            });

        BatchLayout[] Between(Unit unit, string direction, Side one, Side two)
        {
            if (one.Tensors.Length != two.Tensors.Length || !one.Others.SequenceEqual(two.Others))
            {
                throw new QDropException(
                    Codes.UnsupportedModule,
                    $"What goes {direction} '{unit.Name}' besides tensors is ({string.Join(", ", one.Others)}) for a "
                        + $"batch of {samples} and ({string.Join(", ", two.Others)}) for one of {otherSamples}. "
                        + "Expected values that do not depend on the batch: let the module take them from the tensors' "
                        + "shapes.");
            }
            return
            [
                .. one.Tensors.Zip(
                    two.Tensors,
                    (a, b) =>
                        BatchLayout.Between((samples, a), (otherSamples, b))
                        ?? throw new QDropException(
                            Codes.UnsupportedModule,
                            $"A tensor that goes {direction} '{unit.Name}' has shape [{string.Join(", ", a)}] for a "
                                + $"batch of {samples} and [{string.Join(", ", b)}] for one of {otherSamples}. "
                                + "Expected one dimension that is a multiple of the number of samples.")),
            ];
        }
    }
}

/// <summary>Where the samples are in the tensors that go into a unit and come out of it.</summary>
internal sealed record UnitLayouts(IReadOnlyList<BatchLayout> Inputs, IReadOnlyList<BatchLayout> Outputs);

/// <summary>Runs the units and notes the shapes, and the memory that they take.</summary>
/// <param name="context">The twin's context.</param>
/// <param name="samples">Samples that run.</param>
/// <param name="dependence">Compares the values with those of another run.</param>
internal sealed class ShapeExecutor(QuantizationContext context, long samples, SampleDependence dependence)
    : UnitExecutor
{
    /// <summary>What a sample takes.</summary>
    public PassFootprint Footprint { get; } = new();

    /// <summary>What went into and came out of the units.</summary>
    public UnitShapes Shapes { get; } = new();

    /// <inheritdoc/>
    public override Bundle Run(Unit unit, Bundle inputs)
    {
        context.Current = unit;
        try
        {
            using IDisposable guard = no_grad();
            using DisposeScope scope = NewDisposeScope();
            // A unit may change its input in place.
            Bundle outputs = unit.Compute(inputs.Copies());
            Shapes.Add(unit, inputs, outputs);
            Footprint.Add(unit, samples, inputs, outputs, scope);
            dependence.Add(unit, samples, inputs, outputs);
            return outputs.Select(static t => t.MoveToOuterDisposeScope());
        }
        finally
        {
            context.Current = null;
        }
    }
}

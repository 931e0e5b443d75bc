using QDrop.Calibration.Inputs;
using QDrop.Calibration.Memory;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Runs the units of a model, and keeps their outputs, so that the units before one in which something is changed are
/// not computed again.
/// </summary>
/// <param name="context">What the twins of the model share.</param>
/// <param name="memory">Gives memory for outputs.</param>
internal sealed class PrefixExecutor(QuantizationContext context, ActivationMemory memory) : UnitExecutor, IDisposable
{
    /// <summary>Bytes of outputs that are kept; those of further units are computed again.</summary>
    private const long MaxBytes = 256L << 20;

    private readonly Dictionary<(Unit, long Start), Bundle> _kept = [];
    private HashSet<Unit>? _known;
    private long _bytes;

    /// <summary>The next runs do not compute these units, but give what they gave in the first run.</summary>
    public void Replay(IEnumerable<Unit> units) => _known = [.. units];

    /// <summary>The first of the samples that run next.</summary>
    public long Start { get; set; }

    /// <inheritdoc/>
    public override Bundle Run(Unit unit, Bundle inputs)
    {
        if (_known?.Contains(unit) == true && _kept.TryGetValue((unit, Start), out Bundle? outputs))
        {
            MappedPages.Passed(Bytes(outputs));
            return outputs.Copies();
        }
        context.Current = unit;
        try
        {
            using DisposeScope scope = NewDisposeScope();
            Bundle computed = unit.Compute(inputs).Select(static t => t.MoveToOuterDisposeScope());
            if (_known is null)
                Keep(unit, computed);
            return computed;
        }
        finally
        {
            context.Current = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _kept.Values.SelectMany(static b => b.Tensors))
            tensor.Dispose();
    }

    private void Keep(Unit unit, Bundle outputs)
    {
        long bytes = Bytes(outputs);
        if (_bytes + bytes > MaxBytes)
            return;
        _bytes += bytes;
        _kept[(unit, Start)] = outputs.Select(memory.Keep);
    }

    private static long Bytes(Bundle outputs) => outputs.Tensors.Sum(static t => t.numel() * t.element_size());
}

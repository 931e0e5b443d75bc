using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>
/// The results of a module that stays float and gives several tensors: each is quantized for the layers after it.
/// </summary>
/// <param name="context">What the twins of the model share.</param>
/// <param name="path">The place where the module is called.</param>
/// <param name="feeds">Where the results go.</param>
internal sealed class FloatOutputs(QuantizationContext context, string path, Feeds feeds)
{
    private readonly PlaceAddress? _place = PlaceAddress.Current;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, FusedUnit> _units = [];

    /// <summary>The results, on the grids of their quantizers.</summary>
    public Bundle Run(Bundle results)
    {
        if (feeds != Feeds.Next)
            return results;
        Tensor[] tensors = [.. results.Tensors];
        int[] quantized = [.. Enumerable.Range(0, tensors.Length).Where(i => IsQuantized(tensors[i]))];
        FusedUnit[] units = [.. quantized.Select(UnitOf)];
        // The first result last: of the quantizers before a model's last layer, the last one is taken for its input.
        for (int i = units.Length - 1; i >= 0; i--)
            tensors[quantized[i]] = units[i].Run(tensors[quantized[i]]);
        return results.With(tensors);
    }

    /// <summary>Attention that is not asked for its weights gives a tensor without a handle.</summary>
    private static bool IsQuantized(Tensor tensor) => !tensor.IsInvalid && tensor.is_floating_point();

    private FusedUnit UnitOf(int result)
    {
        lock (_lock)
        {
            if (!_units.TryGetValue(result, out FusedUnit? unit))
                _units[result] = unit = new(context, path, null, [], _place is null ? Output() : _place.Make(Output));
            return unit;
        }

        ActivationQuantizer Output() => context.Activation(path + ".output", index: result);
    }
}

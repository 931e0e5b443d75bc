using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Finds the dimension that counts the channels of each activation. What a layer gives has its channels in a known
/// place; what happens to them until a quantizer is the user's code, so libtorch is asked: gradients show which
/// channels an index of a dimension comes from. The dimension of the channels is the one whose indices come from
/// different ones, whatever rearranged, joined or reshaped the values, and whichever sizes coincide.
/// </summary>
/// <remarks>
/// Every output of a layer and every quantized value is a leaf of autograd's graph, so that each gradient goes through
/// the functions between two of them only.
/// </remarks>
/// <param name="context">What the twins of the model share; its quantizers are off.</param>
internal sealed class ChannelTrace(QuantizationContext context) : IValueWatcher
{
    /// <summary>
    /// Indices of a dimension that are looked at. They are spread over it, so that those of other operands of a
    /// concatenation are among them.
    /// </summary>
    private const int Probes = 8;

    private readonly List<Leaf> _leaves = [];
    private readonly Dictionary<ActivationQuantizer, long[]> _shapes = [];
    private bool _isMeasuring;

    /// <summary>A value whose channels are known.</summary>
    /// <param name="Value">The value.</param>
    /// <param name="Axis">The dimension of its channels, or none.</param>
    private sealed record Leaf(Tensor Value, int? Axis);

    /// <summary>Looks at the values of a run.</summary>
    /// <param name="run">Runs the twin.</param>
    /// <param name="other">
    /// Runs it with another number of samples, which shows the dimensions that count them: those tell no channels
    /// apart, though the gradients of two samples differ.
    /// </param>
    public void Run(Action run, Action other)
    {
        using DisposeScope scope = NewDisposeScope();
        context.Watcher = this;
        _isMeasuring = true;
        try
        {
            using IDisposable guard = no_grad();
            other();
        }
        finally
        {
            context.Watcher = null;
            _isMeasuring = false;
        }
        using IDisposable gradients = enable_grad();
        context.Watcher = this;
        try
        {
            run();
        }
        finally
        {
            context.Watcher = null;
            foreach (Leaf leaf in _leaves)
                leaf.Value.Dispose();
            _leaves.Clear();
        }
    }

    /// <inheritdoc/>
    public Tensor OnValue(QuantizedLayer layer, Tensor output)
    {
        if (_isMeasuring)
            return output;
        int dimensions = (int)output.dim();
        int axis = layer.ValueAxis < 0 ? dimensions + layer.ValueAxis : layer.ValueAxis;
        return Cut(output, axis >= 0 && axis < dimensions ? axis : null);
    }

    /// <inheritdoc/>
    public Tensor OnValue(ActivationQuantizer quantizer, Tensor input)
    {
        if (_isMeasuring)
        {
            _shapes[quantizer] = input.shape;
            return input;
        }
        if (quantizer.HasChannels)
            quantizer.Traced = Trace(input, _shapes.GetValueOrDefault(quantizer)) ?? quantizer.Traced;
        // What nothing is known of has its channels where the shape says.
        int? axis = !quantizer.HasChannels ? null
            : quantizer.Traced is { } traced ? traced.Axis
            : ChannelSource.AxisOf(input.shape, quantizer.Source);
        return Cut(input, axis);
    }

    private Tensor Cut(Tensor value, int? axis)
    {
        if (!value.is_floating_point())
            return value;
        Tensor leaf = value.detach().DetachFromDisposeScope().requires_grad_(true);
        _leaves.Add(new(leaf, axis));
        // In-place operations of the user's code must not meet the leaf itself.
        return leaf.clone();
    }

    private TracedChannels? Trace(Tensor x, long[]? other)
    {
        if (x.dim() < 2)
            return new(null);
        if (!x.requires_grad || x.numel() == 0)
            return null;
        using DisposeScope scope = NewDisposeScope();
        // Weights that differ from each other: the sum of what a norm gives has no gradient.
        Tensor weights = arange(x.numel(), dtype: ScalarType.Float64).mul(0.7548776662466927).frac().sub(0.5)
            .to_type(x.dtype).view(x.shape);
        var shares = new Dictionary<Leaf, ChannelShares[]>();
        for (int axis = 0; axis < x.dim(); axis++)
        {
            long size = x.shape[axis];
            if (other?.Length == x.dim() && other[axis] != size)
                continue;
            for (long probe = 0; probe < Math.Min(size, Probes) && size > 1; probe++)
            {
                using DisposeScope inner = NewDisposeScope();
                long index = size <= Probes ? probe : probe * (size - 1) / (Probes - 1);
                Tensor cotangent = zeros_like(x);
                cotangent.select(axis, index).copy_(weights.select(axis, index));
                autograd.backward(
                    [x], [cotangent], retain_graph: true, inputs: [.. _leaves.Select(static l => l.Value)]);
                foreach (Leaf leaf in _leaves)
                {
                    if (leaf.Value.grad is not { } gradient)
                        continue;
                    leaf.Value.grad = null;
                    if (!shares.TryGetValue(leaf, out ChannelShares[]? found))
                        shares.Add(leaf, found = ChannelShares.OfDimensions((int)x.dim()));
                    if (leaf.Axis is { } channels)
                        found[axis].Add(Energies(gradient, channels));
                }
            }
        }
        return Choose(shares);
    }

    /// <summary>
    /// The result of a join has the shape of one of its operands, to which the others are spread: the largest. Of
    /// operands of the same size the latest counts.
    /// </summary>
    private TracedChannels? Choose(Dictionary<Leaf, ChannelShares[]> shares)
    {
        bool isKnown = false;
        foreach ((Leaf leaf, ChannelShares[] found) in shares
                .OrderByDescending(static s => s.Key.Value.numel())
                .ThenByDescending(s => _leaves.IndexOf(s.Key)))
        {
            // Of a single channel no index comes from another one.
            if (leaf.Axis is { } own && leaf.Value.shape[own] < 2)
                continue;
            isKnown |= leaf.Axis is null || found.Any(static f => !f.IsEmpty);
            if (ChannelShares.Select([.. found.Select(static f => f.Information)]) is { } axis)
                return new(axis);
        }
        return isKnown ? new(null) : null;
    }

    private static double[] Energies(Tensor gradient, int channels)
    {
        Tensor squares = gradient.detach().to_type(ScalarType.Float64).square();
        long[] others =
        [
            .. Enumerable.Range(0, (int)gradient.dim()).Where(d => d != channels).Select(static d => (long)d),
        ];
        return (others.Length == 0 ? squares : squares.sum(others)).data<double>().ToArray();
    }
}

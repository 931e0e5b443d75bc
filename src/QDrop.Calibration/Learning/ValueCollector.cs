using QDrop.Calibration.Memory;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>
/// Keeps what activation quantizers see while a run goes through the model in several parts, until their ranges are
/// searched. Those of which there is no room for all values are left for another run.
/// </summary>
/// <param name="empty">Gives memory, from shape, strides and type.</param>
/// <param name="room">Bytes of the values of all inputs that may be kept; one quantizer's are in any case.</param>
internal sealed class ValueCollector(Func<long[], long[], ScalarType, Tensor> empty, long room)
{
    private readonly Dictionary<ActivationCalibration, bool> _admitted = [];
    private double _bytes;

    /// <summary>All inputs of the run for each of those that are in the part.</summary>
    public double Parts { get; set; } = 1;

    /// <summary>The quantizers whose values are kept.</summary>
    public IEnumerable<ActivationCalibration> Admitted =>
        _admitted.Where(static a => a.Value).Select(static a => a.Key);

    /// <summary>A copy of what a quantizer sees; <see langword="null"/> where there is no room for it.</summary>
    public Tensor? Keep(ActivationCalibration quantizer, Tensor x)
    {
        if (!_admitted.TryGetValue(quantizer, out bool admitted))
        {
            double bytes = x.numel() * x.element_size() * Parts;
            admitted = _bytes == 0 || _bytes + bytes <= room;
            _bytes += admitted ? bytes : 0;
            _admitted.Add(quantizer, admitted);
        }
        if (!admitted)
            return null;
        using IDisposable guard = no_grad();
        Tensor kept = empty([x.numel()], [1], x.dtype);
        using DisposeScope scope = NewDisposeScope();
        kept.view(x.shape).copy_(x);
        MappedPages.Passed(x.numel() * x.element_size());
        return kept.view(x.shape).DetachFromDisposeScope();
    }

    /// <summary>The values of several tensors: a vector, or a row for each index of a dimension.</summary>
    /// <param name="tensors">The tensors. They are disposed.</param>
    /// <param name="axis">The dimension; <see langword="null"/> for none.</param>
    public Tensor Together(IReadOnlyList<Tensor> tensors, int? axis)
    {
        using IDisposable guard = no_grad();
        long rows = axis is { } channels ? tensors[0].shape[channels] : 1,
            all = tensors.Sum(static t => t.numel()) / rows;
        Tensor together = empty([rows, all], [all, 1], tensors[0].dtype);
        long start = 0;
        foreach (Tensor tensor in tensors)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = tensor.numel() / rows;
            Tensor ordered = axis is { } dimension ? tensor.transpose(0, dimension) : tensor;
            together.narrow(1, start, count).copy_(ordered.reshape(rows, count));
            MappedPages.Passed(2 * tensor.numel() * tensor.element_size());
            start += count;
            tensor.Dispose();
        }
        return together;
    }
}

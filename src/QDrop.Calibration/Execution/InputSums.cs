using QDrop.Calibration.Inputs;
using QDrop.Calibration.Memory;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// What goes into each unit on all calibration inputs, as a sum of absolute values for each sample: whether a unit is
/// given the same where the outputs of units before it come from memory, and those that nothing was seen to need are
/// freed. What is needed for a few samples only, such as those that a mask picks, shows on no other ones.
/// </summary>
/// <param name="layouts">Where the samples are in what goes into each unit.</param>
internal sealed class InputSums(IReadOnlyDictionary<Unit, UnitLayouts> layouts)
{
    /// <summary>
    /// Share by which a sample's sum differs at most where batches are of another size, or a choice hangs on the last
    /// digit of a few values.
    /// </summary>
    private const double Tolerance = 1e-2;

    /// <summary>Share of the greatest sum below which one is taken for 0.</summary>
    private const double Zero = 1e-6;

    private readonly Dictionary<Unit, List<double>[]> _sums = [];

    /// <summary>Notes what goes into a unit for the next samples.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="inputs">Its inputs, as its code takes them.</param>
    public void Add(Unit unit, Bundle inputs)
    {
        IReadOnlyList<BatchLayout> own = layouts[unit].Inputs;
        if (!_sums.TryGetValue(unit, out List<double>[]? sums))
            _sums.Add(unit, sums = [.. own.Select(static _ => new List<double>())]);
        for (int i = 0; i < own.Count; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            if (!own[i].IsShared)
                sums[i].AddRange(Of(own[i].SamplesFirst(inputs.Tensors[i])));
        }
    }

    /// <summary>Whether what goes into a unit is what was noted.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="found">Its inputs, for all samples.</param>
    /// <param name="batchSize">Samples that are looked at together.</param>
    public bool AreSame(Unit unit, Samples found, long batchSize)
    {
        if (!_sums.TryGetValue(unit, out List<double>[]? sums))
            return false;
        for (int i = 0; i < sums.Length; i++)
        {
            if (found.Layouts[i].IsShared)
                continue;
            double greatest = sums[i].DefaultIfEmpty(0).Max();
            long count = found.Values[i].shape[0];
            if (count != sums[i].Count)
                return false;
            for (long start = 0; start < count; start += batchSize)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor part = found.Values[i].narrow(0, start, Math.Min(batchSize, count - start));
                double[] own = Of(part);
                MappedPages.Passed(part.numel() * part.element_size());
                for (int k = 0; k < own.Length; k++)
                {
                    double expected = sums[i][(int)start + k];
                    if (Math.Abs(own[k] - expected) > Math.Max(Tolerance * expected, Zero * greatest))
                        return false;
                }
            }
        }
        return true;
    }

    private static double[] Of(Tensor samplesFirst)
    {
        using IDisposable guard = no_grad();
        Tensor x = samplesFirst.detach();
        if (!x.is_floating_point())
            x = x.to_type(ScalarType.Float32);
        long[] others = [.. Enumerable.Range(1, (int)x.dim() - 1).Select(static d => (long)d)];
        // In one pass, whatever the order of memory, and of numbers whose squares are beyond float32, too.
        Tensor sums = others.Length == 0 ? x.abs() : linalg.vector_norm(x, 1, others);
        return sums.to_type(ScalarType.Float64).data<double>().ToArray();
    }
}

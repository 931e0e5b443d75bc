using QDrop.Calibration.Inputs;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>Which of a unit's outputs are reconstructed, and where their channels are.</summary>
internal static class UnitOutputs
{
    /// <summary>The outputs that are reconstructed: numbers that depend on the inputs.</summary>
    /// <param name="input">What goes into the unit.</param>
    /// <param name="output">What comes out of it.</param>
    public static int[] Targets(Samples input, Samples output) => [.. Enumerable.Range(0, output.Values.Count)
        .Where(i => output.Values[i].dtype == ScalarType.Float32 && (input.IsShared || !output.Layouts[i].IsShared))];

    /// <summary>
    /// The dimension of a unit's output, samples first, that counts channels: where its layers are all linear the last
    /// that the unit's code sees (<c>[N, C]</c>, <c>[N, T, C]</c>), else the second.
    /// </summary>
    /// <param name="weights">The weights whose rounding is learned.</param>
    /// <param name="output">What comes out of the unit.</param>
    /// <param name="index">The number of the output.</param>
    public static int ChannelAxis(IReadOnlyList<WeightQuantizer> weights, Samples output, int index)
    {
        BatchLayout layout = output.Layouts[index];
        int dimensions = (int)output.Values[index].dim() - (layout.IsShared || layout.PerSample > 1 ? 1 : 0);
        bool linear = weights.Count > 0 && weights.All(w => w.Weight.dim() == 2);
        return layout.DimensionOf(linear ? dimensions - 1 : Math.Min(1, dimensions - 1));
    }
}

using QDrop.Calibration.Execution;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Ranges;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Training;

/// <summary>
/// Searches the grids with which training begins, and where bit widths are learned those of fewer bits to which it may
/// come.
/// </summary>
/// <param name="calibration">What the search shares with a calibration.</param>
/// <param name="tape">What gradients go back through in training.</param>
internal sealed class GridSearch(CalibrationContext calibration, GradientTape tape)
{
    private readonly QuantizationSettings _settings = calibration.Settings;
    private readonly QuantizationContext _context = calibration.Quantization;

    /// <summary>Gives every layer and activation of the twin what it is trained with.</summary>
    /// <returns>The grids of all weights and then of all activations.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<TrainedQuantizer> Run()
    {
        using IDisposable guard = no_grad();
        List<TrainedQuantizer> quantizers = [];
        IReadOnlyList<List<SearchedGrid>> ofActivations = OfActivations();
        foreach (QuantizedLayer layer in _context.Layers)
        {
            bool pinned = BitAssignment.IsPinned(_context, layer);
            quantizers.Add(Quantizer(layer.Name, OfWeights(layer, pinned), ofWeights: true, pinned));
            layer.Intercept = new TrainedLayer(layer.Source, layer.BatchNorm, quantizers[^1]);
        }
        foreach ((ActivationQuantizer activation, List<SearchedGrid> grids) in _context.Activations.Zip(ofActivations))
        {
            quantizers.Add(
                Quantizer(activation.Name, grids, ofWeights: false, BitAssignment.IsPinned(_context, activation)));
            activation.Intercept = quantizers[^1];
        }
        return quantizers;
    }

    private TrainedQuantizer Quantizer(string name, IReadOnlyList<SearchedGrid> grids, bool ofWeights, bool pinned) =>
        new(name, grids, ofWeights, _settings.Method, _settings.TrainingOrDefault, pinned, tape);

    /// <summary>The grids of a raw weight: symmetric, their steps from the range search.</summary>
    private SearchedGrid[] OfWeights(QuantizedLayer layer, bool pinned)
    {
        Tensor weight = layer.Source.Weight.detach().contiguous();
        RangeOptions options = RangeOptions.OfWeights(_settings) with { Symmetric = true };
        return
        [
            .. Widths(layer.Weight.Bits, pinned)
                .Select(bits => new SearchedGrid(
                    CategoricalGrid.OfWeights(bits),
                    RangeSearch.OfTensor(weight, bits, layer.Name, options, calibration.Cancellation).Scale)),
        ];
    }

    /// <summary>
    /// Each activation's grids, the one of most bits last. The zero point of one that is never negative is 0.
    /// </summary>
    private IReadOnlyList<List<SearchedGrid>> OfActivations()
    {
        IReadOnlyList<ActivationQuantizer> all = _context.Activations;
        int[][] widths = [.. all.Select(a => Widths(a.Bits, BitAssignment.IsPinned(_context, a)))];
        List<SearchedGrid>[] grids = [.. all.Select(static _ => new List<SearchedGrid>())];
        for (int left = widths.Select(static w => w.Length).DefaultIfEmpty(0).Max(); left > 0; left--)
        {
            int[] searched = [.. Enumerable.Range(0, all.Count).Where(i => left <= widths[i].Length)];
            foreach (int i in searched)
                all[i].Bits = widths[i][^left];
            new RangeObservation(calibration).OfActivations([.. searched.Select(i => all[i])]);
            foreach (int i in searched)
                grids[i]
                    .Add(
                        new(
                            new CategoricalGrid(all[i].Bits, (int)all[i].ZeroPoint!.item<float>()),
                            all[i].Scale!.item<float>()));
        }
        return grids;
    }

    /// <summary>The bit widths that a grid may come to have.</summary>
    private int[] Widths(int bits, bool pinned) =>
        _settings.TrainingOrDefault.BitPenalty > 0 && !pinned
            ? [.. Enumerable.Range(CategoricalGrid.MinBits, bits - CategoricalGrid.MinBits + 1)]
            : [bits];
}

namespace QDrop.Calibration;

/// <summary>
/// What was measured of a calibrated model. Ratios are signal-to-quantization-noise ratios in dB, 10·log₁₀(Σ y² / Σ (ŷ
/// − y)²) with the float model's y; they are infinite where there is no error.
/// </summary>
/// <param name="Samples">Calibration inputs that were used, the first ones.</param>
/// <param name="OutputSqnr">Ratio of the model's output, everything quantized as calibrated.</param>
/// <param name="Layers">The quantized layers, in the order in which they run.</param>
/// <param name="Activations">The activation quantizers, in the order in which they run.</param>
/// <param name="Advice">
/// Lines of code that would bring the output nearer to the float model's, those that gain most first; empty where none
/// does.
/// </param>
internal sealed record ModelInsight(
    int Samples,
    double OutputSqnr,
    IReadOnlyList<LayerInsight> Layers,
    IReadOnlyList<ActivationInsight> Activations,
    IReadOnlyList<BitAdvice> Advice);

/// <summary>What was measured of one layer.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Unit">The unit in which it was reconstructed.</param>
/// <param name="Bits">Bit width of its weights.</param>
/// <param name="SqnrBefore">
/// Ratio of the layer's output (batch norm included, before the activation function) with the weights of its unit
/// rounded to nearest, everything else as calibrated.
/// </param>
/// <param name="SqnrAfter">Ratio of the layer's output in the calibrated model.</param>
/// <param name="Sensitivity">
/// Ratio of the model's output when only this layer's weights are quantized: the lower, the more the layer costs.
/// </param>
/// <param name="Histogram">How many weights are on each level of the grid, 0 to 2^<paramref name="Bits"/> − 1.</param>
/// <param name="RaisedBits">The next of the widths 4 and 8; <see langword="null"/> where there is none.</param>
/// <param name="Gain">
/// By how many dB the ratio of the model's output rises when this layer's weights have <paramref name="RaisedBits"/>,
/// rounded to nearest, everything else as calibrated.
/// </param>
internal sealed record LayerInsight(
    string Name,
    string Unit,
    int Bits,
    double SqnrBefore,
    double SqnrAfter,
    double Sensitivity,
    IReadOnlyList<long> Histogram,
    int? RaisedBits,
    double? Gain);

/// <summary>What was measured of one activation quantizer.</summary>
/// <param name="Name">The quantizer.</param>
/// <param name="Bits">Its bit width.</param>
/// <param name="Clipped">
/// Share, 0 to 1, of the elements that lie outside its grid in the calibrated model; not a number where it got none.
/// </param>
/// <param name="Sensitivity">Ratio of the model's output when nothing but this quantizer quantizes.</param>
/// <param name="RaisedBits">
/// Two more bits, at most 8; <see langword="null"/> where the gain was not measured: it is for the few that cost most.
/// </param>
/// <param name="Gain">
/// By how many dB the ratio of the model's output rises when this quantizer has <paramref name="RaisedBits"/>, its
/// range searched again on the float model's values, everything else as calibrated.
/// </param>
internal sealed record ActivationInsight(
    string Name, int Bits, double Clipped, double Sensitivity, int? RaisedBits, double? Gain);

/// <summary>A line of code that gives more bits to the weights of layers, or to activations.</summary>
/// <param name="Owner">Full name of the class in whose source the line goes.</param>
/// <param name="Member">The field or property that it goes on.</param>
/// <param name="Bits">The bit width that it gives.</param>
/// <param name="Layers">All layers whose weights it changes; empty where it is for activations.</param>
/// <param name="Activations">All activation quantizers that it changes; empty where it is for weights.</param>
/// <param name="Gain">
/// By how many dB the ratio of the model's output rises, measured: these layers rounded to nearest with
/// <paramref name="Bits"/>, or these quantizers' ranges searched for them, everything else as calibrated. Calibrating
/// anew learns rounding and scales with the new widths, so that the gain can be another one then.
/// </param>
/// <param name="ExtraBytes">By how much the packed weights grow.</param>
/// <param name="Line">The line, such as <c>[Quantize(W = 4)]</c>.</param>
internal sealed record BitAdvice(
    string Owner,
    string Member,
    int Bits,
    IReadOnlyList<string> Layers,
    IReadOnlyList<string> Activations,
    double Gain,
    long ExtraBytes,
    string Line);

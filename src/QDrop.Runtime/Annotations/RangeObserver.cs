namespace QDrop;

/// <summary>How a range is chosen from the values that it is for.</summary>
public enum RangeObserver
{
    /// <summary>
    /// Least mean |error|^2.4 over a grid of ranges, all values at once. The published code's <c>MSEObserver</c>.
    /// </summary>
    [ObserverTraits(IsSearch = true)]
    MinError,

    /// <summary>
    /// The mean of the ranges that <see cref="MinError"/> finds for each batch of
    /// <see cref="QuantizationSettings.BatchSize"/> inputs. A weight is one batch. The published code's
    /// <c>AvgMSEObserver</c>.
    /// </summary>
    [ObserverTraits(IsSearch = true, IsAverage = true)]
    AverageMinError,

    /// <summary>From the least to the greatest value.</summary>
    MinMax,

    /// <summary>
    /// From the mean of the batches' least values to the mean of their greatest. A weight is one batch.
    /// </summary>
    [ObserverTraits(IsAverage = true)]
    AverageMinMax,

    /// <summary>
    /// What remains between the two tails of the distribution, see <see cref="QuantizationSettings.Percentile"/>.
    /// </summary>
    Percentile,
}

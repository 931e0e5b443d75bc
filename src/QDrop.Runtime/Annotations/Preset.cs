namespace QDrop;

/// <summary>How thoroughly to search, see <see cref="QuantizationSettings.With(Preset)"/>.</summary>
public enum Preset
{
    /// <summary>As in the paper: 20,000 iterations for each unit. The defaults.</summary>
    Paper,

    /// <summary>
    /// 2,000 iterations for each unit: a tenth of the time, for most models at the cost of little accuracy.
    /// </summary>
    Quick,
}

namespace QDrop.Calibration.Execution;

/// <summary>How much the indices of a dimension tell of the channels that their values come from.</summary>
internal sealed class ChannelShares
{
    /// <summary>
    /// Information from which on a dimension tells channels apart: a norm over four channels, which mixes them, leaves
    /// about as much; functions that cut values off make a difference of some percent between positions.
    /// </summary>
    private const double Enough = 0.3;

    private const double LittleButDistinct = 0.1;

    private const double Distinct = 3;

    private const double AsMuch = 0.9;

    private readonly List<double[]> _rows = [];

    /// <summary>Whether nothing comes from any channel.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>
    /// The mutual information of index and channel, from 0, where each index has its values from all channels alike, to
    /// 1, where it has them from channels of its own, or each channel has an index of its own.
    /// </summary>
    public double Information
    {
        get
        {
            if (_rows.Count < 2)
                return 0;
            // Every index counts alike, however large its gradient.
            double[][] shares = [.. _rows.Select(row => Array.ConvertAll(row, v => v / row.Sum() / _rows.Count))];
            double[] channels = [.. Enumerable.Range(0, shares[0].Length).Select(c => shares.Sum(row => row[c]))];
            double given = shares.Sum(Entropy), ofIndex = Math.Log(shares.Length), ofChannel = Entropy(channels);
            double most = Math.Min(ofIndex, ofChannel);
            return most > 1e-9 ? (ofIndex + ofChannel - given) / most : 0;
        }
    }

    /// <summary>None yet, for each of some dimensions.</summary>
    public static ChannelShares[] OfDimensions(int count) =>
        [.. Enumerable.Range(0, count).Select(static _ => new ChannelShares())];

    /// <summary>Adds what an index has of each channel; nothing where it has none of any.</summary>
    public void Add(double[] energies)
    {
        double sum = energies.Sum();
        if (sum > 0 && double.IsFinite(sum))
            _rows.Add(energies);
    }

    /// <summary>The dimension that tells channels apart.</summary>
    /// <param name="information">That of each dimension.</param>
    public static int? Select(double[] information)
    {
        double[] ordered = [.. information.OrderDescending()];
        if (ordered is [] or [< LittleButDistinct, ..])
            return null;
        bool isClear = ordered[0] >= Enough || ordered.Length == 1 || ordered[0] >= Distinct * ordered[1];
        if (!isClear)
            return null;
        // Heads of attention and their features both tell channels apart: the features, which come after them, count.
        return Array.FindLastIndex(information, i => i >= AsMuch * ordered[0]);
    }

    private static double Entropy(double[] shares) => -shares.Sum(static p => p > 0 ? p * Math.Log(p) : 0);
}

namespace QDrop.Calibration.Training;

/// <summary>
/// The masks Z_k of a grid's levels (arXiv 2109.02100, section 4), drawn anew in each step: one for each level of a
/// grid, the same for all its elements. With DropBits they are 0 with a fixed probability, independently of each other.
/// Where bit widths are learned they are hard concrete, and a level counts by the product of its own and all lower
/// levels' masks: it can only be there when those are. A mask between 0 and 1 stands for the mean of what comes out
/// with and without its level, so weighted.
/// </summary>
internal sealed class LevelMasks
{
    /// <summary>Uniform numbers that a grid may use in a step.</summary>
    public const int Draws = 8;

    /// <summary>Uniform numbers have 24 bits: 0 stands for half of the least.</summary>
    private const double MinUniform = 1.0 / (1 << 25);

    private readonly double _drop, _penalty;
    private readonly Func<int, CategoricalGrid>? _narrower;
    private readonly Dictionary<int, GridPart[]> _known = [];
    private CategoricalGrid _grid;
    private bool _fixed;
    private LearnedScalar[] _gates = [];
    private double[] _gradients = [];
    private (double Value, double Slope)[] _sampled = [];

    /// <param name="grid">The grid.</param>
    /// <param name="drop">Probability that a level is dropped.</param>
    /// <param name="penalty">
    /// λ of learned bit widths; 0 where they are not learned. A grid of two bits has none to lose.
    /// </param>
    /// <param name="narrower">
    /// The grid of so many bits where widths are learned; <see langword="null"/> for the one that lies within.
    /// </param>
    public LevelMasks(CategoricalGrid grid, double drop, double penalty, Func<int, CategoricalGrid>? narrower = null)
    {
        (_drop, _penalty, _narrower) = (drop, grid.Levels > 0 ? penalty : 0, narrower);
        Begin(grid);
        if (_penalty > 0)
            _gates = [.. Enumerable.Range(0, grid.Levels).Select(_ => new LearnedScalar(HardConcrete.Start))];
    }

    /// <summary>The grids of this step, and by which shares they count.</summary>
    public GridPart[] Parts { get; private set; } = [];

    /// <summary>Whether the bit width is one that is learned, or was until it was fixed.</summary>
    public bool ChoosesBits => _penalty > 0;

    /// <summary>Whether bit widths are learned now.</summary>
    public bool Learned => ChoosesBits && !_fixed;

    /// <summary>Everything that later steps depend on.</summary>
    public double[] State => [.. _gates.SelectMany(static g => g.State)];

    /// <summary>Draws the masks of a step.</summary>
    /// <param name="uniforms">As many numbers from 0 to below 1 as there are levels, or more.</param>
    public void Sample(ReadOnlySpan<float> uniforms)
    {
        if (Learned)
            SampleGates(uniforms);
        else if (_drop > 0)
            SampleDropped(uniforms);
    }

    /// <summary>Keeps every grid point until masks are drawn again.</summary>
    public void KeepAll() => Parts = [_grid.Whole()];

    /// <summary>Adds the gradient of the share of the part of so many bits.</summary>
    public void AddGradient(int bits, double gradient)
    {
        if (Learned)
            _gradients[bits - CategoricalGrid.MinBits] += gradient;
    }

    /// <summary>One step of Adam for the gates, along the gradients and that of the penalty λ·Σ P(Z_k ≠ 0).</summary>
    public void Learn(double learningRate)
    {
        if (!Learned)
            return;
        for (int j = 0; j < _gates.Length; j++)
            _gates[j].Learn(Gradient(j) + _penalty * HardConcrete.Active(_gates[j].Value).Slope, learningRate);
        Array.Clear(_gradients);
    }

    /// <summary>The bit width whose levels all survive: those whose gates, without chance, are not 0.</summary>
    public int Surviving()
    {
        int dead = Array.FindIndex(_gates, static g => HardConcrete.Deterministic(g.Value) == 0);
        return dead < 0 ? _grid.Bits : CategoricalGrid.MinBits + dead;
    }

    /// <summary>Ends the learning of bit widths: every level of the grid is kept from now on.</summary>
    public void Fix()
    {
        if (!Learned)
            return;
        _fixed = true;
        KeepAll();
    }

    /// <summary>Goes on with a smaller grid.</summary>
    public void Shrink(CategoricalGrid grid)
    {
        _gates = _gates[..grid.Levels];
        Begin(grid);
    }

    /// <summary>Goes on from a state.</summary>
    public void Restore(CategoricalGrid grid, ReadOnlySpan<double> state)
    {
        if (Learned)
            Shrink(grid);
        for (int i = 0; i < _gates.Length; i++)
            _gates[i].Restore(state[(i * LearnedScalar.StateLength)..]);
    }

    private void Begin(CategoricalGrid grid)
    {
        _grid = grid;
        _gradients = new double[grid.Levels + 1];
        _sampled = new (double, double)[grid.Levels];
        KeepAll();
    }

    private void SampleDropped(ReadOnlySpan<float> uniforms)
    {
        Span<bool> masks = stackalloc bool[_grid.Levels];
        int key = 0;
        for (int i = 0; i < masks.Length; i++)
        {
            masks[i] = uniforms[i] >= _drop;
            key |= (masks[i] ? 1 : 0) << i;
        }
        if (!_known.TryGetValue(key, out GridPart[]? parts))
            _known.Add(key, parts = [_grid.Kept(masks)]);
        Parts = parts;
    }

    private void SampleGates(ReadOnlySpan<float> uniforms)
    {
        List<GridPart> parts = [];
        double product = 1.0;
        for (int i = 0; i < _gates.Length; i++)
        {
            _sampled[i] = HardConcrete.Sample(_gates[i].Value, Math.Max(uniforms[i], MinUniform));
            Take(CategoricalGrid.MinBits + i, product * (1 - _sampled[i].Value));
            product *= _sampled[i].Value;
        }
        Take(_grid.Bits, product);
        Parts = [.. parts];

        void Take(int bits, double share)
        {
            if (share > 0)
                parts.Add((bits == _grid.Bits ? _grid : _narrower?.Invoke(bits) ?? _grid.Of(bits)).Whole((float)share));
        }
    }

    /// <summary>
    /// Gradient of log φ of a level: its mask is a factor of the shares of all grids that have the level, and what is
    /// missing to 1 a factor of the share of the greatest grid without it.
    /// </summary>
    private double Gradient(int level)
    {
        (double mask, double slope) = _sampled[level];
        double sum = 0.0;
        if (slope == 0)
            return sum;
        foreach (GridPart part in Parts)
        {
            int above = part.Bits - CategoricalGrid.MinBits - level;
            if (above > 0)
                sum += part.Share / mask * _gradients[part.Bits - CategoricalGrid.MinBits];
            else if (above == 0)
                sum -= part.Share / (1 - mask) * _gradients[part.Bits - CategoricalGrid.MinBits];
        }
        return sum * slope;
    }
}

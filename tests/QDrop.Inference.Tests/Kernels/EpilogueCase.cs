using QDrop.Kernels;

namespace QDrop.Tests.Kernels;

/// <summary>Numbers for an epilogue, and what they make of sums, one after the other.</summary>
internal sealed class EpilogueCase
{
    private readonly int _channels;
    private readonly float[] _multipliers;
    private readonly float[] _biases;
    private readonly OutputCodes _codes;
    private readonly ResidualCodes? _grid;
    private readonly float _low;
    private readonly float _high;

    /// <summary>Random numbers.</summary>
    /// <param name="c">What they are for.</param>
    /// <param name="random">What they are made of.</param>
    public EpilogueCase(ConvolutionCase c, Random random)
    {
        _channels = c.Geometry.OutChannels;
        float reach = 4f / (c.Geometry.Depth * (1 << c.InputBits));
        _multipliers = Some(() => reach * (0.1f + random.NextSingle()));
        _biases = random.Next(2) == 0 ? [] : Some(() => random.NextSingle() - 0.5f);
        int top = (1 << random.Next(2, 9)) - 1;
        bool perChannel = random.Next(2) == 0;
        bool cut = random.Next(2) == 0;
        int count = perChannel ? _channels : 1;
        _codes = new OutputCodes(
            [.. Enumerable.Range(0, count).Select(_ => 1 / (0.02f + (random.NextSingle() / 8)))],
            [.. Enumerable.Range(0, count).Select(_ => cut ? 0 : random.Next(top + 1))],
            top);
        (_low, _high) = random.Next(3) switch
        {
            0 => (float.NegativeInfinity, float.PositiveInfinity),
            1 => (0, float.PositiveInfinity),
            _ => (-0.3f, 0.7f),
        };
        if (random.Next(2) == 0)
        {
            _grid = new ResidualCodes(random.NextSingle() / 50, random.Next(2) * random.Next(256));
            byte[] residual = new byte[c.OutputLength];
            random.NextBytes(residual);
            Residual = residual;
        }
    }

    /// <summary>Codes that are added.</summary>
    public byte[]? Residual { get; }

    /// <summary>The epilogue.</summary>
    /// <param name="quantized">Whether outputs are codes.</param>
    public Epilogue Epilogue(bool quantized) =>
        new(_multipliers, _biases, quantized ? _codes : null, _grid, _low, _high);

    /// <summary>Outputs in float32.</summary>
    /// <param name="sums">Sums as [pixel, channel].</param>
    public float[] Floats(long[] sums)
    {
        float[] result = new float[sums.Length];
        for (int i = 0; i < result.Length; i++)
        {
            int c = i % _channels;
            float y = MathF.FusedMultiplyAdd((int)sums[i], _multipliers[c], _biases.Length == 0 ? 0 : _biases[c]);
            if (_grid is ResidualCodes grid)
            {
                float added = (Residual![i] - grid.ZeroPoint) * grid.Step;
                y += added;
            }
            if (y < _low)
                y = _low;
            if (y > _high)
                y = _high;
            result[i] = y;
        }
        return result;
    }

    /// <summary>Outputs in codes.</summary>
    /// <param name="sums">Sums as [pixel, channel].</param>
    public byte[] Codes(long[] sums)
    {
        float[] values = Floats(sums);
        byte[] result = new byte[values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            int c = i % _channels;
            float inverse = _codes.InverseSteps[_codes.InverseSteps.Length == 1 ? 0 : c];
            int zero = _codes.ZeroPoints[_codes.ZeroPoints.Length == 1 ? 0 : c];
            float rounded = MathF.Round(values[i] * inverse) + zero;
            result[i] = (byte)Math.Clamp(rounded, 0, _codes.Top);
        }
        return result;
    }

    private float[] Some(Func<float> number) => [.. Enumerable.Range(0, _channels).Select(_ => number())];
}

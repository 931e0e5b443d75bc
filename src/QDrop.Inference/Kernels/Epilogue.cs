namespace QDrop.Kernels;

/// <summary>
/// What becomes of the sums of a convolution, in float32 and in this order: <c>y = fma(sum, multiplier, bias)</c>, plus
/// a residual, clamped, and either stored or rounded to codes.
/// </summary>
internal sealed unsafe class Epilogue
{
    private readonly PinnedBuffer _multipliers;
    private readonly PinnedBuffer _biases;
    private readonly PinnedBuffer? _inverseSteps;
    private readonly PinnedBuffer? _leasts;
    private readonly PinnedBuffer? _greatests;
    private readonly PinnedBuffer? _zeroPoints;
    private readonly bool _isCutAtZero;

    /// <summary>An epilogue.</summary>
    /// <param name="multipliers">What sums are multiplied by, for each channel of the output.</param>
    /// <param name="biases">What is added, for each channel of the output; empty if nothing is.</param>
    /// <param name="codes">The grid of the output; null if it is float32.</param>
    /// <param name="residual">The grid of what is added to the output; null if nothing is.</param>
    /// <param name="low">What smaller values are taken for; 0 for ReLU.</param>
    /// <param name="high">What greater values are taken for.</param>
    /// <param name="stride">Values from one pixel of output and residual to the next; 0 if it is all channels.</param>
    public Epilogue(
        ReadOnlySpan<float> multipliers,
        ReadOnlySpan<float> biases,
        OutputCodes? codes = null,
        ResidualCodes? residual = null,
        float low = float.NegativeInfinity,
        float high = float.PositiveInfinity,
        int stride = 0)
    {
        Channels = multipliers.Length;
        if (!biases.IsEmpty && biases.Length != Channels)
            throw new ArgumentException($"{biases.Length} biases for {Channels} channels.", nameof(biases));
        if (stride != 0 && stride < Channels)
            throw new ArgumentException($"A stride of {stride} values for {Channels} channels.", nameof(stride));
        Stride = stride == 0 ? Channels : stride;
        Residual = residual;
        Low = low;
        High = high;
        _multipliers = PinnedBuffer.Of(multipliers, DotKernel.Channels);
        _biases = PinnedBuffer.Of<float>(biases.IsEmpty ? new float[Channels] : biases, DotKernel.Channels);
        if (codes is null)
            return;

        // Clamping and then rounding to the grid is clamping on the grid, because both keep the order of values.
        float[] inverseSteps = new float[Channels];
        float[] leasts = new float[Channels];
        float[] greatests = new float[Channels];
        int[] zeroPoints = new int[Channels];
        _isCutAtZero = true;
        for (int c = 0; c < Channels; c++)
        {
            float inverse = Of(codes.InverseSteps, c);
            int zero = Of(codes.ZeroPoints, c);
            if (!(inverse > 0) || codes.Top is < 0 or > byte.MaxValue || zero < 0 || zero > codes.Top)
            {
                throw new ArgumentException(
                    $"Codes from 0 to {codes.Top} with zero point {zero} and inverse step {inverse}.", nameof(codes));
            }
            inverseSteps[c] = inverse;
            leasts[c] = Math.Clamp(MathF.Round(low * inverse), -zero, codes.Top - zero);
            greatests[c] = Math.Clamp(MathF.Round(high * inverse), -zero, codes.Top - zero);
            zeroPoints[c] = zero;
            _isCutAtZero &= zero == 0 && leasts[c] == 0;
        }
        _inverseSteps = PinnedBuffer.Of<float>(inverseSteps, DotKernel.Channels);
        _leasts = PinnedBuffer.Of<float>(leasts, DotKernel.Channels);
        _greatests = PinnedBuffer.Of<float>(greatests, DotKernel.Channels);
        _zeroPoints = PinnedBuffer.Of<int>(zeroPoints, DotKernel.Channels);
    }

    /// <summary>Number of channels of the output.</summary>
    public int Channels { get; }

    /// <summary>Values from one pixel of output and residual to the next.</summary>
    public int Stride { get; }

    /// <summary>Whether outputs are rounded to codes.</summary>
    public bool IsQuantized => _inverseSteps is not null;

    /// <summary>The grid of what is added to the output.</summary>
    public ResidualCodes? Residual { get; }

    /// <summary>Whether what is added to the output is float32.</summary>
    public bool AddsFloats { get; init; }

    /// <summary>What smaller values are taken for.</summary>
    public float Low { get; }

    /// <summary>What greater values are taken for.</summary>
    public float High { get; }

    /// <summary>Its numbers, for kernels.</summary>
    /// <param name="output">Output as [pixel, channel]: bytes if it is quantized, else float32.</param>
    /// <param name="residual">Codes or float32 that are added, as [pixel, channel].</param>
    public EpilogueAddresses At(void* output, byte* residual) => new()
    {
        Output = (byte*)output,
        Residual = residual,
        IsResidualFloat = AddsFloats,
        Multipliers = (float*)_multipliers.Pointer,
        Biases = (float*)_biases.Pointer,
        InverseSteps = (float*)(_inverseSteps is null ? null : _inverseSteps.Pointer),
        Leasts = (float*)(_leasts is null ? null : _leasts.Pointer),
        Greatests = (float*)(_greatests is null ? null : _greatests.Pointer),
        ZeroPoints = (int*)(_zeroPoints is null ? null : _zeroPoints.Pointer),
        Stride = Stride,
        ResidualStep = Residual?.Step ?? 0,
        ResidualZeroPoint = Residual?.ZeroPoint ?? 0,
        Low = Low,
        High = High,
        IsClamped = !float.IsNegativeInfinity(Low) || !float.IsPositiveInfinity(High),
        IsCutAtZero = _isCutAtZero,
    };

    /// <summary>Checks that it is one for a convolution.</summary>
    /// <param name="channels">Channels of the output.</param>
    /// <param name="hasResidual">Whether there are codes to add.</param>
    /// <exception cref="ArgumentException">It is not.</exception>
    public void Check(int channels, bool hasResidual)
    {
        if (Channels != channels)
            throw new ArgumentException($"An epilogue for {Channels} channels, of a convolution with {channels}.");
        if ((Residual.HasValue || AddsFloats) != hasResidual || (Residual.HasValue && AddsFloats))
            throw new ArgumentException("A residual has codes and a grid, or floats, or neither.");
    }

    private static T Of<T>(T[] values, int channel) => values.Length == 1 ? values[0] : values[channel];
}

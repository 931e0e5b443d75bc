namespace QDrop.Kernels;

/// <summary>
/// Shape of a convolution of one image. Input and output lie in memory as [depth, height, width, channels]; a linear
/// layer of n rows is a convolution of n pixels with a kernel of one pixel.
/// </summary>
/// <param name="InChannels">Channels of the input, a multiple of the groups.</param>
/// <param name="OutChannels">Channels of the output, a multiple of the groups.</param>
/// <param name="Input">Size of the input in pixels, without padding.</param>
/// <param name="Kernel">Size of the kernel in pixels.</param>
internal readonly record struct ConvolutionGeometry(int InChannels, int OutChannels, Extents Input, Extents Kernel)
{
    /// <summary>Number of groups: parts of the channels that are convolved apart from each other.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Steps of the kernel between neighbouring pixels of the output.</summary>
    public Extents Stride { get; init; } = Extents.One;

    /// <summary>Distance of the pixels of the input that neighbours in the kernel take.</summary>
    public Extents Dilation { get; init; } = Extents.One;

    /// <summary>Pixels added before the first one.</summary>
    public Extents PadBefore { get; init; } = Extents.Zero;

    /// <summary>Pixels added behind the last one.</summary>
    public Extents PadAfter { get; init; } = Extents.Zero;

    /// <summary>Channels of the input that a channel of the output depends on.</summary>
    public int GroupInChannels => InChannels / Groups;

    /// <summary>Channels of the output in one group.</summary>
    public int GroupOutChannels => OutChannels / Groups;

    /// <summary>Number of weights of one channel of the output.</summary>
    public int Depth => checked(GroupInChannels * Kernel.Volume);

    /// <summary>Whether each channel of the output depends on one channel of the input, which is its own.</summary>
    public bool IsDepthwise => Groups > 1 && Groups == InChannels && Groups == OutChannels;

    /// <summary>Size of the input with its padding, in pixels.</summary>
    public Extents Padded => new(
        checked(Input.Depth + PadBefore.Depth + PadAfter.Depth),
        checked(Input.Height + PadBefore.Height + PadAfter.Height),
        checked(Input.Width + PadBefore.Width + PadAfter.Width));

    /// <summary>Size of the output in pixels.</summary>
    public Extents Output => new(
        Steps(Padded.Depth, Kernel.Depth, Stride.Depth, Dilation.Depth),
        Steps(Padded.Height, Kernel.Height, Stride.Height, Dilation.Height),
        Steps(Padded.Width, Kernel.Width, Stride.Width, Dilation.Width));

    /// <summary>Multiplications of a weight by a value.</summary>
    public long MultiplyAccumulates => (long)Output.Volume * OutChannels * Depth;

    /// <summary>A linear layer.</summary>
    /// <param name="rows">Number of rows of the input.</param>
    /// <param name="inFeatures">Values in a row of the input.</param>
    /// <param name="outFeatures">Values in a row of the output.</param>
    public static ConvolutionGeometry Linear(int rows, int inFeatures, int outFeatures) =>
        new(inFeatures, outFeatures, new Extents(1, 1, rows), Extents.One);

    /// <summary>Checks that the numbers belong together, and that there is an output.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public void Validate()
    {
        if (InChannels <= 0 || OutChannels <= 0 || Groups <= 0
            || InChannels % Groups != 0 || OutChannels % Groups != 0)
        {
            throw new ArgumentException(
                $"{InChannels} channels to {OutChannels} in {Groups} groups: all are positive, groups divide both.");
        }
        if (!IsPositive(Input) || !IsPositive(Kernel) || !IsPositive(Stride) || !IsPositive(Dilation)
            || !IsPositive(Output))
        {
            throw new ArgumentException($"Nothing is empty of input, kernel, stride, dilation and output: {this}.");
        }
        if (!IsNotNegative(PadBefore) || !IsNotNegative(PadAfter))
            throw new ArgumentException($"Padding is not negative: {PadBefore}, {PadAfter}.");
    }

    private static bool IsPositive(Extents e) => e.Depth > 0 && e.Height > 0 && e.Width > 0;

    private static bool IsNotNegative(Extents e) => e.Depth >= 0 && e.Height >= 0 && e.Width >= 0;

    private static int Steps(int size, int kernel, int stride, int dilation) =>
        size < ((kernel - 1) * dilation) + 1 ? 0 : ((size - ((kernel - 1) * dilation) - 1) / stride) + 1;
}

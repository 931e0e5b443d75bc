using QDrop.Kernels;

namespace QDrop.Tests.Kernels;

/// <summary>A convolution with numbers, and what it gives, computed in the plainest way.</summary>
internal sealed class ConvolutionCase
{
    /// <summary>Its shape.</summary>
    public required ConvolutionGeometry Geometry { get; init; }

    /// <summary>Bits of the input's codes.</summary>
    public required int InputBits { get; init; }

    /// <summary>Zero point of the input.</summary>
    public required byte InputZero { get; init; }

    /// <summary>Codes as [depth, height, width, channels].</summary>
    public required byte[] Input { get; init; }

    /// <summary>Levels as [out channel, in channel of the group, kernel].</summary>
    public required byte[] Levels { get; init; }

    /// <summary>Zero points of the weights.</summary>
    public required byte[] Zeros { get; init; }

    /// <summary>Where kernels put it.</summary>
    public int OutputLength => Geometry.Output.Volume * Geometry.OutChannels;

    /// <summary>Random numbers for a shape.</summary>
    /// <param name="geometry">The shape.</param>
    /// <param name="weightBits">Bits of the levels.</param>
    /// <param name="inputBits">Bits of the codes.</param>
    /// <param name="extreme">Whether levels and codes are the least or greatest.</param>
    /// <param name="seed">What numbers are made of.</param>
    public static ConvolutionCase Random(
        ConvolutionGeometry geometry,
        int weightBits,
        int inputBits,
        bool extreme,
        int seed)
    {
        var random = new Random(seed);
        int levelTop = (1 << weightBits) - 1;
        int codeTop = (1 << inputBits) - 1;
        byte[] zeros = new byte[geometry.OutChannels];
        byte[] levels = new byte[geometry.OutChannels * geometry.Depth];
        byte[] input = new byte[geometry.Input.Volume * geometry.InChannels];
        foreach (ref byte zero in zeros.AsSpan())
            zero = (byte)(extreme ? random.Next(2) * levelTop : random.Next(levelTop + 1));
        int sign = random.Next(3);
        foreach (ref byte level in levels.AsSpan())
            level = (byte)(extreme ? (sign == 2 ? random.Next(2) : sign) * levelTop : random.Next(levelTop + 1));
        foreach (ref byte code in input.AsSpan())
            code = (byte)(extreme && sign != 2 ? codeTop : random.Next(codeTop + 1));
        return new ConvolutionCase
        {
            Geometry = geometry,
            InputBits = inputBits,
            InputZero = (byte)(random.Next(2) * random.Next(codeTop + 1)),
            Input = input,
            Levels = levels,
            Zeros = zeros,
        };
    }

    /// <summary>The sums as [pixel, channel].</summary>
    public long[] Sums()
    {
        long[] sums = new long[OutputLength];
        Reference.Visit(Geometry, (output, channel, input, weight) =>
        {
            int code = input < 0 ? InputZero : Input[input];
            sums[output] += (long)(code - InputZero) * (Levels[weight] - Zeros[channel]);
        });
        return sums;
    }

    /// <summary>Packs it.</summary>
    /// <param name="set">What it is computed with.</param>
    /// <param name="isLookedUp">Whether sums are looked up in tables.</param>
    public PackedConvolution Pack(InstructionSet? set, bool? isLookedUp = null) =>
        PackedConvolution.Pack(Geometry, Levels, Zeros, InputBits, InputZero, set, isLookedUp);

    /// <summary>Runs it.</summary>
    /// <typeparam name="T">Type of the output.</typeparam>
    /// <param name="set">What it is computed with.</param>
    /// <param name="epilogue">What becomes of sums.</param>
    /// <param name="residual">Codes that are added, or none.</param>
    /// <param name="ranges">Number of parts that tiles are computed in, the last one first; rows, too.</param>
    /// <param name="isLookedUp">Whether sums are looked up in tables.</param>
    public unsafe T[] Run<T>(
        InstructionSet? set, Epilogue epilogue, byte[]? residual = null, int ranges = 1, bool? isLookedUp = null)
        where T : unmanaged
    {
        PackedConvolution packed = Pack(set, isLookedUp);
        // Behind the last value is another one, which stays as it is.
        var output = new T[(Geometry.Output.Volume * epilogue.Stride) + 1];
        byte[] scratch = new byte[packed.ScratchBytes];
        fixed (byte* input = Input)
        fixed (byte* copy = scratch)
        fixed (byte* added = residual)
        fixed (T* target = output)
        {
            for (int i = ranges - 1; i >= 0 && scratch.Length > 0; i--)
                packed.Prepare(input, copy, packed.RowCount * i / ranges, packed.RowCount * (i + 1) / ranges);
            byte* source = scratch.Length > 0 ? copy : input;
            for (int i = ranges - 1; i >= 0; i--)
            {
                int first = (int)((long)packed.TileCount * i / ranges);
                int last = (int)((long)packed.TileCount * (i + 1) / ranges);
                packed.Run(source, epilogue, target, added, first, last);
            }
        }
        if (!EqualityComparer<T>.Default.Equals(output[^1], default))
            throw new InvalidOperationException("A kernel wrote beyond its output.");
        return output[..^1];
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QDrop.Kernels;

/// <summary>
/// Where the values of a convolution lie: pixels of the input, with padding where it needs some, what a kernel reads
/// for a pixel of the output, and the tiles that the output is divided into.
/// </summary>
internal sealed unsafe class ConvolutionPlan
{
    /// <summary>Bytes of input for which all channels are computed before the next: they stay in the cache.</summary>
    private const long PanelBytes = 128 * 1024;

    private readonly int _groupChannels;
    private readonly int _pixelChannels;

    /// <summary>Plans a convolution.</summary>
    /// <param name="geometry">Its shape.</param>
    /// <param name="elementSize">Bytes of a value of the input, as kernels read it.</param>
    /// <param name="convertsInput">Whether kernels read other values than the caller has.</param>
    /// <param name="isDepthwise">Whether a tile's channels are 16 channels of the input.</param>
    public ConvolutionPlan(ConvolutionGeometry geometry, int elementSize, bool convertsInput, bool isDepthwise)
    {
        geometry.Validate();
        Geometry = Flatten(geometry);
        ElementSize = elementSize;
        IsDepthwise = isDepthwise;
        int multiple = isDepthwise ? DotKernel.Channels
            : elementSize > sizeof(int) ? TableKernels.Line / elementSize : sizeof(int) / elementSize;
        int groups = isDepthwise ? 1 : Geometry.Groups;
        int channels = Geometry.InChannels / groups;
        _groupChannels = checked((channels + multiple - 1) / multiple * multiple);
        _pixelChannels = checked(groups * _groupChannels);
        NeedsCopy = convertsInput
            || _groupChannels != channels
            || Geometry.PadBefore != Extents.Zero
            || Geometry.PadAfter != Extents.Zero;

        Extents padded = Geometry.Padded;
        PixelBytes = checked(_pixelChannels * elementSize);
        RowBytes = (nint)padded.Width * PixelBytes;
        PlaneBytes = padded.Height * RowBytes;
        nint inputBytes = checked((nint)((long)padded.Depth * PlaneBytes));
        ScratchBytes = NeedsCopy ? inputBytes : 0;

        Extents output = Geometry.Output;
        StrideBytes = (nint)Geometry.Stride.Width * PixelBytes;
        StrideRowBytes = Geometry.Stride.Height * RowBytes;
        StridePlaneBytes = Geometry.Stride.Depth * PlaneBytes;
        OutWidth = output.Width;
        OutHeight = output.Height;
        Pixels = output.Volume;
        PixelTiles = (Pixels + DotKernel.Pixels - 1) / DotKernel.Pixels;
        GroupOutChannels = isDepthwise ? Geometry.OutChannels : Geometry.GroupOutChannels;
        BlocksPerGroup = (GroupOutChannels + DotKernel.Channels - 1) / DotKernel.Channels;
        Blocks = groups * BlocksPerGroup;
        TileCount = checked(PixelTiles * Blocks);
        PanelTiles = (int)Math.Clamp(PanelBytes / Math.Max(1, inputBytes / PixelTiles), 1, PixelTiles);
        Segments = MakeSegments();
        long bytes = 0;
        foreach (KernelRun segment in Segments)
            bytes += segment.End - segment.Start;
        KernelBytes = checked((int)bytes);
    }

    /// <summary>The shape, in as few rows as possible.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>Bytes of a value of the input, as kernels read it.</summary>
    public int ElementSize { get; }

    /// <summary>Whether a tile's channels are 16 channels of the input.</summary>
    public bool IsDepthwise { get; }

    /// <summary>Whether kernels read a copy of the input, which <see cref="Prepare"/> makes.</summary>
    public bool NeedsCopy { get; }

    /// <summary>Size of the copy in bytes; 0 if there is none.</summary>
    public nint ScratchBytes { get; }

    /// <summary>Bytes from one pixel of the input to the next.</summary>
    public int PixelBytes { get; }

    /// <summary>Bytes from one row of the input to the next.</summary>
    public nint RowBytes { get; }

    /// <summary>Bytes from one plane of the input to the next.</summary>
    public nint PlaneBytes { get; }

    /// <summary>Channels of a group in the copy of the input.</summary>
    public int PaddedGroupChannels => _groupChannels;

    /// <summary>Channels of the output that have the same input.</summary>
    public int GroupOutChannels { get; }

    /// <summary>Number of pixels of the output.</summary>
    public int Pixels { get; }

    /// <summary>Pixels in a row of the output.</summary>
    public int OutWidth { get; }

    /// <summary>Rows in a plane of the output.</summary>
    public int OutHeight { get; }

    /// <summary>Bytes of the input between neighbours in a row of the output.</summary>
    public nint StrideBytes { get; }

    /// <summary>Bytes of the input between rows of the output.</summary>
    public nint StrideRowBytes { get; }

    /// <summary>Bytes of the input between planes of the output.</summary>
    public nint StridePlaneBytes { get; }

    /// <summary>Tiles along pixels for which all channels are computed before the next.</summary>
    public int PanelTiles { get; set; }

    /// <summary>Tiles along the pixels of the output.</summary>
    public int PixelTiles { get; }

    /// <summary>Tiles along the channels of one group.</summary>
    public int BlocksPerGroup { get; }

    /// <summary>Tiles along all channels.</summary>
    public int Blocks { get; }

    /// <summary>Number of tiles.</summary>
    public int TileCount { get; }

    /// <summary>What a kernel reads for one pixel of the output, in the order of the weights.</summary>
    public IReadOnlyList<KernelRun> Segments { get; }

    /// <summary>Bytes that a kernel reads for one pixel of the output.</summary>
    public int KernelBytes { get; }

    /// <summary>A cursor at a tile.</summary>
    /// <param name="source">The input, or its copy.</param>
    /// <param name="tile">Its index: tiles of a panel follow each other, and in it those of the same channels.</param>
    public TileCursor Cursor(byte* source, int tile)
    {
        int panel = tile / (PanelTiles * Blocks);
        int first = panel * PanelTiles;
        int tiles = Math.Min(PanelTiles, PixelTiles - first);
        int rest = tile - (first * Blocks);
        int block = rest / tiles;
        return new TileCursor(this, source, first, first + tiles, first + rest - (block * tiles), block);
    }

    /// <summary>Finds the channels of a tile.</summary>
    /// <param name="block">Index of the tile along channels.</param>
    /// <param name="first">The first channel of the output.</param>
    /// <param name="count">Number of channels, at most 16.</param>
    public void FindChannels(int block, out int first, out int count)
    {
        first = block * DotKernel.Channels;
        int end = GroupOutChannels;
        if (Blocks != BlocksPerGroup)
        {
            int group = block / BlocksPerGroup;
            first += group * (GroupOutChannels - (BlocksPerGroup * DotKernel.Channels));
            end *= group + 1;
        }
        count = Math.Min(DotKernel.Channels, end - first);
    }

    /// <summary>Rows of the input, of all its planes.</summary>
    public int Rows => Geometry.Input.Depth * Geometry.Input.Height;

    /// <summary>How many pixels of the copy are before what a row's copy begins with.</summary>
    /// <param name="row">Index of the row; <see cref="Rows"/> for the end.</param>
    public nint PixelsBefore(int row)
    {
        Extents size = Geometry.Input, padded = Geometry.Padded;
        if (row == 0)
            return 0;
        if (row == Rows)
            return padded.Volume;
        int z = (row - 1) / size.Height;
        int y = row - 1 - (z * size.Height);
        int rows = ((Geometry.PadBefore.Depth + z) * padded.Height) + Geometry.PadBefore.Height + y;
        nint end = ((nint)rows * padded.Width) + Geometry.PadBefore.Width + size.Width;
        return y < size.Height - 1
            ? end
            : end + ((nint)Geometry.PadAfter.Height * padded.Width) + Geometry.PadAfter.Width;
    }

    /// <summary>
    /// Copies rows of the input with padding around them, and 0 in channels that it does not have. What is before a
    /// row belongs to it, and what is behind the last one, too.
    /// </summary>
    /// <typeparam name="TFrom">Type of the input's values.</typeparam>
    /// <typeparam name="TTo">Type of the copy's values.</typeparam>
    /// <param name="input">The input as [depth, height, width, channels].</param>
    /// <param name="scratch">Receives the copy.</param>
    /// <param name="zero">The value of padding.</param>
    /// <param name="first">Index of the first row.</param>
    /// <param name="last">Index behind the last row.</param>
    /// <param name="channelsFirst">Whether the input lies as [channels, depth, height, width] instead.</param>
    public void Prepare<TFrom, TTo>(
        TFrom* input, TTo* scratch, TTo zero, int first, int last, bool channelsFirst = false)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        Extents size = Geometry.Input;
        Extents before = Geometry.PadBefore;
        Extents after = Geometry.PadAfter;
        int groups = _pixelChannels / _groupChannels;
        int channels = Geometry.InChannels / groups;
        nint row = (nint)Geometry.Padded.Width * _pixelChannels;
        nint plane = Geometry.Padded.Height * row;
        nint edge = (nint)before.Width * _pixelChannels;
        for (int r = first; r < last; r++)
        {
            // What is behind one row and before the next is filled at once.
            int z = r / size.Height;
            int y = r - (z * size.Height);
            TTo* at = scratch + ((before.Depth + z) * plane) + ((before.Height + y) * row) + edge;
            nint gap = y == 0 ? (before.Height * row) + edge : edge + ((nint)after.Width * _pixelChannels);
            if (r == 0)
                gap += before.Depth * plane;
            Fill(at - gap, gap, zero);
            if (channelsFirst)
            {
                CopyTransposed((TTo*)input + ((nint)r * size.Width), at);
            }
            else if (channels == _groupChannels)
            {
                int values = size.Width * _pixelChannels;
                Copy(input + ((nint)r * values), at, values);
            }
            else
            {
                int pixels = size.Width * groups;
                CopyNarrow(input + ((nint)r * pixels * channels), at, pixels, channels);
            }
            if (y < size.Height - 1)
                continue;
            at += size.Width * _pixelChannels;
            gap = (after.Height * row) + ((nint)after.Width * _pixelChannels);
            if (z == size.Depth - 1)
                gap += after.Depth * plane;
            Fill(at, gap, zero);
        }
    }

    /// <summary>With a kernel of one pixel, all pixels are in one row: where a row ends does not matter.</summary>
    private static ConvolutionGeometry Flatten(ConvolutionGeometry g) =>
        g.Kernel == Extents.One && g.Stride == Extents.One && g.PadBefore == Extents.Zero && g.PadAfter == Extents.Zero
            ? g with { Input = new Extents(1, 1, g.Input.Volume) }
            : g;

    private static void Copy<TFrom, TTo>(TFrom* input, TTo* target, int count)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TFrom) == typeof(byte) && typeof(TTo) == typeof(byte) && count >= Vector256<byte>.Count)
        {
            // Rows are short: a call of the library's copy costs as much as the copy.
            byte* from = (byte*)input;
            byte* to = (byte*)target;
            nint last = count - Vector256<byte>.Count;
            for (nint i = 0; i < last; i += Vector256<byte>.Count)
                Vector256.Load(from + i).Store(to + i);
            Vector256.Load(from + last).Store(to + last);
            return;
        }
        if (typeof(TFrom) == typeof(TTo))
        {
            Buffer.MemoryCopy(input, target, (long)count * sizeof(TTo), (long)count * sizeof(TTo));
            return;
        }
        if (typeof(TFrom) == typeof(ushort) && typeof(TTo) == typeof(Vector128<byte>))
        {
            TableKernels.Fill((byte*)input, (byte*)target, count);
            return;
        }
        if (typeof(TFrom) != typeof(byte) || typeof(TTo) != typeof(ushort))
            throw new NotSupportedException($"{typeof(TFrom)} to {typeof(TTo)}.");
        Widen((byte*)input, (ushort*)target, count);
    }

    /// <summary>Copies a row of each channel, without channels that the input does not have.</summary>
    private void CopyTransposed<T>(T* input, T* target)
        where T : unmanaged
    {
        int width = Geometry.Input.Width;
        nint volume = Geometry.Input.Volume;
        for (int c = 0; c < Geometry.InChannels; c++)
        {
            T* to = target + c;
            for (int x = 0; x < width; x++)
            {
                *to = input[x];
                to += _pixelChannels;
            }
            input += volume;
        }
    }

    /// <summary>Copies pixels that have fewer channels than the copy has.</summary>
    private void CopyNarrow<TFrom, TTo>(TFrom* input, TTo* target, int pixels, int channels)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        int padding = _groupChannels - channels;
        if (typeof(TFrom) == typeof(byte) && typeof(TTo) == typeof(byte) && _groupChannels == sizeof(uint))
        {
            // Of 4 bytes the last ones are of the next pixels, as long as there are as many.
            uint mask = uint.MaxValue >> (padding * 8);
            for (; pixels * channels >= sizeof(uint); pixels--)
            {
                *(uint*)target = Unsafe.ReadUnaligned<uint>(input) & mask;
                input += channels;
                target += sizeof(uint);
            }
        }
        for (; pixels > 0; pixels--)
        {
            Copy(input, target, channels);
            new Span<TTo>(target + channels, padding).Clear();
            input += channels;
            target += _groupChannels;
        }
    }

    private static void Widen(byte* input, ushort* target, int count)
    {
        int i = 0;
        for (; i <= count - 16; i += 16)
        {
            (Vector128<ushort> low, Vector128<ushort> high) =
                Vector128.Widen(Vector128.Load(input + i));
            Vector128.Store(low, target + i);
            Vector128.Store(high, target + i + 8);
        }
        for (; i < count; i++)
            target[i] = input[i];
    }

    /// <summary>Fills whole pixels with padding.</summary>
    private void Fill<T>(T* target, nint count, T zero)
        where T : unmanaged
    {
        if (count == 0)
            return;
        int groups = _pixelChannels / _groupChannels;
        int channels = Geometry.InChannels / groups;
        if (channels == _groupChannels)
        {
            if (typeof(T) == typeof(byte) && count >= Vector128<byte>.Count && count <= 1024)
            {
                var value = Vector128.Create(Unsafe.BitCast<T, byte>(zero));
                nint last = count - Vector128<byte>.Count;
                for (nint i = 0; i < last; i += Vector128<byte>.Count)
                    value.Store((byte*)target + i);
                value.Store((byte*)target + last);
                return;
            }
            while (count > 0)
            {
                int part = (int)nint.Min(count, 1 << 30);
                new Span<T>(target, part).Fill(zero);
                target += part;
                count -= part;
            }
            return;
        }
        for (nint i = 0; i < count; i += _groupChannels)
        {
            new Span<T>(target + i, channels).Fill(zero);
            new Span<T>(target + i + channels, _groupChannels - channels).Clear();
        }
    }

    private List<KernelRun> MakeSegments()
    {
        Extents kernel = Geometry.Kernel;
        Extents dilation = Geometry.Dilation;
        int length = _groupChannels * ElementSize;

        // Pixels without others between them, and without channels of another group, are one segment.
        bool isWhole = !IsDepthwise && length == PixelBytes && dilation.Width == 1;
        var segments = new List<KernelRun>();
        for (int z = 0; z < kernel.Depth; z++)
        {
            for (int y = 0; y < kernel.Height; y++)
            {
                nint row = (z * dilation.Depth * PlaneBytes) + (y * dilation.Height * RowBytes);
                if (isWhole)
                {
                    segments.Add(new KernelRun(row, row + ((nint)kernel.Width * PixelBytes), KernelFlush.None));
                    continue;
                }
                for (int x = 0; x < kernel.Width; x++)
                {
                    nint at = row + ((nint)x * dilation.Width * PixelBytes);
                    int bytes = IsDepthwise ? ElementSize : length;
                    segments.Add(new KernelRun(at, at + bytes, KernelFlush.None));
                }
            }
        }
        return segments;
    }
}

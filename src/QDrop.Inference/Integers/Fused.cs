using QDrop.Kernels;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Integers;

/// <summary>Runs fused layers.</summary>
internal static class Fused
{
    /// <summary>Products and sums for which other threads are worth while.</summary>
    private const long LeastShared = 200_000;

    /// <summary>With so many samples for each thread, each computes its own.</summary>
    private const int ManySamples = 4;

    /// <summary>The kernel of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="geometry">The shape of one image.</param>
    /// <param name="samples">How many images there are.</param>
    /// <param name="operands">The operands.</param>
    /// <param name="result">The result.</param>
    /// <param name="threads">The most threads that compute it at once.</param>
    public static PlannedKernel Plan(
        FusedLayer layer,
        ConvolutionGeometry geometry,
        int samples,
        ValueInfo[] operands,
        ValueInfo result,
        int threads)
    {
        if (samples == 0)
            return new(static _ => { });
        var images = new Images(
            samples,
            operands[0].Count / samples * operands[0].ElementSize,
            result.Count / samples * result.ElementSize,
            operands.Length > 1 ? operands[1].Count / samples * operands[1].ElementSize : 0);
        if (layer.Input is { } grid)
        {
            LayerWeights weights = layer.Weights!;
            return Plan(
                new CodeTiles(
                    PackedConvolution.Pack(geometry, weights.Levels, weights.ZeroPoints, grid.Bits, grid.ZeroPoints[0]),
                    layer.Epilogue()),
                images, geometry, threads);
        }
        return Plan(
            new FloatTiles(new FloatConvolution(geometry, layer.Floats!, channelsFirst: true), layer.Epilogue()),
            images, geometry, threads);
    }

    private static PlannedKernel Plan<TTiles>(TTiles tiles, Images images, ConvolutionGeometry geometry, int threads)
        where TTiles : ITiles
    {
        long scratch = (tiles.ScratchBytes + 63) / 64 * 64;
        bool isShared = threads > 1 && geometry.MultiplyAccumulates * images.Count >= LeastShared;
        if (!isShared || images.Count >= ManySamples * threads)
        {
            return new(frame => Samples(frame, tiles, images, scratch))
            {
                Scratch = scratch * (isShared ? threads : 1),
                IsShared = isShared,
            };
        }
        return new(frame => Tiles(frame, tiles, images, scratch))
        {
            Before = scratch == 0 ? null : frame => Rows(frame, tiles, images, scratch),
            Scratch = scratch * images.Count,
            IsShared = true,
        };
    }

    /// <summary>All of some samples.</summary>
    private static unsafe void Samples<TTiles>(Frame frame, TTiles tiles, Images images, long scratch)
        where TTiles : ITiles
    {
        (int first, int last) = frame.Share(images.Count);
        byte* copy = (byte*)frame.Scratch + (frame.Part * scratch);
        for (int n = first; n < last; n++)
        {
            byte* input = (byte*)frame.Address(0) + ((nint)n * images.InputBytes);
            if (scratch > 0)
            {
                tiles.Prepare(input, copy, 0, tiles.RowCount);
                input = copy;
            }
            tiles.Run(input, images.Output(frame, n), images.Residual(frame, n), 0, tiles.TileCount);
        }
    }

    /// <summary>Some rows of all samples, with padding.</summary>
    private static unsafe void Rows<TTiles>(Frame frame, TTiles tiles, Images images, long scratch)
        where TTiles : ITiles
    {
        (int first, int last) = frame.Share(images.Count * tiles.RowCount);
        for (int n = first / tiles.RowCount; n * tiles.RowCount < last; n++)
        {
            int start = n * tiles.RowCount;
            tiles.Prepare(
                (byte*)frame.Address(0) + ((nint)n * images.InputBytes),
                (byte*)frame.Scratch + (n * scratch),
                Math.Max(first - start, 0),
                Math.Min(last - start, tiles.RowCount));
        }
    }

    /// <summary>Some tiles of all samples.</summary>
    private static unsafe void Tiles<TTiles>(Frame frame, TTiles tiles, Images images, long scratch)
        where TTiles : ITiles
    {
        (int first, int last) = frame.Share(images.Count * tiles.TileCount);
        for (int n = first / tiles.TileCount; n * tiles.TileCount < last; n++)
        {
            int start = n * tiles.TileCount;
            tiles.Run(
                scratch > 0
                    ? (byte*)frame.Scratch + (n * scratch)
                    : (byte*)frame.Address(0) + ((nint)n * images.InputBytes),
                images.Output(frame, n),
                images.Residual(frame, n),
                Math.Max(first - start, 0),
                Math.Min(last - start, tiles.TileCount));
        }
    }

    /// <summary>Where the samples are.</summary>
    /// <param name="Count">How many there are.</param>
    /// <param name="InputBytes">Bytes of the input of one.</param>
    /// <param name="OutputBytes">Bytes of its output.</param>
    /// <param name="ResidualBytes">Bytes of what is added to it; 0 if nothing is.</param>
    private sealed record Images(int Count, int InputBytes, int OutputBytes, int ResidualBytes)
    {
        public unsafe byte* Output(Frame frame, int sample) =>
            (byte*)frame.ResultAddress + ((nint)sample * OutputBytes);

        public unsafe byte* Residual(Frame frame, int sample) =>
            ResidualBytes == 0 ? null : (byte*)frame.Address(1) + ((nint)sample * ResidualBytes);
    }

    /// <summary>A convolution with its epilogue.</summary>
    private unsafe interface ITiles
    {
        int TileCount { get; }

        int RowCount { get; }

        long ScratchBytes { get; }

        void Prepare(byte* input, byte* copy, int firstRow, int lastRow);

        void Run(byte* source, byte* output, byte* residual, int firstTile, int lastTile);
    }

    private readonly unsafe struct CodeTiles(PackedConvolution convolution, Epilogue epilogue) : ITiles
    {
        public int TileCount => convolution.TileCount;

        public int RowCount => convolution.RowCount;

        public long ScratchBytes => convolution.ScratchBytes;

        public void Prepare(byte* input, byte* copy, int firstRow, int lastRow) =>
            convolution.Prepare(input, copy, firstRow, lastRow);

        public void Run(byte* source, byte* output, byte* residual, int firstTile, int lastTile) =>
            convolution.Run(source, epilogue, output, residual, firstTile, lastTile);
    }

    private readonly unsafe struct FloatTiles(FloatConvolution convolution, Epilogue epilogue) : ITiles
    {
        public int TileCount => convolution.TileCount;

        public int RowCount => convolution.RowCount;

        public long ScratchBytes => convolution.ScratchBytes;

        public void Prepare(byte* input, byte* copy, int firstRow, int lastRow) =>
            convolution.Prepare((float*)input, copy, firstRow, lastRow);

        public void Run(byte* source, byte* output, byte* residual, int firstTile, int lastTile) =>
            convolution.Run(source, epilogue, output, residual, firstTile, lastTile);
    }
}

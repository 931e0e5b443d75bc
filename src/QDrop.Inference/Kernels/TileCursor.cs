using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>Goes from tile to tile, and knows where the pixels of one lie.</summary>
internal unsafe struct TileCursor
{
    private readonly byte* _source;
    private readonly nint _stride;
    private readonly nint _rowStride;
    private readonly nint _planeStride;
    private readonly nint _groupBytes;
    private readonly int _width;
    private readonly int _height;
    private readonly int _blocksPerGroup;
    private readonly int _tiles;
    private readonly int _pixels;
    private readonly int _blocks;
    private readonly int _panelTiles;
    private int _firstTile;
    private int _lastTile;
    private int _pixelTile;
    private byte* _blockSource;
    private byte* _at;
    private int _x;
    private int _y;
    private int _plane;

    /// <summary>A cursor.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="source">The input, or its copy.</param>
    /// <param name="firstTile">First tile of the panel, along pixels.</param>
    /// <param name="lastTile">Tile behind the panel.</param>
    /// <param name="pixelTile">The tile, along pixels.</param>
    /// <param name="block">The tile, along channels.</param>
    public TileCursor(ConvolutionPlan plan, byte* source, int firstTile, int lastTile, int pixelTile, int block)
    {
        _source = source;
        _stride = plan.StrideBytes;
        _rowStride = plan.StrideRowBytes;
        _planeStride = plan.StridePlaneBytes;
        _groupBytes = (plan.IsDepthwise ? DotKernel.Channels : plan.PaddedGroupChannels) * plan.ElementSize;
        _width = plan.OutWidth;
        _height = plan.OutHeight;
        _blocksPerGroup = plan.IsDepthwise ? 1 : plan.BlocksPerGroup;
        _tiles = plan.PixelTiles;
        _pixels = plan.Pixels;
        _blocks = plan.Blocks;
        _panelTiles = plan.PanelTiles;
        _firstTile = firstTile;
        _lastTile = lastTile;
        Block = block;
        Seek(pixelTile);
    }

    /// <summary>Index of the tile along channels.</summary>
    public int Block { get; private set; }

    /// <summary>Index of the tile's first pixel.</summary>
    public int Pixel { get; private set; }

    /// <summary>Finds the addresses of the tile's pixels.</summary>
    /// <param name="addresses">Receives 8 addresses; those beyond the last pixel are the last pixel's.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Locate(byte** addresses)
    {
        if (_x + DotKernel.Pixels > _width)
        {
            LocateAcrossRows(addresses);
            return;
        }
        byte* at = _at;
        addresses[0] = at;
        addresses[1] = at + _stride;
        addresses[2] = at + (2 * _stride);
        addresses[3] = at + (3 * _stride);
        at += 4 * _stride;
        addresses[4] = at;
        addresses[5] = at + _stride;
        addresses[6] = at + (2 * _stride);
        addresses[7] = at + (3 * _stride);
    }

    /// <summary>Goes to the next tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveNext()
    {
        if (++_pixelTile == _lastTile)
        {
            StartBlock();
            return;
        }
        Pixel += DotKernel.Pixels;
        _at += DotKernel.Pixels * _stride;
        _x += DotKernel.Pixels;
        if (_x >= _width)
            Wrap();
    }

    private void StartBlock()
    {
        if (++Block == _blocks)
        {
            Block = 0;
            _firstTile = _lastTile;
            _lastTile = Math.Min(_tiles, _firstTile + _panelTiles);
        }
        Seek(_firstTile);
    }

    private void Seek(int pixelTile)
    {
        _blockSource = _source + (Block / _blocksPerGroup * _groupBytes);
        _pixelTile = pixelTile;
        Pixel = pixelTile * DotKernel.Pixels;
        int row = Pixel / _width;
        _x = Pixel - (row * _width);
        _plane = row / _height;
        _y = row - (_plane * _height);
        _at = Address();
    }

    private void Wrap()
    {
        while (_x >= _width)
        {
            _x -= _width;
            if (++_y == _height)
            {
                _y = 0;
                _plane++;
            }
        }
        _at = Address();
    }

    private readonly byte* Address() =>
        _blockSource + (_plane * _planeStride) + (_y * _rowStride) + (_x * _stride);

    private readonly void LocateAcrossRows(byte** addresses)
    {
        byte* at = _at;
        int x = _x;
        int y = _y;
        int plane = _plane;
        int last = _pixels - Pixel - 1;
        for (int i = 0; i < DotKernel.Pixels; i++)
        {
            addresses[i] = at;
            if (i >= last)
                continue;
            at += _stride;
            if (++x < _width)
                continue;
            x = 0;
            if (++y == _height)
            {
                y = 0;
                plane++;
            }
            at = _blockSource + (plane * _planeStride) + (y * _rowStride);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Kernels;

/// <summary>
/// Brings the weights of the next block of channels into the second cache, a part with each tile of the block before.
/// </summary>
internal unsafe struct WeightPrefetch
{
    /// <summary>Bytes of weights that are in the second cache anyway.</summary>
    private const nint Few = 256 * 1024;

    private const int Line = 64;

    private readonly byte* _weights;
    private readonly nint _blockBytes;
    private readonly nint _part;
    private readonly int _blocks;
    private int _block;
    private nint _at;

    /// <param name="plan">The plan.</param>
    /// <param name="weights">Packed weights.</param>
    /// <param name="blockBytes">Bytes of the weights of a block.</param>
    public WeightPrefetch(ConvolutionPlan plan, byte* weights, nint blockBytes)
    {
        bool isWorthWhile = Sse.IsSupported && plan.Blocks * blockBytes > Few && plan.PanelTiles > 1;
        _weights = weights;
        _blockBytes = blockBytes;
        _blocks = isWorthWhile ? plan.Blocks : 0;
        _part = ((blockBytes / Math.Min(plan.PanelTiles, plan.PixelTiles)) + Line - 1) / Line * Line;
        _block = -1;
    }

    /// <summary>Goes on, with a tile of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Next(int block)
    {
        if (block + 1 >= _blocks)
            return;
        if (block != _block)
        {
            _block = block;
            _at = (block + 1) * _blockBytes;
        }
        nint end = Math.Min(_at + _part, (block + 2) * _blockBytes);
        for (; _at < end; _at += Line)
            Sse.Prefetch1(_weights + _at);
    }
}

using System.Runtime.CompilerServices;

namespace QDrop.Kernels;

/// <summary>Rounds vectors of float32 to codes of a grid.</summary>
/// <typeparam name="TLanes">Vectors.</typeparam>
/// <typeparam name="TFloat">A vector of float32.</typeparam>
/// <typeparam name="TInt">A vector of int32.</typeparam>
/// <param name="grid">The grid.</param>
internal readonly struct LaneQuantizer<TLanes, TFloat, TInt>(CodeGrid grid)
    where TLanes : struct, ILanes<TFloat, TInt>
    where TFloat : struct
    where TInt : struct
{
    private readonly TFloat _scale = TLanes.Broadcast(grid.Scale);
    private readonly TFloat _least = TLanes.Broadcast((float)-grid.ZeroPoint);
    private readonly TFloat _greatest = TLanes.Broadcast((float)(grid.Top - grid.ZeroPoint));
    private readonly TInt _zero = TLanes.Broadcast(grid.ZeroPoint);

    /// <summary>The codes of values: <c>clamp(round(x / scale) + zero, 0, top)</c>; NaN becomes 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TInt Code(TFloat x) => Round(TLanes.Divide(x, _scale));

    /// <summary>The codes of values that were divided by the scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TInt Round(TFloat level)
    {
        // Limits are whole numbers: what is clamped before it is rounded is as if it were clamped afterwards.
        level = TLanes.AtLeastNumber(level, _least);
        return TLanes.Add(TLanes.Round(TLanes.FastAtMost(level, _greatest)), _zero);
    }
}

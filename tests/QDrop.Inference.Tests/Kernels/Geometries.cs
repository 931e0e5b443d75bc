using CsCheck;
using QDrop.Kernels;

namespace QDrop.Tests.Kernels;

/// <summary>Random shapes of convolutions.</summary>
internal static class Geometries
{
    /// <summary>Shapes with 1, 2 and 3 dimensions, in groups, with strides, dilations and uneven padding.</summary>
    public static Gen<ConvolutionGeometry> All { get; } =
        from groups in Gen.OneOf(Gen.Const(1), Gen.Int[1, 4])
        from inChannels in Gen.OneOf(Gen.Int[1, 9], Gen.Const(16), Gen.Const(32))
        from outChannels in Gen.OneOf(Gen.Int[1, 20], Gen.Const(16), Gen.Const(33))
        from isDepthwise in Gen.Int[0, 4]
        from dimensions in Gen.Int[1, 3]
        from depth in Dimension(dimensions == 3 ? 5 : 1)
        from height in Dimension(dimensions >= 2 ? 9 : 1)
        from width in Dimension(18)
        select Fit(groups, inChannels, outChannels, isDepthwise == 0, depth, height, width);

    private static Gen<int[]> Dimension(int most) =>
        most == 1
            ? Gen.Const<int[]>([1, 1, 1, 1, 0, 0])
            : from size in Gen.Int[1, most]
              from kernel in Gen.Int[1, 4]
              from stride in Gen.Int[1, 3]
              from dilation in Gen.OneOf(Gen.Const(1), Gen.Int[1, 3])
              from before in Gen.Int[0, 2]
              from after in Gen.Int[0, 2]
              select new[] { size, kernel, stride, dilation, before, after };

    private static ConvolutionGeometry Fit(
        int groups,
        int inChannels,
        int outChannels,
        bool isDepthwise,
        int[] depth,
        int[] height,
        int[] width)
    {
        // A kernel that does not fit has one pixel.
        foreach (int[] d in (int[][])[depth, height, width])
        {
            if (((d[1] - 1) * d[3]) + 1 > d[0] + d[4] + d[5])
                d[1] = 1;
        }
        int channels = isDepthwise ? Math.Max(2, outChannels) : groups * inChannels;
        return new ConvolutionGeometry(
            channels,
            isDepthwise ? channels : groups * outChannels,
            new Extents(depth[0], height[0], width[0]),
            new Extents(depth[1], height[1], width[1]))
        {
            Groups = isDepthwise ? channels : groups,
            Stride = new Extents(depth[2], height[2], width[2]),
            Dilation = new Extents(depth[3], height[3], width[3]),
            PadBefore = new Extents(depth[4], height[4], width[4]),
            PadAfter = new Extents(depth[5], height[5], width[5]),
        };
    }
}

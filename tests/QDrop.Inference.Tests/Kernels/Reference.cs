using QDrop.Kernels;

namespace QDrop.Tests.Kernels;

/// <summary>Convolution as its definition has it.</summary>
internal static class Reference
{
    /// <summary>What a product belongs to.</summary>
    /// <param name="output">Index of the sum.</param>
    /// <param name="channel">Index of the output's channel.</param>
    /// <param name="input">Index of the value of the input; negative in padding.</param>
    /// <param name="weight">Index of the weight.</param>
    public delegate void Product(int output, int channel, int input, int weight);

    /// <summary>Calls an action for each product, for each sum in the order (depth, height, width, channel).</summary>
    /// <param name="g">The shape.</param>
    /// <param name="product">The action.</param>
    public static void Visit(ConvolutionGeometry g, Product product)
    {
        Extents o = g.Output;
        int output = 0;
        for (int z = 0; z < o.Depth; z++)
            for (int y = 0; y < o.Height; y++)
                for (int x = 0; x < o.Width; x++)
                    for (int c = 0; c < g.OutChannels; c++, output++)
                        for (int kz = 0; kz < g.Kernel.Depth; kz++)
                            for (int ky = 0; ky < g.Kernel.Height; ky++)
                                for (int kx = 0; kx < g.Kernel.Width; kx++)
                                    for (int i = 0; i < g.GroupInChannels; i++)
                                    {
                                        int d = (z * g.Stride.Depth) + (kz * g.Dilation.Depth) - g.PadBefore.Depth;
                                        int h = (y * g.Stride.Height) + (ky * g.Dilation.Height) - g.PadBefore.Height;
                                        int w = (x * g.Stride.Width) + (kx * g.Dilation.Width) - g.PadBefore.Width;
                                        bool inside = d >= 0 && d < g.Input.Depth
                                            && h >= 0 && h < g.Input.Height
                                            && w >= 0 && w < g.Input.Width;
                                        int channel = (c / g.GroupOutChannels * g.GroupInChannels) + i;
                                        int pixel = (((d * g.Input.Height) + h) * g.Input.Width) + w;
                                        int tap = (((kz * g.Kernel.Height) + ky) * g.Kernel.Width) + kx;
                                        int weight = (((c * g.GroupInChannels) + i) * g.Kernel.Volume) + tap;
                                        product(output, c, inside ? (pixel * g.InChannels) + channel : -1, weight);
                                    }
    }
}

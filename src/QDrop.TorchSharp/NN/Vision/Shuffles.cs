using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static PixelShuffle PixelShuffle(long upscale_factor)
                => new(upscale_factor);

            public static PixelUnshuffle PixelUnshuffle(long downscale_factor)
                => new(downscale_factor);

            public static ChannelShuffle ChannelShuffle(long groups)
                => new(groups);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary><c>[N, C·r², H, W]</c> to <c>[N, C, H·r, W·r]</c>.</summary>
    public sealed class PixelShuffle : ParameterLessModule<Tensor, Tensor>
    {
        internal PixelShuffle(long upscale_factor) : base(nameof(PixelShuffle))
        {
            this.upscale_factor = upscale_factor;
        }

        public long upscale_factor { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.pixel_shuffle(input, upscale_factor);
    }

    /// <summary><c>[N, C, H·r, W·r]</c> to <c>[N, C·r², H, W]</c>.</summary>
    public sealed class PixelUnshuffle : ParameterLessModule<Tensor, Tensor>
    {
        internal PixelUnshuffle(long downscale_factor) : base(nameof(PixelUnshuffle))
        {
            this.downscale_factor = downscale_factor;
        }

        public long downscale_factor { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.pixel_unshuffle(input, downscale_factor);
    }

    /// <summary>Interleaves the groups of channels (arXiv 1707.01083).</summary>
    public sealed class ChannelShuffle : ParameterLessModule<Tensor, Tensor>
    {
        internal ChannelShuffle(long groups) : base(nameof(ChannelShuffle))
        {
            this.groups = groups;
        }

        public long groups { get; set; }

        public override Tensor forward(Tensor tensor) => Aten.Call("channel_shuffle", tensor, groups);
    }
}

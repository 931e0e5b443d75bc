using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>Sizes of an MLP-Mixer.</summary>
public sealed record MixerOptions
{
    public int ImageSize { get; init; } = 32;

    public int PatchSize { get; init; } = 8;

    public int Width { get; init; } = 32;

    public int Depth { get; init; } = 3;

    public int Classes { get; init; } = 10;

    public int Patches => ImageSize / PatchSize * (ImageSize / PatchSize);
}

/// <summary>MLP-Mixer (Tolstikhin et al. 2021): layers mix positions and channels in turn.</summary>
[Quantize(W = 8, A = 8, Factory = nameof(Create))]
public sealed partial class MlpMixer : Module<Tensor, Tensor>
{
    private readonly Conv2d embed;
    private readonly Sequential mixers;
    private readonly LayerNorm norm;
    private readonly Linear head;

    public MlpMixer(MixerOptions options) : base(nameof(MlpMixer))
    {
        embed = Conv2d(3, options.Width, options.PatchSize, stride: options.PatchSize);
        mixers = Sequential(
            Enumerable.Range(0, options.Depth).Select(_ => (Module<Tensor, Tensor>)new MixerLayer(options)));
        norm = LayerNorm(options.Width);
        head = Linear(options.Width, options.Classes);
        RegisterComponents();
    }

    public static MlpMixer Create() => new(new MixerOptions { Depth = 2 });

    public override Tensor forward(Tensor x)
    {
        x = embed.call(x).flatten(2).transpose(1, 2); // [N, patches, width]
        x = mixers.call(x);
        x = norm.call(x).mean([1]);
        return head.call(x);
    }

    private sealed partial class MixerLayer : Module<Tensor, Tensor>
    {
        private readonly LayerNorm norm1, norm2;
        private readonly Module<Tensor, Tensor> tokens, channels;

        public MixerLayer(MixerOptions options) : base(nameof(MixerLayer))
        {
            norm1 = LayerNorm(options.Width);
            norm2 = LayerNorm(options.Width);
            tokens = Sequential(new Permute(0, 2, 1), Mlp(options.Patches, 2 * options.Patches), new Permute(0, 2, 1));
            channels = Mlp(options.Width, 4 * options.Width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            x = x + tokens.call(norm1.call(x));
            return x + channels.call(norm2.call(x));
        }

        private static Sequential Mlp(long size, long hidden) =>
            Sequential(Linear(size, hidden), GELU(), Linear(hidden, size));
    }
}

/// <summary>Dimensions in another order, as a module.</summary>
internal sealed partial class Permute(params long[] dimensions) : Module<Tensor, Tensor>(nameof(Permute))
{
    public override Tensor forward(Tensor x) => x.permute(dimensions);
}

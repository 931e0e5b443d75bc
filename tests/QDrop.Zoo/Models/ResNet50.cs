namespace Zoo.Vision;

/// <summary>ResNet-50: 3, 4, 6 and 3 bottlenecks.</summary>
[Quantize(W = 4, A = 4, Drop = 0.5)]
public sealed partial class ResNet50()
    : ResNet(
        nameof(ResNet50),
        static (inputs, width, stride) => new Bottleneck(inputs, width, stride),
        Bottleneck.Expansion,
        [3, 4, 6, 3]);

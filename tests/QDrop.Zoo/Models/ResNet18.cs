namespace Zoo.Vision;

/// <summary>ResNet-18: two basic blocks in each group.</summary>
[Quantize(W = 4, A = 4, Drop = 0.5)]
public sealed partial class ResNet18()
    : ResNet(
        nameof(ResNet18),
        static (inputs, width, stride) => new BasicBlock(inputs, width, stride),
        BasicBlock.Expansion,
        [2, 2, 2, 2]);

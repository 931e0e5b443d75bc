namespace Zoo.Vision;

/// <summary>ResNet-18: two basic blocks in each group.</summary>
public sealed partial class ResNet18() : ResNet(nameof(ResNet18), static (inputs, width, stride) => new BasicBlock(inputs, width, stride), BasicBlock.Expansion, [2, 2, 2, 2]);

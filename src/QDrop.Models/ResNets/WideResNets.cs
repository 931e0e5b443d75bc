namespace QDrop.Models;

/// <summary>Wide ResNet-50-2, <c>wide_resnet50_2</c> in torchvision: 68.9 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
public partial class WideResNet50(int classes = 1000)
    : ResNet(nameof(WideResNet50), Bottlenecks(1, 128), Bottleneck.Expansion, [3, 4, 6, 3], classes);

/// <summary>Wide ResNet-101-2, <c>wide_resnet101_2</c> in torchvision: 126.9 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
public partial class WideResNet101(int classes = 1000)
    : ResNet(nameof(WideResNet101), Bottlenecks(1, 128), Bottleneck.Expansion, [3, 4, 23, 3], classes);

namespace QDrop.Models;

/// <summary>ResNeXt-50 32×4d, <c>resnext50_32x4d</c> in torchvision: 25.0 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
public partial class ResNeXt50_32x4d(int classes = 1000)
    : ResNet(nameof(ResNeXt50_32x4d), Bottlenecks(32, 4), Bottleneck.Expansion, [3, 4, 6, 3], classes);

/// <summary>ResNeXt-101 32×8d, <c>resnext101_32x8d</c> in torchvision: 88.8 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
public partial class ResNeXt101_32x8d(int classes = 1000)
    : ResNet(nameof(ResNeXt101_32x8d), Bottlenecks(32, 8), Bottleneck.Expansion, [3, 4, 23, 3], classes);

/// <summary>ResNeXt-101 64×4d, <c>resnext101_64x4d</c> in torchvision: 83.5 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
public partial class ResNeXt101_64x4d(int classes = 1000)
    : ResNet(nameof(ResNeXt101_64x4d), Bottlenecks(64, 4), Bottleneck.Expansion, [3, 4, 23, 3], classes);

namespace QDrop.Models;

/// <summary>ResNet-18, <c>resnet18</c> in torchvision: 11.7 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
public partial class ResNet18(int classes = 1000)
    : ResNet(nameof(ResNet18), BasicBlocks, expansion: 1, [2, 2, 2, 2], classes);

/// <summary>ResNet-34, <c>resnet34</c> in torchvision: 21.8 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
public partial class ResNet34(int classes = 1000)
    : ResNet(nameof(ResNet34), BasicBlocks, expansion: 1, [3, 4, 6, 3], classes);

/// <summary>ResNet-50, <c>resnet50</c> in torchvision: 25.6 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
public partial class ResNet50(int classes = 1000)
    : ResNet(nameof(ResNet50), Bottlenecks(1, 64), Bottleneck.Expansion, [3, 4, 6, 3], classes);

/// <summary>ResNet-101, <c>resnet101</c> in torchvision: 44.5 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
public partial class ResNet101(int classes = 1000)
    : ResNet(nameof(ResNet101), Bottlenecks(1, 64), Bottleneck.Expansion, [3, 4, 23, 3], classes);

/// <summary>ResNet-152, <c>resnet152</c> in torchvision: 60.2 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
public partial class ResNet152(int classes = 1000)
    : ResNet(nameof(ResNet152), Bottlenecks(1, 64), Bottleneck.Expansion, [3, 8, 36, 3], classes);

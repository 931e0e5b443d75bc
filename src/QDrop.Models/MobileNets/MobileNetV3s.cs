namespace QDrop.Models;

/// <summary>
/// MobileNetV3-Small (arXiv 1905.02244, table 2), <c>mobilenet_v3_small</c> in torchvision: 2.5 million parameters.
/// </summary>
/// <param name="classes">Number of classes.</param>
/// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
public partial class MobileNetV3Small(int classes = 1000, double dropout = 0.2)
    : MobileNetV3(
        nameof(MobileNetV3Small),
        [
            new(16, 3, 16, 16, true, false, 2),
            new(16, 3, 72, 24, false, false, 2),
            new(24, 3, 88, 24, false, false, 1),
            new(24, 5, 96, 40, true, true, 2),
            new(40, 5, 240, 40, true, true, 1),
            new(40, 5, 240, 40, true, true, 1),
            new(40, 5, 120, 48, true, true, 1),
            new(48, 5, 144, 48, true, true, 1),
            new(48, 5, 288, 96, true, true, 2),
            new(96, 5, 576, 96, true, true, 1),
            new(96, 5, 576, 96, true, true, 1),
        ],
        hidden: 1024,
        classes,
        dropout);

/// <summary>
/// MobileNetV3-Large (arXiv 1905.02244, table 1), <c>mobilenet_v3_large</c> in torchvision: 5.5 million parameters.
/// </summary>
/// <param name="classes">Number of classes.</param>
/// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
public partial class MobileNetV3Large(int classes = 1000, double dropout = 0.2)
    : MobileNetV3(
        nameof(MobileNetV3Large),
        [
            new(16, 3, 16, 16, false, false, 1),
            new(16, 3, 64, 24, false, false, 2),
            new(24, 3, 72, 24, false, false, 1),
            new(24, 5, 72, 40, true, false, 2),
            new(40, 5, 120, 40, true, false, 1),
            new(40, 5, 120, 40, true, false, 1),
            new(40, 3, 240, 80, false, true, 2),
            new(80, 3, 200, 80, false, true, 1),
            new(80, 3, 184, 80, false, true, 1),
            new(80, 3, 184, 80, false, true, 1),
            new(80, 3, 480, 112, true, true, 1),
            new(112, 3, 672, 112, true, true, 1),
            new(112, 5, 672, 160, true, true, 2),
            new(160, 5, 960, 160, true, true, 1),
            new(160, 5, 960, 160, true, true, 1),
        ],
        hidden: 1280,
        classes,
        dropout);

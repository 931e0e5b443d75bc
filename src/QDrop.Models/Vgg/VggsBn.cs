namespace QDrop.Models;

/// <summary>VGG-11 with batch norms, <c>vgg11_bn</c> in torchvision: 132.9 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
public partial class Vgg11Bn(int classes = 1000, double dropout = 0.5)
    : Vgg(nameof(Vgg11Bn), [1, 1, 2, 2, 2], batchNorm: true, classes, dropout);

/// <summary>VGG-13 with batch norms, <c>vgg13_bn</c> in torchvision: 133.1 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
public partial class Vgg13Bn(int classes = 1000, double dropout = 0.5)
    : Vgg(nameof(Vgg13Bn), [2, 2, 2, 2, 2], batchNorm: true, classes, dropout);

/// <summary>VGG-16 with batch norms, <c>vgg16_bn</c> in torchvision: 138.4 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
public partial class Vgg16Bn(int classes = 1000, double dropout = 0.5)
    : Vgg(nameof(Vgg16Bn), [2, 2, 3, 3, 3], batchNorm: true, classes, dropout);

/// <summary>VGG-19 with batch norms, <c>vgg19_bn</c> in torchvision: 143.7 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
public partial class Vgg19Bn(int classes = 1000, double dropout = 0.5)
    : Vgg(nameof(Vgg19Bn), [2, 2, 4, 4, 4], batchNorm: true, classes, dropout);

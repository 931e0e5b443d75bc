namespace QDrop.Models;

/// <summary>VGG-11, <c>vgg11</c> in torchvision: 132.9 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
public partial class Vgg11(int classes = 1000, double dropout = 0.5)
    : Vgg(nameof(Vgg11), [1, 1, 2, 2, 2], batchNorm: false, classes, dropout);

/// <summary>VGG-13, <c>vgg13</c> in torchvision: 133.0 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
public partial class Vgg13(int classes = 1000, double dropout = 0.5)
    : Vgg(nameof(Vgg13), [2, 2, 2, 2, 2], batchNorm: false, classes, dropout);

/// <summary>VGG-16, <c>vgg16</c> in torchvision: 138.4 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
public partial class Vgg16(int classes = 1000, double dropout = 0.5)
    : Vgg(nameof(Vgg16), [2, 2, 3, 3, 3], batchNorm: false, classes, dropout);

/// <summary>VGG-19, <c>vgg19</c> in torchvision: 143.7 million parameters.</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="dropout">Probability that a value is dropped in training, from 0 to 1.</param>
public partial class Vgg19(int classes = 1000, double dropout = 0.5)
    : Vgg(nameof(Vgg19), [2, 2, 4, 4, 4], batchNorm: false, classes, dropout);

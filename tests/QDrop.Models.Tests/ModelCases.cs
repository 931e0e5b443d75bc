using System.Collections.Generic;
using static TorchSharp.torchvision;

namespace QDrop.Models.Tests;

/// <summary>Every model of the package, with torchvision's, and the size of the images to compare them on.</summary>
internal static class ModelCases
{
    private const int Classes = 10;

    public static IReadOnlyList<ModelCase> All { get; } =
    [
        new(MyResNet18.Quantized.Descriptor, static () => models.resnet18(Classes), 64),
        new(MyResNet34.Quantized.Descriptor, static () => models.resnet34(Classes), 64),
        new(MyResNet50.Quantized.Descriptor, static () => models.resnet50(Classes), 64),
        new(MyResNet101.Quantized.Descriptor, static () => models.resnet101(Classes), 64),
        new(MyResNet152.Quantized.Descriptor, static () => models.resnet152(Classes), 64),
        new(MyResNeXt50_32x4d.Quantized.Descriptor, static () => models.resnext50_32x4d(Classes), 64),
        // TorchVision's methods for these two give the depth of ResNet-50.
        new(
            MyResNeXt101_32x8d.Quantized.Descriptor,
            static () => models.resnet101(Classes, groups: 32, width_per_group: 8),
            64),
        new(
            MyResNeXt101_64x4d.Quantized.Descriptor,
            static () => models.resnet101(Classes, groups: 64, width_per_group: 4),
            64),
        new(MyWideResNet50.Quantized.Descriptor, static () => models.wide_resnet50_2(Classes), 64),
        new(MyWideResNet101.Quantized.Descriptor, static () => models.wide_resnet101_2(Classes), 64),
        new(MyVgg11.Quantized.Descriptor, static () => models.vgg11(Classes), 32),
        new(MyVgg13.Quantized.Descriptor, static () => models.vgg13(Classes), 32),
        new(MyVgg16.Quantized.Descriptor, static () => models.vgg16(Classes), 32),
        new(MyVgg19.Quantized.Descriptor, static () => models.vgg19(Classes), 32),
        new(MyVgg11Bn.Quantized.Descriptor, static () => models.vgg11_bn(Classes), 32),
        new(MyVgg13Bn.Quantized.Descriptor, static () => models.vgg13_bn(Classes), 32),
        new(MyVgg16Bn.Quantized.Descriptor, static () => models.vgg16_bn(Classes), 32),
        new(MyVgg19Bn.Quantized.Descriptor, static () => models.vgg19_bn(Classes), 32),
        new(MyMobileNetV2.Quantized.Descriptor, static () => models.mobilenet_v2(Classes), 64),
        new(MyMobileNetV3Small.Quantized.Descriptor, static () => models.mobilenet_v3_small(), 64),
        new(MyMobileNetV3Large.Quantized.Descriptor, static () => models.mobilenet_v3_large(), 64),
        new(MyAlexNet.Quantized.Descriptor, static () => models.alexnet(Classes), 63),
        new(MyGoogLeNet.Quantized.Descriptor, static () => models.googlenet(Classes), 64),
        new(
            MyTransformingGoogLeNet.Quantized.Descriptor,
            static () => models.googlenet(Classes, transform_input: true),
            64),
        new(MyInceptionV3.Quantized.Descriptor, static () => models.inception_v3(Classes), 75),
        new(
            MyTransformingInceptionV3.Quantized.Descriptor,
            static () => models.inception_v3(Classes, transform_input: true),
            75),
    ];
}

using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Mappings;

/// <summary>
/// Models of the package TorchVision, and the classes of the package QDrop.Models that have their source.
/// </summary>
internal static class TorchVisionModels
{
    /// <summary>Namespace of the classes of the package QDrop.Models.</summary>
    public const string Namespace = "QDrop.Models";

    /// <summary>The package TorchVision, and its assembly.</summary>
    public const string Package = "TorchVision";

    /// <summary>By the method that makes a model, of <c>torchvision.models</c> or of the model's class.</summary>
    private static readonly Dictionary<string, string> ByMethod = new(StringComparer.OrdinalIgnoreCase)
    {
        ["resnet18"] = "ResNet18",
        ["resnet34"] = "ResNet34",
        ["resnet50"] = "ResNet50",
        ["resnet101"] = "ResNet101",
        ["resnet152"] = "ResNet152",
        ["resnext50_32x4d"] = "ResNeXt50_32x4d",
        ["resnext101_32x8d"] = "ResNeXt101_32x8d",
        ["resnext101_64x4d"] = "ResNeXt101_64x4d",
        ["wide_resnet50_2"] = "WideResNet50",
        ["wide_resnet101_2"] = "WideResNet101",
        ["vgg11"] = "Vgg11",
        ["vgg13"] = "Vgg13",
        ["vgg16"] = "Vgg16",
        ["vgg19"] = "Vgg19",
        ["vgg11_bn"] = "Vgg11Bn",
        ["vgg13_bn"] = "Vgg13Bn",
        ["vgg16_bn"] = "Vgg16Bn",
        ["vgg19_bn"] = "Vgg19Bn",
        ["mobilenet_v2"] = "MobileNetV2",
        ["mobilenet_v3_small"] = "MobileNetV3Small",
        ["mobilenet_v3_large"] = "MobileNetV3Large",
        ["alexnet"] = "AlexNet",
        ["googlenet"] = "GoogLeNet",
        ["inception_v3"] = "InceptionV3",
    };

    /// <summary>Classes that are one model.</summary>
    private static readonly Dictionary<string, string> ByType = new()
    {
        ["MobileNetV2"] = "MobileNetV2",
        ["AlexNet"] = "AlexNet",
        ["GoogleNet"] = "GoogLeNet",
        ["InceptionV3"] = "InceptionV3",
    };

    /// <summary>Classes that are several models.</summary>
    private static readonly Dictionary<string, string> Families = new()
    {
        ["ResNet"] = "ResNet18 to ResNet152, ResNeXt50_32x4d, …",
        ["VGG"] = "Vgg11 to Vgg19Bn",
        ["MobileNetV3"] = "MobileNetV3Small, MobileNetV3Large",
    };

    /// <summary>Parameters that make another model of the one that has the name.</summary>
    private static readonly HashSet<string> Variations =
    [
        "groups", "width_per_group", "replace_stride_with_dilation", "norm_layer", "inverted_residual_setting",
        "round_nearest", "block",
    ];

    /// <summary>
    /// Gets the class that has the source of a model, or, where it is not known which of them it is, several.
    /// </summary>
    /// <param name="type">Class of the model.</param>
    /// <param name="maker">The method or constructor that makes it.</param>
    /// <param name="given">Names of the parameters for which it is given arguments.</param>
    /// <returns>Nothing if the model is none of TorchVision's, or a variation.</returns>
    public static (string? Class, string? Classes) Find(
        ITypeSymbol type, IMethodSymbol maker, IEnumerable<string> given)
    {
        if (type.ContainingAssembly?.Name != Package || given.Any(Variations.Contains))
            return default;
        if ((maker.MethodKind == MethodKind.Ordinary && ByMethod.TryGetValue(maker.Name, out string? only))
            || ByType.TryGetValue(type.Name, out only))
            return (only, only);
        return (null, Families.TryGetValue(type.Name, out string? family) ? family : null);
    }
}

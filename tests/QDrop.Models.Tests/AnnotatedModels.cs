namespace QDrop.Models.Tests;

// As a project that references the package writes them: a class of its own that derives from a model, and the attribute.

[Quantize]
internal sealed partial class MyResNet18() : ResNet18(classes: 10);

[Quantize]
internal sealed partial class MyResNet34() : ResNet34(classes: 10);

[Quantize]
internal sealed partial class MyResNet50() : ResNet50(classes: 10);

[Quantize]
internal sealed partial class MyResNet101() : ResNet101(classes: 10);

[Quantize]
internal sealed partial class MyResNet152() : ResNet152(classes: 10);

[Quantize]
internal sealed partial class MyResNeXt50_32x4d() : ResNeXt50_32x4d(classes: 10);

[Quantize]
internal sealed partial class MyResNeXt101_32x8d() : ResNeXt101_32x8d(classes: 10);

[Quantize]
internal sealed partial class MyResNeXt101_64x4d() : ResNeXt101_64x4d(classes: 10);

[Quantize]
internal sealed partial class MyWideResNet50() : WideResNet50(classes: 10);

[Quantize]
internal sealed partial class MyWideResNet101() : WideResNet101(classes: 10);

[Quantize]
internal sealed partial class MyVgg11() : Vgg11(classes: 10);

[Quantize]
internal sealed partial class MyVgg13() : Vgg13(classes: 10);

[Quantize]
internal sealed partial class MyVgg16() : Vgg16(classes: 10);

[Quantize]
internal sealed partial class MyVgg19() : Vgg19(classes: 10);

[Quantize]
internal sealed partial class MyVgg11Bn() : Vgg11Bn(classes: 10);

[Quantize]
internal sealed partial class MyVgg13Bn() : Vgg13Bn(classes: 10);

[Quantize]
internal sealed partial class MyVgg16Bn() : Vgg16Bn(classes: 10);

[Quantize]
internal sealed partial class MyVgg19Bn() : Vgg19Bn(classes: 10);

[Quantize]
internal sealed partial class MyMobileNetV2() : MobileNetV2(classes: 10);

[Quantize]
internal sealed partial class MyMobileNetV3Small() : MobileNetV3Small();

[Quantize]
internal sealed partial class MyMobileNetV3Large() : MobileNetV3Large();

[Quantize]
internal sealed partial class MyAlexNet() : AlexNet(classes: 10);

[Quantize]
internal sealed partial class MyGoogLeNet() : GoogLeNet(classes: 10);

[Quantize]
internal sealed partial class MyInceptionV3() : InceptionV3(classes: 10);

[Quantize]
internal sealed partial class MyTransformingGoogLeNet() : GoogLeNet(classes: 10, transformsInput: true);

[Quantize]
internal sealed partial class MyTransformingInceptionV3() : InceptionV3(classes: 10, transformsInput: true);

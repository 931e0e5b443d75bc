using Zoo.Audio;
using Zoo.Control;
using Zoo.Language;
using Zoo.Vision;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo;

/// <summary>The models of the zoo, which tests and the table of docs/models.md go over.</summary>
public static class Registry
{
    /// <summary>Every model.</summary>
    public static IReadOnlyList<ZooModel> Models { get; } =
    [
        ZooModel.Of(
            LeNet.Quantized.Descriptor, ExampleInputs.Images(1, 28), (LeNet m) => m.ToQuantized(), LeNet.LoadQuantized),
        ZooModel.Of(
            MnistNet.Quantized.Descriptor,
            ExampleInputs.Images(1, 28),
            (MnistNet m) => m.ToQuantized(),
            MnistNet.LoadQuantized),
        ZooModel.Of(
            CifarNet.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (CifarNet m) => m.ToQuantized(),
            CifarNet.LoadQuantized),
        ZooModel.Of(
            AlexNet.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (AlexNet m) => m.ToQuantized(),
            AlexNet.LoadQuantized),
        ZooModel.Of(
            Vgg.Quantized.Descriptor, ExampleInputs.Images(3, 32), (Vgg m) => m.ToQuantized(), Vgg.LoadQuantized),
        ZooModel.Of(
            ResNet18.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (ResNet18 m) => m.ToQuantized(),
            ResNet18.LoadQuantized) with
        {
            BranchEnds = [".layers.b2"],
        },
        ZooModel.Of(
            ResNet50.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (ResNet50 m) => m.ToQuantized(),
            ResNet50.LoadQuantized) with
        {
            BranchEnds = [".layers.b3"],
        },
        ZooModel.Of(
            PreActResNet.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (PreActResNet m) => m.ToQuantized(),
            PreActResNet.LoadQuantized) with
        {
            BranchEnds = [".conv2"],
        },
        ZooModel.Of(
            MobileNetV1.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (MobileNetV1 m) => m.ToQuantized(),
            MobileNetV1.LoadQuantized),
        ZooModel.Of(
            MobileNetV2.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (MobileNetV2 m) => m.ToQuantized(),
            MobileNetV2.LoadQuantized) with
        {
            BranchEnds = [".conv.2", ".conv.3"],
        },
        ZooModel.Of(
            EfficientNet.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (EfficientNet m) => m.ToQuantized(),
            EfficientNet.LoadQuantized) with
        {
            BranchEnds = [".project.1"],
        },
        ZooModel.Of(
            SqueezeNet.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (SqueezeNet m) => m.ToQuantized(),
            SqueezeNet.LoadQuantized),
        ZooModel.Of(
            GoogLeNet.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (GoogLeNet m) => m.ToQuantized(),
            GoogLeNet.LoadQuantized),
        ZooModel.Of(
            DenseNet.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (DenseNet m) => m.ToQuantized(),
            DenseNet.LoadQuantized),
        ZooModel.Of(
            ShuffleNetV2.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (ShuffleNetV2 m) => m.ToQuantized(),
            ShuffleNetV2.LoadQuantized),
        ZooModel.Of(
            MlpMixer.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (MlpMixer m) => m.ToQuantized(),
            MlpMixer.LoadQuantized) with
        {
            BranchEnds = [".tokens.1.2", ".channels.2"],
        },
        ZooModel.Of(
            ConvMixer.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (ConvMixer m) => m.ToQuantized(),
            ConvMixer.LoadQuantized) with
        {
            BranchEnds = [".function.2"],
        },
        ZooModel.Of(
            VisionTransformer.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (VisionTransformer m) => m.ToQuantized(),
            VisionTransformer.LoadQuantized) with
        {
            BranchEnds = [".attn.proj", ".mlp.2"],
        },
        ZooModel.Of(
            UNet.Quantized.Descriptor, ExampleInputs.Images(3, 32), (UNet m) => m.ToQuantized(), UNet.LoadQuantized),
        ZooModel.Of(
            Fcn.Quantized.Descriptor, ExampleInputs.Images(3, 32), (Fcn m) => m.ToQuantized(), Fcn.LoadQuantized),
        ZooModel.Of(
            Autoencoder.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (Autoencoder m) => m.ToQuantized(),
            Autoencoder.LoadQuantized),
        new(
            Ssd.Quantized.Descriptor,
            samples => [ExampleInputs.Images(3, 32)(samples)],
            model => ((Ssd)model).ToQuantized(),
            Ssd.LoadQuantized,
            Detect),
        ZooModel.Of(
            SiameseNet.Quantized.Descriptor,
            ExampleInputs.Images(1, 28),
            ExampleInputs.Images(1, 28),
            (SiameseNet m) => m.ToQuantized(),
            SiameseNet.LoadQuantized),
        ZooModel.Of(
            LateFusionNet.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            ExampleInputs.Numbers(6),
            (LateFusionNet m) => m.ToQuantized(),
            LateFusionNet.LoadQuantized),
        ZooModel.Of(
            AudioNet.Quantized.Descriptor,
            ExampleInputs.Waves(1600),
            (AudioNet m) => m.ToQuantized(),
            AudioNet.LoadQuantized),
        ZooModel.Of(
            GruSpeech.Quantized.Descriptor,
            ExampleInputs.Numbers(25, 10),
            (GruSpeech m) => m.ToQuantized(),
            GruSpeech.LoadQuantized),
        ZooModel.Of(
            TextCnn.Quantized.Descriptor,
            ExampleInputs.Tokens(200, 20),
            (TextCnn m) => m.ToQuantized(),
            TextCnn.LoadQuantized),
        ZooModel.Of(
            Bert.Quantized.Descriptor,
            ExampleInputs.Tokens(100, 16),
            ExampleInputs.Masks(16),
            (Bert m) => m.ToQuantized(),
            Bert.LoadQuantized),
        ZooModel.Of(
            TransformerClassifier.Quantized.Descriptor,
            ExampleInputs.Numbers(10, 12),
            (TransformerClassifier m) => m.ToQuantized(),
            TransformerClassifier.LoadQuantized),
        ZooModel.Of(
            SwinTransformer.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (SwinTransformer m) => m.ToQuantized(),
            SwinTransformer.LoadQuantized) with
        {
            BranchEnds = [".attn.proj", ".mlp.2"],
        },
        ZooModel.Of(
            TinyVit.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (TinyVit m) => m.ToQuantized(),
            TinyVit.LoadQuantized) with
        {
            BranchEnds = [".attn.proj", ".mlp.3", ".conv3.bn"],
        },
        ZooModel.Of(
            SamEncoder.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (SamEncoder m) => m.ToQuantized(),
            SamEncoder.LoadQuantized) with
        {
            BranchEnds = [".attn.proj", ".lin2"],
        },
        ZooModel.Of(
            DiffusionUNet.Quantized.Descriptor,
            ExampleInputs.Images(3, 16),
            ExampleInputs.Times,
            (DiffusionUNet m) => m.ToQuantized(),
            DiffusionUNet.LoadQuantized) with
        {
            BranchEnds = [".conv2", ".proj_out"],
        },
        ZooModel.Of(
            UsingUNet.Quantized.Descriptor,
            ExampleInputs.Images(3, 32),
            (UsingUNet m) => m.ToQuantized(),
            UsingUNet.LoadQuantized),
        new ZooModel(
            YoloV8.Quantized.Descriptor,
            samples => [ExampleInputs.Images(3, 64)(samples)],
            model => ((YoloV8)model).ToQuantized(),
            YoloV8.LoadQuantized,
            (model, x) => ((Module<Tensor, Tensor[]>)model).call(x[0])) with
        {
            BranchEnds = [".cv2.bn"],
        },
        ZooModel.Of(
            NanoGpt.Quantized.Descriptor,
            ExampleInputs.Tokens(96, 16),
            (NanoGpt m) => m.ToQuantized(),
            NanoGpt.LoadQuantized) with
        {
            BranchEnds = [".c_proj"],
            Tables = ["wte", "wpe"],
        },
        ZooModel.Of(
            Llama.Quantized.Descriptor,
            ExampleInputs.Tokens(96, 16),
            (Llama m) => m.ToQuantized(),
            Llama.LoadQuantized) with
        {
            BranchEnds = [".wo", ".w2"],
        },
        ZooModel.Of(
            Roberta.Quantized.Descriptor,
            ExampleInputs.Tokens(96, 16),
            ExampleInputs.Masks(16),
            (Roberta m) => m.ToQuantized(),
            Roberta.LoadQuantized) with
        {
            Tables = ["word_embeddings", "position_embeddings"],
        },
        ZooModel.Of(
            TemporalConvNet.Quantized.Descriptor,
            ExampleInputs.Numbers(4, 32),
            (TemporalConvNet m) => m.ToQuantized(),
            TemporalConvNet.LoadQuantized),
        ZooModel.Of(
            WaveNet.Quantized.Descriptor,
            ExampleInputs.Waves(256),
            (WaveNet m) => m.ToQuantized(),
            WaveNet.LoadQuantized) with
        {
            BranchEnds = [".residual"],
        },
        ZooModel.Of(
            Dqn.Quantized.Descriptor,
            ExampleInputs.Images(4, 42),
            (Dqn m) => m.ToQuantized(),
            Dqn.LoadQuantized),
        new(
            PpoActor.Quantized.Descriptor,
            samples => [ExampleInputs.Numbers(8)(samples)],
            model => ((PpoActor)model).ToQuantized(),
            PpoActor.LoadQuantized,
            Act),
    ];

    private static Tensor[] Detect(Module detector, Tensor[] images)
    {
        (Tensor? boxes, Tensor? scores) = ((Module<Tensor, (Tensor Boxes, Tensor Scores)>)detector).call(images[0]);
        return [boxes, scores];
    }

    private static Tensor[] Act(Module actor, Tensor[] states)
    {
        (Tensor? mean, Tensor? deviation, Tensor? value) =
            ((Module<Tensor, (Tensor Mean, Tensor Deviation, Tensor Value)>)actor).call(states[0]);
        return [mean, deviation, value];
    }
}

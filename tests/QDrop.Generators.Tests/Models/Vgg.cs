using System.Collections.Generic;
using QDrop;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Models
{
    /// <summary>VGG: its layers come from a loop, as one Sequential.</summary>
    [Quantize(W = 4, A = 8, Factory = nameof(Small))]
    public partial class Vgg : Module<Tensor, Tensor>
    {
        private readonly Sequential features, classifier;

        public Vgg(IEnumerable<int> widths) : base("VGG")
        {
            var layers = new List<Module<Tensor, Tensor>>();
            var channels = 3;
            foreach (var width in widths)
            {
                if (width == 0)
                {
                    layers.Add(MaxPool2d(2));
                    continue;
                }
                layers.Add(Conv2d(channels, width, 3, padding: 1));
                layers.Add(BatchNorm2d(width));
                layers.Add(ReLU());
                channels = width;
            }
            features = Sequential(layers);
            classifier = Sequential(Linear(channels * 16, 32), ReLU(), Dropout(), Linear(32, 10));
            RegisterComponents();
        }

        public static Vgg Small() => new(new[] { 8, 0, 16, 0, 32, 0 });

        public override Tensor forward(Tensor x) => classifier.forward(features.forward(x).flatten(start_dim: 1));
    }
}

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// A YOLOv8-style detector, small: images <c>[N, 3, 64, 64]</c> to a map of boxes and classes for each of three scales.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class YoloV8 : Module<Tensor, Tensor[]>
{
    private readonly Conv stem, down1, down2, down3, pan1, pan2;
    private readonly C2f stage1, stage2, stage3, up1, up2, out1, out2;
    private readonly Sppf sppf;
    private readonly Upsample upsample;
    private readonly Detect detect;

    public YoloV8(int classes = 4, int width = 16) : base(nameof(YoloV8))
    {
        stem = new Conv(3, width, 3, 2);
        down1 = new Conv(width, width, 3, 2);
        stage1 = new C2f(width, width, 1, shortcut: true);
        down2 = new Conv(width, 2 * width, 3, 2);
        stage2 = new C2f(2 * width, 2 * width, 2, shortcut: true);
        down3 = new Conv(2 * width, 2 * width, 3, 2);
        stage3 = new C2f(2 * width, 2 * width, 1, shortcut: true);
        sppf = new Sppf(2 * width);
        upsample = Upsample(scale_factor: [2, 2], mode: UpsampleMode.Nearest);
        up1 = new C2f(4 * width, 2 * width, 1, shortcut: false);
        up2 = new C2f(3 * width, width, 1, shortcut: false);
        pan1 = new Conv(width, width, 3, 2);
        out1 = new C2f(3 * width, 2 * width, 1, shortcut: false);
        pan2 = new Conv(2 * width, 2 * width, 3, 2);
        out2 = new C2f(4 * width, 2 * width, 1, shortcut: false);
        detect = new Detect(classes, [width, 2 * width, 2 * width]);
        RegisterComponents();
    }

    public override Tensor[] forward(Tensor x)
    {
        Tensor p3 = stage1.call(down1.call(stem.call(x)));
        Tensor p4 = stage2.call(down2.call(p3));
        Tensor p5 = sppf.call(stage3.call(down3.call(p4)));

        Tensor n4 = up1.call(cat([upsample.call(p5), p4], 1));
        Tensor n3 = up2.call(cat([upsample.call(n4), p3], 1));
        n4 = out1.call(cat([pan1.call(n3), n4], 1));
        Tensor n5 = out2.call(cat([pan2.call(n4), p5], 1));
        return detect.call([n3, n4, n5]);
    }

    /// <summary>Convolution, batch norm and SiLU.</summary>
    internal sealed partial class Conv : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv;
        private readonly BatchNorm2d bn;
        private readonly SiLU act;

        public Conv(int inputs, int outputs, int kernel = 1, int stride = 1) : base(nameof(Conv))
        {
            conv = Conv2d(inputs, outputs, kernel, stride: stride, padding: kernel / 2, bias: false);
            bn = BatchNorm2d(outputs);
            act = SiLU(inplace: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => act.call(bn.call(conv.call(x)));
    }

    private sealed partial class Bottleneck : Module<Tensor, Tensor>
    {
        private readonly Conv cv1, cv2;
        private readonly bool add;

        public Bottleneck(int channels, bool shortcut) : base(nameof(Bottleneck))
        {
            cv1 = new Conv(channels, channels, 3);
            cv2 = new Conv(channels, channels, 3);
            add = shortcut;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => add ? x + cv2.call(cv1.call(x)) : cv2.call(cv1.call(x));
    }

    private sealed partial class C2f : Module<Tensor, Tensor>
    {
        private readonly Conv cv1, cv2;
        private readonly ModuleList<Bottleneck> m;

        public C2f(int inputs, int outputs, int count, bool shortcut) : base(nameof(C2f))
        {
            int hidden = outputs / 2;
            cv1 = new Conv(inputs, 2 * hidden);
            cv2 = new Conv((2 + count) * hidden, outputs);
            m = new ModuleList<Bottleneck>([.. Enumerable.Range(0, count).Select(_ => new Bottleneck(hidden, shortcut))]);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            List<Tensor> y = cv1.call(x).chunk(2, 1).ToList();
            foreach (Bottleneck block in m)
                y.Add(block.call(y[^1]));
            return cv2.call(cat(y, 1));
        }
    }

    private sealed partial class Sppf : Module<Tensor, Tensor>
    {
        private readonly Conv cv1, cv2;
        private readonly MaxPool2d m;

        public Sppf(int channels) : base(nameof(Sppf))
        {
            cv1 = new Conv(channels, channels / 2);
            cv2 = new Conv(2 * channels, channels);
            m = MaxPool2d(5, stride: 1, padding: 2);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            x = cv1.call(x);
            Tensor y1 = m.call(x);
            Tensor y2 = m.call(y1);
            return cv2.call(cat([x, y1, y2, m.call(y2)], 1));
        }
    }

    private sealed partial class Detect : Module<Tensor[], Tensor[]>
    {
        private readonly ModuleList<Sequential> cv2, cv3;

        public Detect(int classes, int[] channels) : base(nameof(Detect))
        {
            cv2 = new ModuleList<Sequential>([.. channels.Select(c => Head(c, 16, 4 * 4))]);
            cv3 = new ModuleList<Sequential>([.. channels.Select(c => Head(c, 16, classes))]);
            RegisterComponents();

            static Sequential Head(int inputs, int hidden, int outputs) => Sequential(
                ("0", new Conv(inputs, hidden, 3)), ("1", new Conv(hidden, hidden, 3)), ("2", Conv2d(hidden, outputs, 1)));
        }

        public override Tensor[] forward(Tensor[] x)
        {
            var outputs = new Tensor[x.Length];
            for (int i = 0; i < x.Length; i++)
                outputs[i] = cat([cv2[i].call(x[i]), cv3[i].call(x[i])], 1);
            return outputs;
        }
    }
}

using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Tests.Calibration;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Gradients;

/// <summary>Whatever a model's own code does with values, it is learned through as it is run.</summary>
public sealed class UserCodeTests() : CalibrationTest(5)
{
    [Theory]
    [InlineData(UserCode.FullPrecisionSumInPlace)]
    [InlineData(UserCode.DisposesItsInput)]
    [InlineData(UserCode.ClipsAViewInPlace)]
    public void A_block_is_reconstructed(UserCode code)
    {
        using var model = new UserNet(code);
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            UserNet.DescriptorOf(code), UserNet.Settings, model, randn(64, 4));
        UnitReport block = Assert.Single(outcome.Units, static u => u.IsBlock);
        Assert.True(block.ErrorAfter < block.ErrorBefore);
    }

    [Fact]
    public void Parameters_that_get_the_same_gradient_are_trained_alike()
    {
        using var model = new UserNet(UserCode.AddsTwoParameters);
        double apart = 0, moved = 0;
        var data = new TrainingData(randn(64, 4), arange(64) % 4)
        {
            Loss = (outputs, targets) =>
            {
                (apart, moved) = ((model.a - model.b).abs().max().ToDouble(), model.a.abs().max().ToDouble());
                return functional.cross_entropy(outputs[0], targets);
            },
        };
        QuantizationSettings settings = UserNet.Settings with
        {
            Method = Method.Lsq,
            Training = new()
            {
                Epochs = 3,
                BatchSize = 16,
                Optimizer = TrainingOptimizer.Adam,
                LearningRate = 1e-3,
                WeightDecay = 0,
            },
        };

        ModelQuantizer.Quantize(UserNet.DescriptorOf(UserCode.AddsTwoParameters), settings, model, data);

        Assert.True(moved > 1e-3);
        Assert.Equal(0, apart, 1e-6);
    }
}

/// <summary>What the code of a <see cref="UserNet"/> does besides running its layers.</summary>
public enum UserCode
{
    /// <summary>A full-precision module of two arguments changes the first.</summary>
    FullPrecisionSumInPlace,

    /// <summary>It disposes its argument as soon as it is used.</summary>
    DisposesItsInput,

    /// <summary>A module changes a view of a quantized value in place.</summary>
    ClipsAViewInPlace,

    /// <summary>It adds views of two parameters to its argument.</summary>
    AddsTwoParameters,
}

internal sealed class UserNet : Module<Tensor, Tensor>, IQuantizable
{
    public readonly Linear first = Linear(4, 8), second = Linear(4, 8), head = Linear(8, 4);
    public readonly SumInPlace sum = new();
    public readonly Sequential clip = Sequential(("flat", Flatten()), ("clip", ReLU6(inplace: true)));
    public readonly Parameter a = Parameter(zeros(4)), b = Parameter(zeros(4));
    private readonly UserCode _code;

    public UserNet(UserCode code) : base(nameof(UserNet))
    {
        _code = code;
        RegisterComponents();
    }

    public static QuantizationSettings Settings =>
        new()
        {
            W = 3,
            A = 4,
            Iterations = 100,
            Samples = 64,
            RangeSamples = 32,
            BatchSize = 8,
            LearningRate = 1e-2,
        };

    public static QuantizedModelDescriptor DescriptorOf(UserCode code) => new()
    {
        Name = typeof(UserNet).FullName!,
        Fingerprint = new string('a', 64),
        CreateModel = () => new UserNet(code),
        Overrides = [new QuantizationOverride(typeof(UserNet), nameof(sum)) { FullPrecision = true }],
        Settings = Settings,
    };

    public override Tensor forward(Tensor x)
    {
        Tensor left = first.call(Shifted(x)).relu(), right = second.call(x).relu();
        return head.call(_code == UserCode.ClipsAViewInPlace ? clip.call(left) + right : sum.call(left, right));
    }

    IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
        new Quantized(this, context, output);

    private Tensor Shifted(Tensor x) =>
        _code == UserCode.AddsTwoParameters ? Ops.add(x, Ops.add(Ops.unsqueeze(a, 0), Ops.unsqueeze(b, 0))) : x;

    internal sealed class SumInPlace() : Module<Tensor, Tensor, Tensor>(nameof(SumInPlace))
    {
        public override Tensor forward(Tensor x, Tensor y) => x.add_(y);
    }

    internal sealed class Quantized : QuantizedModule<Tensor, Tensor>
    {
        private readonly UserNet _model;
        private readonly Chain _first, _second, _clip, _sum, _head;
        private readonly Call<Tensor, Tensor, Tensor> _call;

        internal Quantized(UserNet model, QuantizationContext context, Feeds output)
            : base(model, context, output, isBlock: model._code != UserCode.AddsTwoParameters)
        {
            _model = model;
            _first = Sites.Chain("first", Feeds.Next, () => [model.first, Relu()]);
            _second = Sites.Chain("second", Feeds.Next, () => [model.second, Relu()]);
            _clip = Sites.Chain("clip", Feeds.Next, () => [model.clip]);
            _call = Sites.Call<Tensor, Tensor, Tensor>("call", Feeds.Next, () => model.sum);
            _sum = Sites.Join("sum", Feeds.Next);
            _head = Sites.Chain("head", Feeds.Result, () => [model.head]);

            static Step Relu() => Step.Activation("relu", static x => Ops.relu(x));
        }

        public override Tensor forward(Tensor x)
        {
            Tensor left = _first.forward(_model.Shifted(x)), right = _second.forward(x);
            if (_model._code == UserCode.DisposesItsInput)
                x.Dispose();
            Tensor value =
                _model._code == UserCode.ClipsAViewInPlace
                    ? Ops.add(_clip.forward(left), right)
                    : _call.forward(left, right);
            return _head.forward(_sum.forward(value));
        }
    }
}

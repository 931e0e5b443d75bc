using QDrop.Calibration;
using QDrop.Tests.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Calibration;

/// <summary>Modules that change their argument, which a shortcut uses again.</summary>
public sealed class InPlaceTests() : CalibrationTest(seed: 3)
{
    private static readonly Dictionary<string, Func<bool, Module<Tensor, Tensor>>> Modules = new()
    {
        ["ReLU"] = static inplace => ReLU(inplace),
        ["LeakyReLU"] = static inplace => LeakyReLU(0.1, inplace),
        ["Hardtanh"] = static inplace => Hardtanh(-0.1, 0.1, inplace),
        ["behind an identity"] = static inplace => Sequential(Identity(), ReLU(inplace)),
        ["nested"] = static inplace => Sequential(Sequential(Identity(), SiLU(inplace)), Conv2d(8, 8, 1)),
        ["of a view"] = static inplace => Sequential(Flatten(2), ReLU(inplace), Unflatten(2, [6, 6])),
        ["in a module class"] = static inplace => new ActivationFirst(ReLU(inplace), isBlock: false),
        ["in a block"] = static inplace => new ActivationFirst(LeakyReLU(0.1, inplace), isBlock: true),
    };

    public static TheoryData<string> Names => [.. Modules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_that_is_changed_and_used_again_is_refused_with_the_modules_name(string name)
    {
        using var model = new ShortcutNet(Modules[name](true));
        Tensor inputs = randn(8, 3, 6, 6);
        QDropException error = Assert.Throws<QDropException>(() => Calibrate(model, inputs));
        Assert.True(error.Code == "QDROP237", $"{error.Code}: {error.Message}");
        string path = model.named_modules().Last(static m =>
            m.Item2.GetType().GetProperty("inplace")?.GetValue(m.Item2) is true).Item1;
        Assert.Contains($"'{path}' changes a value in place", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_works_on_copies_is_quantized(string name)
    {
        using var model = new ShortcutNet(Modules[name](false));
        Assert.NotEmpty(Calibrate(model, randn(8, 3, 6, 6)).Units);
    }

    [Fact]
    public void Where_nothing_is_changed_in_place_with_another_value_a_module_may_work_in_place()
    {
        using var model = new ShortcutNet(Sequential(Conv2d(8, 8, 1), ReLU(inplace: true), Hardtanh(0, 1, true)));
        Assert.NotEmpty(Calibrate(model, randn(8, 3, 6, 6)).Units);
    }

    [Theory]
    [InlineData("first inputs")]
    [InlineData("one output is much larger")]
    [InlineData("small outputs")]
    public void A_value_that_is_changed_is_found_where_it_hardly_shows(string where)
    {
        using var model = new ShortcutNet(ReLU(inplace: true));
        Tensor inputs = randn(8, 3, 6, 6);
        using (no_grad())
        {
            switch (where)
            {
                case "first inputs":
                    // In the first run, nothing is negative behind the convolution.
                    inputs *= tensor(new float[] { 0, 1, 1, 1, 0, 1, 1, 1 }).view(8, 1, 1, 1);
                    model.conv.bias!.fill_(0.1);
                    break;
                case "one output is much larger":
                    model.last.weight[0].mul_(1e5);
                    break;
                default:
                    model.last.weight.mul_(1e-13);
                    model.last.bias!.mul_(1e-13);
                    break;
            }
        }
        QDropException error = Assert.Throws<QDropException>(() => Calibrate(model, inputs));
        Assert.True(error.Code == "QDROP237", $"{error.Code}: {error.Message}");
    }

    private static CalibrationOutcome Calibrate(ShortcutNet model, Tensor inputs) =>
        ModelQuantizer.Quantize(ShortcutNet.Descriptor, ShortcutNet.Descriptor.Settings, model, inputs);
}

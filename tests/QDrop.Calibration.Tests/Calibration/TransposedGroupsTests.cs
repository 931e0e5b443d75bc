using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>
/// Transposed convolutions with groups, in which no dimension of the weight counts the output channels.
/// </summary>
public sealed class TransposedGroupsTests() : CalibrationTest(seed: 9)
{
    private readonly Tensor _inputs = randn(16, 8, 6, 6);

    [Fact]
    public void Each_output_channel_has_its_own_grid()
    {
        using var model = new UpNet();
        using (no_grad())
        {
            // Output channel 3 g + i of group g, i its index in the weight [8, 3, 4, 4]: its two inputs are 2 g + j.
            for (int channel = 0; channel < 12; channel++)
                model.up1.weight!.narrow(0, channel / 3 * 2, 2).select(1, channel % 3).fill_(channel + 1);
            model.norm.running_var!.fill_(1 - model.norm.eps);
            model.norm.weight!.fill_(1);
        }
        QuantizedLayerState layer = Calibrated(model, static s => s with
        {
            Method = Method.Nearest,
            WeightObserver = RangeObserver.MinMax,
        }).Layers[0];
        Assert.Equal([12, 2, 4, 4], layer.Levels.shape);
        Assert.Equal(12, layer.Scale.numel());
        float[] scales = layer.Scale.data<float>().ToArray();
        for (int channel = 0; channel < 12; channel++)
            Assert.Equal((channel + 1) / 255.0, scales[channel], 1e-5);
    }

    [Theory]
    [InlineData(Method.Nearest, Scale.Free)]
    [InlineData(Method.QDrop, Scale.Free)]
    [InlineData(Method.QDrop, Scale.PowerOfTwo)]
    public void The_artifact_gives_what_the_model_gives(Method method, Scale scale)
    {
        using var model = new UpNet();
        QuantizedModelState state = Calibrated(model, s => s with { Method = method, Scale = scale });
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, state);
        using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(UpNet.Descriptor, path);
        using IDisposable guard = no_grad();
        Tensor expected = model.call(_inputs), found = loaded.call(_inputs);
        double error = ((found - expected).norm() / expected.norm()).ToDouble();
        Assert.InRange(error, 1e-6, scale == Scale.Free ? 0.02 : 0.04);
    }

    private QuantizedModelState Calibrated(UpNet model, Func<QuantizationSettings, QuantizationSettings> change) =>
        ModelQuantizer.Quantize(UpNet.Descriptor, change(UpNet.Descriptor.Settings), model, _inputs).State;
}

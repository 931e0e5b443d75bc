using QDrop.Calibration.Reconstruction;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Reconstruction;

public sealed class ReconstructionLossTests
{
    public ReconstructionLossTests()
    {
        set_num_threads(1);
        manual_seed(4);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Loss_and_gradient_are_those_that_libtorch_gives(bool weighted, bool channelsLast)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] rows = [4, 0, 5];
        Tensor target = randn(6, 5, 3, 3), weights = rand(6, 5, 3, 3) * 2;
        Tensor output = randn(3, 5, 3, 3);
        if (channelsLast)
            output = output.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        output.requires_grad_();
        using var loss = new ReconstructionLoss(target, channelAxis: 1, weighted ? weights : null);

        (double found, Tensor? gradient) = loss.Evaluate(output, rows);

        Tensor errors = (output - target.index_select(0, tensor(rows))).square();
        if (weighted)
            errors = errors * weights.index_select(0, tensor(rows));
        Tensor expected = errors.sum(1).mean();
        expected.backward();
        Assert.Equal(expected.item<float>(), found, 1e-5);
        Near.Equal(Near.Values(output.grad!), gradient, 1e-5, 1e-7);
        Assert.Equal(output.stride(), gradient.stride());
    }
}

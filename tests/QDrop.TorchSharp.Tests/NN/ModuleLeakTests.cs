using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

/// <summary>Counts of live tensors are the process's: this assembly's tests run one at a time.</summary>
public sealed class ModuleLeakTests
{
    [Fact]
    public void Training_steps_leave_no_tensors_behind()
    {
        using Sequential model = nn.Sequential(
            nn.Conv2d(2, 4, 3, padding: 1), nn.BatchNorm2d(4), nn.ReLU(inplace: true), nn.MaxPool2d(2), nn.Softsign(), nn.Flatten(), nn.Linear(16, 3), nn.LogSoftmax(1));
        using Tensor input = Samples.Wave(2, 2, 4, 4);
        void Step()
        {
            using (Tensor output = model.call(input))
            using (Tensor loss = output.sum()) loss.backward();
            model.zero_grad();
        }

        Step();
        // Finalizers of earlier tests' tensors would lower the count meanwhile.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.NativeCount;
        for (int i = 0; i < 50; i++) Step();
        Assert.InRange(Tensor.NativeCount, 0, before);
    }
}

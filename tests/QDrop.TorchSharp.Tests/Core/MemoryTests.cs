using System.Diagnostics;
using static TorchSharp.torch;

namespace TorchSharp.Tests.Core;

/// <summary>Training in dispose scopes for a long time holds no more memory than for a short one.</summary>
public sealed class MemoryTests
{
    [Fact]
    public void Ten_thousand_training_steps_leave_memory_flat()
    {
        set_num_threads(1);
        using DisposeScope outer = NewDisposeScope();
        Tensor weight = randn(8, 3, 3, 3).requires_grad_(), bias = zeros(8).requires_grad_(), input = randn(2, 3, 8, 8);
        Steps(1000);
        long handles = outer.DisposablesCount, native = Tensor.NativeCount, resident = Resident();
        Steps(10_000);
        Assert.Equal(handles, outer.DisposablesCount);
        Assert.True(Tensor.NativeCount <= native, $"{Tensor.NativeCount - native} native references are left");
        long grown = Resident() - resident;
        Assert.True(grown < 32 << 20, $"resident memory grew by {grown >> 10} KiB in 10,000 steps");

        void Steps(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor output = Aten.Call("conv2d", input, weight, bias, 1, 1).relu();
                Tensor loss = (output.mean([2, 3]) - 1).pow(2).mean();
                loss.backward();
                using (no_grad())
                {
                    weight.sub_(weight.grad! * 0.01);
                    bias.sub_(bias.grad! * 0.01);
                }
                weight.grad = null;
                bias.grad = null;
            }
        }

        static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
    }

    [Fact]
    public void Nothing_is_left_when_the_graph_is_gone()
    {
        long before = Tensor.NativeCount;
        for (int i = 0; i < 100; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = ones(8, requires_grad: true);
            AutogradTests.Weighted.apply(x, ones(8), 2.0).sum().backward();
            _ = AutogradTests.Weighted.apply(x, ones(8), 2.0);
        }
        // Finalizers of earlier tests may release more meanwhile.
        Assert.True(Tensor.NativeCount <= before, $"{Tensor.NativeCount - before} native references are left");
    }

    [Fact]
    public void Unreferenced_tensors_are_freed_by_the_garbage_collector()
    {
        long before = Tensor.NativeCount;
        Make();
        for (int i = 0; i < 10 && Tensor.NativeCount > before + 10; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.True(Tensor.NativeCount <= before + 10, $"{Tensor.NativeCount - before} of 1000 tensors are left");

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Make()
        {
            for (int i = 0; i < 1000; i++) _ = ones(4);
        }
    }
}

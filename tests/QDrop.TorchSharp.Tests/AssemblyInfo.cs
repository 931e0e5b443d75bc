using System.Runtime.CompilerServices;

// libtorch's default generator and its thread count belong to the whole process: tests that seed or count must run alone.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TorchSharp.Tests;

internal static class TestProcess
{
    [ModuleInitializer]
    internal static void UseOneThread() => torch.set_num_threads(1);
}

using System.Runtime.CompilerServices;
using QDrop.Native;
using TorchSharp;

// libtorch's random generator and its thread count belong to the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace QDrop.Models.Tests;

internal static class TestProcess
{
    [ModuleInitializer]
    internal static void UseOneThread()
    {
        Libtorch.Load();
        torch.set_num_threads(1);
    }
}

using System.Runtime.CompilerServices;
using QDrop.Native;
using TorchSharp;

// libtorch's thread count is a setting of the process.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]

namespace QDrop.Tests;

internal static class TestProcess
{
    [ModuleInitializer]
    internal static void OneThread()
    {
        Libtorch.Load();
        torch.set_num_threads(1);
    }
}

using System.IO.Compression;
using Xunit;
using static QDrop.Tests.Artifacts.PyTorch.CheckpointWriter;

namespace QDrop.Tests.Artifacts.PyTorch;

public sealed class MaliciousCheckpointTests : CheckpointTest
{
    [Fact]
    public void A_checkpoint_that_runs_a_command_in_Python_runs_nothing() =>
        Refused(Written("command.pth"), "QDROP214", "asks for 'posix.system'");

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("__builtin__", "exec")]
    [InlineData("builtins", "getattr")]
    [InlineData("subprocess", "Popen")]
    [InlineData("System.Diagnostics", "Process")]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process", "Start")]
    [InlineData("torch.storage", "_load_from_bytes")]
    [InlineData("torch._utils", "__builtins__")]
    public void A_name_that_no_tensor_needs_is_refused_wherever_it_stands(string module, string name)
    {
        byte[] foreign = Name(module, name), arguments = Tuple(Text("echo ran"));
        byte[][] pickles =
        [
            Pickle(foreign),
            Pickle(Call(foreign, arguments)),
            Pickle([.. foreign, .. arguments, NewObject]),
            Pickle(Map(("gain", Call(foreign, arguments)))),
            Pickle(Text(module), Text(name), [StackGlobal], arguments, [Reduce]),
        ];
        foreach (byte[] pickle in pickles)
        {
            Refused(Zip(pickle), "QDROP214", $".{name}'");
            Refused([.. Older, .. pickle], "QDROP214", $".{name}'");
        }
    }

    [Fact]
    public void A_name_that_is_known_cannot_be_called_for_what_it_is_not()
    {
        byte[] inner = Tuple(Name("collections", "OrderedDict"), Name("torch", "Tensor"), Tuple(), Tuple());
        Called(Name("torch", "FloatStorage"), Tuple(Number(1L << 40)), "QDROP214", "torch.FloatStorage");
        Called(Name("torch._utils", "_rebuild_tensor_v2"), Tuple(), "QDROP213", "other values");
        Called(Name("torch._utils", "_rebuild_parameter"), Tuple(Text("x")), "QDROP213", "other values");
        Called(Name("torch._tensor", "_rebuild_from_type_v2"), inner, "QDROP213", "other values");
        Called(Text("os.system"), Tuple(Text("echo ran")), "QDROP213", "no function");

        void Called(byte[] name, byte[] arguments, string code, string text) =>
            Refused(Zip(Pickle(Call(name, arguments))), code, text);
    }

    [Fact]
    public void A_whole_model_and_one_of_TorchScript_say_how_to_save_the_weights()
    {
        Refused(Written("whole.pth"), "QDROP214", "asks for 'torch.nn.modules.linear.Linear'");
        Refused(Written("script.pt"), "QDROP214", "torch.jit.load");
    }

    [Fact]
    public void Nothing_is_allocated_for_lengths_that_are_announced_only()
    {
        byte[][] pickles =
        [
            [0x80, 2, (byte)'X', .. Length(int.MaxValue)],
            [0x80, 2, (byte)'X', .. Length(-1)],
            [0x80, 2, 0x8b, .. Length(int.MaxValue)],
            [0x80, 4, 0x8e, .. BitConverter.GetBytes(long.MaxValue)],
            [0x80, 4, 0x8d, .. BitConverter.GetBytes(-1L)],
        ];
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (byte[] pickle in pickles)
        {
            Refused(Zip(pickle), "QDROP213", "corrupted");
            Refused([.. Older, .. pickle], "QDROP213", "corrupted");
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void Pickles_without_end_are_stopped()
    {
        Refused(Zip(Pickle(Repeat(5_000_000, EmptyMap))), "QDROP213", "instructions");
        Refused(Zip(Pickle(Text(new string('x', 65 << 20)))), "QDROP213", "more than");
    }

    [Fact]
    public void What_is_referred_to_again_and_again_is_looked_at_once()
    {
        byte[] wide = Map([.. Enumerable.Range(0, 10_000).Select(static i => ($"t{i}", (byte[])[None]))]);
        byte[] again = Map([.. Enumerable.Range(0, 300_000).Select(static i => ($"m{i}", (byte[])[Get, 1]))]);
        Refused(Zip(Pickle(wide, [Put, 1, Pop], again)), "QDROP213", "and 299995 more");

        byte[] pairs = [EmptyList, Mark, .. Repeat(100_000, Get, 2), Appends, Put, 3, Pop];
        byte[] calls = Repeat(200_000, Call(Name("collections", "OrderedDict"), [Get, 3, AsTuple]));
        Refused(Zip(Pickle([EmptyList, None, Append, None, Append, Put, 2, Pop], pairs, calls)), "QDROP213", "nothing");
    }

    [Fact]
    public void An_archive_that_expands_is_refused()
    {
        byte[] bomb = Zip(CompressionLevel.SmallestSize, ("a/data.pkl", Pickle(Text(new string('x', 50 << 20)))));
        Assert.InRange(bomb.Length, 0, 1 << 20);
        Refused(bomb, "QDROP213", "is compressed");
    }

    [Theory]
    [InlineData("../../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/outside")]
    [InlineData("..\\outside")]
    public void An_entry_that_leads_out_of_the_archive_is_refused(string name)
    {
        Refused(Zip(Pickle(Map(("gain", Tensor([4], [1])))), (name, new byte[4])), "QDROP213", "leads out of it");
        Assert.False(File.Exists(Path.Combine(Folder.Root, "..", "outside")));
    }
}

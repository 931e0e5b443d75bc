using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Safetensors;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>A calibration that was stopped goes on from its checkpoint, and ends as if it had not been.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory("qdrop-checkpoint-").FullName;
    private readonly ResidualNet _model;
    private readonly Tensor _inputs;
    private readonly List<CheckpointNote> _notes = [];

    public CheckpointTests()
    {
        set_num_threads(1);
        manual_seed(7);
        _model = new ResidualNet();
        _inputs = randn(48, 3, 16, 16);
    }

    private static QuantizationSettings Settings =>
        ResidualNet.Descriptor.Settings with
        {
            W = 2,
            A = 2,
            LearningRate = 1e-2,
        };

    private string File => Path.Combine(_folder, "model.checkpoint");

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(Method.QDrop, CalibrationOrder.UpFront, 1)]
    [InlineData(Method.QDrop, CalibrationOrder.UpFront, 2)]
    [InlineData(Method.QDrop, CalibrationOrder.UpFront, 3)]
    [InlineData(Method.QDrop, CalibrationOrder.UpFront, 4)]
    [InlineData(Method.QDrop, CalibrationOrder.UnitByUnit, 3)]
    [InlineData(Method.AdaRound, CalibrationOrder.UnitByUnit, 4)]
    [InlineData(Method.Nearest, CalibrationOrder.UnitByUnit, 3)]
    public void A_calibration_that_was_stopped_ends_with_the_bytes_of_one_that_was_not(
        Method method, CalibrationOrder order, int unit)
    {
        QuantizationSettings settings = Settings with { Method = method, Order = order };
        CalibrationOutcome whole = Run(settings, null);
        Stop(settings, unit);

        CalibrationOutcome resumed = Run(settings, Checkpoint());

        if (unit > 1)
            Assert.Contains(
                $"{unit - 1} of {whole.Units.Count} units are done",
                Assert.Single(_notes).Text,
                StringComparison.Ordinal);
        Assert.Equal(Bytes(whole), Bytes(resumed));
        Assert.Equal(whole.Units.Select(Timeless), resumed.Units.Select(Timeless));
    }

    [Theory]
    [InlineData("Fisher")]
    [InlineData("LsqPlus")]
    [InlineData("Stage")]
    [InlineData("Nearest kept")]
    public void That_holds_for_every_loss_learning_and_granularity(string what)
    {
        QuantizationSettings settings = what switch
        {
            "Fisher" => Settings with { Loss = LossKind.Fisher },
            "Nearest kept" => Settings with { LearningRate = 100, Lambda = 0, Iterations = 2 },
            "LsqPlus" => Settings with
            {
                ActivationLearning = ActivationLearning.LsqPlus,
                Order = CalibrationOrder.UnitByUnit,
            },
            _ => Settings with { Granularity = Granularity.Stage },
        };
        CalibrationOutcome whole = Run(settings, null);
        if (what == "Nearest kept")
            Assert.Contains(true, whole.Units.SkipLast(1).Select(static u => u.KeptNearest));
        Stop(settings, whole.Units.Count);
        Assert.Equal(Bytes(whole), Bytes(Run(settings, Checkpoint())));
        Assert.Contains(
            $"{whole.Units.Count - 1} of {whole.Units.Count} units are done",
            Assert.Single(_notes).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_calibration_can_be_stopped_again_and_again()
    {
        for (int unit = 1; unit <= 4; unit++)
            Stop(Settings, unit);
        Assert.Equal(Bytes(Run(Settings, null)), Bytes(Run(Settings, Checkpoint())));
    }

    [Fact]
    public void A_checkpoint_stays_when_all_is_done_and_gives_the_result_again()
    {
        CalibrationOutcome whole = Run(Settings, Checkpoint());
        var phases = new Phases();
        CalibrationOutcome again = Run(Settings, Checkpoint(), phases);
        Assert.Equal(Bytes(whole), Bytes(again));
        Assert.DoesNotContain("reconstruct", phases.All);
    }

    [Theory]
    [InlineData("settings", "other settings")]
    [InlineData("weights", "other weights")]
    [InlineData("inputs", "other calibration inputs")]
    [InlineData("code", "other code")]
    [InlineData("model", "the model App.Other")]
    [InlineData("threads", "with 1 threads, not 2")]
    public void A_checkpoint_of_something_else_is_an_error_where_it_was_named_and_else_ignored(
        string what, string reason)
    {
        Stop(Settings, 3);
        byte[] before = System.IO.File.ReadAllBytes(File);
        QuantizationSettings settings = what == "settings" ? Settings with { Seed = 6 } : Settings;
        QuantizedModelDescriptor descriptor =
            what == "code" ? ResidualNet.Descriptor with { Fingerprint = new string('b', 64) } : ResidualNet.Descriptor;
        if (what == "weights")
            nn.init.normal_(_model.linear.weight!);
        if (what == "inputs")
            _inputs[0].zero_();
        if (what == "threads")
            set_num_threads(2);
        if (what == "model")
            Rewrite(typeof(ResidualNet).FullName!, "App.Other");
        try
        {
            CalibrationOutcome Again(CalibrationCheckpoint? checkpoint) =>
                ModelQuantizer.Quantize(descriptor, settings, _model, _inputs, checkpoint: checkpoint);

            QDropException error = Assert.Throws<QDropException>(() => Again(new CalibrationCheckpoint(File)));
            Assert.Equal("QDROP242", error.Code);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            if (what != "model")
                Assert.Equal(before, System.IO.File.ReadAllBytes(File));

            Assert.Equal(Bytes(Again(null)), Bytes(Again(Checkpoint())));
            CheckpointNote note = Assert.Single(_notes);
            Assert.Null(note.Code);
            Assert.Contains(reason, note.Text, StringComparison.Ordinal);
        }
        finally
        {
            set_num_threads(1);
        }
    }

    [Theory]
    [InlineData("short", "truncated")]
    [InlineData("empty", "")]
    [InlineData("changed", "corrupted")]
    public void A_damaged_checkpoint_is_ignored_and_that_is_said(string damage, string reason)
    {
        Stop(Settings, 3);
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        bytes[^1] ^= 1;
        System.IO.File.WriteAllBytes(File, damage switch { "short" => bytes[..^10], "empty" => [], _ => bytes });

        CalibrationOutcome outcome = Run(Settings, new CalibrationCheckpoint(File) { Noted = _notes.Add });

        Assert.Contains(reason, Assert.Single(_notes).Text, StringComparison.Ordinal);
        Assert.Contains("ignored", _notes[0].Text, StringComparison.Ordinal);
        Assert.Equal(Bytes(Run(Settings, null)), Bytes(outcome));
    }

    [Fact]
    public void A_file_that_is_no_checkpoint_is_not_overwritten()
    {
        System.IO.File.WriteAllText(File, "Something that somebody still needs, and that is long enough.");
        Assert.Equal(
            "QDROP242", Assert.Throws<QDropException>(() => Run(Settings, new CalibrationCheckpoint(File))).Code);
        Assert.StartsWith("Something that somebody", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_disk_is_full_calibration_goes_on_and_warns_once()
    {
        Stop(Settings, 2);
        byte[] before = System.IO.File.ReadAllBytes(File);
        var full = new CalibrationCheckpoint(File) { Noted = _notes.Add, Create = static path => new FullDisk(path) };

        CalibrationOutcome outcome = Run(Settings, full);

        Assert.Equal(["", "QDROP241"], _notes.Select(static n => n.Code ?? ""));
        Assert.Contains("No space left", _notes[1].Text, StringComparison.Ordinal);
        Assert.Equal(Bytes(Run(Settings, null)), Bytes(outcome));
        // What was kept before is still good, and nothing else is left.
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
        Assert.Equal([File], Directory.GetFiles(_folder, "*checkpoint*"));
        Assert.Empty(Directory.GetFiles(_folder, ".qdrop-*"));
    }

    private static string Timeless(UnitReport report) =>
        FormattableString.Invariant(
            $"{report.Name} {report.IsBlock} {string.Join(' ', report.Layers)} {report.Iterations} {report.ErrorBefore:r} {report.ErrorAfter:r}"
        );

    private CalibrationCheckpoint Checkpoint() => new(File) { ReplaceOthers = true, Noted = _notes.Add };

    private CalibrationOutcome Run(
        QuantizationSettings settings,
        CalibrationCheckpoint? checkpoint,
        IProgress<CalibrationProgress>? progress = null,
        CancellationToken cancellation = default
    ) => ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, _model, _inputs, progress, cancellation, checkpoint);

    /// <summary>Stops a calibration when it comes to a unit, counted from 1.</summary>
    private void Stop(QuantizationSettings settings, int unit)
    {
        using var source = new CancellationTokenSource();
        var progress = new Phases { Told = p => { if (p.UnitIndex == unit) source.Cancel(); } };
        Assert.ThrowsAny<OperationCanceledException>(() => Run(settings, Checkpoint(), progress, source.Token));
        _notes.Clear();
    }

    private byte[] Bytes(CalibrationOutcome outcome)
    {
        string path = Path.Combine(_folder, "model.qdrop.safetensors");
        Artifact.Write(path, outcome.State);
        return System.IO.File.ReadAllBytes(path);
    }

    /// <summary>Replaces a text in the checkpoint's origin, and makes it whole again.</summary>
    private void Rewrite(string old, string @new)
    {
        (Dictionary<string, Tensor>? tensors, Dictionary<string, string>? metadata) = SafetensorsFile.Read(File);
        metadata["origin"] = metadata["origin"].Replace(old, @new, StringComparison.Ordinal);
        metadata["sha256"] = TensorHash.Of(tensors, metadata["origin"] + metadata["units"]);
        SafetensorsFile.Write(File, tensors, metadata);
    }

    private sealed class Phases : IProgress<CalibrationProgress>
    {
        public List<string> All { get; } = [];

        public Action<CalibrationProgress>? Told { get; init; }

        public void Report(CalibrationProgress value)
        {
            All.Add(value.Phase);
            Told?.Invoke(value);
        }
    }

    /// <summary>A file on a disk that has room for its first bytes only.</summary>
    private sealed class FullDisk(string path)
        : FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0)
    {
        private int _left = 100;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer[..Math.Min(_left, buffer.Length)]);
            _left -= buffer.Length;
            if (_left < 0)
                throw new IOException("No space left on device");
        }
    }
}

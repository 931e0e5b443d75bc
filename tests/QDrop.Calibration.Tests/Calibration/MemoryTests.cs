using System.Globalization;
using System.Text.RegularExpressions;
using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Insight;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Memory;
using QDrop.Calibration.Reconstruction;
using QDrop.Native;
using QDrop.Safetensors;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Activations above the memory limit are kept in memory-mapped files.</summary>
public sealed class MemoryTests() : CalibrationTest(seed: 7)
{
    private string Spill => Path.Combine(Folder, "spill");

    [Fact]
    public void A_limit_changes_no_byte_of_the_result_and_leaves_no_file()
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(70, 3, 16, 16);
        Assert.Equal(Bytes(null), Bytes(new CalibrationMemory(Smallest(model, inputs) + (64 << 20), Spill)));
        Assert.True(Directory.Exists(Spill), "Nothing was kept in a file.");
        Assert.Empty(Directory.GetFiles(Spill));

        byte[] Bytes(CalibrationMemory? memory)
        {
            string path = Path.Combine(Folder, "model.safetensors");
            Artifact.Write(path, Quantize(model, inputs, memory).State);
            return File.ReadAllBytes(path);
        }
    }

    [Theory]
    [InlineData(Method.QDrop, LossKind.MeanSquared, CalibrationOrder.UpFront, RangeObserver.MinError, false)]
    [InlineData(Method.QDrop, LossKind.Fisher, CalibrationOrder.UnitByUnit, RangeObserver.MinMax, true)]
    [InlineData(Method.Nearest, LossKind.MeanSquared, CalibrationOrder.UpFront, RangeObserver.AverageMinMax, false)]
    [InlineData(Method.Nearest, LossKind.MeanSquared, CalibrationOrder.UnitByUnit, RangeObserver.Percentile, true)]
    public void In_parts_and_in_files_the_result_is_that_on_the_heap(
        Method method, LossKind loss, CalibrationOrder order, RangeObserver observer, bool channels)
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(23, 3, 16, 16);
        QuantizationSettings settings = ResidualNet.Descriptor.Settings with
        {
            Samples = 23,
            RangeSamples = 20,
            Method = method,
            Loss = loss,
            Order = order,
            ActivationObserver = observer,
            ActivationsPerChannel = channels,
        };
        string heap = Run(memory: null), files = Run(new CalibrationMemory(1, Spill));
        Assert.Equal(heap, files);

        string Run(CalibrationMemory? memory)
        {
            using var prepared = new PreparedModel(ResidualNet.Descriptor, model);
            using var calibration = new CalibrationContext(
                prepared, settings, new CalibrationSet([inputs]), progress: null, default, memory);
            DiscoveredModel found = new ModelDiscovery(calibration).Run();
            BitAssignment.Assign(calibration.Quantization, settings);
            calibration.Plan = new PassPlan(5, 3, 7);
            calibration.Batches.BatchSize = 5;
            var ranges = new RangeObservation(calibration);
            ranges.OfWeights();
            ranges.OfActivations();
            IReadOnlyList<UnitReport> units = new NetworkReconstruction(calibration, found, checkpoint: null).Run();
            ModelInsight insight = new InsightMeasurement(calibration, found.Units).Run();
            // With a limit there is no room on the heap before the plan is made: everything is in files.
            Assert.Equal(memory is not null, calibration.Memory.Mapped > 0);
            return TensorHash.Of(ArtifactWriter.Tensors(CalibratedState.Of(calibration, found.Units)))
                + string.Join(' ', units.Select(static u => $"{u.ErrorBefore:r} {u.ErrorAfter:r} {u.SignalPower:r}"))
                + string.Join(' ', insight.Layers.Select(static l => $"{l.SqnrAfter:r} {l.Sensitivity:r} {l.Gain:r}"));
        }
    }

    [Fact]
    public void Ranges_that_are_searched_in_parts_are_those_of_the_whole()
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(23, 3, 16, 16);
        foreach ((double whole, double parts) in Scales(PassPlan.Small).Zip(Scales(new PassPlan(5, 3, 7))))
            Assert.Equal(whole, parts, 1e-5 * whole);

        double[] Scales(PassPlan plan)
        {
            using var prepared = new PreparedModel(ResidualNet.Descriptor, model);
            using var calibration = new CalibrationContext(
                prepared, ResidualNet.Descriptor.Settings, new CalibrationSet([inputs]), progress: null, default, null);
            new ModelDiscovery(calibration).Run();
            BitAssignment.Assign(calibration.Quantization, calibration.Settings);
            calibration.Plan = plan;
            new RangeObservation(calibration).OfActivations();
            return [.. calibration.Quantization.Activations.Select(static a => (double)a.Scale!.ToSingle())];
        }
    }

    [Fact]
    public void Large_samples_are_computed_few_at_a_time_and_small_ones_together()
    {
        PassFootprint small = Footprint(16), large = Footprint(32);
        // Of convolutions, so nearly four times as much; and as it was found the first time.
        Assert.InRange((double)large.Pass / small.Pass, 3.5, 4);
        Assert.Equal(small.Pass, Footprint(16).Pass);
        // The copy of the inputs, [3, 16, 16], and what the stem and the two blocks give, is there at the end.
        const long Stem = 8 * 16 * 16 * sizeof(float);
        Assert.InRange(small.Between, (Stem * 3 / 8) + Stem + Stem + (Stem / 2), 2 * Stem * 4);
        Assert.Equal(new PassPlan(64, 64, (256L << 20) / small.Pass), PassPlan.For(small));
        var plan = PassPlan.For(Footprint(512));
        Assert.InRange(plan.Samples, 1, 16);
        Assert.InRange(plan.WithGradients, 1, plan.Samples - 1);

        static PassFootprint Footprint(int size)
        {
            using DisposeScope scope = NewDisposeScope();
            using var model = new ResidualNet();
            using var prepared = new PreparedModel(ResidualNet.Descriptor, model);
            using var calibration = new CalibrationContext(
                prepared,
                ResidualNet.Descriptor.Settings,
                new CalibrationSet([randn(3, 3, size, size)]),
                progress: null,
                default,
                memory: null);
            return new ModelDiscovery(calibration).Run().Sample;
        }
    }

    [Fact]
    public void What_is_freed_makes_room_on_the_heap()
    {
        using var memory = new ActivationMemory(new CalibrationMemory(2000, Spill));
        Tensor Rows(long count) => memory.Empty([count, 4], [4, 1], ScalarType.Float32);
        using Tensor first = Rows(60);
        Tensor second = Rows(60);
        Assert.Equal(0, memory.Mapped);
        using Tensor third = Rows(60);
        Assert.Equal(60 * 4 * sizeof(float), memory.Mapped);
        second.Dispose();
        using Tensor fourth = Rows(60);
        Assert.Equal(60 * 4 * sizeof(float), memory.Mapped);
    }

    [Fact]
    public void Mapped_activations_keep_values_and_order()
    {
        using var memory = new ActivationMemory(new CalibrationMemory(600, Spill));
        // channels_last: [2, 3, 5, 7] with the channels side by side.
        Tensor values = randn(2, 5, 7, 3).permute(0, 3, 1, 2);
        using Tensor mapped = memory.Empty(values.shape, values.stride(), values.dtype);
        mapped.copy_(values);
        Assert.Equal(840, memory.Mapped);
        Assert.Equal(values.stride(), mapped.stride());
        Assert.True(mapped.allclose(values, rtol: 0, atol: 0));
    }

    [Fact]
    public void Copies_for_another_memory_order_count()
    {
        Tensor rows = randn(40, 3, 4, 4),
            output = randn(8, 3, 4, 4),
            channelsLast = randn(40, 4, 4, 3).permute(0, 3, 1, 2);
        using var memory = new ActivationMemory(new CalibrationMemory(3 * 4 * 4 * sizeof(float), Spill));
        using (var inputs = new UnitInputs(channelsLast, rows, 8, 0.5, new SeededDraws(1, 0), memory))
            Assert.Equal(40 * 48 * sizeof(float), memory.Mapped);
        using var loss = new ReconstructionLoss(channelsLast, 1, weights: null, memory);
        loss.Evaluate(output, [0, 1, 2, 3, 4, 5, 6, 7]);
        Assert.Equal(2 * 40 * 48 * sizeof(float), memory.Mapped);
    }

    [Fact]
    public void A_copy_in_another_order_has_the_same_values()
    {
        using var memory = new ActivationMemory(null);
        Tensor rows = randn(2, 3, 5, 7);
        using Tensor copy = memory.Reordered(rows, [105, 1, 21, 3]);
        Assert.Equal([105, 1, 21, 3], copy.stride());
        Assert.True(copy.allclose(rows, rtol: 0, atol: 0));
    }

    [Fact]
    public void A_limit_that_cannot_be_kept_is_an_error_before_anything_is_computed_that_names_the_smallest()
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        var phases = new Phases();
        QDropException error = Assert.Throws<QDropException>(() =>
            Quantize(model, inputs, new CalibrationMemory(100_000, Spill), phases));
        Assert.Equal("QDROP243", error.Code);
        Assert.Equal(["discover"], phases.Seen);
        Assert.Contains("limit of 1 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_smallest_limit_that_is_named_is_the_sum_of_what_is_named_and_can_be_kept()
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        for (int run = 0; run < 3; run++)
        {
            QDropException error = Assert.Throws<QDropException>(() =>
                Quantize(model, inputs, new CalibrationMemory(1, Spill)));
            long[] named =
            [
                .. Regex.Matches(error.Message, "([0-9,]+) MiB").Select(static m =>
                    long.Parse(m.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)),
            ];
            Assert.Equal(5, named.Length);
            Assert.Equal(named[4], named[1] + named[2] + named[3]);
            Quantize(model, inputs, new CalibrationMemory(named[4] << 20, Spill));
        }
    }

    [Fact]
    public void A_batch_of_reconstruction_counts_as_what_it_needs()
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        long Needs(int batch, Method method)
        {
            QDropException error = Assert.Throws<QDropException>(() =>
                ModelQuantizer.Quantize(
                    ResidualNet.Descriptor,
                    ResidualNet.Descriptor.Settings with { BatchSize = batch, Method = method },
                    model,
                    inputs,
                    memory: new CalibrationMemory(1, Spill)));
            return long.Parse(
                Regex.Match(error.Message, "needs ([0-9,]+) MiB more").Groups[1].Value,
                NumberStyles.AllowThousands,
                CultureInfo.InvariantCulture);
        }
        Assert.InRange(Needs(4096, Method.QDrop) / (double)Needs(2048, Method.QDrop), 1.9, 2.1);
        Assert.Equal(Needs(4096, Method.Nearest), Needs(2048, Method.Nearest));
    }

    [Fact]
    public void Pages_of_mapped_values_leave_the_process_and_come_back_with_what_was_written()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var memory = new ActivationMemory(new CalibrationMemory(1, Spill));
        using Tensor mapped = memory.Empty([1 << 20], [1], ScalarType.Float32);
        using Tensor values = randn(1 << 20);
        mapped.copy_(values);
        Assert.Equal(4096, Resident(mapped));
        MappedPages.Release();
        Assert.Equal(0, Resident(mapped));
        Assert.True(mapped.allclose(values, rtol: 0, atol: 0));
        for (long passed = 0; passed < MappedPages.Allowed; passed += 4 << 20)
            MappedPages.Passed(4 << 20);
        Assert.Equal(0, Resident(mapped));

        // KiB of a mapping, as the system counts them.
        static long Resident(Tensor tensor)
        {
            string address = $"{DenseMemory.Address(tensor):x}-";
            string? rss = File.ReadLines("/proc/self/smaps")
                .SkipWhile(line => !line.StartsWith(address, StringComparison.Ordinal))
                .FirstOrDefault(static line => line.StartsWith("Rss:", StringComparison.Ordinal));
            return long.Parse(rss!.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public void The_peak_of_the_process_is_what_the_limit_says()
    {
        // The system's peak can be set back to what is there now.
        if (!OperatingSystem.IsLinux())
            return;
        using var model = new ResidualNet();
        Tensor inputs = randn(24, 3, 192, 192);
        QuantizationSettings settings = ResidualNet.Descriptor.Settings with
        {
            Samples = 24,
            RangeSamples = 24,
            Method = Method.Nearest,
        };
        long limit = Smallest(model, inputs, settings) + (16 << 20);
        File.WriteAllText("/proc/self/clear_refs", "5");
        Quantize(model, inputs, new CalibrationMemory(limit, Spill), progress: null, settings);
        string peak = File.ReadLines("/proc/self/status")
            .First(static l => l.StartsWith("VmHWM", StringComparison.Ordinal));
        double bytes = 1024 * double.Parse(
            peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        Assert.InRange(bytes / limit, 0.2, 1.2);
    }

    [Fact]
    public void AFolder_that_cannot_be_written_to_is_an_error()
    {
        File.WriteAllText(Spill, "");
        using var model = new ResidualNet();
        QDropException error = Assert.Throws<QDropException>(() =>
            Quantize(model, randn(48, 3, 16, 16), new CalibrationMemory(48 * 8 * 16 * 16 * sizeof(float), Spill)));
        Assert.Equal("QDROP260", error.Code);
        Assert.Contains(Spill, error.Message, StringComparison.Ordinal);
    }

    private static CalibrationOutcome Quantize(
        ResidualNet model,
        Tensor inputs,
        CalibrationMemory? memory,
        IProgress<CalibrationProgress>? progress = null,
        QuantizationSettings? settings = null) =>
        ModelQuantizer.Quantize(
            ResidualNet.Descriptor,
            settings ?? ResidualNet.Descriptor.Settings with { Samples = (int)inputs.shape[0] },
            model,
            inputs,
            progress,
            memory: memory);

    /// <summary>Bytes of the smallest limit that can be kept, as the message names it.</summary>
    private long Smallest(ResidualNet model, Tensor inputs, QuantizationSettings? settings = null)
    {
        QDropException error = Assert.Throws<QDropException>(() =>
            Quantize(model, inputs, new CalibrationMemory(1, Spill), progress: null, settings));
        string least = Regex.Match(error.Message, "Expected at least ([0-9,]+) MiB").Groups[1].Value;
        return long.Parse(least, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) << 20;
    }

    private sealed class Phases : IProgress<CalibrationProgress>
    {
        public List<string> Seen { get; } = [];

        public void Report(CalibrationProgress value) => Seen.Add(value.Phase);
    }
}

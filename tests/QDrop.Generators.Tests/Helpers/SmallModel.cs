using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Generators.Tests.Helpers;

/// <summary>
/// A model of one tensor, written in a few lines, compiled and loaded; calibrated to 8 bits, rounded to nearest where
/// nothing else is asked for.
/// </summary>
internal sealed class SmallModel : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Twins.LoadedModels _models;
    private readonly string _path = Path.GetTempFileName();

    /// <summary>Compiles a model <c>Models.Net</c>.</summary>
    /// <param name="members">Its fields.</param>
    /// <param name="forward">The body of <c>forward(Tensor x)</c>.</param>
    /// <param name="classes">Further classes.</param>
    public SmallModel(string members, string forward, string classes = "")
    {
        var run = GeneratorRun.Of(GeneratorRun.Compile(("Net.cs", Source(members, forward, classes))));
        Assert.Empty(run.Diagnostics);
        _models = Twins.Load(run);
        manual_seed(5);
        Descriptor = Twins.DescriptorOf(_models.Assembly.GetType("Models.Net", throwOnError: true)!);
        Model = Descriptor.CreateModel();
        Model.eval();
        Settings = Descriptor.Settings with
        {
            Method = Method.Nearest,
            Order = CalibrationOrder.UnitByUnit,
            Samples = 24,
            RangeSamples = 24,
            BatchSize = 8,
            Iterations = 20,
        };
    }

    /// <summary>How it is calibrated.</summary>
    public QuantizationSettings Settings { get; set; }

    /// <summary>The model's description.</summary>
    public QuantizedModelDescriptor Descriptor { get; }

    /// <summary>The float model.</summary>
    public nn.Module Model { get; }

    /// <summary>Calibrates the model.</summary>
    public CalibrationOutcome Calibrate(Tensor x, bool insight = false) =>
        ModelQuantizer.Quantize(Descriptor, Settings, Model, x, insight: insight);

    /// <summary>Calibrates, writes and loads the model.</summary>
    public (CalibrationOutcome Outcome, QuantizedModule<Tensor, Tensor> Loaded) Quantize(
        Tensor x, bool insight = false)
    {
        CalibrationOutcome outcome = Calibrate(x, insight);
        Artifact.Write(_path, outcome.State);
        return (outcome, QuantizedModel.Load(Descriptor, _path));
    }

    /// <summary>
    /// Calibrates, writes and loads the model: it stays near the float one, on parts of the samples, too.
    /// </summary>
    public CalibrationOutcome StaysNear(Tensor x, bool insight = false)
    {
        (CalibrationOutcome outcome, QuantizedModule<Tensor, Tensor> loaded) = Quantize(x, insight);
        using IDisposable guard = no_grad();
        Assert.InRange(Error(x), 0, 0.05);
        Assert.InRange(Error(x.narrow(0, 3, 5)), 0, 0.05);
        loaded.Dispose();
        return outcome;

        double Error(Tensor inputs)
        {
            Tensor expected = ((nn.Module<Tensor, Tensor>)Model).call(inputs), found = loaded.call(inputs);
            return (found - expected).norm().ToDouble() / expected.norm().ToDouble();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        _models.Dispose();
        _scope.Dispose();
        File.Delete(_path);
    }

    private static string Source(string members, string forward, string classes) => $$"""
        using System;
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using static TorchSharp.torch.nn.functional;
        using QDrop;

        namespace Models;

        {{classes}}

        [Quantize(W = 8, A = 8)]
        public sealed partial class Net : Module<Tensor, Tensor>
        {
            {{members}}
            public Net() : base("net") => RegisterComponents();
            public override Tensor forward(Tensor x)
            {
                {{forward}}
            }
        }
        """;
}

using System.Runtime.InteropServices;
using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Programs;
using QDrop.Recording;
using QDrop.Tests.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo;

/// <summary>What is measured of a model of the zoo.</summary>
public sealed class Measurement : IDisposable
{
    /// <summary>
    /// Bits of weights and activations in <see cref="Reconstruct"/>, where no attribute gives others.
    /// </summary>
    public const int ReconstructionBits = 4;

    private const int CalibrationSamples = 64;
    private const int TestSamples = 32;
    private const int ProgramSamples = 8;
    private const int ReconstructionSamples = 32;

    private readonly ZooModel _zoo;
    private readonly Module _model;
    private QuantizedModelState? _hardware;

    /// <param name="zoo">The model.</param>
    public Measurement(ZooModel zoo)
    {
        _zoo = zoo;
        _model = TrainedModel.Create(zoo);
    }

    /// <summary>Whether the twin folds batch norms, and so rounds differently.</summary>
    public bool HasBatchNorms => _model.modules().Any(m => m is BatchNorm);

    /// <summary>
    /// Whether the model has layers whose products its twin computes one by one: attention, recurrent layers.
    /// </summary>
    public bool HasProductsInParts => _model.modules().Any(m => m is MultiheadAttention || m is GRU);

    /// <summary>
    /// Greatest difference of the twin, quantizers off, from the model, relative to the greatest output.
    /// </summary>
    public double TwinError()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Module twin = _zoo.ToQuantized(_model);
        twin.eval();
        Tensor[] inputs = Inputs(seed: 2, TestSamples);
        Tensor[] expected = _zoo.Forward(_model, Copies(inputs)), found = _zoo.Forward(twin, Copies(inputs));
        return expected.Zip(found, (e, f) => (f - e).abs().max().ToDouble() / e.abs().max().ToDouble()).Max();
    }

    /// <summary>
    /// Norm of the difference of the quantized model, 8 bits everywhere and rounded to nearest, from the float model,
    /// relative to the norm of the float output, on inputs that calibration did not see.
    /// </summary>
    public double EightBitError()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(Path.GetTempPath(), $"zoo-{Guid.NewGuid():n}.safetensors");
        try
        {
            Artifact.Write(
                path,
                Quantize(
                    _zoo.Descriptor.Settings with
                    {
                        W = 8,
                        A = 8,
                        FirstLast = 8,
                        Method = Method.Nearest,
                    },
                    CalibrationSamples).State);
            using IDisposable noGrad = no_grad();
            using Module quantized = _zoo.Load(path);
            Tensor[] inputs = Inputs(seed: 2, TestSamples);
            Tensor[] expected = _zoo.Forward(_model, Copies(inputs)), found = _zoo.Forward(quantized, Copies(inputs));
            return expected.Zip(found, (e, f) => (f - e).norm().ToDouble() / e.norm().ToDouble()).Max();
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The program of the model of 8 bits, beside the quantized twin.</summary>
    public ProgramMeasurement Program()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(Path.GetTempPath(), $"zoo-{Guid.NewGuid():n}.safetensors");
        try
        {
            if (WriteEightBits(path) is { } whyNot)
                return new(whyNot, double.NaN, [], 0, null);
            using IDisposable noGrad = no_grad();
            using Module quantized = _zoo.Load(path);
            Tensor[] inputs = Inputs(seed: 2, ProgramSamples), expected = _zoo.Forward(quantized, Copies(inputs));
            using var program = QuantizedProgram.Load(path);
            Constant[] arguments = [.. inputs.Select(static x => Recorder.ConstantOf(x)!)];
            int[][] shapes = [.. arguments.Select(static a => a.Shape)];
            IReadOnlyList<Constant> found = program.RunWith([.. arguments.Select(static a => a.Bytes)], shapes);
            double error = expected.Zip(found, static (e, f) => ErrorOf(e, f.Bytes)).Max();
            return new(
                "", error, [.. program.OperationNames(shapes)], program.IntegerShare(shapes),
                Onnx(program, arguments, found));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static OnnxMeasurement Onnx(
        QuantizedProgram program, Constant[] arguments, IReadOnlyList<Constant> expected)
    {
        byte[] exact, rounded;
        try
        {
            (exact, rounded) = (Write(true), Write(false));
        }
        catch (QDropException e)
        {
            return new(e.Message, double.NaN, double.NaN, []);
        }
        return new(
            "", ErrorOf(OnnxRunner.Run(exact, arguments)), ErrorOf(OnnxRunner.Run(rounded, arguments)),
            OnnxRunner.OptimizedOperators(rounded));

        byte[] Write(bool isExact)
        {
            using var stream = new MemoryStream();
            program.ToOnnx(stream, new() { Exact = isExact, Samples = Samples(program, arguments) });
            return stream.ToArray();
        }

        double ErrorOf(IReadOnlyList<Constant> found) =>
            expected.Zip(found, static (e, f) => Measurement.ErrorOf(
                tensor(MemoryMarshal.Cast<byte, float>(e.Bytes).ToArray()), f.Bytes)).Max();
    }

    private static ProgramCall Samples(QuantizedProgram program, Constant[] inputs)
    {
        ProgramCall call = program.CreateCall();
        foreach ((ProgramTensor tensor, Constant input) in program.Inputs.Zip(inputs))
        {
            if (input.Kind == ValueKind.Float32)
                call.SetInput(tensor.Name, MemoryMarshal.Cast<byte, float>(input.Bytes), input.Shape);
            else if (input.Kind == ValueKind.Int64)
                call.SetInput(tensor.Name, MemoryMarshal.Cast<byte, long>(input.Bytes), input.Shape);
            else
                call.SetInput(tensor.Name, MemoryMarshal.Cast<byte, bool>(input.Bytes), input.Shape);
        }
        return call;
    }

    /// <summary>The model with the grids of hardware, 4 bits and rounded to nearest.</summary>
    internal QuantizedModelState Hardware() => _hardware ??= Quantize(
        _zoo.Descriptor.Settings with { W = 4, A = 4, Hardware = true, Method = Method.Nearest },
        CalibrationSamples).State;

    /// <summary>Writes the model of 8 bits everywhere, rounded to nearest, as an artifact.</summary>
    /// <param name="path">The artifact.</param>
    /// <returns>Why it has no program; <see langword="null"/> if it has one.</returns>
    public string? WriteEightBits(string path)
    {
        using DisposeScope scope = NewDisposeScope();
        QuantizedModelState state = Quantize(
            _zoo.Descriptor.Settings with { W = 8, A = 8, FirstLast = 8, Method = Method.Nearest },
            CalibrationSamples).State;
        Artifact.Write(path, state);
        return state.Program is { Graph: not null } ? null : state.Program?.WhyNot ?? "";
    }

    private static double ErrorOf(Tensor expected, byte[] found)
    {
        Tensor own = tensor(MemoryMarshal.Cast<byte, float>(found).ToArray()).view(expected.shape);
        return (own - expected).norm().ToDouble() / expected.norm().ToDouble();
    }

    /// <summary>Reconstructs every unit, at <see cref="ReconstructionBits"/> where no attribute gives others.</summary>
    /// <param name="iterations">Iterations for each unit.</param>
    public CalibrationOutcome Reconstruct(int iterations) =>
        Quantize(
            _zoo.Descriptor.Settings with
            {
                W = ReconstructionBits,
                A = ReconstructionBits,
                FirstLast = ReconstructionBits,
                Method = Method.QDrop,
                Drop = 0.5,
                Iterations = iterations,
                BatchSize = 8,
            },
            ReconstructionSamples);

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private static Tensor[] Copies(Tensor[] inputs) => [.. inputs.Select(x => x.clone())];

    private Tensor[] Inputs(long seed, int samples)
    {
        random.manual_seed(seed);
        return _zoo.Inputs(samples);
    }

    private CalibrationOutcome Quantize(QuantizationSettings settings, int samples)
    {
        using DisposeScope scope = NewDisposeScope();
        return ModelQuantizer.Quantize(
            _zoo.Descriptor,
            settings with
            {
                Samples = samples,
                RangeSamples = samples,
            },
            _model,
            Inputs(seed: 3, samples));
    }
}

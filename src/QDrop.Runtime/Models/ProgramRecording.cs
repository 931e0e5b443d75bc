using System.Runtime.InteropServices;
using QDrop.Artifacts;
using QDrop.CompilerServices;
using QDrop.Operations;
using QDrop.Programs;
using QDrop.Recording;
using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Models;

/// <summary>Records what a quantized twin computes as a program, and checks that the program computes it.</summary>
internal static class ProgramRecording
{
    /// <summary>Greatest error of the program's output, relative to the greatest value, without quantizers.</summary>
    private const double Tolerance = 1e-3;

    /// <summary>Records a twin.</summary>
    /// <param name="twin">The twin, calibrated.</param>
    /// <param name="one">Inputs of a call.</param>
    /// <param name="other">Other inputs, with another number of samples.</param>
    /// <param name="data">What the program may name: the twin's layers and quantizers, and tensors.</param>
    /// <returns>The program, or why there is none.</returns>
    public static ProgramState Of(IModelTwin twin, Bundle one, Bundle other, ProgramData data)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        try
        {
            RecordedCall first = Call(twin, one);
            ProgramState program = Checked(twin, first, other, data);
            return WithOpenSizes(twin, first, other, data) ?? program;
        }
        catch (NotRecordableException e)
        {
            return ProgramState.None(e.Message);
        }
        catch (InvalidProgramGraphException e)
        {
            return ProgramState.None(e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The quantized model is there all the same.
            return ProgramState.None($"recording ended with {e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>What a twin computes, with the places of its quantizers, whether they quantize or not.</summary>
    /// <param name="twin">The twin.</param>
    /// <param name="inputs">Inputs of it.</param>
    /// <exception cref="QDropException">QDROP255: it cannot be recorded.</exception>
    public static ProgramGraph Marked(IModelTwin twin, Bundle inputs)
    {
        try
        {
            return Call(twin, inputs, marksQuantizers: true).Graph;
        }
        catch (NotRecordableException e)
        {
            throw Refused(twin, e.Message, "Change it, or leave out the setting that needs a program.");
        }
    }

    /// <summary>The program of a quantized twin in memory.</summary>
    /// <param name="twin">The twin, calibrated.</param>
    /// <param name="example">Inputs of it, of any number of samples.</param>
    /// <param name="options">How the program runs.</param>
    /// <exception cref="InvalidOperationException">The twin has no quantizers yet, or is in training mode.</exception>
    /// <exception cref="QDropException">QDROP255: the model cannot be a program.</exception>
    public static QuantizedProgram Program(IModelTwin twin, Bundle example, QuantizedProgramOptions? options)
    {
        string model = twin.Float.GetType().FullName!;
        if (example.Tensors.Count == 0)
            throw new ArgumentNullException(nameof(example), "The example has no tensor.");
        if (twin.Float.training)
            throw new InvalidOperationException($"The quantized '{model}' is in training mode. Call eval() first.");
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var examples = new ExampleInputs(example);
        // Layers and quantizers are known once they have run.
        twin.Context.Visits.Begin();
        _ = twin.Run(examples.Of(1));
        if (!TwinState.IsQuantized(twin.Context))
        {
            throw new InvalidOperationException(
                $"The twin of '{model}' has no quantized weights. Load those that the build has left, with "
                    + "LoadQuantized().");
        }
        QuantizedLayerState[] layers = TwinState.Layers(twin.Context);
        ProgramData data = DataOf(layers, TwinState.Activations(twin.Context), new Dictionary<string, Tensor>());
        foreach (Tensor tensor in layers.SelectMany(static l => new[] { l.Levels, l.Scale, l.ZeroPoint, l.Bias })
            .OfType<Tensor>())
            tensor.Dispose();
        ProgramState program = Of(twin, examples.Of(2), examples.Others(3), data);
        if (program.Graph is not { } graph)
        {
            throw Refused(twin, program.WhyNot!, "Call it as it is, in TorchSharp.");
        }
        data = data.With(program.Constants);
        return new(model, Vocabulary.Bind(graph, data), data, options);
    }

    private static QDropException Refused(IModelTwin twin, string whyNot, string advice) => new(
        Codes.NoProgram,
        $"The quantized model '{twin.Float.GetType().FullName}' cannot be a program: {whyNot}. {advice}");

    /// <summary>The program for inputs of other sizes, too; <see langword="null"/> if it takes no others.</summary>
    private static ProgramState? WithOpenSizes(IModelTwin twin, RecordedCall first, Bundle other, ProgramData data)
    {
        foreach (Bundle resized in new OpenSizes(Runs).Of(other))
        {
            if (Try(() => Checked(twin, first, resized, data)) is { } program)
                return program;
        }
        return null;

        bool Runs(Bundle inputs) => Try(() => Call(twin, inputs)) is not null;

        static T? Try<T>(Func<T> function)
            where T : class
        {
            try
            {
                return function();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The model takes no such sizes.
                return null;
            }
        }
    }

    /// <summary>The program of two calls, which is run beside the twin.</summary>
    private static ProgramState Checked(IModelTwin twin, RecordedCall first, Bundle other, ProgramData data)
    {
        (ProgramGraph graph, IReadOnlyDictionary<int, Constant> constants) =
            Generalization.Of(first, Call(twin, other));
        ProgramState program = Named(graph, constants, data);
        Check(twin, program, data, other);
        return program;
    }

    private static RecordedCall Call(IModelTwin twin, Bundle inputs, bool marksQuantizers = false)
    {
        Bundle copies = inputs.Select(static t => t.clone());
        using var recorder = new Recorder(NamesOf(twin, copies.Tensors.Count), copies.Tensors)
        {
            MarksQuantizers = marksQuantizers,
        };
        twin.Context.Visits.Begin();
        var result = new Bundle([twin.Run(copies)]);
        Tensor[] outputs = [.. result.Tensors.Where(static t => !t.IsInvalid)];
        string[] names = outputs.Length == 1 ? ["output"] : [.. outputs.Select(static (_, i) => $"output{i + 1}")];
        ProgramGraph graph = Simplification.Of(recorder.Graph(names, outputs));
        return new(graph, recorder.Constants, recorder.Shapes);
    }

    /// <summary>The names of the parameters of <c>forward</c>, where each is a tensor.</summary>
    private static string[] NamesOf(IModelTwin twin, int count)
    {
        string[] names =
        [
            .. twin.GetType().GetMethods()
                .FirstOrDefault(m => m.Name == "forward" && m.GetParameters().Length == count)?
                .GetParameters().Select(static p => p.Name ?? "") ?? [],
        ];
        return names.Length == count ? names : [.. Enumerable.Range(1, count).Select(static i => $"input{i}")];
    }

    /// <summary>
    /// Gives constants their names in the artifact: those of float tensors that it has anyway, or new ones.
    /// </summary>
    private static ProgramState Named(
        ProgramGraph graph, IReadOnlyDictionary<int, Constant> recorded, ProgramData data)
    {
        var constants = new Dictionary<string, Constant>(StringComparer.Ordinal);
        var operations = graph.Operations.ToList();
        foreach ((int value, Constant constant) in recorded)
        {
            int index = value - graph.Inputs.Count;
            string? name = data.Tensors.FirstOrDefault(f => f.Value.HasSame(constant)).Key;
            if (name is null)
            {
                name = FormattableString.Invariant($"{ArtifactFormat.ProgramPrefix}{constants.Count}");
                constants.Add(name, constant);
            }
            operations[index] = operations[index] with { Arguments = new([("tensor", name)]) };
        }
        return new(graph with { Operations = operations }, constants, null);
    }

    /// <summary>
    /// Compares the program with the twin, both without activation quantizers, so that no value is at the border
    /// between two levels.
    /// </summary>
    private static void Check(IModelTwin twin, ProgramState program, ProgramData data, Bundle inputs)
    {
        ProgramGraph graph = Vocabulary.Bind(program.Graph!, data.With(program.Constants));
        graph = graph with
        {
            Operations =
            [
                .. graph.Operations.Select(static o => o.Name == "quantize"
                    ? o with { Name = "clamp", Arguments = Arguments.None, Data = null }
                    : o),
            ],
        };
        bool[] enabled = [.. twin.Context.Activations.Select(static a => a.Enabled)];
        Tensor[] expected;
        try
        {
            foreach (Quantizers.ActivationQuantizer activation in twin.Context.Activations)
                activation.Enabled = false;
            twin.Context.Visits.Begin();
            expected =
            [
                .. new Bundle([twin.Run(inputs.Select(static t => t.clone()))]).Tensors.Where(static t => !t.IsInvalid),
            ];
        }
        finally
        {
            for (int i = 0; i < enabled.Length; i++)
                twin.Context.Activations[i].Enabled = enabled[i];
        }
        using var runnable = new QuantizedProgram(twin.Float.GetType().FullName!, graph, data: null);
        Constant[] arguments = [.. inputs.Tensors.Select(ConstantOf)];
        IReadOnlyList<Constant> found = runnable.RunWith(
            [.. arguments.Select(static a => a.Bytes)], [.. arguments.Select(static a => a.Shape)]);
        for (int i = 0; i < expected.Length; i++)
        {
            Constant own = ConstantOf(expected[i]);
            if (!own.Shape.AsSpan().SequenceEqual(found[i].Shape) || own.Kind != found[i].Kind)
                throw new NotRecordableException("the program gives an output of another shape than the model");
            if (own.Kind == ValueKind.Float32 && Error(own.Bytes, found[i].Bytes) is > Tolerance or double.NaN)
            {
                throw new NotRecordableException(FormattableString.Invariant(
                    $"the program differs by {Error(own.Bytes, found[i].Bytes):g3} of the greatest output"));
            }
        }
    }

    private static double Error(byte[] expected, byte[] found)
    {
        ReadOnlySpan<float> x = MemoryMarshal.Cast<byte, float>(expected), y = MemoryMarshal.Cast<byte, float>(found);
        double greatest = 0, error = 0;
        for (int i = 0; i < x.Length; i++)
        {
            // Infinite and NaN are the same in both.
            if (x[i].Equals(y[i]))
                continue;
            greatest = Math.Max(greatest, Math.Abs(x[i]));
            error = Math.Max(error, Math.Abs(x[i] - y[i]));
        }
        return error == 0 ? 0 : error / Math.Max(greatest, 1e-6);
    }

    /// <summary>What a program may name, of a quantized model in memory.</summary>
    public static ProgramData DataOf(
        IEnumerable<QuantizedLayerState> layers,
        IEnumerable<ActivationState> activations,
        IReadOnlyDictionary<string, Tensor> floats) => new(
        layers.ToDictionary(static l => l.Name, static l => new LayerWeights(
            l.Name,
            l.Bits,
            ConstantOf(l.Levels).Shape,
            l.ChannelAxis,
            Array.ConvertAll(MemoryMarshal.Cast<byte, long>(ConstantOf(l.Levels).Bytes).ToArray(), static v => (byte)v),
            TensorBytes.ToFloats(l.Scale),
            Array.ConvertAll(TensorBytes.ToFloats(l.ZeroPoint), static z => (byte)z),
            l.Bias is null ? null : TensorBytes.ToFloats(l.Bias))),
        activations.ToDictionary(static a => a.Name, static a => new ActivationGrid(
            a.Name,
            a.Bits,
            [.. a.Channels?.Scales ?? [a.Scale]],
            [.. (a.Channels?.ZeroPoints ?? [a.ZeroPoint]).Select(static z => (byte)z)],
            a.Channels?.Axis)),
        floats.ToDictionary(static t => ArtifactFormat.FloatPrefix + t.Key, static t => ConstantOf(t.Value)));

    private static Constant ConstantOf(Tensor tensor) => Recorder.ConstantOf(tensor)
        ?? throw new NotRecordableException($"a value has elements of type {tensor.dtype}");
}

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Emit;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Generators.Tests.Helpers;

/// <summary>Compiles a model with its generated twin, loads it and runs both.</summary>
internal static class Twins
{
    /// <summary>What the float model and its twin, all quantizers off, compute from the same input.</summary>
    /// <param name="run">The generator's run.</param>
    /// <param name="type">Full name of the model.</param>
    /// <param name="shape">Shape of the input.</param>
    public static (float[] Model, float[] Twin) Run(GeneratorRun run, string type, params long[] shape) =>
        Run(run, [type], shape).Single();

    /// <summary>The same for several models of one compilation, each with inputs of these shapes.</summary>
    public static IReadOnlyList<(float[] Model, float[] Twin)> Run(
        GeneratorRun run,
        IReadOnlyList<string> types,
        params long[][] shapes
    ) => Loaded(run, loaded => types.Select(type => Run(loaded.GetType(type, throwOnError: true)!, shapes)).ToList());

    /// <summary>
    /// Bit widths of a model's quantized weights and activations, by name, after a calibration with inputs of this
    /// shape.
    /// </summary>
    public static (IReadOnlyDictionary<string, int> Weights, IReadOnlyDictionary<string, int> Activations) Calibrate(
        GeneratorRun run, string type, params long[] shape) =>
        Calibrated(
            run,
            type,
            2,
            shape,
            static outcome =>
                (
                    outcome.State.Layers.ToDictionary(l => l.Name, l => l.Bits),
                    outcome.State.Activations.ToDictionary(a => a.Name, a => a.Bits)));

    /// <summary>The units of a model after so many iterations for each, on inputs of this shape.</summary>
    public static IReadOnlyList<UnitReport> Reconstruct(
        GeneratorRun run,
        string type,
        int iterations,
        params long[] shape) => Calibrated(run, type, iterations, shape, static outcome => outcome.Units);

    /// <summary>What the attribute of a model says, as its twin has it.</summary>
    public static QuantizationSettings SettingsOf(GeneratorRun run, string type) =>
        Loaded(run, loaded => DescriptorOf(loaded.GetType(type, throwOnError: true)!).Settings);

    private static T Calibrated<T>(
        GeneratorRun run, string type, int iterations, long[] shape, Func<CalibrationOutcome, T> read) =>
        Loaded(
            run,
            loaded =>
            {
                using DisposeScope scope = NewDisposeScope();
                random.manual_seed(1);
                QuantizedModelDescriptor descriptor = DescriptorOf(loaded.GetType(type, throwOnError: true)!);
                using nn.Module model = descriptor.CreateModel();
                return read(
                    ModelQuantizer.Quantize(
                        descriptor,
                        descriptor.Settings with
                        {
                            Iterations = iterations,
                            Samples = (int)shape[0],
                        },
                        model,
                        randn(shape)));
            });

    private static T Loaded<T>(GeneratorRun run, Func<Assembly, T> use)
    {
        using LoadedModels models = Load(run);
        return use(models.Assembly);
    }

    /// <summary>Loads what was compiled.</summary>
    public static LoadedModels Load(GeneratorRun run)
    {
        Libtorch.Load();
        set_num_threads(1);
        using var assembly = new MemoryStream();
        EmitResult emitted = run
            .Output.WithOptions(run.Output.Options.WithGeneralDiagnosticOption(ReportDiagnostic.Default))
            .Emit(assembly);
        Assert.True(
            emitted.Success, string.Join("\n", emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        assembly.Position = 0;
        var context = new AssemblyLoadContext("twins", isCollectible: true);
        return new(context, context.LoadFromStream(assembly));
    }

    /// <summary>Compiled models, until they are unloaded.</summary>
    internal sealed class LoadedModels(AssemblyLoadContext context, Assembly assembly) : IDisposable
    {
        public Assembly Assembly => assembly;

        /// <inheritdoc/>
        public void Dispose() => context.Unload();
    }

    /// <summary>Loads what was compiled, and does something with it.</summary>
    public static void Use(GeneratorRun run, Action<Assembly> use) =>
        Loaded(run, loaded => { use(loaded); return 0; });

    /// <summary>The description of a model.</summary>
    public static QuantizedModelDescriptor DescriptorOf(Type model) =>
        (QuantizedModelDescriptor)
            model
                .GetNestedTypes()
                .Single(t => t.IsAssignableTo(typeof(IQuantizedModule)))
                .GetProperty("Descriptor")!
                .GetValue(null)!;

    private static (float[], float[]) Run(Type type, long[][] shapes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        random.manual_seed(1);
        QuantizedModelDescriptor descriptor = DescriptorOf(type);
        Assert.Equal(type.FullName, descriptor.Name);
        using nn.Module model = descriptor.CreateModel();
        Scramble(model);
        model.eval();
        Tensor[] inputs = [.. shapes.Select(shape => randn(shape))];
        using var twin = (nn.Module)type.GetMethod("ToQuantized", [])!.Invoke(model, null)!;
        twin.eval();
        float[] expected = Call(model, inputs);
        float[] first = Call(twin, inputs);
        // Chains are built in the first run: the second goes another way.
        Assert.Equal(first, Call(twin, inputs));
        return (expected, first);
    }

    private static float[] Call(nn.Module module, Tensor[] inputs)
    {
        MethodInfo call = module.GetType().GetMethods().Single(m => m.Name == "call");
        var rest = new Queue<Tensor>(inputs);
        object[] arguments = [.. call.GetParameters().Select(p => Argument(p.ParameterType, rest))];
        return
        [
            .. Tensors(call.Invoke(module, BindingFlags.DoNotWrapExceptions, null, arguments, null)).SelectMany(Values),
        ];
    }

    /// <summary>A tensor, a list of all that are left, or a number.</summary>
    private static object Argument(Type type, Queue<Tensor> inputs) =>
        type == typeof(Tensor) ? inputs.Dequeue().clone()
        : type == typeof(List<Tensor>) ? inputs.Select(i => i.clone()).ToList()
        : Convert.ChangeType(3, type, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The tensors of a result: a tensor, a tuple, a record, an array or a dictionary.</summary>
    private static IEnumerable<Tensor> Tensors(object? result) => result switch
    {
        Tensor tensor => [tensor],
        ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(i => Tensors(tuple[i])),
        IEnumerable<Tensor> tensors => tensors,
        IDictionary<string, Tensor> tensors => tensors.Values,
        { } record when record.GetType().GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic)
            is not null => record.GetType().GetProperties().Select(p => p.GetValue(record)).OfType<Tensor>(),
        _ => throw new ArgumentException($"A {result?.GetType()} holds no tensors that are known.", nameof(result)),
    };

    /// <summary>Statistics and scales of batch norms as after training, so that folding is not the identity.</summary>
    private static void Scramble(nn.Module model)
    {
        foreach ((string? name, Tensor? tensor) in model.state_dict())
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal))
                tensor.copy_(randn(tensor.shape) * 0.1);
            else if (name.EndsWith("running_var", StringComparison.Ordinal))
                tensor.copy_(rand(tensor.shape) + 0.5);
            else if (tensor.dim() == 1 && tensor.is_floating_point())
                tensor.copy_(rand(tensor.shape) + 0.5);
        }
    }

    private static float[] Values(Tensor tensor) => tensor.to(ScalarType.Float32).contiguous().data<float>().ToArray();
}

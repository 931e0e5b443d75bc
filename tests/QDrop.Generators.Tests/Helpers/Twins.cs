using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Emit;
using QDrop.Modules;
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
    public static (float[] Model, float[] Twin) Run(GeneratorRun run, string type, params long[] shape) => Run(run, [type], shape).Single();

    /// <summary>The same for several models of one compilation.</summary>
    public static IReadOnlyList<(float[] Model, float[] Twin)> Run(GeneratorRun run, IReadOnlyList<string> types, long[] shape)
    {
        set_num_threads(1);
        using var assembly = new MemoryStream();
        EmitResult emitted = run.Output.WithOptions(run.Output.Options.WithGeneralDiagnosticOption(ReportDiagnostic.Default)).Emit(assembly);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        assembly.Position = 0;
        var context = new AssemblyLoadContext("twins", isCollectible: true);
        try
        {
            System.Reflection.Assembly loaded = context.LoadFromStream(assembly);
            return [.. types.Select(type => Run(loaded.GetType(type, throwOnError: true)!, shape))];
        }
        finally
        {
            context.Unload();
        }
    }

    private static (float[], float[]) Run(Type type, long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        random.manual_seed(1);
        var descriptor = (QuantizedModelDescriptor)type.GetNestedTypes().Single(t => t.IsAssignableTo(typeof(IQuantizedModule))).GetProperty("Descriptor")!.GetValue(null)!;
        Assert.Equal(type.FullName, descriptor.Name);
        using nn.Module<Tensor, Tensor> model = (nn.Module<Tensor, Tensor>)descriptor.CreateModel();
        Scramble(model);
        model.eval();
        Tensor input = randn(shape);
        using var twin = (nn.Module<Tensor, Tensor>)type.GetMethod("ToQuantized", [])!.Invoke(model, null)!;
        twin.eval();
        float[] expected = Values(model.call(input.clone()));
        float[] first = Values(twin.call(input.clone()));
        // Chains are built in the first run: the second goes another way.
        Assert.Equal(first, Values(twin.call(input.clone())));
        return (expected, first);
    }

    /// <summary>Statistics and scales of batch norms as after training, so that folding is not the identity.</summary>
    private static void Scramble(nn.Module model)
    {
        foreach (var (name, tensor) in model.state_dict())
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

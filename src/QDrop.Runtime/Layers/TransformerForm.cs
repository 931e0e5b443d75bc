using QDrop.Native;
using QDrop.Recording;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers;

/// <summary>
/// What TorchSharp does not show of a transformer's layers, and their parameters do not tell: found by trying which of
/// the possibilities give what the module gives.
/// </summary>
/// <param name="Heads">Number of heads.</param>
/// <param name="Activation">The activation function between the linear layers.</param>
internal sealed record TransformerForm(long Heads, Func<Tensor, Tensor> Activation)
{
    private const double Tolerance = 1e-3;

    private static readonly Func<Tensor, Tensor> Gelu = static x => Note.As(x.gelu(), $"gelu({x})");

    /// <summary>The attention of such a layer.</summary>
    public AttentionArithmetic Arithmetic(AttentionParameters parameters) => new(parameters, Heads, addsZeroKey: false);

    /// <summary>Finds it.</summary>
    /// <param name="name">The module's path in the model, for messages.</param>
    /// <param name="module">The module.</param>
    /// <param name="layers">Its layers.</param>
    /// <exception cref="QDropException">Nothing gives what the module gives (QDROP232).</exception>
    public static TransformerForm Of(string name, Module module, IReadOnlyList<TransformerLayer> layers)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        bool training = module.training;
        module.eval();
        try
        {
            TransformerForm[] fitting = Fitting(module, layers);
            // Weights may not tell, such as zeros before training: others then do.
            if (fitting.Length > 1)
                fitting = WithOtherWeights(module, () => Fitting(module, layers));
            return fitting is [var only]
                ? only
                : throw new QDropException(
                    Codes.UnsupportedModule,
                    $"'{name}' is a {module.GetType().Name} whose number of heads and activation function could not be "
                        + $"found: {fitting.Length} possibilities give what the module gives. Expected one. Write the "
                        + "layer with MultiheadAttention, Linear layers and norms.");
        }
        finally
        {
            module.train(training);
        }
    }

    private static TransformerForm[] Fitting(Module module, IReadOnlyList<TransformerLayer> layers)
    {
        long features = layers[0].Self.Embedding;
        Tensor x = AttentionParameters.Wave(3, 1, features), memory = AttentionParameters.Wave(4, 1, features);
        Tensor expected = Output(module, x, memory);
        double limit = Tolerance * Math.Max(expected.abs().max().ToDouble(), 1e-6);
        return
        [
            .. from heads in layers[0].Self.PossibleHeads
            from activation in new[] { Rectifier.Function, Gelu }
            let form = new TransformerForm(heads, activation)
            where (form.Float(layers, x, memory) - expected).abs().max().ToDouble() <= limit
            select form,
        ];
    }

    private Tensor Float(IEnumerable<TransformerLayer> layers, Tensor x, Tensor memory) =>
        layers.Aggregate(x, (value, layer) => layer.Float(value, memory, this));

    private static Tensor Output(Module module, Tensor x, Tensor memory) => module switch
    {
        IModule<Tensor, Tensor> layer => layer.call(x),
        IModule<Tensor, Tensor, Tensor, Tensor> encoder => encoder.call(x, null!, null!),
        IModule<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor> decoder =>
            decoder.call(x, memory, null!, null!, null!, null!),
        _ => throw new InvalidOperationException($"A {module.GetType().Name} is no layer of a transformer."),
    };

    private static T WithOtherWeights<T>(Module module, Func<T> run)
    {
        (string Name, Parameter Value)[] parameters = [.. module.named_parameters()];
        Tensor[] kept = [.. parameters.Select(static p => p.Value.clone())];
        try
        {
            for (int i = 0; i < parameters.Length; i++)
            {
                (string name, Parameter value) = parameters[i];
                if (value.dim() > 1)
                    value.copy_(Scattered(i, value.shape));
                else
                    value.fill_(name.EndsWith("weight", StringComparison.Ordinal) ? Numbers.One : Numbers.Zero);
            }
            return run();
        }
        finally
        {
            for (int i = 0; i < parameters.Length; i++)
                parameters[i].Value.copy_(kept[i]);
        }
    }

    /// <summary>A weight whose rows differ as those of random numbers do, of variance 4 / inputs.</summary>
    private static Tensor Scattered(int number, long[] shape)
    {
        float[] values = new float[shape[0] * shape[1]];
        double size = 2 * Math.Sqrt(12.0 / shape[1]);
        for (int i = 0; i < values.Length; i++)
        {
            double hash = Math.Sin((i + 1 + (number * 7919.0)) * 12.9898) * 43758.5453;
            values[i] = (float)(size * (hash - Math.Floor(hash) - 0.5));
        }
        return tensor(values).view(shape);
    }
}

using QDrop.Recording;
using TorchSharp;
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
            // Weights may not tell, such as zeros before training, or such that a softmax is all or nothing.
            if (fitting.Length != 1)
                fitting = TrialValues.With(
                    module.named_parameters().Select(static p => KeyValuePair.Create(p.name, p.parameter)),
                    static n => n.EndsWith("weight", StringComparison.Ordinal),
                    () => Fitting(module, layers));
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
        Tensor x = TrialValues.Of(-1, 3, 1, features), memory = TrialValues.Of(-2, 4, 1, features);
        Tensor expected = Output(module, x, memory);
        double limit = Tolerance * expected.abs().max().ToDouble();
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
}

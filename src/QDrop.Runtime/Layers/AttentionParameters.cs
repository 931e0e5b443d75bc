using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>
/// What a <c>MultiheadAttention</c> consists of. TorchSharp gives its parameters by name and nothing else, so the
/// number of heads, and whether it adds a key of zeros, are found by trying which of them give what the module gives.
/// </summary>
/// <param name="Layers">
/// Its weights: <c>in_proj</c>, or <c>q_proj</c>, <c>k_proj</c> and <c>v_proj</c>, and then <c>out_proj</c>.
/// </param>
/// <param name="BiasKey">A key that is added to each sequence, <c>[1, 1, E]</c>, or none.</param>
/// <param name="BiasValue">The value that belongs to it.</param>
internal sealed record AttentionParameters(IReadOnlyList<LayerSource> Layers, Tensor? BiasKey, Tensor? BiasValue)
{
    private const double Tolerance = 1e-3;

    /// <summary>Length of an embedding.</summary>
    public long Embedding => Layers[^1].Weight.shape[0];

    /// <summary>Whether query, key and value have weights of their own.</summary>
    public bool IsSplit => Layers.Count == 4;

    /// <summary>Reads the parameters of a module.</summary>
    /// <param name="name">Its path in the model.</param>
    /// <param name="module">The module.</param>
    /// <exception cref="QDropException">They have been disposed (QDROP232).</exception>
    public static AttentionParameters Of(string name, MultiheadAttention module) =>
        Of(name, RegisteredParameters.Of(name, module));

    /// <summary>Takes parameters by their names.</summary>
    /// <param name="name">The path of the attention in the model.</param>
    /// <param name="parameters">Its parameters.</param>
    public static AttentionParameters Of(string name, IReadOnlyDictionary<string, Parameter> parameters)
    {
        Tensor? bias = parameters.GetValueOrDefault("in_proj_bias");
        var layers = new List<LayerSource>();
        if (parameters.TryGetValue("in_proj_weight", out Parameter? joint))
        {
            layers.Add(Linear("in_proj", joint, bias, "in_proj_weight", "in_proj_bias"));
        }
        else
        {
            long length = parameters["q_proj_weight"].shape[0];
            string[] parts = ["q_proj", "k_proj", "v_proj"];
            // Training changes the bias through its parts.
            using IDisposable gradients = enable_grad();
            for (int part = 0; part < parts.Length; part++)
                layers.Add(
                    Linear(
                        parts[part],
                        parameters[$"{parts[part]}_weight"],
                        bias?.narrow(0, part * length, length),
                        $"{parts[part]}_weight",
                        "in_proj_bias"));
        }
        layers.Add(
            Linear(
                "out_proj",
                parameters["out_proj.weight"],
                parameters.GetValueOrDefault("out_proj.bias"),
                "out_proj.weight",
                "out_proj.bias"));
        return new(layers, parameters.GetValueOrDefault("bias_k"), parameters.GetValueOrDefault("bias_v"));

        LayerSource Linear(string part, Tensor weight, Tensor? bias, params string[] replaced) =>
            LinearProduct.Source($"{name}.{part}", weight, bias, [.. replaced.Select(r => $"{name}.{r}")]);
    }

    /// <summary>Finds the number of heads, and whether a key of zeros is added.</summary>
    /// <param name="name">The module's path in the model, for messages.</param>
    /// <param name="module">The module.</param>
    /// <exception cref="QDropException">TorchSharp does not run the module, or nothing gives what it gives
    /// (QDROP232).</exception>
    public (long Heads, bool AddsZeroKey) Probe(string name, MultiheadAttention module)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        bool training = module.training;
        module.eval();
        try
        {
            (long, bool)[] fitting = Fitting(name, module);
            // Weights may not tell, such as zeros before training, or such that a softmax is all or nothing.
            if (fitting.Length != 1)
                fitting = TrialValues.With(
                    RegisteredParameters.Of(name, module), static _ => false, () => Fitting(name, module));
            return fitting is [var only]
                ? only
                : throw new QDropException(
                    Codes.UnsupportedModule,
                    $"'{name}' is a MultiheadAttention whose number of heads could not be found: {fitting.Length} of "
                        + $"the numbers that divide {Embedding} give what the module gives. "
                        + "Expected one. Write the attention with Linear layers and matmul.");
        }
        finally
        {
            module.train(training);
        }
    }

    private (long Heads, bool AddsZeroKey)[] Fitting(string name, MultiheadAttention module)
    {
        Tensor query = TrialValues.Of(-1, 3, 1, Embedding),
            key = TrialValues.Of(-2, 4, 1, IsSplit ? Layers[1].Weight.shape[1] : Embedding),
            value = TrialValues.Of(-3, 4, 1, IsSplit ? Layers[2].Weight.shape[1] : Embedding);
        Tensor expected = Output(name, module, query, key, value);
        double limit = Tolerance * expected.abs().max().ToDouble();
        return
        [
            .. from heads in PossibleHeads
            from zero in new[] { false, true }
            where
                (new AttentionArithmetic(this, heads, zero).Float(query, key, value) - expected).abs().max().ToDouble()
                <= limit
            select (heads, zero),
        ];
    }

    /// <summary>The numbers that the number of heads may be.</summary>
    public IEnumerable<long> PossibleHeads => Divisors(Embedding);

    /// <summary>What the module gives.</summary>
    private static Tensor Output(string name, MultiheadAttention module, Tensor query, Tensor key, Tensor value)
    {
        try
        {
            return module.call(query, key, value, need_weights: false).Item1;
        }
        catch (ExternalException e)
        {
            throw new QDropException(
                Codes.UnsupportedModule,
                $"'{name}' is a MultiheadAttention that TorchSharp itself does not "
                    + $"run on queries of {query.shape[2]}, keys of {key.shape[2]}, values of {value.shape[2]} "
                    + "features: "
                    + $"{e.Message.Split('\n')[0]} Expected kdim and vdim to be equal. "
                    + "Write the attention with Linear layers and matmul.",
                e);
        }
    }

    private static IEnumerable<long> Divisors(long number)
    {
        for (long d = 1; d <= number; d++)
        {
            if (number % d == 0)
                yield return d;
        }
    }
}

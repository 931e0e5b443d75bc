using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers;

/// <summary>
/// Finds what TorchSharp does not show of a recurrent module by running it: whether the batch comes first, and which
/// function a plain layer has.
/// </summary>
/// <param name="module">The module.</param>
/// <param name="parameters">Its parameters.</param>
internal sealed class RecurrentProbe(Module module, RecurrentParameters parameters)
{
    // Held, because the collector may free a number while libtorch still uses it.
    private static readonly Scalar Negative = -1, Great = 1e4;

    /// <summary>What the module computes in a step.</summary>
    public RecurrentKind Kind() => parameters.Gates switch
    {
        4 => RecurrentKind.Lstm,
        3 => RecurrentKind.Gru,
        _ => IsRectified() ? RecurrentKind.Relu : RecurrentKind.Tanh,
    };

    /// <summary>Whether inputs are <c>[N, T, in]</c> rather than <c>[T, N, in]</c>.</summary>
    public bool IsBatchFirst() => Run(() => Final(zeros(2, 3, InputSize)).shape[1] == 2);

    private long InputSize => parameters.Layers[0][0].Input.Weight.shape[1];

    /// <summary>
    /// Whether what is far below 0 becomes 0. A weight is another one for so long: its own might be 0.
    /// </summary>
    private bool IsRectified() => Run(() =>
    {
        Tensor weight = parameters.Layers[0][0].Input.Weight, kept = weight.clone();
        try
        {
            weight.fill_(Negative);
            return Final(ones(1, 1, InputSize).mul(Great)).select(0, 0).min().item<float>() > -0.5f;
        }
        finally
        {
            weight.copy_(kept);
        }
    });

    private T Run<T>(Func<T> probe)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        bool training = module.training;
        module.eval();
        try
        {
            return probe();
        }
        finally
        {
            module.train(training);
        }
    }

    /// <summary>The hidden state after the last step, <c>[layers · directions, N, H]</c>.</summary>
    private Tensor Final(Tensor x) => module switch
    {
        IModule<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)> lstm => lstm.call(x, null).Item2,
        IModule<Tensor, Tensor, (Tensor, Tensor)> others => others.call(x, null!).Item2,
        IModule<Tensor, Tensor, Tensor> cell => cell.call(x.squeeze(0), zeros(1, parameters.Hidden)).unsqueeze(0),
        _ => throw new InvalidOperationException($"A {module.GetType().Name} is no recurrent module."),
    };
}

using System.Runtime.InteropServices;
using QDrop.Safetensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Calibration.Training;

/// <summary>All that the epochs to come depend on, apart from settings and data.</summary>
internal sealed class TrainingState
{
    private readonly IReadOnlyList<TrainedQuantizer> _quantizers;
    private readonly IReadOnlyList<(string Name, ParameterOptimizer Optimizer)> _named;
    private readonly Module _model;

    /// <param name="quantizers">The grids.</param>
    /// <param name="model">The float model.</param>
    /// <param name="settings">How its parameters are changed.</param>
    public TrainingState(IReadOnlyList<TrainedQuantizer> quantizers, Module model, TrainingSettings settings)
    {
        _quantizers = quantizers;
        _model = model;
        // What the model has learned before is no part of the first step.
        foreach (Tensor parameter in model.parameters())
            parameter.grad = null;
        _named =
        [
            .. model
                .named_parameters()
                .Where(static p => p.parameter.requires_grad)
                .Select(p => (p.name, new ParameterOptimizer(p.parameter, settings))),
        ];
        Optimizers = [.. _named.Select(static p => p.Optimizer)];
    }

    /// <summary>What came of the epochs so far.</summary>
    public List<EpochReport> Epochs { get; } = [];

    /// <summary>What changes the model's parameters.</summary>
    public IReadOnlyList<ParameterOptimizer> Optimizers { get; }

    /// <summary>
    /// The tensors of the state that are the model's and the grids', by their names in the network.
    /// </summary>
    public IEnumerable<(string Key, string Name)> Names =>
        _model.state_dict().Keys.Select(static name => ($"model.{name}", name))
            .Concat(_quantizers.Select(static (q, i) => ($"grid.{i:d4}", $"{q.Name} grid")));

    /// <summary>The state as tensors, to be written.</summary>
    public Dictionary<string, Tensor> Tensors()
    {
        using IDisposable guard = no_grad();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, Tensor value) in _model.state_dict())
            tensors.Add($"model.{name}", value.detach());
        foreach ((string name, ParameterOptimizer optimizer) in _named)
        {
            tensors.Add($"first.{name}", tensor(optimizer.Means.First));
            if (optimizer.Means.Second.Length > 0)
                tensors.Add($"second.{name}", tensor(optimizer.Means.Second));
            tensors.Add($"steps.{name}", tensor([optimizer.Steps]));
        }
        for (int i = 0; i < _quantizers.Count; i++)
            tensors.Add($"grid.{i:d4}", tensor(_quantizers[i].State));
        return tensors;
    }

    /// <summary>Goes on from tensors that <see cref="Tensors"/> gave.</summary>
    /// <exception cref="InvalidFileException">They do not fit.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> tensors)
    {
        using IDisposable guard = no_grad();
        // All of it or nothing: whatever is missing is found before anything is changed.
        List<Action> copies = [];
        foreach ((string name, Tensor value) in _model.state_dict())
        {
            Tensor found = Find($"model.{name}", value.shape);
            copies.Add(() => value.copy_(found));
        }
        foreach ((string name, ParameterOptimizer optimizer) in _named)
        {
            float[] first = Values<float>($"first.{name}"),
                second = optimizer.Means.Second.Length > 0 ? Values<float>($"second.{name}") : [];
            if (first.Length != optimizer.Means.First.Length || second.Length != optimizer.Means.Second.Length)
                throw new InvalidFileException($"its means for '{name}' do not fit.");
            long steps = Values<long>($"steps.{name}")[0];
            copies.Add(() => optimizer.Restore(first, second, steps));
        }
        foreach ((TrainedQuantizer quantizer, int i) in _quantizers.Select(static (q, i) => (q, i)))
        {
            double[] found = Values<double>($"grid.{i:d4}");
            copies.Add(() => quantizer.Restore(found));
        }
        copies.ForEach(static copy => copy());

        T[] Values<T>(string name)
            where T : unmanaged => MemoryMarshal.Cast<byte, T>(Find(name, null).contiguous().bytes).ToArray();

        Tensor Find(string name, long[]? shape) =>
            tensors.GetValueOrDefault(name) is { } tensor && (shape is null || tensor.shape.SequenceEqual(shape))
                ? tensor
                : throw new InvalidFileException($"its tensor '{name}' is missing or does not fit.");
    }
}

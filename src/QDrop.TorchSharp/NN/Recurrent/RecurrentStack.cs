using static TorchSharp.torch;
using static TorchSharp.torch.nn.utils.rnn;

namespace TorchSharp.Modules;

/// <summary>What RNN, LSTM and GRU have in common: their weights and the call of libtorch's operator.</summary>
internal sealed class RecurrentStack
{
    private readonly string _op;
    private readonly int _states;
    private readonly long _inputSize;
    private readonly long _hiddenSize;
    private readonly long _layers;
    private readonly bool _bias;
    private readonly bool _batchFirst;
    private readonly double _dropout;
    private readonly bool _bidirectional;
    private readonly Tensor[] _weights;

    /// <param name="owner">The module that the weights become parameters of.</param>
    /// <param name="op">The operator without its overload, such as lstm.</param>
    /// <param name="gates">Rows of each weight, in multiples of the hidden size.</param>
    /// <param name="states">Tensors of the hidden state: 2 for an LSTM (h, c), else 1.</param>
    internal RecurrentStack(nn.Module owner, string op, int gates, int states, long inputSize, long hiddenSize, long numLayers, bool bias, bool batchFirst, double dropout, bool bidirectional, Device? device, ScalarType? dtype)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hiddenSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(numLayers);
        if (dropout is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "The probability of dropout must be between 0 and 1.");
        _op = op;
        _states = states;
        _inputSize = inputSize;
        _hiddenSize = hiddenSize;
        _layers = numLayers;
        _bias = bias;
        _batchFirst = batchFirst;
        _dropout = dropout;
        _bidirectional = bidirectional;
        var weights = new List<Tensor>();
        for (long layer = 0; layer < numLayers; layer++)
        {
            long inputs = layer == 0 ? inputSize : hiddenSize * Directions;
            foreach (string direction in bidirectional ? new[] { "", "_reverse" } : [""])
                weights.AddRange(AddWeights(owner, $"_l{layer}{direction}", inputs, hiddenSize, gates, bias, device, dtype));
        }
        _weights = [.. weights];
    }

    private long Directions => _bidirectional ? 2 : 1;

    /// <summary>Adds the weights of one layer in one direction (or of a cell), uniform within ±1/√hidden.</summary>
    internal static Parameter[] AddWeights(nn.Module owner, string suffix, long inputs, long hidden, int gates, bool bias, Device? device, ScalarType? dtype)
    {
        double bound = 1 / Math.Sqrt(hidden);
        Parameter Add(string name, params long[] shape)
        {
            var parameter = new Parameter(empty(shape, dtype, device));
            nn.init.uniform_(parameter, -bound, bound);
            owner.register_parameter(name + suffix, parameter);
            return parameter;
        }
        Parameter[] weights = [Add("weight_ih", gates * hidden, inputs), Add("weight_hh", gates * hidden, hidden)];
        return bias ? [.. weights, Add("bias_ih", gates * hidden), Add("bias_hh", gates * hidden)] : weights;
    }

    /// <param name="input"><c>[L, N, in]</c>, <c>[N, L, in]</c> where batches come first, or <c>[L, in]</c>.</param>
    /// <param name="state">Each <c>[layers · directions, N, hidden]</c>; zeros where null.</param>
    /// <param name="training">Whether dropout drops.</param>
    /// <returns>The outputs of the last layer, then the final states.</returns>
    internal Tensor[] Forward(Tensor input, Tensor[]? state, bool training)
    {
        using DisposeScope scope = NewDisposeScope();
        long dimensions = input.dim();
        if (dimensions is not (2 or 3)) throw new ArgumentException($"The input has {dimensions} dimensions, expected 3, or 2 for a sequence without batch.", nameof(input));
        if (input.size((int)dimensions - 1) != _inputSize)
            throw new ArgumentException($"The input's last dimension is {input.size((int)dimensions - 1)}, expected the input size {_inputSize}.", nameof(input));
        bool single = dimensions == 2;
        int batchDimension = _batchFirst ? 0 : 1;
        if (single)
        {
            input = Aten.Call("unsqueeze", input, batchDimension);
            state = state is null ? null : [.. state.Select(part => Aten.Call("unsqueeze", part, 1))];
        }
        state ??= Zeros(input.size(batchDimension));
        Tensor[] results = Aten.CallMany(_op + ".input", input, Pack(state), _weights, _bias, _layers, _dropout, training, _bidirectional, _batchFirst);
        if (single)
        {
            results[0] = Aten.Call("squeeze.dim", results[0], batchDimension);
            for (int i = 1; i < results.Length; i++) results[i] = Aten.Call("squeeze.dim", results[i], 1);
        }
        foreach (Tensor result in results) result.MoveToOuterDisposeScope();
        return results;
    }

    /// <inheritdoc cref="Forward(Tensor, Tensor[], bool)"/>
    internal (PackedSequence, Tensor[]) Forward(PackedSequence input, Tensor[]? state, bool training)
    {
        using DisposeScope scope = NewDisposeScope();
        if (state is not null && input.sorted_indices is { } order) state = [.. state.Select(part => Aten.Call("index_select", part, 1, order))];
        state ??= Zeros(input.batch_sizes[0].item<long>());
        Tensor[] results = Aten.CallMany(_op + ".data", input.data, input.batch_sizes, Pack(state), _weights, _bias, _layers, _dropout, training, _bidirectional);
        Tensor[] final = results[1..];
        if (input.unsorted_indices is { } back) final = [.. final.Select(part => Aten.Call("index_select", part, 1, back))];
        foreach (Tensor part in final) part.MoveToOuterDisposeScope();
        var output = new PackedSequence(results[0], Copy(input.batch_sizes)!, Copy(input.sorted_indices), Copy(input.unsorted_indices));
        return (output.MoveToOuterDisposeScope(), final);
    }

    private Value Pack(Tensor[] state) => _states == 1 ? state[0] : state;

    private Tensor[] Zeros(long batch) => [.. Enumerable.Range(0, _states).Select(_ =>
        Aten.Call("new_zeros", _weights[0], new[] { _layers * Directions, batch, _hiddenSize }))];

    private static Tensor? Copy(Tensor? tensor) => tensor is null ? null : Aten.Call("alias", tensor);
}

using TorchSharp.Modules;
using static TorchSharp.Tests.NN.Recurrent.RecurrentReference;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.utils.rnn;

namespace TorchSharp.Tests.NN.Recurrent;

/// <summary>RNN, GRU and LSTM against their equations in plain C#.</summary>
public sealed class RecurrentTests
{
    private const int Inputs = 3, Hidden = 4, Length = 5, Batch = 2;

    [Theory]
    [CombinatorialKinds]
    public void Layers_follow_their_equations(string kind, int layers, bool bidirectional, bool batchFirst, bool bias, bool withState)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        nn.Module module = Create(kind, layers, bidirectional, batchFirst, bias);
        int stacks = layers * (bidirectional ? 2 : 1);
        Tensor input = Random(batchFirst ? [Batch, Length, Inputs] : [Length, Batch, Inputs]);
        Tensor hidden = Random(stacks, Batch, Hidden), cell = Random(stacks, Batch, Hidden);
        (Tensor output, Tensor[] final) = Call(module, input, withState ? hidden : null, withState ? cell : null);
        Assert.Equal(batchFirst ? [Batch, Length, stacks / layers * Hidden] : [Length, Batch, stacks / layers * Hidden], output.shape);

        for (int n = 0; n < Batch; n++)
        {
            (double[][] expected, State[] states) = Reference(module, kind, input.select(batchFirst ? 0 : 1, n), stacks,
                i => withState ? new State(Near.Values(hidden[i, n]), Near.Values(cell[i, n])) : Zero, bidirectional);
            Near.Assert([.. expected.SelectMany(step => step)], output.select(batchFirst ? 0 : 1, n), 1e-12);
            Near.Assert([.. states.SelectMany(state => state.Hidden)], final[0].select(1, n), 1e-12);
            if (kind == "lstm") Near.Assert([.. states.SelectMany(state => state.Cell)], final[1].select(1, n), 1e-12);
        }
    }

    [Theory]
    [InlineData("tanh")]
    [InlineData("gru")]
    [InlineData("lstm")]
    public void A_sequence_without_batch_is_a_batch_of_one(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module module = Create(kind, 2, true, false, true);
        Tensor input = Random(Length, Inputs), hidden = Random(4, Hidden), cell = Random(4, Hidden);
        (Tensor output, Tensor[] final) = Call(module, input, hidden, cell);
        (Tensor batched, Tensor[] finals) = Call(module, input.unsqueeze(1), hidden.unsqueeze(1), cell.unsqueeze(1));
        Assert.Equal([Length, 2 * Hidden], output.shape);
        Assert.Equal([4, Hidden], final[0].shape);
        Near.Assert(Near.Values(batched), output, 0);
        Near.Assert(Near.Values(finals[^1]), final[^1], 0);
    }

    [Theory]
    [InlineData("tanh", true)]
    [InlineData("gru", false)]
    [InlineData("lstm", false)]
    [InlineData("lstm", true)]
    public void Packed_sequences_give_what_each_sequence_gives_alone(string kind, bool bidirectional)
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module module = Create(kind, 2, bidirectional, false, true);
        Tensor[] sequences = [Random(2, Inputs), Random(5, Inputs), Random(1, Inputs), Random(3, Inputs)];
        PackedSequence packed = pack_sequence(sequences, enforce_sorted: false);
        (PackedSequence output, Tensor hidden) = module switch
        {
            RNN rnn => rnn.call(packed),
            GRU gru => gru.call(packed),
            LSTM lstm => lstm.call(packed) is var (o, h, _) ? (o, h) : default,
            _ => throw new ArgumentException(kind),
        };
        (Tensor padded, Tensor lengths) = pad_packed_sequence(output, padding_value: -7);
        Near.Assert([2, 5, 1, 3], lengths, 0);
        for (int n = 0; n < sequences.Length; n++)
        {
            (Tensor alone, Tensor[] final) = Call(module, sequences[n], null, null);
            Near.Assert(Near.Values(alone), padded.select(1, n).slice(0, 0, sequences[n].size(0), 1), 1e-12);
            Near.Assert(Near.Values(final[0]), hidden.select(1, n), 1e-12);
        }
        Assert.Equal(-7, padded[4, 0, 0].item<double>());
    }

    [Fact]
    public void Padding_puts_sequences_side_by_side()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] sequences = [tensor(new double[] { 1, 2 }), tensor(new double[] { 3, 4, 5 })];
        Near.Assert([1, 2, 9, 3, 4, 5], pad_sequence(sequences, batch_first: true, padding_value: 9), 0);
        Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => pack_sequence(sequences));
        PackedSequence packed = pack_sequence(sequences.Reverse());
        Near.Assert([3, 1, 4, 2, 5], packed.data, 0);
        Near.Assert([2, 2, 1], packed.batch_sizes, 0);
        Assert.Throws<ArgumentException>(() => pad_packed_sequence(packed, total_length: 2));
        Assert.Equal([6, 2], pad_packed_sequence(packed, total_length: 6).Item1.shape);
    }

    [Theory]
    [InlineData("tanh", true)]
    [InlineData("relu", false)]
    [InlineData("gru", true)]
    [InlineData("lstm", true)]
    [InlineData("lstm", false)]
    public void Cells_take_one_step(string kind, bool bias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Random(Batch, Inputs), hidden = Random(Batch, Hidden), cell = Random(Batch, Hidden);
        nn.Module module;
        Tensor next, memory = hidden, alone;
        switch (kind)
        {
            case "lstm":
                LSTMCell lstm = nn.LSTMCell(Inputs, Hidden, bias, dtype: ScalarType.Float64);
                (next, memory) = lstm.call(input, (hidden, cell));
                (alone, _) = lstm.call(input[0], (hidden[0], cell[0]));
                Assert.Equal([Batch, Hidden], lstm.call(input).Item1.shape);
                module = lstm;
                break;
            case "gru":
                GRUCell gru = nn.GRUCell(Inputs, Hidden, bias, dtype: ScalarType.Float64);
                next = gru.call(input, hidden);
                alone = gru.forward(input[0], hidden[0]);
                module = gru;
                break;
            default:
                RNNCell rnn = nn.RNNCell(Inputs, Hidden, kind == "relu" ? nn.NonLinearities.ReLU : nn.NonLinearities.Tanh, bias, dtype: ScalarType.Float64);
                next = rnn.call(input, hidden);
                alone = rnn.forward(input[0], hidden[0]);
                module = rnn;
                break;
        }
        Weights weights = WeightsOf(module, "");
        for (int n = 0; n < Batch; n++)
        {
            State expected = Step(kind, Near.Values(input[n]), new State(Near.Values(hidden[n]), Near.Values(cell[n])), weights);
            Near.Assert(expected.Hidden, next[n], 1e-12);
            if (kind == "lstm") Near.Assert(expected.Cell, memory[n], 1e-12);
        }
        Near.Assert(Near.Values(next[0]), alone, 1e-14);
    }

    [Fact]
    public void Parameters_have_the_names_and_range_of_PyTorch()
    {
        using LSTM lstm = nn.LSTM(Inputs, Hidden, 2, bidirectional: true);
        string[] expected = [.. new[] { "_l0", "_l0_reverse", "_l1", "_l1_reverse" }.SelectMany(suffix => new[] { "weight_ih", "weight_hh", "bias_ih", "bias_hh" }.Select(name => name + suffix))];
        Assert.Equal(expected, lstm.named_parameters().Select(parameter => parameter.name));
        Assert.All(lstm.parameters(), parameter => Assert.InRange(Near.Values(parameter).Max(Math.Abs), 0.01, 0.5));
        Assert.Equal([4 * Hidden, 2 * Hidden], lstm.state_dict()["weight_ih_l1_reverse"].shape);
    }

    [Fact]
    public void Gradients_reach_the_first_layer_and_the_input()
    {
        using DisposeScope scope = NewDisposeScope();
        LSTM lstm = nn.LSTM(Inputs, Hidden, 2, dtype: ScalarType.Float64);
        Tensor input = Random(Length, Batch, Inputs).requires_grad_();
        lstm.call(input).Item1.sum().backward();
        Assert.All(lstm.parameters(), parameter => Assert.NotEqual(0, Near.Values(parameter.grad!).Sum(Math.Abs)));
        // The difference quotient at one element of the input.
        double Loss(double shift)
        {
            using Tensor moved = input.detach().clone();
            moved[1, 0, 2] = moved[1, 0, 2] + shift;
            return lstm.call(moved).Item1.sum().item<double>();
        }
        Assert.Equal((Loss(1e-6) - Loss(-1e-6)) / 2e-6, input.grad![1, 0, 2].item<double>(), 7);
    }

    [Fact]
    public void Dropout_between_layers_is_for_training_only()
    {
        using DisposeScope scope = NewDisposeScope();
        GRU gru = nn.GRU(Inputs, 16, 2, dropout: 0.5);
        Tensor input = randn(Length, Batch, Inputs);
        Assert.NotEqual(Near.Values(gru.call(input).Item1), Near.Values(gru.call(input).Item1));
        gru.eval();
        Assert.Equal(Near.Values(gru.call(input).Item1), Near.Values(gru.call(input).Item1));
    }

    [Fact]
    public void An_input_of_another_size_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        LSTM lstm = nn.LSTM(Inputs, Hidden);
        Assert.Contains("expected the input size 3", Assert.Throws<ArgumentException>(() => lstm.call(zeros(2, 2, 5))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => lstm.call(zeros(2, 2, 2, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => nn.LSTM(Inputs, 0));
    }

    [Fact]
    public void Calls_leave_only_their_results()
    {
        using DisposeScope scope = NewDisposeScope();
        LSTM lstm = nn.LSTM(Inputs, Hidden, 2, bidirectional: true);
        LSTMCell cell = nn.LSTMCell(Inputs, Hidden);
        Tensor input = randn(Length, Batch, Inputs), single = randn(Length, Inputs);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (Tensor sequence in new[] { input, single })
        {
            (Tensor output, Tensor h, Tensor c) = lstm.call(sequence);
            output.Dispose();
            h.Dispose();
            c.Dispose();
        }
        (Tensor next, Tensor memory) = cell.call(single);
        next.Dispose();
        memory.Dispose();
        pack_sequence([single, single], enforce_sorted: false).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static State Zero => new(new double[Hidden], new double[Hidden]);

    private static Tensor Random(params long[] shape) => randn(shape, dtype: ScalarType.Float64);

    private static nn.Module Create(string kind, int layers, bool bidirectional, bool batchFirst, bool bias) => kind switch
    {
        "gru" => nn.GRU(Inputs, Hidden, layers, bias, batchFirst, bidirectional: bidirectional, dtype: ScalarType.Float64),
        "lstm" => nn.LSTM(Inputs, Hidden, layers, bias, batchFirst, bidirectional: bidirectional, dtype: ScalarType.Float64),
        _ => nn.RNN(Inputs, Hidden, layers, kind == "relu" ? nn.NonLinearities.ReLU : nn.NonLinearities.Tanh, bias, batchFirst, bidirectional: bidirectional, dtype: ScalarType.Float64),
    };

    private static (Tensor, Tensor[]) Call(nn.Module module, Tensor input, Tensor? hidden, Tensor? cell)
    {
        switch (module)
        {
            case LSTM lstm:
                (Tensor output, Tensor h, Tensor c) = lstm.call(input, hidden is null ? null : (hidden, cell!));
                return (output, [h, c]);
            case GRU gru:
                (output, h) = gru.call(input, hidden);
                return (output, [h]);
            default:
                (output, h) = ((RNN)module).call(input, hidden);
                return (output, [h]);
        }
    }

    private static (double[][], State[]) Reference(nn.Module module, string kind, Tensor sequence, int stacks, Func<int, State> initial, bool bidirectional)
    {
        double[][] steps = [.. Enumerable.Range(0, Length).Select(t => Near.Values(sequence[t]))];
        Weights[] weights = [.. Enumerable.Range(0, stacks).Select(i => bidirectional ? WeightsOf(module, $"_l{i / 2}{(i % 2 == 1 ? "_reverse" : "")}") : WeightsOf(module, $"_l{i}"))];
        return Run(kind, steps, weights, [.. Enumerable.Range(0, stacks).Select(initial)], bidirectional);
    }

    private static Weights WeightsOf(nn.Module module, string suffix)
    {
        Dictionary<string, Tensor> state = module.state_dict();
        double[]? Get(string name) => state.TryGetValue(name + suffix, out Tensor? tensor) ? Near.Values(tensor) : null;
        return new Weights(Get("weight_ih")!, Get("weight_hh")!, Get("bias_ih"), Get("bias_hh"));
    }

    private sealed class CombinatorialKindsAttribute : Xunit.Sdk.DataAttribute
    {
        public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod)
        {
            foreach (string kind in new[] { "tanh", "relu", "gru", "lstm" })
            {
                yield return [kind, 1, false, false, true, false];
                yield return [kind, 2, false, true, true, true];
                yield return [kind, 2, true, false, true, true];
                yield return [kind, 3, true, true, false, false];
            }
        }
    }
}

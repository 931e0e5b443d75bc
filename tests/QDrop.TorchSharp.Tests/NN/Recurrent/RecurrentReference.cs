namespace TorchSharp.Tests.NN.Recurrent;

/// <summary>Recurrent layers in plain C#: the equations of the RNN, GRU and LSTM, one sequence at a time.</summary>
internal static class RecurrentReference
{
    internal sealed record Weights(double[] Ih, double[] Hh, double[]? BiasIh, double[]? BiasHh);

    internal sealed record State(double[] Hidden, double[] Cell);

    /// <summary>One step; the weights' rows are gates times hidden, in libtorch's order of gates.</summary>
    internal static State Step(string kind, double[] x, State state, Weights w)
    {
        int hidden = state.Hidden.Length;
        double[] i = Affine(w.Ih, x, w.BiasIh), h = Affine(w.Hh, state.Hidden, w.BiasHh);
        double[] next = new double[hidden], cell = new double[hidden];
        for (int k = 0; k < hidden; k++)
        {
            switch (kind)
            {
                case "tanh": next[k] = Math.Tanh(i[k] + h[k]); break;
                case "relu": next[k] = Math.Max(0, i[k] + h[k]); break;
                case "gru":
                    double reset = Sigmoid(i[k] + h[k]), update = Sigmoid(i[hidden + k] + h[hidden + k]);
                    double candidate = Math.Tanh(i[2 * hidden + k] + reset * h[2 * hidden + k]);
                    next[k] = (1 - update) * candidate + update * state.Hidden[k];
                    break;
                default:
                    double input = Sigmoid(i[k] + h[k]), forget = Sigmoid(i[hidden + k] + h[hidden + k]);
                    double gate = Math.Tanh(i[2 * hidden + k] + h[2 * hidden + k]), output = Sigmoid(i[3 * hidden + k] + h[3 * hidden + k]);
                    cell[k] = forget * state.Cell[k] + input * gate;
                    next[k] = output * Math.Tanh(cell[k]);
                    break;
            }
        }
        return new State(next, cell);
    }

    /// <summary>All layers on one sequence; final states and initial ones in the order layer 0, layer 0 reversed, layer 1, …</summary>
    internal static (double[][] Outputs, State[] Final) Run(string kind, double[][] sequence, Weights[] layers, State[] initial, bool bidirectional)
    {
        int directions = bidirectional ? 2 : 1;
        var final = new State[layers.Length];
        for (int index = 0; index < layers.Length; index += directions)
        {
            var outputs = new List<double>[sequence.Length];
            for (int t = 0; t < outputs.Length; t++) outputs[t] = [];
            for (int direction = 0; direction < directions; direction++)
            {
                State state = initial[index + direction];
                for (int step = 0; step < sequence.Length; step++)
                {
                    int t = direction == 0 ? step : sequence.Length - 1 - step;
                    state = Step(kind, sequence[t], state, layers[index + direction]);
                    outputs[t].AddRange(state.Hidden);
                }
                final[index + direction] = state;
            }
            sequence = [.. outputs.Select(output => output.ToArray())];
        }
        return (sequence, final);
    }

    private static double[] Affine(double[] matrix, double[] x, double[]? bias)
    {
        var result = new double[matrix.Length / x.Length];
        for (int row = 0; row < result.Length; row++)
        {
            result[row] = bias?[row] ?? 0;
            for (int column = 0; column < x.Length; column++) result[row] += matrix[row * x.Length + column] * x[column];
        }
        return result;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}

namespace TorchSharp.Tests.NN.Attention;

/// <summary>The formulas of arXiv 1706.03762 in plain C#, for one element of the batch: matrices are arrays of rows.</summary>
internal static class AttentionReference
{
    /// <summary>softmax(q·kᵀ / √d + mask)·v for one head, and the weights.</summary>
    internal static (double[][] Output, double[][] Weights) Attend(double[][] q, double[][] k, double[][] v, Func<int, int, double> mask)
    {
        double[][] weights = [.. q.Select((query, i) => Softmax([.. k.Select((key, j) => Dot(query, key) / Math.Sqrt(query.Length) + mask(i, j))]))];
        return ([.. weights.Select(row => Combine(row, v))], weights);
    }

    /// <summary>All heads: columns of the projections divided among them, outputs side by side, weights averaged.</summary>
    internal static (double[][] Output, double[][] Weights) AttendWithHeads(double[][] q, double[][] k, double[][] v, int heads, Func<int, int, int, double> mask)
    {
        int width = q[0].Length / heads;
        var parts = Enumerable.Range(0, heads).Select(head => Attend(Columns(q, head * width, width), Columns(k, head * width, width), Columns(v, head * width, width), (i, j) => mask(head, i, j))).ToArray();
        double[][] output = [.. q.Select((_, i) => parts.SelectMany(part => part.Output[i]).ToArray())];
        double[][] weights = [.. q.Select((_, i) => k.Select((_, j) => parts.Average(part => part.Weights[i][j])).ToArray())];
        return (output, weights);
    }

    /// <summary>Each row times the transposed weight, plus the bias.</summary>
    internal static double[][] Linear(double[][] rows, double[][] weight, double[]? bias = null) =>
        [.. rows.Select(row => weight.Select((column, i) => Dot(row, column) + (bias?[i] ?? 0)).ToArray())];

    internal static double[][] LayerNorm(double[][] rows) => [.. rows.Select(row =>
    {
        double mean = row.Average(), deviation = Math.Sqrt(row.Average(x => (x - mean) * (x - mean)) + 1e-5);
        return row.Select(x => (x - mean) / deviation).ToArray();
    })];

    internal static double[][] Add(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (p, q) => p + q).ToArray())];

    internal static double[][] Relu(double[][] rows) => [.. rows.Select(row => row.Select(x => Math.Max(0, x)).ToArray())];

    private static double[] Softmax(double[] row)
    {
        double greatest = row.Max();
        double[] powers = [.. row.Select(x => Math.Exp(x - greatest))];
        return [.. powers.Select(x => x / powers.Sum())];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[] Combine(double[] weights, double[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(column => weights.Zip(rows, (w, row) => w * row[column]).Sum())];

    private static double[][] Columns(double[][] rows, int start, int count) => [.. rows.Select(row => row.AsSpan(start, count).ToArray())];
}

using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace QDrop.Yardstick;

/// <summary>
/// Compares, bit by bit, what operations of libtorch give with 1 and with 2 threads, and for a sample alone and in a
/// batch of 64.
/// </summary>
internal static class Kernels
{
    private const int Samples = 64;

    private static readonly (string Name, long[] Input, Func<Tensor, Tensor[], Tensor> Run, long[][] Weights)[] Cases =
    [
        .. Convolutions(16, 32),
        .. Convolutions(128, 8),
        ("linear 64 to 64", [64], static (x, w) => linear(x, w[0], w[1]), [[64, 64], [64]]),
        ("linear 1024 to 1000", [1024], static (x, w) => linear(x, w[0], w[1]), [[1000, 1024], [1000]]),
        ("linear on tokens, 50 of 256", [50, 256], static (x, w) => linear(x, w[0], w[1]), [[256, 256], [256]]),
        ("batched product, 8 heads, 50 tokens", [8, 50, 32], static (x, _) => x.matmul(x.transpose(-1, -2)), []),
        ("softmax of 50", [8, 50, 50], static (x, _) => x.softmax(-1), []),
        ("softmax of channels", [16, 32, 32], static (x, _) => x.softmax(1), []),
        ("layer norm of 256", [50, 256], static (x, w) => layer_norm(x, [256], w[0], w[1]), [[256], [256]]),
        ("group norm", [16, 32, 32], static (x, w) => group_norm(x, 4, w[0], w[1]), [[16], [16]]),
        ("instance norm", [16, 32, 32], static (x, w) => instance_norm(x, weight: w[0], bias: w[1]), [[16], [16]]),
        ("batch norm, statistics fixed", [16, 32, 32],
            static (x, w) => batch_norm(x, zeros(16), ones(16), w[0], w[1]), [[16], [16]]),
        ("mean over height and width", [16, 32, 32], static (x, _) => x.mean([2, 3]), []),
        ("sum over features", [4096], static (x, _) => x.sum(1), []),
        ("sum over everything", [16, 32, 32], static (x, _) => x.sum(), []),
        ("times a scale for each channel", [16, 32, 32], static (x, w) => x * w[0].view(1, -1, 1, 1), [[16]]),
        ("plus a bias for each feature", [50, 256], static (x, w) => x + w[0], [[256]]),
        ("PReLU", [16, 32, 32], static (x, w) => prelu(x, w[0]), [[1]]),
        ("GELU", [50, 256], static (x, _) => gelu(x), []),
        ("average pooling", [16, 32, 32], static (x, _) => avg_pool2d(x, 2), []),
        ("max pooling 3 x 3", [16, 32, 32], static (x, _) => max_pool2d(x, 3, 2), []),
        ("interpolation, bilinear", [16, 32, 32],
            static (x, _) => interpolate(x, scale_factor: [2.0, 2.0], mode: InterpolationMode.Bilinear), []),
        ("interpolation, nearest", [16, 32, 32], static (x, _) => interpolate(x, scale_factor: [2.0, 2.0]), []),
        ("standard deviation", [16, 32, 32], static (x, _) => x.std([1, 2, 3]), []),
    ];

    /// <summary>Prints a table in Markdown.</summary>
    public static void Print()
    {
        Console.WriteLine(
            "| operation | output, threads | gradient of the input, threads | of weights, threads | output, samples |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach ((string name, long[] input, Func<Tensor, Tensor[], Tensor> run, long[][] weights) in Cases)
        {
            foreach (bool last in input.Length == 3 && input[0] >= 16 ? new[] { false, true } : [false])
            {
                using DisposeScope scope = NewDisposeScope();
                manual_seed(1);
                Tensor x = randn([Samples, .. input]);
                if (last)
                    x = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
                Tensor[] w = [.. weights.Select(static s => randn(s))];
                (Tensor Output, Tensor Input, Tensor[] Weights) one = Of(1, run, x, w), two = Of(2, run, x, w);
                set_num_threads(2);
                using IDisposable guard = no_grad();
                Tensor alone = run(x.narrow(0, 3, 1).clone(), w);
                bool wholeOnly = one.Output.dim() == 0;
                string[] columns =
                [
                    Same(one.Output, two.Output),
                    Same(one.Input, two.Input),
                    w.Length == 0 ? "" : Same(cat(Flat(one.Weights)), cat(Flat(two.Weights))),
                    wholeOnly ? "" : Same(one.Output.narrow(0, 3, 1), alone),
                ];
                Console.WriteLine($"| {name}{(last ? ", channels_last" : "")} | {string.Join(" | ", columns)} |");
            }
        }
    }

    private static IEnumerable<(string, long[], Func<Tensor, Tensor[], Tensor>, long[][])> Convolutions(
        long channels, long size)
    {
        string what = $"{channels} channels, {size} x {size}";
        yield return ($"conv 3 x 3, {what}", [channels, size, size],
            static (x, w) => conv2d(x, w[0], w[1], padding: [1, 1]), [[channels, channels, 3, 3], [channels]]);
        yield return ($"conv 1 x 1, {what}", [channels, size, size],
            static (x, w) => conv2d(x, w[0], w[1]), [[channels, channels, 1, 1], [channels]]);
        yield return ($"conv 3 x 3, stride 2, {what}", [channels, size, size],
            static (x, w) => conv2d(x, w[0], w[1], strides: [2, 2], padding: [1, 1]),
            [[channels, channels, 3, 3], [channels]]);
        yield return ($"depthwise 3 x 3, {what}", [channels, size, size],
            (x, w) => conv2d(x, w[0], w[1], padding: [1, 1], groups: channels), [[channels, 1, 3, 3], [channels]]);
        yield return ($"transposed 2 x 2, stride 2, {what}", [channels, size, size],
            static (x, w) => conv_transpose2d(x, w[0], w[1], strides: [2, 2]), [[channels, 8, 2, 2], [8]]);
    }

    private static (Tensor, Tensor, Tensor[]) Of(
        int threads, Func<Tensor, Tensor[], Tensor> run, Tensor x, Tensor[] weights)
    {
        set_num_threads(threads);
        Tensor input = x.detach().requires_grad_(true);
        Tensor[] learned = [.. weights.Select(static w => w.detach().clone().requires_grad_(true))];
        Tensor y = run(input, learned);
        manual_seed(2);
        y.backward([randn(y.shape)]);
        return (y.detach(), input.grad!, [.. learned.Select(static l => l.grad).OfType<Tensor>()]);
    }

    private static List<Tensor> Flat(Tensor[] tensors) => [.. tensors.Select(static t => t.reshape(-1))];

    private static string Same(Tensor one, Tensor other) =>
        one.shape.SequenceEqual(other.shape) && one.Equals(other)
            ? "same"
            : FormattableString.Invariant(
                $"{(one - other).abs().max().item<float>() / one.abs().max().item<float>():0.0e0}");
}
